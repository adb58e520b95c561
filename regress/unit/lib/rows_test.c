/* which message may stand on which channel; a zygote between */
#include "proc.h"
#include "tap.h"

enum { P_parent, P_session, P_store, P_login, P_guest, P_relay, P_twin, NPROC };
enum { R_relay = ROWS, R_taker };
enum { PUT, WORD, WORD_OK, HINT, CONN, DONE, CONF, TWIN, NMSG };

const struct proc procs[NPROC] = {
	[P_parent] = { .name = "parent" },
	[P_session] = { .name = "session" },
	[P_store] = { .name = "store" },
	[P_login] = { .name = "login", .roles = ROLE(taker) },
	[P_guest] = { .name = "guest", .zygote = P_login },
	[P_relay] = { .name = "relay",
	    .daemon = "gated",
	    .roles = ROLE(relay) },
	[P_twin] = { .name = "twin", .fork = P_login },
};
const int nprocs = NPROC;
const struct msg msgs[NMSG] = {
	[PUT] = { "put", P_session, P_store, 2, 8, 0, NULL },
	[WORD] = { "word", P_guest, P_store, 0, 8, 0, NULL },
	[WORD_OK] = { "word_ok", P_store, P_guest, 0, 8, 0, NULL },
	[HINT] = { "hint", P_guest, P_login, 0, 8, 0, NULL },
	[CONN] = { "conn", R_relay, R_taker, 0, 8, 1, NULL },
	[DONE] = { "done", R_taker, R_relay, 0, 8, 0, NULL },
	[CONF] = { "conf", P_parent, P_session, 0, 8, 0, NULL },
	[TWIN] = { "twin", P_twin, P_store, 0, 8, 0, NULL },
};
const int nmsgs = NMSG, ngate = 0;

/* clang-format off */
static const struct {
	const char *what;
	uint32_t type;
	int from, to;
	size_t len;
	int fd, good;
} t[] = {
{ "its row", PUT, P_session, P_store, 8, -1, 1 },
{ "the least", PUT, P_session, P_store, 2, -1, 1 },
{ "too short", PUT, P_session, P_store, 1, -1, 0 },
{ "too long", PUT, P_session, P_store, 9, -1, 0 },
{ "a descriptor too much", PUT, P_session, P_store, 8, 5, 0 },
{ "a descriptor too few", CONN, P_relay, P_login, 8, -1, 0 },
{ "the other direction", PUT, P_store, P_session, 8, -1, 0 },
{ "no such type", NMSG, P_session, P_store, 8, -1, 0 },
{ "a type far away", 0x7fffffff, P_session, P_store, 8, -1, 0 },
{ "a type that would be negative", 0xffffffff, P_session, P_store, 8, -1, 0 },
{ "guest to store, at the guest", WORD, P_guest, P_store, 8, -1, 1 },
{ "first half of the way", WORD, P_guest, P_login, 8, -1, 1 },
{ "second half of the way", WORD, P_login, P_store, 8, -1, 1 },
{ "a guest's word by session", WORD, P_session, P_store, 8, -1, 0 },
{ "a session's word by a guest", PUT, P_guest, P_login, 8, -1, 0 },
{ "a session's word by login", PUT, P_login, P_store, 8, -1, 0 },
{ "the answer, first half", WORD_OK, P_store, P_login, 8, -1, 1 },
{ "the answer, second half", WORD_OK, P_login, P_guest, 8, -1, 1 },
{ "the answer to another", WORD_OK, P_store, P_session, 8, -1, 0 },
{ "guest to its zygote", HINT, P_guest, P_login, 8, -1, 1 },
{ "a zygote's word in its child's place", HINT, P_login, P_store, 8, -1, 0 },
{ "role to role", CONN, P_relay, P_login, 8, 5, 1 },
{ "role to a row without it", CONN, P_relay, P_session, 8, 5, 0 },
{ "role from a row without it", CONN, P_session, P_login, 8, 5, 0 },
{ "a role taken by a guest", DONE, P_guest, P_login, 8, -1, 0 },
{ "role, back", DONE, P_login, P_relay, 8, -1, 1 },
{ "conf from the parent", CONF, P_parent, P_session, 8, -1, 1 },
{ "conf from a peer", CONF, P_store, P_session, 8, -1, 0 },
{ "the parent speaks for no row", WORD, P_parent, P_store, 8, -1, 0 },
{ "nor hears for one", WORD_OK, P_store, P_parent, 8, -1, 0 },
{ "a forked row speaks for itself", TWIN, P_twin, P_store, 8, -1, 1 },
{ "its zygote does not", TWIN, P_login, P_store, 8, -1, 0 },
{ "STOP by the parent", SYS_STOP, P_parent, P_store, 0, -1, 1 },
{ "STOP by a guest", SYS_STOP, P_guest, P_login, 0, -1, 0 },
{ "STOP by a peer", SYS_STOP, P_session, P_store, 0, -1, 0 },
{ "CRIME by a row", SYS_CRIME, P_store, P_parent, 8, -1, 1 },
{ "CRIME, too short", SYS_CRIME, P_store, P_parent, 4, -1, 0 },
{ "CRIME by a guest", SYS_CRIME, P_guest, P_login, 8, -1, 0 },
{ "READY by a guest", SYS_READY, P_guest, P_login, 8, -1, 0 },
{ "READY by a row", SYS_READY, P_store, P_parent, 8, -1, 1 },
{ "CONNECT by the parent", SYS_CONNECT, P_parent, P_store, 8, 5, 1 },
{ "CONNECT without an end", SYS_CONNECT, P_parent, P_store, 8, -1, 0 },
{ "CONNECT by a guest", SYS_CONNECT, P_guest, P_login, 8, 5, 0 },
{ "CONNECT by a peer", SYS_CONNECT, P_session, P_store, 8, 5, 0 },
{ "FORK by a peer", SYS_FORK, P_session, P_login, 8, 5, 0 },
{ "FORKED by a zygote", SYS_FORKED, P_login, P_parent, 8, -1, 1 },
{ "LOG by a guest", SYS_LOG, P_guest, P_login, LOG_LINE, -1, 1 },
{ "LOG, empty", SYS_LOG, P_guest, P_login, 0, -1, 0 },
{ "LOG, too long", SYS_LOG, P_guest, P_login, LOG_LINE + 1, -1, 0 },
{ "COUNTERS", SYS_COUNTERS, P_store, P_parent, 8 * COUNTERS, -1, 1 },
{ "COUNTERS, some", SYS_COUNTERS, P_store, P_parent, 8, -1, 0 },
{ "before the first", SYS_CONNECT - 1, P_parent, P_store, 8, -1, 0 },
{ "beyond the last", SYS_END, P_parent, P_store, 0, -1, 0 },
};
/* clang-format on */

int
main(void)
{
	const struct msg *m;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		m = imsg_row(t[i].type, t[i].from, t[i].to, t[i].len, t[i].fd);
		ok((m != NULL) == t[i].good, "%s", t[i].what);
	}
	ok(PEER(P_guest, 63) < PEERS && ROW(PEER(P_guest, 63)) == P_guest &&
		INST(PEER(P_guest, 63)) == 63 && PEER(P_guest, 0) == P_guest,
	    "a peer is row and instance");
	ok(proc_hash(nmsgs) != proc_hash(nmsgs - 1) &&
		proc_hash(nmsgs) == proc_hash(nmsgs),
	    "the hash tells tables apart");
	return done();
}
