// SPDX-License-Identifier: GPL-2.0
/*
 * malloc() and its kin of this program, which count, and call the C library's. Not under the
 * sanitizers, which have their own, and not where the library is linked in, which has its own too.
 */
#include <errno.h>
#include <stddef.h>

#include "allocations.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
	defined(CONTEND_CLIENTS) && defined(__GLIBC__)

/* In the program's own part of what each thread has: it takes no memory itself. */
static __thread __attribute__((tls_model("initial-exec"))) u64 taken;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

void *malloc(size_t size)
{
	taken++;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	taken++;
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	taken++;
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	taken++;
	return __libc_memalign(align, size);
}

int posix_memalign(void **memory, size_t align, size_t size)
{
	int error = EINVAL;
	void *p;

	if (align && align % sizeof(void *) == 0 && !(align & (align - 1))) {
		taken++;
		p = __libc_memalign(align, size);
		error = p ? 0 : ENOMEM;
		if (p)
			*memory = p;
	}
	return error;
}

/**
 * allocations_counted - whether this program counts them
 */
bool allocations_counted(void)
{
	return true;
}

/**
 * allocations_mine - how often the calling thread has taken memory
 */
u64 allocations_mine(void)
{
	return taken;
}

#else

bool allocations_counted(void)
{
	return false;
}

u64 allocations_mine(void)
{
	return 0;
}

#endif
