/*
 * expand: see expand.h. Touches nothing. The recipient is a stranger's; a
 * name is never followed deeper than ALIAS_DEPTH, to more than ALIAS_RESULTS,
 * or for more than ALIAS_STEPS looks into the tables.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "expand.h"

struct work {
	const struct directory *dir;
	time_t now;
	struct expansion *out;
	const struct alias *chain[ALIAS_DEPTH]; /* entered, and not yet left */
	int depth;
	unsigned int steps;
	int over, limit, circle; /* met on the way */
	void (*trace)(int, const char *, void *);
	void *arg;
};

/* stand in the chain for what is no alias */
static const struct alias to_postmaster, to_catch_all;

static void follow(struct work *, const struct name *);

/* "name: what", for people */
static void __attribute__((format(printf, 3, 4)))
say(struct work *w, const struct name *n, const char *fmt, ...)
{
	char line[2 * MAILBOX_TEXT + 256];
	size_t at;
	va_list ap;

	if (w->trace == NULL)
		return;
	at = mailbox_format(&n->is, line);
	if (n->separator != '\0')
		at += (size_t)snprintf(line + at, sizeof(line) - at,
		    " with %c%s", n->separator, n->detail);
	line[at++] = ':';
	line[at++] = ' ';
	va_start(ap, fmt);
	vsnprintf(line + at, sizeof(line) - at, fmt, ap);
	va_end(ap);
	w->trace(w->depth, line, w->arg);
}

int
final_same(const struct final *a, const struct final *b)
{
	if (a->kind != b->kind || a->user != b->user)
		return 0;
	switch (a->kind) {
	case FINAL_LOCAL:
		return strcmp(a->detail, b->detail) == 0;
	case FINAL_REMOTE:
		return mailbox_same(&a->to, &b->to);
	default:
		return strcmp(a->command, b->command) == 0;
	}
}

static void
add(struct work *w, const struct final *f)
{
	struct expansion *out = w->out;
	size_t i;

	for (i = 0; i < out->n; i++)
		if (final_same(&out->v[i], f))
			return;
	if (out->n == ALIAS_RESULTS)
		w->limit = 1;
	else
		out->v[out->n++] = *f;
}

static void
add_remote(struct work *w, const struct name *n)
{
	const struct final f = { .kind = FINAL_REMOTE, .to = n->is };
	const struct name plain = { .is = n->is };

	say(w, &plain, "remote");
	add(w, &f);
}

static void
add_user(struct work *w, const struct name *n, const struct step *s)
{
	struct final f = { .kind = FINAL_LOCAL, .user = s->user };

	memcpy(f.detail, s->detail, sizeof(f.detail));
	say(w, n, "user%s%s", f.detail[0] != '\0' ? ", detail " : "", f.detail);
	add(w, &f);
}

/* as the user that the alias is called: nobody else has asked for it */
static void
add_pipe(struct work *w, const struct alias *a, const struct alias_target *t)
{
	struct final f = { .kind = FINAL_PIPE, .command = t->local };

	if (directory_user(w->dir, a->local, &f.user))
		add(w, &f);
}

/* what came along stays with it, unless the target has a detail of its own */
static void
name_of(struct name *n, const char *local, const char *domain,
    const struct step *s)
{
	memset(n, 0, sizeof(*n));
	snprintf(n->is.local, sizeof(n->is.local), "%s", local);
	snprintf(n->is.domain, sizeof(n->is.domain), "%s", domain);
	if (s == NULL || s->separator == '\0')
		return;
	n->separator = s->separator;
	memcpy(n->detail, s->detail, sizeof(n->detail));
}

/* is it on the way here? */
static int
is_entered(const struct work *w, const struct alias *a)
{
	int i;

	for (i = 0; i < w->depth; i++)
		if (w->chain[i] == a)
			return 1;
	return 0;
}

/* one deeper; 0: not that deep */
static int
enter(struct work *w, const struct alias *a)
{
	if (w->depth == ALIAS_DEPTH) {
		w->limit = 1;
		return 0;
	}
	w->chain[w->depth++] = a;
	return 1;
}

static void
follow_targets(struct work *w, const struct alias *a, const struct step *s)
{
	const struct alias_target *t;
	struct name n;

	if (!enter(w, a))
		return;
	for (t = a->targets; t < a->targets + a->ntargets && !w->limit; t++) {
		if (t->kind == TARGET_PIPE) {
			add_pipe(w, a, t);
			continue;
		}
		name_of(&n, t->local, t->domain, s);
		follow(w, &n);
	}
	w->depth--;
}

/* on to a name of the configuration, which asks for it once */
static void
follow_text(struct work *w, const struct name *from, const char *text,
    const struct alias *stands, const struct step *s)
{
	const int again = is_entered(w, stands);
	struct mailbox m;
	struct name n;

	say(w, from, "%s%s",
	    stands == &to_postmaster ? "postmaster" : "catch_all",
	    again ? ", again" : "");
	if (again || target_mailbox(&m, text, strlen(text)) != NULL ||
	    !enter(w, stands))
		return;
	name_of(&n, m.local, m.domain, s);
	follow(w, &n);
	w->depth--;
}

