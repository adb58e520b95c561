/*
 * hosts: what is known of destinations, domains and addresses of MX hosts:
 * how long one that fails is left alone, and whether a domain has once been
 * reached with TLS. Pure; times are ms of queue time (schedule.h).
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stddef.h>
#include <stdint.h>

enum {
	HOSTS_MAX = 10000, /* the longest unused is forgotten first, those
			    * without TLS before all others */
	HOST_NAME = 256,   /* a domain or an address in text, with NUL */
	HOST_LINE = 400,
	HOSTS_BYTES = HOSTS_MAX * HOST_LINE, /* saved */
};
#define HOST_PROBE_MS 3600000ULL /* one without verdict is over then */

enum host_kind { HOST_DOMAIN, HOST_ADDRESS };
enum host_tls { HOST_PLAIN, HOST_ENCRYPTED, HOST_VERIFIED };
enum host_state {
	HOST_OPEN,
	HOST_PROBE, /* this mail alone may try: good, failed, release end it */
	HOST_SLEEPS /* until *when, or another one is trying */
};

struct hosts;

struct hosts *hosts_new(void); /* NULL: ENOMEM */
void hosts_free(struct hosts *);

/* may a mail go there? Names are in lower case */
enum host_state hosts_ask(struct hosts *, uint64_t now, enum host_kind,
    const char *name, uint64_t *when);
/*
 * Nobody was reached there. What fails while it sleeps has begun before and
 * counts once. -1: ENOMEM
 */
int hosts_failed(struct hosts *, uint64_t now, enum host_kind, const char *name,
    uint32_t random);
/* it has answered, whatever it said about a mail */
void hosts_good(struct hosts *, enum host_kind, const char *name);
/* a probe was not made after all */
void hosts_release(struct hosts *, enum host_kind, const char *name);

/* a domain was reached so; less than before changes nothing. -1: ENOMEM */
int hosts_reached(struct hosts *, const char *domain, enum host_tls);
/* what it has reached at best: never weaker again */
enum host_tls hosts_tls(const struct hosts *, const char *domain);
/* all that is known of it; 0: nothing was */
int hosts_forget(struct hosts *, enum host_kind, const char *name);

/* a line for people: *at begins with 0. 0: the end. Nothing else may be done
 * with hosts in between */
int hosts_line(const struct hosts *, uint64_t now, size_t *at, char *line,
    size_t size);
/* all of it as text, to be freed. NULL: ENOMEM */
char *hosts_save(const struct hosts *, size_t *len);
/*
 * The same back; what is known by now stays. Nobody sleeps longer than
 * back-off can say. How many lines were none, and are left out.
 */
size_t hosts_restore(struct hosts *, uint64_t now, const char *, size_t len);
#endif
