/*
 * conf: one schema table reads, checks, prints back and documents a YAML
 * file. Runs in the parent and under -n. Every error of the file is reported
 * as "file:line:col: key: what is wrong, and what was meant".
 */
#ifndef CONF_H
#define CONF_H

#include <sys/socket.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum conf_type {
	CONF_INT,    /* int64_t */
	CONF_SIZE,   /* int64_t, bytes: 512, 64k, 10M, 1G; k is 1024 */
	CONF_TIME,   /* int64_t, ms: 250ms, 10s, 5m, 8h, 30d; bare: seconds */
	CONF_BOOL,   /* int: yes, no, true, false, on, off */
	CONF_STRING, /* char *, never NULL */
	CONF_WORD,   /* int: index of .words */
	CONF_ADDR,   /* struct conf_addr: 192.0.2.1:25, [::1]:25, *:25 */
	CONF_MAP,    /* struct conf_list of .size structs: name: {.sub keys} */
	CONF_LIST = 16 /* | a scalar type: struct conf_list of its C type */
};

struct conf_addr {
	int family;    /* AF_INET, AF_INET6; AF_UNSPEC: all of this machine */
	uint16_t port; /* host order */
	socklen_t len; /* of ss; 0 for AF_UNSPEC */
	struct sockaddr_storage ss;
};

struct conf_list {
	size_t n;
	void *v; /* n elements in the order of the file */
};

struct conf_key {	  /* a table of them ends with one of all zeroes */
	const char *name; /* "a.b": key b in mapping a */
	int type;	  /* enum conf_type */
	size_t at;	  /* offsetof() in the result, or in a map's entry */
	int64_t lo, hi;	  /* value; of strings, lists, maps: length, entries */
	const char *def;  /* as YAML writes it; NULL: must be given */
	const char *doc;  /* for the manual: one or more sentences of mdoc */
	const char *const *words;   /* CONF_WORD: ends with NULL */
	const struct conf_key *sub; /* CONF_MAP: keys of an entry */
	size_t size; /* CONF_MAP: of an entry; its first member: char *name */
	const char *(*check)(const void *); /* of a value; NULL: it is good */
};

struct conf_src; /* where in the file each value stands */

/*
 * Reads path into *out (all values set, defaults too, as far as possible).
 * Never NULL; conf_errors() > 0: do not use *out, but conf_free() it.
 */
struct conf_src *conf_load(const char *, const struct conf_key *, void *);
int conf_errors(const struct conf_src *);
void conf_close(struct conf_src *);

/* one more error, at the place of the value (or entry) stored at field */
void conf_error(struct conf_src *, const void *field, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* what conf_load() allocated in *out, which is then all zeroes */
void conf_free(const struct conf_key *, void *, size_t);

/* the whole result as YAML that conf_load() reads as the same result */
void conf_print(const struct conf_key *, const void *, FILE *);

/* the options part of the manual, mdoc(7) */
void conf_man(const struct conf_key *, FILE *);

/* a .check for names of files: empty, or from the root on */
const char *conf_absolute(const void *);

/* takes each error line, without newline; default: to standard error */
extern void (*conf_report)(const char *);
#endif
