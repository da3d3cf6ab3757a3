// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that only read something of the kernel's on their way in: a word with acquire
 * and release, the jiffies, two clocks. What they do is what others build a read side
 * of, and the scale on which those are to be seen. RCU Tasks readers, which do nothing at
 * all, are the zero of it.
 */
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>

#include "locks/section.h"
#include "locks/readers.h"

static DEFINE_PER_CPU(unsigned long, acqrel_word);

static void acqrel_enter(void *lock, union lock_token *token)
{
	/* No partner: nobody else writes it, and it is the cost that counts. */
	token->flags = smp_load_acquire(raw_cpu_ptr(&acqrel_word));
}

static bool acqrel_leave(void *lock, union lock_token *token)
{
	/* No partner, as above. */
	smp_store_release(raw_cpu_ptr(&acqrel_word), token->flags + 1);
	return false;
}

CONTEND_READERS(acqrel, "reading", "smp_load_acquire() and smp_store_release() of a CPU's word");

/* The compiler must not see that nobody wants to know. */
#define READING(_name, _about, _value)						\
	static void _name##_enter(void *lock, union lock_token *token)		\
	{									\
		u64 value = _value;						\
										\
		OPTIMIZER_HIDE_VAR(value);					\
	}									\
	static bool _name##_leave(void *lock, union lock_token *token)		\
	{									\
		barrier();							\
		return false;							\
	}									\
	CONTEND_READERS(_name, "reading", _about)

READING(jiffies, "jiffies", jiffies);
READING(clock, "ktime_get_real_fast_ns()", ktime_get_real_fast_ns());
READING(sched_clock, "sched_clock()", sched_clock());
