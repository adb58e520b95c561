/* passwd: tlsctl passwd, a password into the file of accounts */
#ifndef PASSWD_H
#define PASSWD_H

#include "tlsproxy.h"

/* argv[0]: the command. 0: it was changed; 1: said why not */
int passwd_main(int argc, char **argv, const struct gate_conf *);
#endif
