/*
 * trim: see trim.h. Of each loaded object it unmaps the pages of segments
 * that are never written (code, constants); those that are, and relocated
 * ones among them, lie in other segments and are not touched.
 */
#include <sys/mman.h>
#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <unistd.h>

#include "trim.h"

static int
drop(struct dl_phdr_info *o, size_t size, void *arg)
{
	const uintptr_t page = 4095;
	/* clang-format off */
	const ElfW(Phdr) *p;
	/* clang-format on */
	uintptr_t from, to;

	(void)size, (void)arg;
	for (p = o->dlpi_phdr; p < o->dlpi_phdr + o->dlpi_phnum; p++) {
		if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
			continue;
		from = (o->dlpi_addr + p->p_vaddr) & ~page;
		to = (o->dlpi_addr + p->p_vaddr + p->p_memsz + page) & ~page;
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
trim(void)
{
	malloc_trim(0);
	dl_iterate_phdr(drop, NULL);
}
