/*
 * context: services, certificates and trusted CAs of the relay. The parent
 * sends a whole configuration; it is collected beside the old one and takes
 * its place when all of it works. Live connections keep what they have.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "cert.h"
#include "relay.h"
#include "sealed.h"
#include "service.h"
#include "tlsx.h"

static struct {
	struct relay_conf conf;
	struct relay_service service[SERVICES];
	int nservices;
	int listener[SERVICES][LISTENERS_MAX]; /* -1: none */
	struct tls *tls[SERVICES];
	struct service_pair pair[CERTS_MAX];
	size_t npairs;
	uint8_t *ca;
	size_t calen;
} next;

static void
discard(void)
{
	size_t i, j;

	for (i = 0; i < next.npairs; i++)
		free((void *)next.pair[i].chain);
	for (i = 0; i < (size_t)next.nservices; i++) {
		service_free(next.tls[i]);
		for (j = 0; j < LISTENERS_MAX; j++)
			if (next.listener[i][j] != -1)
				close(next.listener[i][j]);
	}
	free(next.ca);
	memset(&next, 0, sizeof(next));
}

void
context_begin(const struct relay_conf *c)
{
	discard();
	memcpy(&next.conf, c, sizeof(*c));
}

static int
is_text(const char *p, size_t size)
{
	return memchr(p, '\0', size) != NULL;
}

int
context_service(const struct relay_service *s)
{
	struct relay_service *to = &next.service[next.nservices];

	if (next.nservices == SERVICES || s->kind > KIND_TLS ||
	    s->index != (uint32_t)next.nservices || s->name[0] == '\0' ||
	    !is_text(s->name, sizeof(s->name)) ||
	    !is_text(s->daemon, sizeof(s->daemon)) ||
	    !is_text(s->row, sizeof(s->row)) ||
	    !is_text(s->alpn, sizeof(s->alpn)) ||
	    gate_row(s->daemon, s->row) == PARENT)
		return -1;
	memcpy(to, s, sizeof(*s));
	memset(next.listener[next.nservices], 0xff, sizeof(next.listener[0]));
	next.nservices++;
	return 0;
}

int
context_listen(uint32_t index, int fd)
{
	int i;

	for (i = 0; index < (uint32_t)next.nservices && i < LISTENERS_MAX; i++)
		if (next.listener[index][i] == -1) {
			next.listener[index][i] = fd;
			return 0;
		}
	close(fd);
	return -1;
}

int
context_cert(const struct relay_cert *c, int fd)
{
	struct service_pair *p = &next.pair[next.npairs];
	uint8_t *b;

	if (next.npairs == CERTS_MAX || c->chain == 0 ||
	    c->chain > CERT_PEM_MAX || c->ocsp > CERT_OCSP_MAX ||
	    (b = sealed_read(fd, c->chain + c->ocsp)) == NULL)
		return -1;
	p->chain = b;
	p->chainlen = c->chain;
	p->ocsp = c->ocsp > 0 ? b + c->chain : NULL;
	p->ocsplen = c->ocsp;
	next.npairs++;
	return 0;
}

int
context_ca(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END); /* no fstat(2) in here */

	if (size == -1 || size > CA_MAX || next.ca != NULL ||
	    (next.ca = sealed_read(fd, (size_t)size)) == NULL)
		return -1;
	next.calen = (size_t)size;
	return 0;
}

static int
build(int i, char *why, size_t size)
{
	const struct relay_service *s = &next.service[i];
	const struct service_conf c = { next.pair, next.npairs,
		*s->alpn ? s->alpn : NULL, s->name, (int)s->ask };

	if (s->kind == KIND_PLAIN)
		return 0;
	return (next.tls[i] = service_new(&c, why, size)) == NULL ? -1 : 0;
}

static int
is_free(const struct serving *p)
{
	return p->is.name[0] == '\0' || (p->retired && p->conns == 0);
}

/* its place: the one with its name, so that connections keep theirs */
static struct serving *
place(const struct relay_service *s, uint32_t *taken)
{
	struct serving *p, *free_one = NULL;

	for (p = relay.serving; p < relay.serving + SERVICES; p++) {
		if (*taken & BIT(p - relay.serving))
			continue;
		if (memcmp(p->is.name, s->name, sizeof(s->name)) == 0)
			break;
		if (free_one == NULL && is_free(p))
			free_one = p;
	}
	if (p == relay.serving + SERVICES && (p = free_one) == NULL)
		return NULL;
	*taken |= BIT(p - relay.serving);
	return p;
}

/* pauses were said of the service that had this place */
static void
unpause(const struct serving *p)
{
	int row, j;

	for (row = 0; row < ROWS; row++)
		for (j = 0; j < INSTS; j++)
			relay.paused[row][j] &= ~BIT(p - relay.serving);
}

static void
settle(struct serving *p, int i)
{
	struct listener *l = p->listener;
	int j;

	service_free(p->tls);
	if (memcmp(p->is.name, next.service[i].name, sizeof(p->is.name)) != 0)
		unpause(p);
	p->is = next.service[i];
	p->retired = 0;
	p->is.index = (uint32_t)(p - relay.serving);
	p->tls = next.tls[i];
	p->row = gate_row(p->is.daemon, p->is.row);
	next.tls[i] = NULL;
	for (j = 0; j < LISTENERS_MAX; j++, l++) {
		if ((l->fd = next.listener[i][j]) == -1)
			continue;
		next.listener[i][j] = -1;
		event_assign(&l->ev, proc_base, l->fd, EV_READ | EV_PERSIST,
		    listen_ready, p);
	}
}

/* who is not in it any more takes no connections, but keeps those it has */
static void
retire(void)
{
	struct serving *p;

	for (p = relay.serving; p < relay.serving + SERVICES; p++)
		if (p->is.name[0] != '\0') {
			listen_close(p);
			p->retired = 1;
		}
}

/* -1: says why; nothing has changed */
static int
prepare(struct serving *places[], char *why, size_t size)
{
	uint32_t taken = 0;
	int i;

	for (i = 0; i < next.nservices; i++) {
		if (build(i, why, size) == -1)
			return -1;
		places[i] = place(&next.service[i], &taken);
		if (places[i] == NULL) {
			snprintf(why, size,
			    "connections of former services hold all places");
			return -1;
		}
	}
	if (tlsx_ca(next.ca, next.calen) == -1) { /* NULL: there are none */
		snprintf(why, size, "trusted CAs: none is usable");
		return -1;
	}
	return 0;
}

int
context_apply(char *why, size_t size)
{
	struct serving *places[SERVICES] = { 0 };
	int i;

	if (prepare(places, why, size) == -1) {
		discard();
		return -1;
	}
	relay.conf = next.conf;
	relay.tokens = (int)relay.conf.handshake_rate;
	retire();
	for (i = 0; i < next.nservices && places[i] != NULL; i++)
		settle(places[i], i);
	discard();
	return 0;
}
