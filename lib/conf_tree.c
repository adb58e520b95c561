/*
 * conf_tree: YAML text as a tree of nodes, by libyaml's events. Knows no
 * schema. Refuses what a configuration has no use for: aliases, anchors,
 * tags, keys that are not text, a second document, control characters; caps
 * depth and number of nodes, so that a hostile file costs little. Touches
 * memory only; trusts libyaml to hand out valid UTF-8. YAML 1.1.
 */
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "conf.h"
#include "conf_impl.h"

struct tree {
	struct conf_src *src;
	struct conf_node *up; /* the root's */
	const char *name;     /* the root's key */
	struct conf_node *root;
	struct conf_node *open; /* the mapping or list being read */
	struct conf_node *key;	/* in open, its value is still to come */
	size_t depth, nodes, documents;
};

/*
 * Only what a line of text can hold: neither C0 nor C1, nor what YAML takes
 * as the end of a line (U+2028, U+2029) or cannot write plainly (U+FEFF,
 * U+FFFE, U+FFFF).
 */
static int
is_text(const unsigned char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] < 0x20 || s[i] == 0x7f)
			return 0;
		if (i + 1 < len && s[i] == 0xc2 && s[i + 1] < 0xa0)
			return 0;
		if (i + 2 < len &&
		    (memcmp(s + i, "\342\200\250", 3) == 0 ||
			memcmp(s + i, "\342\200\251", 3) == 0 ||
			memcmp(s + i, "\357\273\277", 3) == 0 ||
			memcmp(s + i, "\357\277\276", 3) == 0 ||
			memcmp(s + i, "\357\277\277", 3) == 0))
			return 0;
	}
	return 1;
}

int
conf_null(const struct conf_node *node)
{
	const char *t = node->text;

	return node->kind == CONF_NODE_SCALAR && node->plain &&
	    (*t == '\0' || strcmp(t, "~") == 0 || strcmp(t, "null") == 0 ||
		strcmp(t, "Null") == 0 || strcmp(t, "NULL") == 0);
}

static struct conf_node *
new_node(struct tree *t, enum conf_kind kind, const yaml_mark_t *mark)
{
	struct conf_node *node;

	if (++t->nodes > CONF_NODES) {
		conf_complain_at(t->src, mark->line + 1, mark->column + 1,
		    "too many values; %d at most", CONF_NODES);
		return NULL;
	}
	if ((node = conf_alloc(t->src, 1, sizeof(*node))) == NULL)
		return NULL;
	node->chain = t->src->nodes;
	t->src->nodes = node;
	node->kind = kind;
	node->line = mark->line + 1;
	node->column = mark->column + 1;
	node->up = t->open;
	return node;
}

/* a value takes its place below what is open */
static void
put(struct tree *t, struct conf_node *node)
{
	if (t->open == NULL) {
		t->root = node;
		node->up = t->up;
		node->key = t->name;
		if (t->up != NULL) {
			node->line = t->up->line;
			node->column = t->up->column;
		}
		return;
	}
	if (t->key != NULL) {
		node->key = t->key->text;
		node->line = t->key->line;
		node->column = t->key->column;
		node->bad = t->key->bad;
		t->key = NULL;
	}
	if (t->open->last != NULL)
		t->open->last->next = node;
	else
		t->open->first = node;
	t->open->last = node;
	t->open->n++;
}

static int
wants_key(const struct tree *t)
{
	return t->open != NULL && t->open->kind == CONF_NODE_MAP &&
	    t->key == NULL;
}

static void
refuse(struct tree *t, struct conf_node *node, const char *why)
{
	if (!node->bad)
		conf_complain(t->src, node, "%s", why);
	node->bad = 1;
}

static void
refuse_extras(struct tree *t, struct conf_node *node, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	if (anchor != NULL)
		refuse(t, node,
		    "an anchor (&); a value that begins with & "
		    "stands in quotes");
	else if (tag != NULL)
		refuse(t, node,
		    "a tag (!); a value that begins with ! stands in quotes");
}

static int
scalar(struct tree *t, const yaml_event_t *e)
{
	const yaml_char_t *value = e->data.scalar.value;
	size_t len = e->data.scalar.length;
	struct conf_node *node;

	node = new_node(t, CONF_NODE_SCALAR, &e->start_mark);
	if (node == NULL ||
	    (node->text = conf_alloc(t->src, len + 1, 1)) == NULL)
		return -1;
	memcpy(node->text, value, len);
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (wants_key(t)) {
		node->key = node->text;
		t->key = node;
	} else
		put(t, node);
	refuse_extras(t, node, e->data.scalar.anchor, e->data.scalar.tag);
	if (!is_text(value, len))
		refuse(t, node, "a control character; text was meant");
	return 0;
}

