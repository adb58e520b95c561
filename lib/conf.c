/*
 * conf: a schema table walks over the tree of a YAML file. What the file
 * gives is taken in the order of the file, so that errors come in it too;
 * then what is missing is taken from the defaults, which are read as if they
 * stood in the mapping that lacks them. Runs in the parent and under -n;
 * reads the one file. The file belongs to root, yet nothing it holds may do
 * more than fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "conf_impl.h"

#define LONGEST 64 /* key that is guessed at */

static void table(struct conf_src *, struct conf_node *,
    const struct conf_key *, void *);

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* insertions, deletions and changes that make b of a */
static size_t
distance(const char *a, const char *b, size_t lb)
{
	size_t row[LONGEST], la = strlen(a), corner, left, i, j;

	if (la >= LONGEST || lb >= LONGEST)
		return LONGEST;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			left = least(row[j], row[j - 1]) + 1;
			left = least(left, corner + (a[i - 1] != b[j - 1]));
			corner = row[j];
			row[j] = left;
		}
	}
	return row[lb];
}

/* the length of the first n parts of a.b.c */
static size_t
parts(const char *name, size_t n)
{
	const char *c;

	for (c = name; *c != '\0'; c++)
		if (*c == '.' && --n == 0)
			break;
	return c - name;
}

static const char *
last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot + 1 : name;
}

static void
unknown(struct conf_src *s, struct conf_node *node, const struct conf_key *keys,
    const char *name)
{
	const struct conf_key *k, *near = NULL;
	size_t best = least(strlen(name) / 4, 6) + 2, len = 0, l, d, n = 1;
	const char *c;

	node->bad = 1;
	if (s->errors > CONF_SHOWN)
		best = 0;
	for (c = name; *c != '\0'; c++)
		n += *c == '.';
	for (k = keys; best > 0 && k->name != NULL; k++) {
		l = parts(k->name, n);
		d = distance(name, k->name, l);
		if (strcmp(last_part(k->name), last_part(name)) == 0) {
			l = strlen(k->name);
			d = least(d, 1);
		}
		if (d < best && d < l) {
			best = d;
			near = k;
			len = l;
		}
	}
	if (near == NULL)
		conf_complain(s, node, "unknown key");
	else if (best == 0) /* a key with a dot, written as the manual does */
		conf_complain(s, node,
		    "unknown key; %s, indented below %.*s:, was meant",
		    last_part(name), (int)(last_part(name) - name - 1), name);
	else
		conf_complain(s, node, "unknown key; did you mean %.*s?",
		    (int)len, near->name);
}

/* whether an earlier one in the same mapping has this key: complains */
static int
twice(struct conf_src *s, struct conf_node *node)
{
	const struct conf_node *first = node->up->first;

	while (strcmp(first->key, node->key) != 0)
		first = first->next;
	if (first == node)
		return 0;
	conf_complain(s, node, "given twice, first in line %zu", first->line);
	node->bad = 1;
	return 1;
}

static void
check(struct conf_src *s, const struct conf_key *k,
    const struct conf_node *node, const void *value)
{
	const char *why;

	if (k->check != NULL && (why = k->check(value)) != NULL)
		conf_complain(s, node, "%s", why);
}

static int
fits(struct conf_src *s, const struct conf_key *k, const struct conf_node *node)
{
	char range[80];

	if ((int64_t)node->n >= k->lo && (int64_t)node->n <= k->hi)
		return 1;
	conf_range(CONF_INT, k->lo, k->hi, range, sizeof(range));
	conf_complain(s, node, "%zu entries; %s were meant", node->n, range);
	return 0;
}

static void
list(struct conf_src *s, const struct conf_key *k, const struct conf_node *node,
    struct conf_list *to)
{
	struct conf_key one = *k;
	const struct conf_node *c;
	size_t size;
	void *at;

