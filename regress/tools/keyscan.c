/*
 * keyscan KEY.pem PID ...: is the private key in the memory of processes?
 * Looks through every readable mapping for each private number of the key
 * (RSA d p q dp dq qinv, EC d) in both byte orders, 16 bytes at its start,
 * middle and end, and for the key as PEM and DER text. One line each: pid,
 * name, hits; "#" lines say what was hit. Exit status: 0 no hits, 1 hits, 2
 * a process (or the key) could not be read. Needs ptrace rights over them.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIN 16 /* bytes that are looked for: never by chance */
#define NUMBER_MAX 2048
#define PEM_MAX 65536
#define BLOCK (1 << 20)

static struct needle {
	char name[24];
	uint8_t b[WIN];
	unsigned long hits; /* in the process at hand */
} needle[64];
static size_t needles;

static void
add(const char *name, const char *form, const uint8_t *p)
{
	struct needle *n = &needle[needles];

	if (needles == sizeof(needle) / sizeof(*needle))
		errx(2, "too many needles");
	snprintf(n->name, sizeof(n->name), "%.15s/%s", name, form);
	memcpy(n->b, p, WIN);
	needles++;
}

/* three windows, both byte orders */
static void
add_number(const EVP_PKEY *k, const char *name)
{
	uint8_t be[NUMBER_MAX], le[NUMBER_MAX];
	BIGNUM *n = NULL;
	int len, i;

	if (EVP_PKEY_get_bn_param(k, name, &n) != 1)
		return;
	len = BN_num_bytes(n);
	if (len < WIN || len > NUMBER_MAX || BN_bn2bin(n, be) != len ||
	    BN_bn2lebinpad(n, le, len) != len)
		errx(2, "%s: %d bytes", name, len);
	for (i = 0; i <= 2; i++) {
		add(name, "be", be + (len - WIN) * i / 2);
		add(name, "le", le + (len - WIN) * i / 2);
	}
	BN_clear_free(n);
}

/* only where the file holds private numbers, not the public half */
static void
add_texts(const EVP_PKEY *k, const uint8_t *pem, size_t len)
{
	uint8_t *der = NULL;
	int n;

	if (len < 200)
		errx(2, "the key file is too short");
	add("file", "pem", pem + len * 36 / 100);
	add("file", "pem", pem + len / 2 - WIN / 2);
	if ((n = i2d_PrivateKey(k, &der)) < 64)
		errx(2, "cannot encode the key");
	if (EVP_PKEY_is_a(k, "RSA")) {
		add("file", "pem", pem + len * 3 / 4);
		add("text", "der", der + n / 2);
		add("text", "der", der + n * 2 / 3);
	} else
		add("text", "der", der + 8);
	OPENSSL_clear_free(der, (size_t)n);
}

static void
read_key(const char *path)
{
	static const char *const numbers[] = { OSSL_PKEY_PARAM_RSA_D,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_PRIV_KEY };
	static uint8_t pem[PEM_MAX];
	EVP_PKEY *k;
	size_t i, len;
	FILE *f;

	if ((f = fopen(path, "r")) == NULL)
		err(2, "%s", path);
	len = fread(pem, 1, sizeof(pem), f);
	rewind(f);
	/* "": the password, or it would ask for one at the terminal */
	if ((k = PEM_read_PrivateKey(f, NULL, NULL, (void *)"")) == NULL)
		errx(2, "%s: not a private key", path);
	fclose(f);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		add_number(k, numbers[i]);
	if (needles == 0)
		errx(2, "%s: neither RSA nor EC", path);
	add_texts(k, pem, len);
	EVP_PKEY_free(k);
}

static void
search(const uint8_t *p, size_t len, struct needle *n)
{
	const uint8_t *hit;

	while ((hit = memmem(p, len, n->b, WIN)) != NULL) {
		n->hits++;
		len -= (size_t)(hit + WIN - p);
		p = hit + WIN;
	}
}

/* one mapping; blocks overlap by a window less a byte. Bytes seen */
static size_t
scan_mapping(int mem, unsigned long from, unsigned long to)
{
	static uint8_t buf[BLOCK];
	size_t i, want, seen = 0;
	ssize_t n;

	while (from < to) {
		want = to - from < sizeof(buf) ? to - from : sizeof(buf);
		if ((n = pread(mem, buf, want, (off_t)from)) <= 0)
			break; /* [vvar] and the like */
		for (i = 0; i < needles; i++)
			search(buf, (size_t)n, &needle[i]);
		seen += (size_t)n;
		from += (unsigned long)n;
		if (from < to && n >= WIN)
			from -= WIN - 1;
	}
	return seen;
}

static FILE *
open_proc(const char *pid, const char *what)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, what);
	if ((f = fopen(path, "r")) == NULL)
		warn("%s", path);
	return f;
}

/* hits, or -1 */
static long
scan(const char *pid)
{
	char name[32] = "?", line[512], perm[5];
	FILE *maps, *mem, *comm;
	unsigned long from, to;
	size_t i, seen = 0;
	long hits = 0;

	comm = open_proc(pid, "comm");
	maps = open_proc(pid, "maps");
	mem = open_proc(pid, "mem");
	if (comm != NULL && maps != NULL && mem != NULL) {
		if (fgets(name, sizeof(name), comm) != NULL)
			name[strcspn(name, "\n")] = '\0';
		while (fgets(line, sizeof(line), maps) != NULL)
			if (sscanf(line, "%lx-%lx %4s", &from, &to, perm) ==
				3 &&
			    perm[0] == 'r')
				seen += scan_mapping(fileno(mem), from, to);
	}
	if (comm != NULL)
		fclose(comm);
	if (maps != NULL)
		fclose(maps);
	if (mem != NULL)
		fclose(mem);
	if (seen == 0)
		return -1;
	for (i = 0; i < needles; i++) {
		if (needle[i].hits > 0)
			printf("# %s %s %lu\n", pid, needle[i].name,
			    needle[i].hits);
		hits += (long)needle[i].hits;
		needle[i].hits = 0;
	}
	printf("%s %s %ld\n", pid, name, hits);
	return hits;
}

int
main(int argc, char *argv[])
{
	int i, status = 0;
	long hits;

	if (argc < 3) {
		fprintf(stderr, "usage: keyscan KEY.pem PID ...\n");
		return 2;
	}
	read_key(argv[1]);
	for (i = 2; i < argc; i++) {
		if (argv[i][0] == '\0' ||
		    argv[i][strspn(argv[i], "0123456789")] != '\0')
			errx(2, "%s: not a process id", argv[i]);
		if ((hits = scan(argv[i])) == -1) {
			warnx("process %s: not readable", argv[i]);
			status = 2;
		} else if (hits > 0 && status == 0)
			status = 1;
	}
	return status;
}
