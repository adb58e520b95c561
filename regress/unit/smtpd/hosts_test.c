/* hosts: back-off over weeks, memory of TLS, what is saved comes back */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "schedule.h"
#include "tap.h"

#define MIN 60000ULL
#define DAY (24 * 60 * MIN)
#define NONE 0x80000000U /* random bytes that change no delay much */

static enum host_state
ask(struct hosts *h, uint64_t now, const char *name)
{
	uint64_t when = 0;

	return hosts_ask(h, now, HOST_DOMAIN, name, &when);
}

static void
backoff(void)
{
	struct hosts *h = hosts_new();
	uint64_t now = DAY, when = 0;

	ok(ask(h, now, "a") == HOST_OPEN, "unknown: open");
	hosts_failed(h, now, HOST_DOMAIN, "a", NONE);
	ok(hosts_ask(h, now, HOST_DOMAIN, "a", &when) == HOST_SLEEPS &&
		when >= now + 52 * 1000 && when <= now + 68 * 1000,
	    "failed: it sleeps for a minute");
	ok(ask(h, now, "b") == HOST_OPEN, "another one does not");
	ok(hosts_ask(h, now, HOST_ADDRESS, "a", &when) == HOST_OPEN,
	    "nor does an address of that name");
	hosts_failed(h, now + 1, HOST_DOMAIN, "a", NONE);
	hosts_failed(h, now + 2, HOST_DOMAIN, "a", NONE);
	hosts_ask(h, now, HOST_DOMAIN, "a", &when);
	ok(when <= now + 68 * 1000, "three at once count once");
	ok(ask(h, when - 1, "a") == HOST_SLEEPS, "until then");
	ok(ask(h, when, "a") == HOST_PROBE, "then one may try");
	ok(ask(h, when, "a") == HOST_SLEEPS, "one alone");
	hosts_release(h, HOST_DOMAIN, "a");
	ok(ask(h, when, "a") == HOST_PROBE, "it did not, so another one");
	ok(ask(h, when + HOST_PROBE_MS - 1, "a") == HOST_SLEEPS &&
		ask(h, when + HOST_PROBE_MS, "a") == HOST_PROBE,
	    "a probe that is lost blocks for an hour");
	now = when + HOST_PROBE_MS;
	hosts_failed(h, now, HOST_DOMAIN, "a", NONE);
	hosts_ask(h, now, HOST_DOMAIN, "a", &when);
	ok(when > now + 100 * 1000 && when < now + 140 * 1000,
	    "failed again: two minutes");
	ok(ask(h, when, "a") == HOST_PROBE, "the next probe");
	hosts_good(h, HOST_DOMAIN, "a");
	ok(ask(h, when, "a") == HOST_OPEN && ask(h, when, "a") == HOST_OPEN,
	    "good: open for all");
	hosts_failed(h, when, HOST_DOMAIN, "a", NONE);
	hosts_ask(h, when, HOST_DOMAIN, "a", &now);
	ok(now - when < 70 * 1000, "and a minute again");
	hosts_free(h);
	hosts_free(NULL);
}

/* three weeks: how often a dead host is tried */
static void
weeks(void)
{
	struct hosts *h = hosts_new();
	uint64_t now = 0, when, last = 0, longest = 0;
	int probes = 0;

	hosts_failed(h, 0, HOST_ADDRESS, "192.0.2.1", 0);
	for (; now < 21 * DAY; now += MIN / 2)
		if (hosts_ask(h, now, HOST_ADDRESS, "192.0.2.1", &when) ==
		    HOST_PROBE) {
			probes++;
			if (now - last > longest)
				longest = now - last;
			last = now;
			hosts_failed(h, now, HOST_ADDRESS, "192.0.2.1",
			    (uint32_t)(now * 2654435761U));
		}
	ok(probes > 21 * 6 - 10 && probes < 21 * 7 + 10,
	    "three weeks: %d probes", probes);
	ok(longest <= 270 * MIN + MIN, "4.5 hours between two at most");
	hosts_free(h);
}

static void
memory(void)
{
	struct hosts *h = hosts_new();

	ok(hosts_tls(h, "a") == HOST_PLAIN, "unknown: plain");
	hosts_reached(h, "a", HOST_PLAIN);
	ok(hosts_forget(h, HOST_DOMAIN, "a") == 0, "plain is no memory");
	hosts_reached(h, "a", HOST_VERIFIED);
	hosts_reached(h, "a", HOST_ENCRYPTED);
	hosts_reached(h, "a", HOST_PLAIN);
	ok(hosts_tls(h, "a") == HOST_VERIFIED, "never weaker again");
	hosts_reached(h, "b", HOST_ENCRYPTED);
	hosts_failed(h, 0, HOST_DOMAIN, "b", 0);
	hosts_good(h, HOST_DOMAIN, "b");
	ok(hosts_tls(h, "b") == HOST_ENCRYPTED && ask(h, 0, "b") == HOST_OPEN,
	    "a good one keeps it");
	ok(hosts_forget(h, HOST_DOMAIN, "a") == 1 &&
		hosts_tls(h, "a") == HOST_PLAIN,
	    "but if it is told to forget");
	hosts_free(h);
}

