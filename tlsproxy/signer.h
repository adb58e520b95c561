/* signer: the process with the private keys */
#ifndef SIGNER_H
#define SIGNER_H

#define SIGNER_COUNTERS(C) C(signed) C(refused) C(keys)
#define C_NAME(n) #n,
#define C_ENUM(n) SIGNER_##n,
enum { SIGNER_COUNTERS(C_ENUM) };
#undef C_ENUM

void signer_prepare(void), signer_init(void);
#endif
