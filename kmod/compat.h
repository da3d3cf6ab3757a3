/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels 6.1 to 7.3 that this module meets. No
 * other file tests a kernel version.
 */
#ifndef CONTEND_COMPAT_H
#define CONTEND_COMPAT_H

#include <linux/cpumask.h>
#include <linux/crc32.h>
#include <linux/hrtimer.h>
#include <linux/percpu_counter.h>
#ifdef __KERNEL__
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#endif
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/version.h>

/* Whether a task runs no more, by its number in the first namespace; of a program a thread. */
#ifdef __KERNEL__
static inline bool contend_task_gone(pid_t nr)
{
	const struct task_struct *task;
	bool gone;

	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, &init_pid_ns), PIDTYPE_PID);
	gone = !task || READ_ONCE(task->exit_state);
	rcu_read_unlock();
	return gone;
}
#else
#define contend_task_gone	shim_task_gone
#endif

/* Since 6.10 the source of a string is known from __string(), but not in a program. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0) && defined(__KERNEL__)
#define contend_assign_str(dst, src)	__assign_str(dst)
#else
#define contend_assign_str(dst, src)	__assign_str(dst, src)
#endif

/* Since 6.13 a timer is set up with its function. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define contend_hrtimer_setup	hrtimer_setup
#else
static inline void contend_hrtimer_setup(struct hrtimer *timer,
					 enum hrtimer_restart (*function)(struct hrtimer *timer),
					 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/*
 * Before 6.14 crc32c() is in a module of its own, which is not loaded with this one; its
 * function is in the kernel, for bytes.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define contend_crc32c	crc32c
#else
#define contend_crc32c(crc, data, size)	__crc32c_le(crc, (const void *)(data), size)
#endif

/*
 * The sum of a counter, exact when nobody counts. Before 6.4 percpu_counter_sum() takes the
 * CPUs that are online, and leaves out the count of one that has just died until its
 * callback has moved it.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0) || !IS_ENABLED(CONFIG_SMP)
#define contend_counter_sum(counter)	percpu_counter_sum(counter)
#else
static inline s64 contend_counter_sum(struct percpu_counter *counter)
{
	unsigned long flags;
	unsigned int cpu;
	s64 sum;

	/* The callback moves it with the lock held: it is in one place or in the other. */
	raw_spin_lock_irqsave(&counter->lock, flags);
	sum = counter->count;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(counter->counters, cpu));
	raw_spin_unlock_irqrestore(&counter->lock, flags);
	return sum;
}
#endif

/* Since 6.8 an eventfd is signalled once a call. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define contend_eventfd_signal(ctx)	eventfd_signal(ctx)
#else
#define contend_eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#endif

/* Since 6.7 a shrinker is allocated, and freed after a grace period. A program has none. */
#if !defined(__KERNEL__)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
static inline struct shrinker *
contend_shrinker_make(unsigned long (*count)(struct shrinker *s, struct shrink_control *sc),
		      unsigned long (*scan)(struct shrinker *s, struct shrink_control *sc))
{
	struct shrinker *s = shrinker_alloc(0, "contend");

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	shrinker_register(s);
	return s;
}

static inline void contend_shrinker_end(struct shrinker *s)
{
	shrinker_free(s);
}
#else
static inline struct shrinker *
contend_shrinker_make(unsigned long (*count)(struct shrinker *s, struct shrink_control *sc),
		      unsigned long (*scan)(struct shrinker *s, struct shrink_control *sc))
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = DEFAULT_SEEKS;
	if (!register_shrinker(s, "contend"))
		return s;
	kfree(s);
	return NULL;
}

static inline void contend_shrinker_end(struct shrinker *s)
{
	unregister_shrinker(s);
	kfree(s);
}
#endif

/* Since 6.8 an item that names no node and no cgroup is added and deleted by calls of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define contend_list_lru_add	list_lru_add_obj
#define contend_list_lru_del	list_lru_del_obj
#else
#define contend_list_lru_add	list_lru_add
#define contend_list_lru_del	list_lru_del
#endif

/* The function that list_lru_walk() calls; before 6.13 it had the list's lock as well. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define CONTEND_LRU_ISOLATE(_name)							\
	static enum lru_status _name(struct list_head *item, struct list_lru_one *list, void *arg)
#else
#define CONTEND_LRU_ISOLATE(_name)							\
	static enum lru_status _name(struct list_head *item, struct list_lru_one *list,	\
				     spinlock_t *unused, void *arg)
#endif

/*
 * io_uring's commands to a file: since 6.8 their header is another one, and since 6.5 they have
 * the whole entry.
 */
#define CONTEND_HAS_URING_CMD	IS_ENABLED(CONFIG_IO_URING)
#if CONTEND_HAS_URING_CMD
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#include <linux/io_uring/cmd.h>
#else
#include <linux/io_uring.h>
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define contend_uring_payload(command)	((const void *)(command)->sqe->cmd)
#else
#define contend_uring_payload(command)	((command)->cmd)
#endif
#endif

/* Lazy preemption came with 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define CONTEND_PREEMPT_LAZY	IS_ENABLED(CONFIG_PREEMPT_LAZY)
#else
#define CONTEND_PREEMPT_LAZY	0
#endif

/* The resilient queued spinlock came with 6.15, inside the BPF core. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0) && IS_ENABLED(CONFIG_BPF_SYSCALL)
#define CONTEND_HAS_RQSPINLOCK	1
#else
#define CONTEND_HAS_RQSPINLOCK	0
#endif

/* SRCU readers without a full barrier, in a domain that is made for them. */
#define CONTEND_HAS_SRCU_FAST	(LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0))

/* linux/objpool.h is there since 6.7. */
#define CONTEND_HAS_OBJPOOL	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0))

/*
 * 6.12.95 took commit 894d1b3db41c ("locking/mutex: Remove wakeups from under
 * mutex::wait_lock"), and 6.12.96 what mends it, 4a0779145781 ("locking/rtmutex: Make sure
 * we wake anything on the wake_q when we release the lock->wait_lock"). In between, with
 * PREEMPT_RT, a waiter for a ww_mutex wakes the task that must give way to it only when it
 * has the lock, which is never. Found by a run that did not end.
 */
#define CONTEND_WW_LOSES_WAKEUPS \
	(LINUX_VERSION_CODE == KERNEL_VERSION(6, 12, 95) && IS_ENABLED(CONFIG_PREEMPT_RT))

#endif /* CONTEND_COMPAT_H */
