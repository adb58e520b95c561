/* relayout: stub */
#include "relayout.h"
#include "msgs.h"

void
relayout_prepare(void)
{
}

void
relayout_init(void)
{
}

void
relayout_link(int peer, int up)
{
	(void)peer, (void)up;
}

void
relayout_from_caller_tls_out(struct imsg *m)
{
	(void)m;
}

void
relayout_from_signer_signature_out(struct imsg *m)
{
	(void)m;
}

void
relayout_from_parent_out_conf(struct imsg *m)
{
	(void)m;
}

void
relayout_from_parent_out_ca(struct imsg *m)
{
	(void)m;
}

void
relayout_from_parent_out_cert(struct imsg *m)
{
	(void)m;
}

void
relayout_from_parent_out_apply(struct imsg *m)
{
	(void)m;
}
