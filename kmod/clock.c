// SPDX-License-Identifier: GPL-2.0
/*
 * The measuring clock: the time stamp counter where it counts at one rate in all CPUs, else
 * CLOCK_MONOTONIC.
 *
 * User-Mode Linux asks its host for the time and has it in steps of 256 ns, with 31 ns a
 * reading: most sections there are shorter. Elsewhere the counter saves the timekeeper's
 * sequence and is the same clock.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#ifdef CONFIG_X86
#include <asm/tsc.h>
#endif

#include "clock.h"

/* How long the counter is compared with CLOCK_MONOTONIC, if the kernel does not know its rate. */
#define CLOCK_CALIBRATE_MS	50
/* Of so many pairs of readings the closest one counts. */
#define CLOCK_PAIRS		64
/* Readings to wait for a step of CLOCK_MONOTONIC, if it takes any: 1000 times its longest. */
#define CLOCK_READINGS		100000
/* Readings of the measuring clock in one measurement of its cost. */
#define CLOCK_COST_READINGS	1000
/* Its steps in one of its resolution, and how many readings to wait for them. */
#define CLOCK_STEPS		100
#define CLOCK_STEP_READINGS	10000

/**
 * struct clock_tsc - how the counter becomes nanoseconds
 * @used: it is the measuring clock; the others are constant from clock_init() on
 * @count: a reading, when CLOCK_MONOTONIC was
 * @ns: this
 * @mult: nanoseconds in 2^32 counts; 0: there is no such counter
 */
static struct clock_tsc {
	bool used;
	u64 count;
	u64 ns;
	u32 mult;
} clock_tsc __read_mostly;

/* Which one is wanted, how many runs measure by it, and whether clock_init() has looked. */
static enum { CLOCK_AUTO, CLOCK_TSC, CLOCK_MONOTONIC_ONLY } clock_wanted;
static unsigned int clock_holders;
static bool clock_known;
static DEFINE_MUTEX(clock_lock);	/* guards these three */

#ifdef __x86_64__
/*
 * Not before all that comes before it has been done (Intel, "Software Developer's Manual" 2B,
 * RDTSC; on AMD the kernel makes LFENCE wait): a section's begin is not read in the section.
 */