static void
full(void)
{
	struct hosts *h = hosts_new();
	char name[32];
	size_t at = 0, n = 0;
	char line[HOST_LINE];
	int i, kept = 0;

	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "tls%d", i);
		hosts_reached(h, name, HOST_ENCRYPTED);
	}
	for (i = 0; i < 2 * HOSTS_MAX; i++) {
		snprintf(name, sizeof(name), "d%d.example", i * 7919 % 20011);
		if (hosts_failed(h, 0, HOST_DOMAIN, name, 0) == -1)
			ok(0, "no memory");
	}
	while (hosts_line(h, 0, &at, line, sizeof(line)))
		n++;
	ok(n == HOSTS_MAX, "its cap is never passed");
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "tls%d", i);
		kept += hosts_tls(h, name) == HOST_ENCRYPTED;
	}
	ok(kept == 50, "strangers do not push out memory of TLS");
	snprintf(name, sizeof(name), "d%d.example",
	    (2 * HOSTS_MAX - 1) * 7919 % 20011);
	ok(ask(h, 0, name) == HOST_SLEEPS, "the last one is there");
	ok(ask(h, 0, "d0.example") == HOST_OPEN, "the first one is not");
	for (i = 0; i < HOSTS_MAX; i++) {
		snprintf(name, sizeof(name), "new%d", i);
		hosts_reached(h, name, HOST_ENCRYPTED);
	}
	ok(hosts_tls(h, "tls0") == HOST_PLAIN && hosts_tls(h, "new0") > 0,
	    "of those with TLS the longest unused goes");
	memset(line, 'x', sizeof(line));
	line[HOST_NAME] = '\0';
	ok(hosts_failed(h, 0, HOST_DOMAIN, line, 0) == -1, "a name too long");
	hosts_free(h);
}

static void
saved(void)
{
	struct hosts *h = hosts_new(), *g = hosts_new();
	uint64_t when = 0, then = 0;
	size_t len = 0, at = 0, again = 0;
	char line[HOST_LINE], *text, *text2;
	int i;

	hosts_reached(h, "v.example", HOST_VERIFIED);
	hosts_reached(h, "e.example", HOST_ENCRYPTED);
	for (i = 0; i < 5; i++)
		hosts_failed(h, i * 5 * MIN * 60, HOST_DOMAIN, "e.example",
		    NONE);
	hosts_failed(h, DAY, HOST_ADDRESS, "2001:db8::1", NONE);
	text = hosts_save(h, &len);
	ok(text != NULL && strlen(text) == len, "saved");
	ok(hosts_restore(g, DAY, text, len) == 0, "restored");
	hosts_ask(h, DAY, HOST_DOMAIN, "e.example", &when);
	hosts_ask(g, DAY, HOST_DOMAIN, "e.example", &then);
	ok(hosts_tls(g, "v.example") == HOST_VERIFIED &&
		hosts_tls(g, "e.example") == HOST_ENCRYPTED && when == then,
	    "it is the same");
	text2 = hosts_save(g, &again);
	ok(again == len && memcmp(text, text2, len) == 0, "in the same order");
	ok(hosts_line(g, DAY, &at, line, sizeof(line)) == 1 &&
		strncmp(line, "domain e.example tls=encrypted failures=5",
		    41) == 0,
	    "a line for people: %s", line);
	ok(hosts_restore(g, 0, "domain e.example plain 0 0", 26) == 0 &&
		hosts_tls(g, "e.example") == HOST_ENCRYPTED,
	    "what is known stays");
	hosts_restore(g, 0, "domain x plain 3 99999999999999\n", 32);
	hosts_ask(g, 0, HOST_DOMAIN, "x", &when);
	ok(when <= RETRY_MAX + RETRY_MAX / 8, "nobody sleeps for ever");
	free(text);
	free(text2);
	hosts_free(h);
	hosts_free(g);
}

static void
damaged(void)
{
	static const char *const bad[] = { "", "domain", "domain a plain 0",
		"domain a plain 0 0 0", "domain  plain 0 0", "host a plain 0 0",
		"domain a weak 0 0", "domain a plain x 0", "domain a plain 0 ",
		"domain a plain -1 0", "domain a plain 9999999 0",
		"address a verified 0 0", "domain a\tb plain 1 0",
		"domain a plain 1 99999999999999999999999999" };
	struct hosts *h = hosts_new();
	char line[HOST_LINE + 20], longest[HOST_NAME + 1];
	size_t i, at = 0, n;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		n = (size_t)snprintf(line, sizeof(line), "%s\n", bad[i]);
		ok(hosts_restore(h, 0, line, n) == 1, "bad: \"%s\"", bad[i]);
	}
	memset(longest, 'x', HOST_NAME);
	longest[HOST_NAME] = '\0';
	n = (size_t)snprintf(line, sizeof(line), "domain %s plain 1 0\n",
	    longest);
	ok(hosts_restore(h, 0, line, n) == 1, "a name too long");
	n = (size_t)snprintf(line, sizeof(line), "domain %s plain 1 0\n",
	    longest + 1);
	ok(hosts_restore(h, 0, line, n) == 0, "the longest name");
	memset(line, 'y', sizeof(line));
	ok(hosts_restore(h, 0, line, sizeof(line)) == 1, "a line too long");
	ok(hosts_restore(h, 0, "domain a\0 plain 1 0\n", 20) == 1, "a NUL");
	ok(hosts_restore(h, 0, "?\ndomain a plain 1 0\n?\n", 23) == 2 &&
		hosts_line(h, 0, &at, line, sizeof(line)),
	    "good ones between bad ones");
	hosts_free(h);
}

int
main(void)
{
	backoff();
	weeks();
	memory();
	full();
	saved();
	damaged();
	return done();
}
