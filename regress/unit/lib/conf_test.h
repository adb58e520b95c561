/* conf_test: a schema of all types, lists, maps in maps, nested keys, checks */
#ifndef CONF_TEST_H
#define CONF_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"

#define AT(field) offsetof(struct result, field)
#define AT_SITE(field) offsetof(struct site, field)
#define AT_USER(field) offsetof(struct user, field)

struct user {
	char *name;
	int64_t quota;
	struct conf_list groups;
};

struct site {
	char *name;
	char *root;
	int https;
	struct conf_addr backend;
	struct conf_list index, users;
};

struct result {
	int64_t workers, offset, large, size, handshake, idle;
	int verbose, mode;
	char *hostname, *motto;
	struct conf_addr control;
	struct conf_list listen, ports, sizes, delays, flags, modes, nets;
	struct conf_list sites, peers;
};

static const char *const modes[] = { "off", "soft", "hard", NULL };
static const char *
check_even(const void *v)
{
	return *(const int64_t *)v % 2 ? "odd; an even number was meant" : NULL;
}

static const char *
check_root(const void *v)
{
	return **(char *const *)v != '/' ? "not absolute; /... was meant" :
					   NULL;
}

static const char *
check_site(const void *v)
{
	const struct site *site = v;

	return site->https && site->users.n > 0 ?
	    "https with users; one of them was meant" :
	    NULL;
}

/* clang-format off */
static const struct conf_key user_keys[] = {
{ "quota",  CONF_SIZE,               AT_USER(quota),  0, INT64_MAX, "0",  "Space.",  NULL, NULL, 0, NULL },
{ "groups", CONF_LIST | CONF_STRING, AT_USER(groups), 0, 4,         "[a]", "Groups.", NULL, NULL, 0, NULL },
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};

static const struct conf_key site_keys[] = {
{ "root",         CONF_STRING,             AT_SITE(root),    1, 64, NULL,   "Where.",  NULL, NULL, 0, check_root },
{ "tls.on",       CONF_BOOL,               AT_SITE(https),   0, 0,  "no",   "Secret.", NULL, NULL, 0, NULL },
{ "proxy.to.one", CONF_ADDR,               AT_SITE(backend), 0, 0,  "'[::1]:80'", "Whom.", NULL, NULL, 0, NULL },
{ "index",        CONF_LIST | CONF_STRING, AT_SITE(index),   0, 3,  "[index.html]", "Names.", NULL, NULL, 0, NULL },
{ "users",        CONF_MAP,                AT_SITE(users),   0, 2,  "{}",   "Users.",  NULL, user_keys, sizeof(struct user), NULL },
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};

static const struct conf_key peer_keys[] = {
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};

static const struct conf_key keys[] = {
{ "hostname",         CONF_STRING, AT(hostname),  1, 16, NULL, "Name.\nSee\n.Xr hostname 7 .", NULL, NULL, 0, NULL },
{ "listen",           CONF_LIST | CONF_ADDR,   AT(listen), 1, 3, "['*:25']", "Addresses.", NULL, NULL, 0, NULL },
{ "workers",          CONF_INT,    AT(workers),   2, 64,           "4",     "Even.",    NULL, NULL, 0, check_even },
{ "limits.handshake", CONF_TIME,   AT(handshake), 1000, 60000,     "10s",   "Patience.", NULL, NULL, 0, NULL },
{ "offset",           CONF_INT,    AT(offset),    INT64_MIN, INT64_MAX, "-1", "Any.",   NULL, NULL, 0, NULL },
{ "limits.mem.idle",  CONF_TIME,   AT(idle),      0, INT64_MAX,    "1h",    "Idle.",    NULL, NULL, 0, NULL },
{ "limits.mem.size",  CONF_SIZE,   AT(size),      1024, 1 << 30,   "64k",   "Memory.",  NULL, NULL, 0, NULL },
{ "limits.mem.large", CONF_SIZE,   AT(large),     0, INT64_MAX,    "3G",    "Memory.",  NULL, NULL, 0, NULL },
{ "verbose",          CONF_BOOL,   AT(verbose),   0, 0,            "off",   "Talk.",    NULL, NULL, 0, NULL },
{ "mode",             CONF_WORD,   AT(mode),      0, 0,            "soft",  "How.",     modes, NULL, 0, NULL },
{ "motto",            CONF_STRING, AT(motto),     0, 200,          "'\"say\\\"'", "Words.", NULL, NULL, 0, NULL },
{ "control",          CONF_ADDR,   AT(control),   0, 0, "127.0.0.1:1",      "Socket.",  NULL, NULL, 0, NULL },
{ "ports",            CONF_LIST | CONF_INT,    AT(ports),  0, 3, "[]",      "Ports.",   NULL, NULL, 0, check_even },
{ "sizes",            CONF_LIST | CONF_SIZE,   AT(sizes),  0, 3, "[1k]",    "Sizes.",   NULL, NULL, 0, NULL },
{ "delays",           CONF_LIST | CONF_TIME,   AT(delays), 0, 3, "[90s, 1h, 1500ms]", "Delays.", NULL, NULL, 0, NULL },
{ "flags",            CONF_LIST | CONF_BOOL,   AT(flags),  0, 9, "[]",      "Flags.",   NULL, NULL, 0, NULL },
{ "modes",            CONF_LIST | CONF_WORD,   AT(modes),  0, 3, "[hard, \"off\"]", "Modes.", modes, NULL, 0, NULL },
{ "nets",             CONF_LIST | CONF_STRING, AT(nets),   0, 3, "[]",      "Nets.",    NULL, NULL, 0, NULL },
{ "sites",            CONF_MAP,    AT(sites),     0, 3,            "{}",    "Sites.",   NULL, site_keys, sizeof(struct site), check_site },
{ "far.peers",        CONF_MAP,    AT(peers),     0, INT64_MAX,    "{a b: {}}", "Peers.", NULL, peer_keys, sizeof(char *), NULL },
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */
#endif