static __always_inline u64 clock_count(void)
{
	u32 low, high;

	asm volatile("lfence\n\trdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

/* One rate, whatever the CPU does: CPUID 80000007H, EDX bit 8. */
static bool clock_invariant(void)
{
	u32 a = 0x80000000, b, c = 0, d;

#ifdef CONFIG_X86
	/* User-Mode Linux is none, and cannot know. */
	if (check_tsc_unstable())
		return false;
#endif
	asm volatile("cpuid" : "+a" (a), "=b" (b), "+c" (c), "=d" (d));
	if (a < 0x80000007)
		return false;
	a = 0x80000007;
	c = 0;
	asm volatile("cpuid" : "+a" (a), "=b" (b), "+c" (c), "=d" (d));
	return d & BIT(8);
}
#else
static u64 clock_count(void)
{
	return 0;
}

static bool clock_invariant(void)
{
	return false;
}
#endif

/* Both clocks at one time: of several tries the one that took the shortest. */
static void clock_pair(u64 *count, u64 *ns)
{
	u64 best = U64_MAX;
	int i;

	for (i = 0; i < CLOCK_PAIRS; i++) {
		u64 last = ktime_get_mono_fast_ns(), now, before, after;
		unsigned int readings = CLOCK_READINGS;

		/* Where it has steps, the begin of one. */
		do {
			before = clock_count();
			now = ktime_get_mono_fast_ns();
			after = clock_count();
		} while (now == last && --readings);
		if (after - before >= best)
			continue;
		best = after - before;
		*count = before + best / 2;
		*ns = now;
	}
}

/**
 * contend_clock - read the measuring clock
 *
 * On the axis of CLOCK_MONOTONIC as user space reads it, so that both sides of a system call
 * can be put on one axis. Its fast flavour takes no seqcount retry and is safe in every
 * context; it may step back by nanoseconds while the timekeeper is updated, and two CPUs'
 * counters may differ by as much: take differences with contend_elapsed().
 *
 * Context: any.
 * Return: nanoseconds.
 */
u64 contend_clock(void)
{
	const struct clock_tsc *c = &clock_tsc;

	if (READ_ONCE(c->used))
		return c->ns + mul_u64_u32_shr(clock_count() - c->count, c->mult, 32);
	return ktime_get_mono_fast_ns();
}

/**
 * clock_name - which one it is
 *
 * Context: any.
 * Return: a constant string.
 */
const char *clock_name(void)
{
	return READ_ONCE(clock_tsc.used) ? "tsc" : "ktime_get_mono_fast_ns";
}

/**
 * clock_take - read the measuring clock, and CLOCK_MONOTONIC at the same time
 *
 * Context: any.
 * Return: both, and how long it took.
 */
struct clock_both clock_take(void)
{
	struct clock_both both = { .clock_ns = contend_clock() };

	both.monotonic_ns = ktime_get_mono_fast_ns();
	both.took_ns = contend_elapsed(both.clock_ns, contend_clock());
	return both;
}

/**
 * clock_agrees - whether the measuring clock has gone right
 * @from: what the two were
 * @until: what they were later
 *
 * Context: any.
 */
bool clock_agrees(const struct clock_both *from, const struct clock_both *until)
{
	const u64 clock = contend_elapsed(from->clock_ns, until->clock_ns);
	const u64 monotonic = contend_elapsed(from->monotonic_ns, until->monotonic_ns);
	const u64 off = max(clock, monotonic) - min(clock, monotonic);

	return off <= monotonic / 1000 + NSEC_PER_MSEC + from->took_ns + until->took_ns;
}

/**
 * clock_ps - what one reading of the measuring clock costs, measured now
 *
 * Context: process.
 * Return: picoseconds.
 */
u64 clock_ps(void)
{
	u64 from, to = 0;
	unsigned int i;

	from = contend_clock();
	for (i = 0; i < CLOCK_COST_READINGS; i++)
		to = contend_clock();
	return div_u64(contend_elapsed(from, to) * 1000, CLOCK_COST_READINGS);
}

/**
 * clock_step_ns - by how much two readings of it differ at least, measured now
 *
 * Its resolution, or what a reading takes where that is more: shorter times it does not
 * tell apart.
 *
 * Context: process.
 * Return: nanoseconds; U32_MAX when it stood still.
 */
u32 clock_step_ns(void)
{
	u64 last = contend_clock(), now, step = U32_MAX;
	unsigned int steps = 0, i;

	for (i = 0; i < CLOCK_STEP_READINGS && steps < CLOCK_STEPS; i++, last = now) {
		now = contend_clock();
		if (now <= last)
			continue;
		step = min(step, now - last);
		steps++;
	}
	return step;
}

/* Use the one that is wanted; -EOPNOTSUPP there is no such counter. */
static int clock_use(void)
{
	lockdep_assert_held(&clock_lock);
	if (clock_wanted == CLOCK_TSC && !clock_tsc.mult)
		return -EOPNOTSUPP;
	WRITE_ONCE(clock_tsc.used, clock_wanted != CLOCK_MONOTONIC_ONLY && clock_tsc.mult);
	return 0;
}

/**
 * clock_hold - from here on it stays the same one
 *
 * Goes with clock_release().
 *
 * Context: process, may sleep.
 */
void clock_hold(void)
{
	mutex_lock(&clock_lock);
	clock_holders++;
	mutex_unlock(&clock_lock);
}

/**
 * clock_release - the reverse
 *
 * Context: process, may sleep.
 */
void clock_release(void)
{
	mutex_lock(&clock_lock);
	clock_holders--;
	mutex_unlock(&clock_lock);
}

/**
 * clock_init - look for the counter, and learn its rate
 *
 * Context: module load, sleeps.
 * Return: 0; -EOPNOTSUPP clock=tsc is wanted, and there is none that counts at one rate.
 */
int clock_init(void)
{
	struct clock_tsc *c = &clock_tsc;
	u64 count, ns;
	int ret;

	if (clock_invariant()) {
		clock_pair(&c->count, &c->ns);
		msleep(CLOCK_CALIBRATE_MS);
		clock_pair(&count, &ns);
		if (count > c->count && ns > c->ns)
			c->mult = mul_u64_u64_div_u64(ns - c->ns, 1ULL << 32, count - c->count);
		/* The later pair: what the rate is wrong by has not added up yet. */
		c->count = count;
		c->ns = ns;
	}
	mutex_lock(&clock_lock);
	clock_known = true;
	ret = clock_use();
	mutex_unlock(&clock_lock);
	if (ret)
		pr_err("contend: clock=tsc: no time stamp counter here that counts at one rate: clock=auto\n");
	return ret;
}

static int clock_set(const char *word, const struct kernel_param *param)
{
	static const char *const words[] = {
		[CLOCK_AUTO] = "auto", [CLOCK_TSC] = "tsc", [CLOCK_MONOTONIC_ONLY] = "monotonic",
	};
	int wanted = sysfs_match_string(words, word), old, ret = 0;

	if (wanted < 0)
		return wanted;
	mutex_lock(&clock_lock);
	old = clock_wanted;
	if (clock_holders) {
		ret = -EBUSY;
	} else {
		clock_wanted = wanted;
		/* Before clock_init() nothing is known of the counter. */
		if (clock_known)
			ret = clock_use();
		if (ret)
			clock_wanted = old;
	}
	mutex_unlock(&clock_lock);
	return ret;
}

static int clock_get(char *word, const struct kernel_param *param)
{
	return sysfs_emit(word, "%s\n", clock_name());
}

static const struct kernel_param_ops clock_ops = { .set = clock_set, .get = clock_get };
module_param_cb(clock, &clock_ops, NULL, 0644);
MODULE_PARM_DESC(clock, "the measuring clock: tsc, monotonic, or auto");
