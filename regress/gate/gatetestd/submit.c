/* submit: SASL of its clients, carried to auth and back */
#include "taker.h"

void
login_from_auth_mechs(struct imsg *m)
{
	(void)m;
}

void
login_from_auth_sasl_challenge(struct imsg *m)
{
	(void)m;
}

void
login_from_auth_sasl_done(struct imsg *m)
{
	(void)m;
}