	one.type &= ~CONF_LIST;
	one.lo = INT64_MIN;
	one.hi = INT64_MAX;
	size = conf_sizeof(one.type);
	if (conf_null(node))
		conf_complain(s, node,
		    "no value; a list was meant ([] is an empty one)");
	else if (node->kind == CONF_NODE_MAP)
		conf_complain(s, node, "a mapping; a list was meant");
	else if (node->kind == CONF_NODE_SCALAR)
		conf_complain(s, node,
		    (one.type == CONF_STRING || one.type == CONF_ADDR) &&
			    !conf_plain(node->text) ?
			"not a list; [\"%.64s\"] was meant" :
			"not a list; [%.64s] was meant",
		    node->text);
	else if (fits(s, k, node) && node->n > 0 &&
	    (to->v = conf_alloc(s, node->n, size)) != NULL)
		for (c = node->first; c != NULL; c = c->next) {
			at = (char *)to->v + to->n++ * size;
			conf_place(s, at, c);
			if (!c->bad && conf_scalar(s, &one, c, at) == 0)
				check(s, k, c, at);
			if (one.type == CONF_STRING && *(char **)at == NULL)
				*(char **)at = conf_copy(s, "");
		}
}

static void
entry(struct conf_src *s, const struct conf_key *k, struct conf_node *node,
    void *at)
{
	int before = s->errors;
	size_t len = strlen(node->key);

	conf_place(s, at, node);
	if (node->bad || twice(s, node))
		return;
	if (len < 1 || len > CONF_NAME)
		conf_complain(s, node,
		    "a name of %zu bytes; 1 to %d were meant", len, CONF_NAME);
	if (node->kind != CONF_NODE_MAP)
		conf_complain(s, node,
		    "not a mapping; its keys, indented "
		    "below it, or {} was meant");
	else {
		table(s, node, k->sub, at);
		if (s->errors == before)
			check(s, k, node, at);
	}
}

static void
map(struct conf_src *s, const struct conf_key *k, struct conf_node *node,
    struct conf_list *to)
{
	struct conf_node *c;
	void *at;

	if (node->kind != CONF_NODE_MAP) {
		conf_complain(s, node,
		    "not a mapping; names with their keys "
		    "indented below them, or {} was meant");
		return;
	}
	if (!fits(s, k, node) || node->n == 0 ||
	    (to->v = conf_alloc(s, node->n, k->size)) == NULL)
		return;
	for (c = node->first; c != NULL; c = c->next) {
		at = (char *)to->v + to->n++ * k->size;
		if ((*(char **)at = conf_copy(s, c->key)) != NULL)
			entry(s, k, c, at);
	}
}

static void
value(struct conf_src *s, const struct conf_key *k, struct conf_node *node,
    void *to)
{
	conf_place(s, to, node);
	if (node->bad)
		return;
	if (k->type == CONF_MAP)
		map(s, k, node, to);
	else if (k->type & CONF_LIST)
		list(s, k, node, to);
	else if (conf_scalar(s, k, node, to) == 0)
		check(s, k, node, to);
}

/* the key called name, or whether a key called name.something is there */
static const struct conf_key *
lookup(const struct conf_key *k, const char *name, int *outer)
{
	size_t len = strlen(name);

	for (*outer = 0; k->name != NULL; k++) {
		if (strcmp(k->name, name) == 0)
			return k;
		if (strncmp(k->name, name, len) == 0 && k->name[len] == '.')
			*outer = 1;
	}
	return NULL;
}

/* all that stands in a mapping which is called prefix ("a.b.") in the keys */
static void
given(struct conf_src *s, struct conf_node *mapping, const char *prefix,
    const struct conf_key *keys, void *out)
{
	const struct conf_key *k;
	struct conf_node *c;
	char name[CONF_NAME + 1];
	size_t n, size = sizeof(name) - 1;
	int outer;

	for (c = mapping->first; c != NULL; c = c->next) {
		if (c->bad)
			continue;
		n = snprintf(name, size, "%s%s", prefix, c->key);
		k = lookup(keys, name, &outer);
		if (n >= size || (k == NULL && !outer) || strchr(c->key, '.'))
			unknown(s, c, keys, name);
		else if (twice(s, c))
			continue;
		else if (k != NULL)
			value(s, k, c, (char *)out + k->at);
		else if (c->kind != CONF_NODE_MAP) {
			conf_complain(s, c,
			    "not a mapping; its keys, indented "
			    "below it, were meant");
			c->bad = 1;
		} else {
			memcpy(name + n, ".", 2);
			given(s, c, name, keys, out);
		}
	}
}

/* the node at a.b.c; or NULL, the node that lacks it, the rest of the name */
static struct conf_node *
find(struct conf_node *mapping, const char *name, struct conf_node **lacks,
    const char **rest)
{
	struct conf_node *c;
	size_t len;

	for (;;) {
		*lacks = mapping;
		*rest = name;
		len = strcspn(name, ".");
		for (c = mapping->first; c != NULL; c = c->next)
			if (c->key != NULL && strncmp(c->key, name, len) == 0 &&
			    c->key[len] == '\0')
				break;
		if (c == NULL || name[len] == '\0')
			return c;
		mapping = c;
		name += len + 1;
	}
}