static void
follow_alias(struct work *w, const struct name *n, struct step *s)
{
	const struct alias *a = s->alias;

	if (!is_entered(w, a)) {
		say(w, n, "alias %s%s%s of line %u", a->local,
		    *a->domain != '\0' ? "@" : "", a->domain, a->line);
		follow_targets(w, a, s);
		return;
	}
	directory_step_user(w->dir, s);
	if (s->kind == STEP_USER)
		add_user(w, n, s);
	else {
		say(w, n, "a circle, and no user is called so");
		w->circle |= a == w->chain[0];
	}
}

static void
follow_own(struct work *w, const struct name *n)
{
	struct step s;

	directory_step(w->dir, n, w->now, &s);
	switch (s.kind) {
	case STEP_ALIAS:
		follow_alias(w, n, &s);
		break;
	case STEP_USER:
		add_user(w, n, &s);
		break;
	case STEP_POSTMASTER:
		follow_text(w, n, w->dir->postmaster, &to_postmaster, &s);
		break;
	case STEP_CATCH_ALL:
		follow_text(w, n, w->dir->catch_all, &to_catch_all, &s);
		break;
	case STEP_OVER:
		say(w, n, "alias of line %u, whose time is over",
		    s.alias->line);
		w->over = 1;
		break;
	case STEP_NONE:
		say(w, n, "nobody");
		break;
	}
}

static void
follow(struct work *w, const struct name *n)
{
	if (++w->steps > ALIAS_STEPS)
		w->limit = 1;
	else if (n->is.domain[0] == '\0' ||
	    directory_is_own(w->dir, n->is.domain))
		follow_own(w, n);
	else
		add_remote(w, n);
}

static enum verdict
judge(struct work *w)
{
	if (!w->limit && w->out->n > 0)
		return EXPAND_OK;
	w->out->n = 0;
	return w->limit ? EXPAND_LIMIT :
	    w->over	? EXPAND_EXPIRED :
			  EXPAND_UNKNOWN;
}

/* a bounce on its way back to whom we wrote for; 0: not one of these */
static int
follow_back(struct work *w, const struct name *n)
{
	struct name back = { 0 };

	if (w->dir->srs == NULL || n->is.domain[0] == '\0')
		return 0;
	switch (srs_reverse(w->dir->srs, &n->is, w->now, &back.is)) {
	case SRS_NOT:
		return 0;
	case SRS_OK:
		say(w, n, "made by us");
		follow(w, &back);
		break;
	case SRS_FORGED:
		say(w, n, "not made by us");
		break;
	case SRS_EXPIRED:
		say(w, n, "made by us, more than %d days ago", SRS_DAYS);
		break;
	}
	return 1;
}

enum verdict
expand(const struct directory *d, const struct mailbox *to, int trusted,
    time_t now, struct expansion *out, void (*trace)(int, const char *, void *),
    void *arg)
{
	struct work w = { .dir = d,
		.now = now,
		.out = out,
		.trace = trace,
		.arg = arg };
	const struct name n = { .is = *to };

	out->n = 0;
	if (to->domain[0] != '\0' && !directory_is_own(d, to->domain)) {
		if (!trusted) {
			say(&w, &n, "not one of our domains");
			return EXPAND_RELAY;
		}
		add_remote(&w, &n);
	} else if (!follow_back(&w, &n))
		follow(&w, &n);
	if (w.limit)
		say(&w, &n, "too deep or too many");
	return judge(&w);
}

enum verdict
expand_alias(const struct directory *d, const struct alias *a, time_t now,
    struct expansion *out)
{
	struct work w = { .dir = d, .now = now, .out = out };

	out->n = 0;
	follow_targets(&w, a, NULL);
	if (!w.circle)
		return judge(&w);
	out->n = 0;
	return EXPAND_CIRCLE;
}

void
expand_forward(const struct directory *d, uint32_t user,
    const struct mailbox *to, size_t n, time_t now, struct expansion *out,
    int *keeps)
{
	struct work w = { .dir = d, .now = now, .out = out };
	struct name name = { 0 };
	size_t i, others = 0;

	out->n = 0;
	for (i = 0; i < n; i++) {
		name.is = to[i];
		follow(&w, &name);
	}
	if (judge(&w) != EXPAND_OK) {
		*keeps = 1;
		return;
	}
	for (i = 0; i < out->n; i++)
		if (out->v[i].kind != FINAL_LOCAL || out->v[i].user != user)
			out->v[others++] = out->v[i];
	*keeps = others < out->n;
	out->n = others;
}

const char *
expand_reply(enum verdict v)
{
	switch (v) {
	case EXPAND_EXPIRED:
		return "550 5.1.6 This address is no longer in use";
	case EXPAND_RELAY:
		return "550 5.7.1 No mail is relayed to that domain";
	case EXPAND_LIMIT:
		return "451 4.3.5 Too many aliases stand for this address";
	default:
		return "550 5.1.1 No such user";
	}
}
