/*
 * gatelist: roles and messages that cross daemons, the X-macro lists. HELLO
 * carries a hash of them: both ends have the same, or no channel.
 */
#ifndef GATELIST_H
#define GATELIST_H

/*
 * gate: the parent of the gate. house: the parent of another daemon.
 * taker: takes connections. login: carries SASL for them. holder: is told
 * whose they are then. adopter: gets those that leave their login for good.
 * caller: wants connections to strangers.
 */
/* clang-format off */
#define GATE_ROLES(R)                                                         \
	R(gate) R(house) R(relay) R(taker) R(auth) R(login) R(holder)         \
	R(adopter) R(dial) R(relayout) R(caller)

/* name, from, to, min, max, descriptor; <to>_from_<from>_<name> handles it */
#define GATE_MSGS(M)                                                          \
	M(hello,       house, gate,  sizeof(struct hello),   SAME, 0)         \
	M(welcome,     gate,  house, sizeof(struct welcome), SAME, 0)         \
	M(row,         house, gate,  sizeof(struct end),     SAME, 0)         \
	M(channel,     gate,  house, sizeof(struct channel), SAME, 1)         \
	M(house_crime, gate,  house, sizeof(struct end),     SAME, 0)         \
	M(gate_crime,  house, gate,  sizeof(struct end),     SAME, 0)         \
	M(account,     gate,  house, sizeof(struct account), SAME, 0)         \
	M(accounts,    gate,  house, sizeof(struct accounts), SAME, 0)        \
	M(conn,        relay, taker, sizeof(struct conninfo), CONN_MAX, 1)    \
	M(starttls,    taker, relay, 0,                      SAME, 1)         \
	M(tls_on,      relay, taker, sizeof(struct tlsinfo), TLSINFO_MAX, 1)  \
	M(tls_failed,  relay, taker, sizeof(struct reason),  SAME, 0)         \
	M(done,        taker, relay, sizeof(struct reason),  SAME, 0)         \
	M(gone,        relay, taker, sizeof(struct reason),  SAME, 0)         \
	M(pause,       taker, relay, sizeof(struct pause),   SAME, 0)         \
	M(resume,      taker, relay, sizeof(struct pause),   SAME, 0)         \
	M(abuse,       taker, relay, sizeof(struct abuse),   SAME, 0)         \
	M(mechs,       auth,  login, sizeof(struct mechs),   SAME, 0)         \
	M(sasl_start,  login, auth,  sizeof(struct sasl_start),               \
	    sizeof(struct sasl_start) + SASL_MAX, 0)                          \
	M(sasl_response, login, auth, 0,                     SASL_MAX, 0)     \
	M(sasl_abort,  login, auth,  0,                      SAME, 0)         \
	M(sasl_challenge, auth, login, 0,                    SASL_MAX, 0)     \
	M(sasl_done,   auth,  login, sizeof(struct sasl_done),                \
	    sizeof(struct sasl_done) + SASL_DATA_MAX, 0)                      \
	M(grant,       auth,  holder, sizeof(struct grant),  SAME, 0)         \
	M(ungrant,     auth,  holder, 0,                     SAME, 0)         \
	M(adopt,       relay, adopter, sizeof(struct adopt), ADOPT_MAX, 1)    \
	M(dial,        caller, dial, sizeof(struct dial),    SAME, 0)         \
	M(addresses,   dial, caller, sizeof(struct addresses),                \
	    ADDRESSES_MAX, 0)                                                 \
	M(connected,   dial, caller, sizeof(struct connected),                \
	    sizeof(struct connected) + TLSA_BYTES, 1)                         \
	M(unreached,   dial, caller, sizeof(struct unreached), SAME, 0)       \
	M(tls_out,     caller, relayout, sizeof(struct tls_out),              \
	    sizeof(struct tls_out) + TLSA_BYTES, 1)                           \
	M(tls_verdict, relayout, caller, sizeof(struct tls_verdict),          \
	    VERDICT_MAX, 1)                                                   \
	M(tls_refused, relayout, caller, sizeof(struct tls_refused), SAME, 0)

#define R_ENUM(r)			R_##r,
#define M_ENUM(n, f, t, lo, hi, fd)	MSG_##n,
#define M_DECL(n, f, t, lo, hi, fd)	void t##_from_##f##_##n(struct imsg *);
#define M_MAX(lo, hi)			((size_t)(hi) == SAME ? (lo) : (hi))
#define M_ROW(n, f, t, lo, hi, fd) \
	{ #n, P_##f, P_##t, lo, M_MAX(lo, hi), fd, IN(t, t##_from_##f##_##n) },
#define G_ROW(n, f, t, lo, hi, fd) \
	{ #n, R_##f, R_##t, lo, M_MAX(lo, hi), fd, IN(t, t##_from_##f##_##n) },
/* clang-format on */
#endif