static void
absent(struct conf_src *s, struct conf_node *mapping, const struct conf_key *k,
    void *to)
{
	const struct conf_key *outer = s->def;
	struct conf_node gap = { 0 }, *node;
	const char *rest;

	node = find(mapping, k->name, &gap.up, &rest);
	if (node == NULL && k->def != NULL) {
		s->def = k;
		node = conf_tree(s, k->def, strlen(k->def), gap.up, rest);
		if (node != NULL)
			value(s, k, node, to);
		s->def = outer;
	} else if (node == NULL && !gap.up->bad &&
	    gap.up->kind == CONF_NODE_MAP) {
		gap.key = rest;
		gap.line = gap.up->line;
		gap.column = gap.up->column;
		conf_complain(s, &gap, "missing; %s must be given",
		    conf_noun(k->type));
	}
	if (k->type == CONF_STRING && *(char **)to == NULL)
		*(char **)to = conf_copy(s, "");
}

static void
table(struct conf_src *s, struct conf_node *mapping,
    const struct conf_key *keys, void *out)
{
	const struct conf_key *k;

	given(s, mapping, "", keys, out);
	for (k = keys; k->name != NULL; k++)
		absent(s, mapping, k, (char *)out + k->at);
}

static void
clear(const struct conf_key *k, void *out)
{
	for (; k->name != NULL; k++)
		memset((char *)out + k->at, 0, conf_sizeof(k->type));
}

static void
load(struct conf_src *s, const char *text, size_t len,
    const struct conf_key *keys, void *out)
{
	struct conf_node *root;

	if (len > CONF_FILE) {
		conf_complain_at(s, 0, 0, "too large; %zuk at most",
		    CONF_FILE / 1024);
		return;
	}
	if ((root = conf_tree(s, text, len, NULL, NULL)) == NULL)
		return;
	if (root->kind == CONF_NODE_SCALAR && root->plain && *root->text == 0)
		root->kind = CONF_NODE_MAP; /* nothing but "---" */
	if (root->kind != CONF_NODE_MAP)
		conf_complain(s, root,
		    "not a mapping; lines such as \"key: value\" were meant");
	else
		table(s, root, keys, out);
}

struct conf_src *
conf_load_mem(const char *name, const char *text, size_t len,
    const struct conf_key *keys, void *out)
{
	struct conf_src *s = conf_src(name);

	clear(keys, out);
	load(s, text, len, keys, out);
	return s;
}

struct conf_src *
conf_load(const char *path, const struct conf_key *keys, void *out)
{
	struct conf_src *s = conf_src(path);
	size_t len = 0;
	ssize_t n = -1;
	char *text;
	int fd;

	clear(keys, out);
	if ((text = conf_alloc(s, CONF_FILE + 1, 1)) == NULL)
		return s;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) != -1)
		do {
			n = read(fd, text + len, CONF_FILE + 1 - len);
			len += n > 0 ? n : 0;
		} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == -1)
		conf_complain_at(s, 0, 0, "%s", strerror(errno));
	else
		load(s, text, len, keys, out);
	if (fd != -1)
		close(fd);
	free(text);
	return s;
}

static void
release(const struct conf_key *k, void *at)
{
	struct conf_list *l = at;
	const struct conf_key *sub;
	char *entry;
	size_t i;

	if (k->type == CONF_STRING)
		free(*(char **)at);
	if (k->type != CONF_MAP && !(k->type & CONF_LIST))
		return;
	for (i = 0; i < l->n; i++) {
		if (k->type == (CONF_LIST | CONF_STRING))
			free(((char **)l->v)[i]);
		if (k->type != CONF_MAP)
			continue;
		entry = (char *)l->v + i * k->size;
		free(*(char **)(void *)entry);
		for (sub = k->sub; sub->name != NULL; sub++)
			release(sub, entry + sub->at);
	}
	free(l->v);
}

void
conf_free(const struct conf_key *keys, void *out, size_t size)
{
	const struct conf_key *k;

	for (k = keys; k->name != NULL; k++)
		release(k, (char *)out + k->at);
	memset(out, 0, size);
}
