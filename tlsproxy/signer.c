/*
 * signer: the one process with private keys. Reads the key files that the
 * parent hands it by descriptor; answers relays, whom it does not trust: it
 * sees each text and signs TLS handshakes, nothing else (signtext.c). Knows
 * no file, no socket but its channels. RFC 8446 4.4.3, RFC 8422 5.4.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keystore.h"
#include "msgs.h"
#include "signer.h"

enum {
	RATE = 2000,	/* signatures a second that are worth a line */
	REFUSALS = 100, /* lines about refusals a minute */
};

static struct {
	struct keystore *keys;
	struct event expire;
	uint64_t second, minute;
	unsigned int rate, refusals;
} self;

static void
on_expire(int fd, short what, void *arg)
{
	int ms = keystore_expire(self.keys, proc_now());
	const struct timeval tv = proc_tv(ms);

	(void)fd, (void)what, (void)arg;
	proc_counters[SIGNER_keys] = keystore_count(self.keys);
	if (ms != -1)
		evtimer_add(&self.expire, &tv);
}

void
signer_prepare(void)
{
	/* no openssl.cnf, nor the modules it names */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
	    (self.keys = keystore_new()) == NULL)
		fatal("libcrypto");
}

void
signer_init(void)
{
	evtimer_assign(&self.expire, proc_base, on_expire, NULL);
}

void
signer_from_parent_key(struct imsg *m)
{
	struct key_is is = { 0 };
	const char *why = "";
	struct key k;
	int fd = imsg_get_fd(m);

	memcpy(&k, m->data, sizeof(k));
	is.generation = k.generation;
	is.index = k.index;
	is.good = keystore_load(self.keys, fd, (int)k.client, is.id, &why) == 0;
	close(fd);
	if (!is.good)
		snprintf(is.why, sizeof(is.why), "%s", why);
	imsg_send(PARENT, MSG_key_is, 0, &is, sizeof(is), -1);
}

void
signer_from_parent_keys(struct imsg *m)
{
	struct generation g;

	memcpy(&g, m->data, sizeof(g));
	if (g.good)
		keystore_commit(self.keys, proc_now());
	else
		keystore_abort(self.keys);
	on_expire(-1, 0, NULL);
}

static void
refused(struct imsg *m, const struct sign_resp *r)
{
	proc_counters[SIGNER_refused]++;
	if (proc_now() - self.minute >= 60000) {
		self.minute = proc_now();
		self.refusals = 0;
	}
	if (++self.refusals <= REFUSALS)
		log_warn("event=refused peer=%s.%d bytes=%zu why=\"%s\"",
		    procs[ROW(m->from)].name, INST(m->from), m->len,
		    sign_result_text(r->result));
}

static void
count(void)
{
	proc_counters[SIGNER_signed]++;
	proc_worked();
	if (proc_now() - self.second >= 1000) {
		if (self.rate > RATE)
			log_warn("event=rate signatures=%u", self.rate);
		self.second = proc_now();
		self.rate = 0;
	}
	self.rate++;
}

static void
sign(struct imsg *m, enum sign_role role, uint32_t answer)
{
	struct sign_resp r;

	if (keystore_sign(self.keys, role, m->data, m->len, proc_now(), &r) ==
	    SIGN_OK)
		count();
	else
		refused(m, &r);
	if (r.result == SIGN_FAILED) /* the library's state is not to trust */
		fatal("a signature failed");
	imsg_reply(m, answer, &r, SIGN_RESP_LEN(&r), -1);
}

void
signer_from_relay_sign(struct imsg *m)
{
	sign(m, SIGN_AS_SERVER, MSG_signature);
}

void
signer_from_relayout_sign_out(struct imsg *m)
{
	sign(m, SIGN_AS_CLIENT, MSG_signature_out);
}
