/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SLAB_H
#define CONTEND_SHIM_SLAB_H

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE		4096UL

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN		0

/* Whole cache lines, as the kernel's larger allocations are. */
static inline void *shim_alloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > (1UL << 40))
		return NULL;
	bytes = (bytes + SMP_CACHE_BYTES - 1) / SMP_CACHE_BYTES * SMP_CACHE_BYTES;
	p = aligned_alloc(SMP_CACHE_BYTES, bytes ? bytes : SMP_CACHE_BYTES);
	if (p)
		memset(p, 0, bytes);
	return p;
}

#define kmalloc(size, gfp)		((void)(gfp), malloc(size))
#define kvmalloc(size, gfp)		kmalloc(size, gfp)
#define kvmalloc_node(size, gfp, node)	((void)(node), kmalloc(size, gfp))
#define kvmalloc_array(n, size, gfp)	((void)(gfp), reallocarray(NULL, n, size))
#define kcalloc(n, size, gfp)		((void)(gfp), shim_alloc(n, size))
#define kvcalloc(n, size, gfp)		kcalloc(n, size, gfp)
#define kzalloc(size, gfp)		kcalloc(1, size, gfp)
#define kvzalloc(size, gfp)		kcalloc(1, size, gfp)
#define kvzalloc_node(size, gfp, node)	((void)(node), kzalloc(size, gfp))
#define kfree(p)			free((void *)(p))
#define kvfree(p)			free((void *)(p))

struct kmem_cache {
	size_t size;
	size_t align;
};

#define SLAB_HWCACHE_ALIGN	1

static inline struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
						   unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	if (cache) {
		cache->align = flags & SLAB_HWCACHE_ALIGN ? SMP_CACHE_BYTES : sizeof(void *);
		cache->size = (size + cache->align - 1) / cache->align * cache->align;
	}
	return cache;
}

#define kmem_cache_destroy(cache)	free(cache)
#define kmem_cache_alloc(cache, gfp)	((void)(gfp), aligned_alloc((cache)->align, (cache)->size))
#define kmem_cache_free(cache, p)	((void)(cache), free(p))

#endif /* CONTEND_SHIM_SLAB_H */
