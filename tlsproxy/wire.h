/* wire: reads and writes of TLS never wait, whatever the descriptor's flags */
#ifndef WIRE_H
#define WIRE_H

struct ssl_st;

/* from now on, on this socket, which stays the caller's. -1: ENOMEM */
int wire_use(struct ssl_st *, int fd);
/*
 * 1: what is written next is followed by more at once, so that TCP fills its
 * segments; 0: that was all. For whoever writes, until the next call.
 */
void wire_more(int);
#endif
