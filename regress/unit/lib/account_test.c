/* accounts: lists that arrive piece by piece, whole, broken and malformed */
#include <errno.h>
#include <string.h>

#include "account.h"
#include "tap.h"

const struct proc procs[1] = { { .name = "test" } };
const struct msg msgs[1];
const int nprocs = 1, nmsgs, ngate;

static struct account
make(uint64_t generation, uint32_t index, const char *name)
{
	struct account a = { .generation = generation, .index = index };

	a.uid = 1000 + index;
	a.gid = 1000 + index;
	memcpy(a.name, name, strlen(name));
	snprintf(a.home, sizeof(a.home), "/home/%s", name);
	return a;
}

static int
add(uint64_t generation, uint32_t index, const char *name)
{
	const struct account a = make(generation, index, name);

	return account_add(&a);
}

static int
end(uint64_t generation, uint64_t count)
{
	const struct accounts e = { generation, count };

	return account_end(&e);
}

static int
has(const char *name, uint32_t index)
{
	const struct account *a = account_find(name);

	return a != NULL && a->index == index && a == account_of(index);
}

static void
malformed(void)
{
	struct account a = make(9, 1, "x");

	memset(a.name, 'x', sizeof(a.name));
	ok(account_add(&a) == -1 && errno == EINVAL, "a name without end");
	a = make(9, 1, "x");
	memset(a.home, 'x', sizeof(a.home));
	ok(account_add(&a) == -1 && errno == EINVAL, "a home without end");
	a = make(9, 1, "");
	ok(account_add(&a) == -1 && errno == EINVAL, "no name");
	a = make(9, 1, "x");
	memset(a.name, 'y', sizeof(a.name) - 1);
	ok(account_add(&a) == 0, "the longest name");
}

static void
many(void)
{
	char name[16];
	uint32_t i;
	int good = 1;

	for (i = 0; i < 10000 && good; i++) {
		snprintf(name, sizeof(name), "u%u", (i * 7919) % 10000);
		good = add(20, i, name) == 0;
	}
	ok(good, "10000 accounts");
	ok(add(20, i, "more") == -1 && errno == E2BIG, "no more");
	ok(end(20, 10000) == 0, "they are a list");
	for (i = 0; i < 10000 && good; i++) {
		snprintf(name, sizeof(name), "u%u", (i * 7919) % 10000);
		good = has(name, i);
	}
	ok(good, "each is found");
	ok(account_find("u10000") == NULL && account_find("") == NULL &&
		account_find("zzz") == NULL,
	    "nobody else");
}

int
main(void)
{
	ok(!account_known() && account_find("al") == NULL &&
		account_of(0) == NULL,
	    "before the first list nothing is known");
	ok(end(1, 1) == -1 && errno == EINVAL && !account_known(),
	    "an end without a list");
	ok(end(1, 0) == 0 && account_known() && account_find("al") == NULL,
	    "nobody is a list too");
	ok(add(2, 1, "bo") == 0 && add(2, 0, "al") == 0 &&
		account_find("al") == NULL,
	    "half a list is none");
	ok(end(2, 3) == -1 && errno == EINVAL && account_find("al") == NULL,
	    "one that lacks somebody");
	ok(add(2, 2, "cy") == 0 && end(3, 3) == -1, "of another generation");
	ok(end(2, 3) == 0 && has("al", 0) && has("bo", 1) && has("cy", 2),
	    "a whole one");
	ok(account_find("al")->uid == 1000 &&
		strcmp(account_find("al")->home, "/home/al") == 0,
	    "with all that was said");
	ok(add(4, 0, "di") == 0 && has("al", 0),
	    "the old one stays while a new one comes");
	ok(add(5, 0, "ed") == 0 && end(5, 1) == 0 && has("ed", 0) &&
		account_find("di") == NULL && account_find("al") == NULL,
	    "a newer generation takes its place");
	ok(end(5, 1) == -1 && has("ed", 0), "an end twice");
	malformed();
	ok(has("ed", 0), "the list in force is still there");
	many();
	ok(end(21, 0) == 0 && account_find("u1") == NULL && account_known(),
	    "nobody again");
	return done();
}
