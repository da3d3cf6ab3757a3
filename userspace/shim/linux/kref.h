/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KREF_H
#define CONTEND_SHIM_KREF_H

#include <linux/atomic.h>

struct kref {
	atomic_t refs;
};

static inline void kref_init(struct kref *ref) { atomic_set(&ref->refs, 1); }
static inline void kref_get(struct kref *ref) { atomic_inc(&ref->refs); }

static inline bool kref_get_unless_zero(struct kref *ref)
{
	return atomic_inc_not_zero(&ref->refs);
}

static inline int kref_put(struct kref *ref, void (*release)(struct kref *ref))
{
	if (!atomic_dec_and_test(&ref->refs))
		return 0;
	release(ref);
	return 1;
}

#endif /* CONTEND_SHIM_KREF_H */
