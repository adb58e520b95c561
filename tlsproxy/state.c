#include "tlsproxy.h"
int
state_open(const struct gate_conf *c)
{
	(void)c;
	return 0;
}
static const uint8_t zero[32];
const uint8_t *
state_salt(void)
{
	return zero;
}
int
state_penalties(void)
{
	return -1;
}
void
state_save(int fd)
{
	(void)fd;
}
void
parent_from_auth_told(struct imsg *m)
{
	(void)m;
}
void
parent_from_auth_told_end(struct imsg *m)
{
	(void)m;
}
