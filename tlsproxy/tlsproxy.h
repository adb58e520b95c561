/* tlsproxy: what the files of the gate's parent share */
#ifndef TLSPROXY_H
#define TLSPROXY_H

#include <linux/capability.h>

#include "msgs.h"
#include "parent.h"

#define CAP_BIND (1ULL << CAP_NET_BIND_SERVICE)

struct gate_service { /* an entry of services in tlsproxy.conf */
	char *name;
	struct conf_list listen; /* struct conf_addr */
	int tls;		 /* enum kind */
	char *to;		 /* "daemon.row" */
	struct conf_list alpn;	 /* char * */
	int ask;		 /* for a client certificate */
	int auth;		 /* clients log in */
};

struct gate_conf {
	struct parent_keys parent;
	struct conf_list services;	  /* struct gate_service */
	struct conf_list certificates;	  /* char *: names below tls */
	struct conf_list servers, permit; /* struct conf_addr */
	char *tls, *secrets, *ca, *state, *client;
	char *root_anchor, *anchors, *source4, *source6;
	int out;
	int64_t slow, refuse, halve, delay, delay_max, refuse_time, refuse_max;
	int64_t min_uid, relays;
	int64_t connections, per_address;
	int64_t handshakes, handshakes_per_address, handshake_rate;
	int64_t handshake_time, close_time;
};
extern struct gate_conf gate_conf; /* in force */
extern const struct conf_key gate_keys[];
extern struct daemon tlsproxy;

/* conf.c: what the schema cannot say */
void gate_check(struct conf_src *, void *);
/* "daemon.row" in two; the foreign row, PARENT: none takes connections */
int gate_to(const char *to, char daemon[16], char row[16]);

/* ports.c: listening sockets, one per address and relay slot */
int ports_slots(const struct gate_conf *);
int ports_open(const struct gate_conf *); /* -1: said why, nothing changed */
void ports_commit(void), ports_abort(void);
void ports_send(int relay);

/* certs.c, judge.c: a set in which all keys fit, or the old one stays */
int certs_load(const struct gate_conf *); /* -1: said why */
void certs_first(void);			  /* the loaded set is the first */
void certs_ask(void);			  /* what of the loaded set? */
int certs_ready(void);			  /* 0: the first is not judged yet */
extern void (*certs_judged)(int good, const char *why); /* its verdict */
void certs_commit(void), certs_abort(void);
void certs_to_signer(void);   /* a new signer: the set in force */
void certs_uninspected(void); /* the inspector has ended */
void certs_send(int relay);
int certs_unstapled(void); /* a staple that was sent has expired */
uint64_t certs_generation(void);
int certs_watch(void); /* says what expires soon; days that are left */
void certs_status(struct ctl *, int *days);

/* outside.c: what relayout must know; nothing to anybody else */
void outside_configure(int peer);

/* dnsconf.c: dial's part, with trust anchors from their files */
int dnsconf_load(const struct gate_conf *); /* -1: said why */
void dnsconf_commit(void), dnsconf_abort(void);
void dnsconf_send(int peer);

/* users.c: accounts from secrets and NSS */
int users_load(const struct gate_conf *); /* -1: said why */
void users_commit(void), users_abort(void);
void users_send(int house);
void users_publish(void); /* to all houses that are there */
/* the lines of secrets to auth; how many there are to be sent */
uint64_t users_tell(const struct gate_conf *, int auth);
size_t users_count(void);

/* guard.c: what people ask of auth */
void guard_penalties(struct ctl *, int, char **);
void guard_forgive(struct ctl *, int, char **);

/* state.c: what outlives a restart */
int state_open(const struct gate_conf *); /* -1: said why */
const uint8_t *state_salt(void);	  /* 32 bytes */
int state_penalties(void);  /* a sealed memfd; -1: there are none */
void state_save(int memfd); /* penalties; consumes it */
#endif
