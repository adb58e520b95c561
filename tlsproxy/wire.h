/* wire: reads and writes of TLS never wait, whatever the descriptor's flags */
#ifndef WIRE_H
#define WIRE_H

struct ssl_st;

/* from now on, on this socket, which stays the caller's. -1: ENOMEM */
int wire_use(struct ssl_st *, int fd);
#endif
