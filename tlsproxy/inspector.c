/*
 * inspector: reads certificate chains and OCSP responses that the parent
 * hands it as sealed memory, and answers with the few facts that the parent
 * needs. So root parses no ASN.1, and the parent needs no libcrypto. Lives
 * while a new set is judged; knows no key and nobody but the parent.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cert.h"
#include "inspector.h"
#include "msgs.h"
#include "sealed.h"

void
inspector_prepare(void)
{
	/* no openssl.cnf, nor the modules it names */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		fatal("libcrypto");
}

static void
inspect(const struct inspect *i, const uint8_t *p, struct facts *f)
{
	const char *why = NULL;
	struct cert *c = cert_parse(p, i->chain, &why);
	time_t next = 0;

	if (c != NULL) {
		f->good = 1;
		f->is = cert_facts(c);
		if (i->ocsp > 0)
			why = cert_ocsp(c, p + i->chain, i->ocsp, time(NULL),
			    &next);
		f->staple_until = why == NULL ? next : 0;
	}
	if (why != NULL)
		snprintf(f->why, sizeof(f->why), "%s", why);
	cert_free(c);
}

void
inspector_from_parent_inspect(struct imsg *m)
{
	struct facts f = { 0 };
	struct inspect i;
	uint8_t *p;

	memcpy(&i, m->data, sizeof(i));
	f.generation = i.generation;
	f.index = i.index;
	if (i.chain > CERT_PEM_MAX || i.ocsp > CERT_OCSP_MAX ||
	    (p = sealed_read(m->fd, (size_t)i.chain + i.ocsp)) == NULL)
		fatal("malformed request from the parent");
	inspect(&i, p, &f);
	free(p);
	imsg_send(PARENT, MSG_facts, 0, &f, sizeof(f), -1);
}
