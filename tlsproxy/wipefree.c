/*
 * wipefree: auth's free(3), the C library's own with a wipe in front. libidn
 * normalizes a password in memory of its own and gives that back as it is; so
 * does whoever comes later. Touches only what is freed.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifndef __SANITIZE_ADDRESS__ /* which has a free(3) of its own, and fills */
void libc_free(void *) __asm__("__libc_free");

void
free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	libc_free(p);
}
#endif
