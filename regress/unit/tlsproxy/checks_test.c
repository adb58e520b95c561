/* checks: rounds of addresses; who comes again, who leaves when it is full */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "tap.h"

enum { MANY = 2 * CHECKS_MAX };

static struct checks q;
static struct check all[MANY];
static struct addr peer[MANY];
static int used;

static struct addr
addr(const char *text)
{
	struct addr a = { .port = (uint16_t)(4711 + used) };

	a.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, text, a.ip) != 1)
		abort();
	return a;
}

/* the number of who had to leave, -1: nobody */
static int
put(const char *from)
{
	struct check *out;

	if (used == MANY)
		abort();
	peer[used] = addr(from);
	out = checks_put(&q, &all[used], &peer[used]);
	used++;
	return out == NULL ? -1 : (int)(out - all);
}

static int
take(void)
{
	struct check *k = checks_take(&q);

	return k == NULL ? -1 : (int)(k - all);
}

static void
begin(void)
{
	checks_init(&q);
	used = 0;
}

static int
order(const int *want, int n)
{
	int i, good = 1;

	for (i = 0; i < n; i++)
		good &= take() == want[i];
	return good && take() == -1;
}

static void
rounds(void)
{
	int i;

	begin();
	ok(take() == -1, "empty");
	for (i = 0; i < 3; i++)
		put("192.0.2.1");
	put("192.0.2.2");
	put("2001:db8::1");
	put("2001:db8::2");
	put("2001:db8:0:1::1");
	ok(order((const int[]){ 0, 3, 4, 6, 1, 5, 2 }, 7),
	    "one of each address, then the next of each; a /64 is one");
	begin();
	for (i = 0; i < 3; i++)
		put("192.0.2.1");
	ok(take() == 0 && take() == 1, "alone he has all the turns");
	put("192.0.2.2");
	put("192.0.2.1");
	ok(order((const int[]){ 3, 2, 4 }, 3),
	    "who comes later waits for no round that is over");
	begin();
	put("192.0.2.1");
	put("192.0.2.1");
	put("192.0.2.2");
	checks_del(&q, &all[0]);
	ok(order((const int[]){ 2, 1 }, 2), "one that has left");
}

static void
full(void)
{
	char text[32];
	int i, out;

	begin();
	for (i = 0; i < CHECKS_MAX; i++)
		put("192.0.2.1");
	ok(put("192.0.2.1") == CHECKS_MAX, "full of his own: he stays outside");
	ok(put("192.0.2.2") == CHECKS_MAX - 1,
	    "full of another one's: that one's last leaves");
	take();
	ok(take() == CHECKS_MAX + 1, "and he is the second");
	begin();
	for (i = 0; i < CHECKS_MAX; i++) {
		snprintf(text, sizeof(text), "198.51.%d.%d", i / 200, i % 200);
		put(text);
	}
	out = put("192.0.2.1");
	ok(out == CHECKS_MAX && q.n == CHECKS_MAX,
	    "full of one each: the newest stays outside");
}

int
main(void)
{
	rounds();
	full();
	return done();
}
