/* SPDX-License-Identifier: GPL-2.0 */
/* kvmalloc() and kvfree() are in this header on some kernels, in slab.h on others. */
#include <linux/slab.h>
#include <linux/topology.h>
