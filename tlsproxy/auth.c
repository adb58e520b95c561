/* auth: stub */
#include "auth.h"
#include "msgs.h"

void
auth_init(void)
{
}

void
auth_stop(void)
{
}

void
auth_link(int peer, int up)
{
	(void)peer, (void)up;
}

void
auth_from_login_sasl_start(struct imsg *m)
{
	(void)m;
}

void
auth_from_login_sasl_response(struct imsg *m)
{
	(void)m;
}

void
auth_from_login_sasl_abort(struct imsg *m)
{
	(void)m;
}

void
auth_from_relay_open(struct imsg *m)
{
	(void)m;
}

void
auth_from_relay_shut(struct imsg *m)
{
	(void)m;
}

void
auth_from_relay_abused(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_salt(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_restore(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_guard(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_guarded(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_user(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_secret(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_users(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_penalties(struct imsg *m)
{
	(void)m;
}

void
auth_from_parent_forgive(struct imsg *m)
{
	(void)m;
}
