/* sealed: see sealed.h. The reader trusts the seals, not the maker. */
#include <sys/mman.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sealed.h"

int
sealed_make(const void *p, size_t len)
{
	int fd = memfd_create("gatelodge", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd != -1 && write(fd, p, len) == (ssize_t)len &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

static int
is_sealed(int fd)
{
	const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	int has = fcntl(fd, F_GET_SEALS);

	return has != -1 && (has & seals) == seals;
}

const void *
sealed_map(int fd, size_t max, size_t *len)
{
	off_t size = lseek(fd, 0, SEEK_END); /* no fstat(2) in sandboxes */
	void *p;

	errno = EINVAL;
	if (size <= 0 || (size_t)size > max || !is_sealed(fd))
		return NULL;
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	*len = (size_t)size;
	return p;
}

uint8_t *
sealed_read(int fd, size_t len)
{
	uint8_t *p;
	size_t n = 0;
	ssize_t r = 1;
	int e;

	errno = EINVAL;
	if (!is_sealed(fd) || lseek(fd, 0, SEEK_SET) == -1 ||
	    (p = malloc(len + 1)) == NULL)
		return NULL;
	while (n < len && (r = read(fd, p + n, len - n)) > 0)
		n += (size_t)r;
	if (n == len) {
		p[n] = '\0';
		return p;
	}
	e = r == -1 ? errno : EINVAL;
	free(p);
	errno = e;
	return NULL;
}
