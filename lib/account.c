/* account: see account.h. Trusts the gate's parent for truth, not for form. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"

enum { ACCOUNTS_MAX = 10000 };

struct list {
	struct account *v; /* by name */
	size_t n, size;
	uint64_t generation;
};

static struct {
	struct list now, next;
	int known;
} self;

int
account_add(const struct account *a)
{
	struct list *l = &self.next;
	struct account *v;
	size_t size;

	errno = EINVAL;
	if (memchr(a->name, '\0', sizeof(a->name)) == NULL ||
	    memchr(a->home, '\0', sizeof(a->home)) == NULL || !*a->name)
		return -1;
	if (a->generation != l->generation) {
		l->n = 0;
		l->generation = a->generation;
	}
	if (l->n == l->size) {
		errno = E2BIG;
		if (l->size == ACCOUNTS_MAX)
			return -1;
		size = l->size == 0 ? 16 : l->size * 2;
		size = size < ACCOUNTS_MAX ? size : ACCOUNTS_MAX;
		if ((v = reallocarray(l->v, size, sizeof(*v))) == NULL)
			return -1;
		l->v = v;
		l->size = size;
	}
	l->v[l->n++] = *a;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct account *)a)->name,
	    ((const struct account *)b)->name);
}

int
account_end(const struct accounts *e)
{
	struct list *l = &self.next;

	if (e->count == 0 && l->generation != e->generation)
		l->n = 0;
	else if (l->generation != e->generation || l->n != e->count) {
		errno = EINVAL;
		return -1;
	}
	free(self.now.v);
	self.now = *l;
	memset(l, 0, sizeof(*l));
	if (self.now.n > 0)
		qsort(self.now.v, self.now.n, sizeof(*self.now.v), by_name);
	self.known = 1;
	return 0;
}

const struct account *
account_find(const char *name)
{
	size_t lo = 0, hi = self.now.n, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(name, self.now.v[mid].name)) == 0)
			return &self.now.v[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct account *
account_of(uint32_t index)
{
	size_t i;

	for (i = 0; i < self.now.n; i++)
		if (self.now.v[i].index == index)
			return &self.now.v[i];
	return NULL;
}

int
account_known(void)
{
	return self.known;
}
