/* SPDX-License-Identifier: GPL-2.0 */
/* What counters without a lock are made of, see counters.c. */
#ifndef CONTEND_STRUCTURES_COUNTERS_H
#define CONTEND_STRUCTURES_COUNTERS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

enum { COUNTERS_READ, COUNTERS_INC, COUNTERS_SUM };

/**
 * struct atomic_counter - a word
 * @count: changed by atomic instructions alone
 */
struct atomic_counter {
	atomic64_t count;
};

/**
 * struct split_counter - a word for each CPU
 * @parts: each is written on its CPU alone, and read by all
 */
struct split_counter {
	u64 __percpu *parts;
};

/**
 * struct words_counter - a word for each CPU, in an array
 * @memory: where they are
 * @words: of these, constant; each is written on its CPU alone, and read by all
 */
struct words_counter {
	void *memory;
	atomic64_t *words;
};

/* At so many a CPU adds its part: as the kernel's percpu_counter_batch on a small machine. */
#define BATCH	32

/**
 * struct batch_part - a CPU's part of a batch_counter
 * @done: how often it has counted: the seal of what the others say
 * @part: of these, what @count has not heard of
 *
 * Written on its CPU alone, and read by all.
 */
struct batch_part {
	u64 done;
	u64 part;
} __aligned(2 * sizeof(u64));

/**
 * struct batch_counter - a word, and a part for each CPU that is not in it yet
 * @count: changed by atomic instructions alone
 * @parts: see struct batch_part
 */
struct batch_counter {
	atomic64_t count;
	struct batch_part __percpu *parts;
};

#endif /* CONTEND_STRUCTURES_COUNTERS_H */
