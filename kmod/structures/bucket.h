/* SPDX-License-Identifier: GPL-2.0 */
/* What a token bucket is made of, see bucket.c. */
#ifndef CONTEND_STRUCTURES_BUCKET_H
#define CONTEND_STRUCTURES_BUCKET_H

#include <linux/atomic.h>
#include <linux/types.h>

enum { BUCKET_TRY_TAKE, BUCKET_TAKE, BUCKET_SET };

/**
 * BUCKET_RATE - the value of the verb set
 * @_interval_ns: a token comes every so often, 1 to 2^31 - 1
 * @_burst: a bucket holds so many, 1 to 2^31 - 1
 */
#define BUCKET_RATE(_interval_ns, _burst)	((u64)(_burst) << 32 | (_interval_ns))

/* The value of the verbs that take: so many tokens; 0 is one. The low half says nothing. */
#define BUCKET_TOKENS(_n)	((u64)(_n) << 32)

/* In struct buckets' rate: it was used, and stays as it is. */
#define BUCKET_USED		(1ULL << 31)

/**
 * struct bucket - one
 * @arrival: when the next token comes to a bucket that holds none, CLOCK_MONOTONIC; in the past:
 *	so long it has been full, at least. By cmpxchg()
 * @granted: tokens that were taken, in all
 * @began: before the first of them was, CLOCK_MONOTONIC; 0: none was. Once, by cmpxchg()
 * @pad: each has a cache line to itself
 */
struct bucket {
	u64 arrival;
	atomic64_t granted;
	u64 began;
	u64 pad[5];
};

/**
 * struct buckets - one for all, or several that share the keys between them
 * @bucket: constant; what they hold is not
 * @n: how many, constant
 * @rate: BUCKET_RATE(), and whether it was used; by cmpxchg()
 */
struct buckets {
	struct bucket *bucket;
	u32 n;
	u64 rate;
};

#endif /* CONTEND_STRUCTURES_BUCKET_H */
