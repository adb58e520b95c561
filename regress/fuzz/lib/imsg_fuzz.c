/*
 * imsg_fuzz: records as a taken-over peer may write them, at a parent that is
 * gate and house at once, so that all messages between parents are handled.
 * Input: personality; then records: flags, two bytes of length, the record.
 * Flag bits 0-1: descriptors (3: two); bit 2: the head's zero word is set to
 * zero; bit 3: the type is taken modulo those there are.
 */
#include <sys/socket.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "gate.h"
#include "parentimpl.h"
#include "sys.h"

enum { P_parent, P_session, P_relay, P_other, P_login, P_taker, NPROC };

/* clang-format off */
#define STUB(n, f, t, lo, hi, fd)                                             \
	__attribute__((weak)) void t##_from_##f##_##n(struct imsg *m)         \
	{                                                                     \
		touch(m);                                                     \
	}
#define HERE(n, f, t, lo, hi, fd) \
	{ #n, R_##f, R_##t, lo, M_MAX(lo, hi), fd, t##_from_##f##_##n },
/* clang-format on */

static volatile unsigned char sum;

/* a sanitizer sees what a handler would read */
static void
touch(struct imsg *m)
{
	const unsigned char *p = m->data;
	size_t i;

	for (i = 0; i < m->len; i++)
		sum ^= p[i];
}

GATE_MSGS(STUB)

const struct proc procs[NPROC] = {
	[P_parent] = { .name = "test", .roles = ROLE(gate) | ROLE(house) },
	[P_session] = { .name = "session",
	    .peers = BIT(P_login),
	    .roles = ROLE(taker) },
	[P_relay] = { .name = "relay",
	    .n = PER_CORE,
	    .peers = BIT(P_taker),
	    .roles = ROLE(relay) },
	[P_other] = { .name = "other",
	    .daemon = "other",
	    .roles = ROLE(gate) | ROLE(house) },
	[P_login] = { .name = "login",
	    .daemon = "other",
	    .n = 3,
	    .peers = BIT(P_session),
	    .roles = ROLE(relay) },
	[P_taker] = { .name = "taker",
	    .daemon = "other",
	    .peers = BIT(P_relay),
	    .roles = ROLE(taker) },
};
const int nprocs = NPROC;
const struct msg msgs[NGATE] = { GATE_MSGS(HERE) };
const int nmsgs = NGATE, ngate = NGATE;

static const int peers[] = { P_other, P_session, P_relay, P_login, P_taker };

static void
on_lost(int peer, int e)
{
	(void)e;
	imsg_close(peer);
}

static void
on_sys(struct imsg *m)
{
	touch(m);
	if (m->type == SYS_LOG)
		imsg_crime(m, "log");
}

static void
on_log(const char *line, size_t n)
{
	if (n == 0 || n > LOG_LINE || line[n - 1] != '\n')
		abort();
}

static void
write_record(int s, int nfd, const uint8_t *data, size_t len)
{
	union {
		struct cmsghdr h;
		char b[CMSG_SPACE(8)];
	} u = { 0 };
	struct iovec v = { (void *)data, len };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	const int f[2] = { 0, 0 };

	if (nfd > 0) {
		m.msg_control = u.b;
		m.msg_controllen = CMSG_LEN((size_t)nfd * 4);
		u.h.cmsg_len = m.msg_controllen;
		u.h.cmsg_level = SOL_SOCKET;
		u.h.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&u.h), f, (size_t)nfd * 4);
	}
	sendmsg(s, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
record(int s, int flags, const uint8_t *data, size_t len)
{
	uint8_t b[MSG_MAX + 64];
	struct imsg_head head;

	memcpy(b, data, len);
	if (len >= sizeof(head)) {
		memcpy(&head, b, sizeof(head));
		if (flags & 4)
			head.zero = 0;
		if (flags & 8)
			head.type %= NGATE;
		memcpy(b, &head, sizeof(head));
	}
	write_record(s, (flags & 3) == 3 ? 2 : flags & 1, b, len);
}

/* every name may be looked up, terminated or not */
static void
names(const uint8_t *data, size_t len)
{
	struct end e = { 0 };
	int peer;

	memcpy(&e, data, len < sizeof(e) ? len : sizeof(e));
	peer = gate_peer(len & 1 ? "other" : NULL, &e);
	if (peer < -1 || peer >= PEERS)
		abort();
	if (peer != -1) {
		e = gate_end(peer);
		if (gate_peer(procs[ROW(peer)].daemon, &e) != peer)
			abort();
	}
	if (account_known() && account_find("al") != NULL &&
	    strcmp(account_find("al")->name, "al") != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int started;
	int s[2], peer, flags;
	size_t len;

	if (!started) {
		started = 1;
		imsg_on_lost = on_lost;
		imsg_on_sys = on_sys;
		log_sink = on_log;
		close(0);
		if (open("/dev/null", O_RDWR) != 0)
			abort();
		proc_loop();
		house_open("/nonexistent/gate.sock");
	}
	if (size == 0 || imsg_pair(s) == -1)
		return 0;
	peer = peers[*data % (sizeof(peers) / sizeof(*peers))];
	data++, size--;
	imsg_open(peer, s[0]);
	while (size >= 3) {
		flags = data[0];
		len = (size_t)data[1] | (size_t)data[2] << 8;
		data += 3, size -= 3;
		len = len < size ? len : size;
		len = len < MSG_MAX + 64 ? len : MSG_MAX + 64;
		record(s[1], flags, data, len);
		names(data, len);
		imsg_drain(peer);
		data += len, size -= len;
	}
	close(s[1]);
	imsg_drain(peer);
	imsg_close(peer);
	event_base_loop(proc_base, EVLOOP_NONBLOCK);
	return 0;
}
