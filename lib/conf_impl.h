/*
 * conf_impl: what the conf_*.c files share, and tests and the fuzzer need:
 * the file as a tree of nodes, and the one way to complain about it.
 */
#ifndef CONF_IMPL_H
#define CONF_IMPL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf.h"

#define CONF_FILE ((size_t)1024 * 1024) /* bytes of a file */
#define CONF_DEPTH 16	 /* mappings and lists inside each other */
#define CONF_NODES 65536 /* keys and values of a file */
#define CONF_NAME 255	 /* bytes of a name that the user gives */
#define CONF_SHOWN 1000	 /* errors that are told, not only counted */

enum conf_kind { CONF_NODE_SCALAR, CONF_NODE_LIST, CONF_NODE_MAP };

struct conf_node {
	struct conf_node *chain; /* all of a conf_src, to free them */
	struct conf_node *up;
	struct conf_node *first, *last, *next;
	const char *key;     /* NULL: the root, or stands in a list */
	char *text;	     /* of a scalar */
	size_t n;	     /* children */
	size_t line, column; /* from 1; of the key, where there is one */
	enum conf_kind kind;
	int plain; /* the scalar was not quoted */
	int bad;   /* has been complained about */
};

struct conf_place {
	const void *field;
	const struct conf_node *node;
};

struct conf_src {
	char *file;
	int errors;
	struct conf_node *nodes;
	struct conf_place *places;
	size_t nplaces, room;
	const struct conf_key *def; /* whose default is being read */
};

/* conf_src.c: zeroed memory, or NULL after a complaint */
void *conf_alloc(struct conf_src *, size_t, size_t);
char *conf_copy(struct conf_src *, const char *);
struct conf_src *conf_src(const char *);
void conf_place(struct conf_src *, const void *, const struct conf_node *);
void conf_complain(struct conf_src *, const struct conf_node *, const char *,
    ...) __attribute__((format(printf, 3, 4)));
/* line 0: of the whole file */
void conf_complain_at(struct conf_src *, size_t, size_t, const char *, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * conf_tree.c: text as a tree that lives as long as the conf_src; it hangs
 * below the mapping up as key, if that is not NULL. NULL after a complaint.
 */
struct conf_node *conf_tree(struct conf_src *, const char *, size_t,
    struct conf_node *, const char *);
int conf_null(const struct conf_node *);

/* conf_value.c: a scalar of the file as the C value of its type; or -1 */
int conf_scalar(struct conf_src *, const struct conf_key *,
    const struct conf_node *, void *);
size_t conf_sizeof(int);
const char *conf_noun(int);
int conf_plain(const char *); /* YAML reads it as text without quotes */
/* in the largest unit that is exact for the number and for another one */
void conf_number(int, int64_t, int64_t, char *, size_t);
void conf_range(int, int64_t, int64_t, char *, size_t);

/* conf.c: conf_load() of text in memory */
struct conf_src *conf_load_mem(const char *, const char *, size_t,
    const struct conf_key *, void *);
#endif