static int
alias(struct tree *t, const yaml_event_t *e)
{
	struct conf_node *node;

	node = new_node(t, CONF_NODE_SCALAR, &e->start_mark);
	if (node == NULL || (node->text = conf_copy(t->src, "")) == NULL)
		return -1;
	if (wants_key(t)) {
		refuse(t, node, "an alias (*) as key; text was meant");
		return -1;
	}
	put(t, node);
	refuse(t, node,
	    "an alias (*); a value that begins with * stands in quotes");
	return 0;
}

static int
enter(struct tree *t, const yaml_event_t *e)
{
	int map = e->type == YAML_MAPPING_START_EVENT;
	struct conf_node *node;

	node =
	    new_node(t, map ? CONF_NODE_MAP : CONF_NODE_LIST, &e->start_mark);
	if (node == NULL)
		return -1;
	if (wants_key(t)) {
		refuse(t, node,
		    map ? "a mapping as key; text was meant" :
			  "a list as key; text was meant");
		return -1;
	}
	put(t, node);
	if (++t->depth > CONF_DEPTH) {
		conf_complain(t->src, node,
		    "nested too deep; %d levels at most", CONF_DEPTH);
		return -1;
	}
	t->open = node;
	if (map)
		refuse_extras(t, node, e->data.mapping_start.anchor,
		    e->data.mapping_start.tag);
	else
		refuse_extras(t, node, e->data.sequence_start.anchor,
		    e->data.sequence_start.tag);
	return 0;
}

static void
leave(struct tree *t)
{
	t->open = --t->depth > 0 ? t->open->up : NULL;
}

static int
take(struct tree *t, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (t->documents++ == 0)
			return 0;
		conf_complain_at(t->src, e->start_mark.line + 1,
		    e->start_mark.column + 1,
		    "a second document (---); one was meant");
		return -1;
	case YAML_SCALAR_EVENT:
		return scalar(t, e);
	case YAML_ALIAS_EVENT:
		return alias(t, e);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return enter(t, e);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		leave(t);
		return 0;
	default:
		return 0;
	}
}

/* what those who stumble here most often meant */
static const char *
hint(const yaml_parser_t *p, const char *text, size_t len)
{
	const char *end = text + len, *line = text, *c;
	size_t i;

	for (i = 0; i < p->problem_mark.line; i++) {
		c = memchr(line, '\n', end - line);
		if (c == NULL)
			return "";
		line = c + 1;
	}
	for (c = line; c < end && (*c == ' ' || *c == '\t'); c++)
		if (*c == '\t')
			return "; blanks indent, tabs do not";
	if (p->context != NULL &&
	    (strstr(p->context, "alias") != NULL ||
		strstr(p->context, "anchor") != NULL))
		return "; a value that begins with * or & stands in quotes";
	for (c = line; c + 1 < end && *c != '\n'; c++)
		if (c[0] == ']' && c[1] == ':')
			return "; an address in brackets stands in quotes";
	if (strstr(p->problem, "mapping values") != NULL)
		return "; a value with a colon and a blank stands in quotes";
	return "";
}

static void
syntax(struct tree *t, const yaml_parser_t *p, const char *text, size_t len)
{
	size_t i, line = 1, column = 1;

	if (p->problem == NULL || p->error == YAML_MEMORY_ERROR) {
		t->src->def = NULL;
		conf_complain_at(t->src, 0, 0, "out of memory");
	} else if (p->error == YAML_READER_ERROR) {
		for (i = 0; i < len && i < p->problem_offset; i++) {
			if (text[i] == '\n') {
				line++;
				column = 1;
			} else if ((text[i] & 0xc0) != 0x80)
				column++;
		}
		conf_complain_at(t->src, line, column,
		    "%s; text in UTF-8 was meant", p->problem);
	} else
		conf_complain_at(t->src, p->problem_mark.line + 1,
		    p->problem_mark.column + 1, "%s%s%s%s",
		    p->context != NULL ? p->context : "",
		    p->context != NULL ? ", " : "", p->problem,
		    hint(p, text, len));
}

struct conf_node *
conf_tree(struct conf_src *s, const char *text, size_t len,
    struct conf_node *up, const char *key)
{
	struct tree t = { .src = s, .up = up, .name = key };
	yaml_mark_t start = { 0 };
	yaml_parser_t p;
	yaml_event_t e;
	int end, good = 1;

	if (!yaml_parser_initialize(&p)) {
		s->def = NULL;
		conf_complain_at(s, 0, 0, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)text, len);
	for (end = 0; good && !end;) {
		if (!yaml_parser_parse(&p, &e)) {
			syntax(&t, &p, text, len);
			good = 0;
			break;
		}
		end = e.type == YAML_STREAM_END_EVENT;
		good = take(&t, &e) == 0;
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&p);
	if (!good)
		return NULL;
	if (t.root == NULL) {
		t.nodes = 0;
		if ((t.root = new_node(&t, CONF_NODE_MAP, &start)) != NULL)
			put(&t, t.root);
	}
	return t.root;
}
