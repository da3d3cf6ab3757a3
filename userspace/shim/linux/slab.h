/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SLAB_H
#define CONTEND_SHIM_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN		0

#define kvmalloc_array(n, size, gfp)	((void)(gfp), reallocarray(NULL, n, size))
#define kvfree(p)			free(p)
#define kmalloc(size, gfp)		((void)(gfp), malloc(size))
#define kfree(p)			free(p)

#endif /* CONTEND_SHIM_SLAB_H */
