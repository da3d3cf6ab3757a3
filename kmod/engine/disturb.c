// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's torture tests do the like to their own threads (kernel/torture.c:
 * torture_shuffle(), torture_onoff()), to all that is shuffled and one CPU at a time.
 */
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "clock.h"
#include "engine/disturb.h"
#include "engine/share.h"
#include "engine/worker.h"
#include "lib/charge.h"
#include "object.h"

/* How long a preempting thread keeps the CPU. */
#define PREEMPT_BURST_NS	(200 * NSEC_PER_USEC)

/* How often it looks for a holder first, and how long it lets them work in between. */
#define HOLDER_LOOKS		64
#define HOLDER_WAIT_NS		(10 * NSEC_PER_USEC)

/* Both, as it is booked. */
#define PREEMPT_NS		(PREEMPT_BURST_NS + HOLDER_LOOKS * HOLDER_WAIT_NS)

/* How often it is tried to bring a CPU back, 20 ms apart, before giving up on it. */
#define ONLINE_TRIES	100

/**
 * struct disturber - one thread
 * @d: what it is a thread of, constant
 * @task: the thread, held by a reference
 * @cpu: the CPU that it is bound to, or -1, constant
 * @rng: its random times
 * @owed_ns: by how much the last burst and the search before it took longer than booked
 * @waited_ns: how long it waited for its share of the CPU
 * @mask: where to move workers, for shuffle=
 * @count: how often it did what it does
 * @holders: how often it was a holder, for preempt=
 * @total: where that is summed
 *
 * @rng, @owed_ns, @waited_ns, @mask, @count and @holders belong to the thread while it runs.
 */
struct disturber {
	struct disturb *d;
	struct task_struct *task;
	int cpu;
	struct rng rng;
	u64 owed_ns;
	u64 waited_ns;
	cpumask_var_t mask;
	u64 count;
	u64 holders;
	u64 *total;
};

/* One run at a time takes CPUs offline. */
static atomic_t hotplug_claimed = ATOMIC_INIT(0);

/* Sleep: false when the thread is to stop, at once. */
static bool disturb_sleep(u64 ns)
{
	ktime_t until = ktime_add_ns(ktime_get(), ns);

	do {
		set_current_state(TASK_INTERRUPTIBLE);
	} while (!kthread_should_stop() && schedule_hrtimeout(&until, HRTIMER_MODE_ABS));
	__set_current_state(TASK_RUNNING);
	return !kthread_should_stop();
}

/* Whether the worker that this thread has preempted is a writer in its section. */
static bool holder_is_here(const struct team *team, int cpu)
{
	u32 i, j;

	for (i = 0; i < team->obj->nstripes; i++) {
		u64 writer = READ_ONCE(team->obj->stripes[i].witness.writer);

		for (j = 0; writer && j < team->nr; j++)
			if (writer == witness_writer(team->id, team->workers[j]->task->pid) &&
			    task_cpu(team->workers[j]->task) == cpu)
				return true;
	}
	return false;
}

/*
 * Sleep until the next burst may be, with the search before it; false as disturb_sleep().
 * The search counts as work as well: it is made of timers and of wake-ups.
 */
static bool preempt_share(struct disturber *t)
{
	u64 now = contend_clock(), begin = share_book(t->cpu, now, PREEMPT_NS + t->owed_ns);

	t->waited_ns += begin - now;
	return begin == now || disturb_sleep(begin - now);
}

static int preempt_thread(void *data)
{
	struct disturber *t = data;
	const struct team *team = t->d->team;
	const struct delay_spec every = {
		.kind = DELAY_UNIFORM, .most_ns = 2 * t->d->preempt_ns,
	};
	/* Others are not preempted inside, or nobody keeps the record. */
	const bool holders = contend_lock_lets_go(team->obj->lock) && team->verify;
	u64 began, took;
	bool holder;
	int looks;

	while (disturb_sleep(delay_draw(&every, &t->rng)) && preempt_share(t)) {
		began = contend_clock();
		for (holder = false, looks = HOLDER_LOOKS; holders && looks; looks--) {
			holder = holder_is_here(team, t->cpu);
			if (holder)
				break;
			if (!disturb_sleep(HOLDER_WAIT_NS))
				return 0;
		}
		contend_spin(contend_clock(), PREEMPT_BURST_NS);
		t->count++;
		t->holders += holder;
		took = contend_elapsed(began, contend_clock());
		t->owed_ns = took > PREEMPT_NS ? took - PREEMPT_NS : 0;
	}
	return 0;
}

/* The next CPU after @cpu that is online, beginning again. */
static int next_cpu(int cpu)
{
	cpu = cpumask_next(cpu, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : cpumask_first(cpu_online_mask);
}

static int shuffle_thread(void *data)
{
	struct disturber *t = data;
	struct team *team = t->d->team;
	int idle = -1;
	u32 i;

	while (disturb_sleep(t->d->shuffle_ns)) {
		idle = next_cpu(idle);
		cpumask_copy(t->mask, cpu_online_mask);
		cpumask_clear_cpu(idle, t->mask);
		/* Fails where the one CPU left goes offline now: then they stay. */
		for (i = 0; i < team->nr; i++)
			set_cpus_allowed_ptr(team->workers[i]->task,
					     team->workers[i]->cpu == idle ? t->mask :
					     cpumask_of(team->workers[i]->cpu));
		t->count++;
	}
	return 0;
}

/* Those that the scheduler took off the CPU when it went. */
static void bring_back(struct disturb *d, int cpu)
{
	struct team *team = d->team;
	u32 i;

	for (i = 0; i < team->nr; i++)
		if (team->placement != PLACEMENT_FREE && team->workers[i]->cpu == cpu)
			set_cpus_allowed_ptr(team->workers[i]->task, cpumask_of(cpu));
	for (i = 0; i < d->nr; i++)
		if (d->threads[i].cpu == cpu)
			set_cpus_allowed_ptr(d->threads[i].task, cpumask_of(cpu));
}

static int hotplug_thread(void *data)
{
	struct disturber *t = data;
	int cpu = -1, tries, ret, first = 0;

	while (disturb_sleep(t->d->hotplug_ns)) {
		cpu = next_cpu(cpu);
		if (!cpu_is_hotpluggable(cpu))
			continue;
		/* It may be needed just now: that of the next turn may not. */
		ret = remove_cpu(cpu);
		if (ret) {
			/* 1: somebody else has taken it. */
			first = first ?: ret < 0 ? ret : -EBUSY;
			continue;
		}
		disturb_sleep(t->d->hotplug_ns);
		for (tries = ONLINE_TRIES; (ret = add_cpu(cpu)) < 0 && tries; tries--)
			msleep(20);
		if (ret < 0) {
			pr_err("contend: CPU %d does not come online: %d\n", cpu, ret);
			return ret;
		}
		bring_back(t->d, cpu);
		t->count++;
	}
	/* Where none went at all, the run was not what it was to be. */
	return t->count ? 0 : first;
}

/**
 * disturb_can_unplug - whether there is a CPU that can go offline
 *
 * Context: any.
 */
bool disturb_can_unplug(void)
{
	unsigned int cpu;

	if (IS_ENABLED(CONFIG_HOTPLUG_CPU) && num_online_cpus() > 1)
		for_each_online_cpu(cpu)
			if (cpu_is_hotpluggable(cpu))
				return true;
	return false;
}

/**
 * disturb_claim_hotplug - become the one that takes CPUs offline
 *
 * Context: any.
 * Return: whether nobody else is; then disturb_release_hotplug() must follow.
 */
bool disturb_claim_hotplug(void)
{
	return !atomic_cmpxchg(&hotplug_claimed, 0, 1);
}

/**
 * disturb_release_hotplug - let somebody else
 *
 * Context: any, by the claimer, when all CPUs are online again.
 */
void disturb_release_hotplug(void)
{
	atomic_set(&hotplug_claimed, 0);
}

/**
 * disturb_init - what a workload wants of it
 * @d: the disturbance
 * @spec: the workload
 *
 * Context: any.
 */
void disturb_init(struct disturb *d, const struct spec *spec)
{
	*d = (struct disturb){
		.preempt_ns = spec->preempt_ns,
		.shuffle_ns = spec->shuffle_ns,
		.hotplug_ns = spec->hotplug_ns,
		.seed = spec->seed,
	};
}

static int disturber_start(struct disturb *d, int (*work)(void *data), u64 *total,
			   const char *name, int cpu)
{
	struct disturber *t = &d->threads[d->nr];
	struct task_struct *task;

	t->d = d;
	t->cpu = cpu;
	t->total = total;
	rng_seed(&t->rng, d->seed, U32_MAX - d->nr);
	if (!zalloc_cpumask_var(&t->mask, GFP_CLIENT))
		return -ENOMEM;
	task = team_made(kthread_create(work, t, "contend/%s", name));
	if (IS_ERR(task)) {
		free_cpumask_var(t->mask);
		return PTR_ERR(task);
	}
	if (cpu >= 0) {
		kthread_bind(task, cpu);
		sched_set_fifo(task);
	}
	t->task = get_task_struct(task);
	d->nr++;
	return 0;
}

/**
 * disturb_begin - begin to disturb a team
 * @d: from disturb_init()
 * @team: which; its workers live until disturb_end()
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOMEM memory or a thread cannot be had. On error nothing is left.
 */
int disturb_begin(struct disturb *d, struct team *team)
{
	unsigned int cpu;
	int ret = 0;
	u32 i;

	if (!d->preempt_ns && !d->shuffle_ns && !d->hotplug_ns)
		return 0;
	d->team = team;
	d->threads = kvcalloc(nr_cpu_ids + 2, sizeof(*d->threads), GFP_CLIENT);
	if (!d->threads)
		return -ENOMEM;
	if (d->preempt_ns)
		for_each_online_cpu(cpu)
			ret = ret ?: disturber_start(d, preempt_thread, &d->preempted, "preempt",
						     cpu);
	if (d->shuffle_ns)
		ret = ret ?: disturber_start(d, shuffle_thread, &d->shuffled, "shuffle", -1);
	if (d->hotplug_ns)
		ret = ret ?: disturber_start(d, hotplug_thread, &d->unplugged, "hotplug", -1);
	if (ret) {
		disturb_end(d);
		return ret;
	}
	for (i = 0; i < d->nr; i++)
		wake_up_process(d->threads[i].task);
	return 0;
}

/**
 * disturb_end - let the team be, with all CPUs online again
 * @d: from disturb_begin(), or never begun
 *
 * Context: process, may sleep.
 * Return: 0, or why hotplug= could do nothing, or not bring a CPU back.
 */
int disturb_end(struct disturb *d)
{
	int ret = 0, ended;

	/* Backwards: the thread that takes CPUs offline looks at those before it. */
	while (d->nr) {
		struct disturber *t = &d->threads[d->nr - 1];

		ended = kthread_stop(t->task);
		/* -EINTR: it was stopped before it began. */
		if (ended != -EINTR)
			ret = ret ?: ended;
		*t->total += t->count;
		d->holders += t->holders;
		d->waited_ns += t->waited_ns;
		put_task_struct(t->task);
		free_cpumask_var(t->mask);
		d->nr--;
	}
	kvfree(d->threads);
	d->threads = NULL;
	return ret;
}

/**
 * disturb_describe - how often it did what, for people and shell scripts
 * @d: ended
 * @buf: for a line, or none if there was nothing to do
 * @size: bytes of @buf
 *
 * Context: any.
 * Return: bytes written, without the zero.
 */
size_t disturb_describe(const struct disturb *d, char *buf, size_t size)
{
	if (!d->preempt_ns && !d->shuffle_ns && !d->hotplug_ns)
		return 0;
	return scnprintf(buf, size,
			 "disturbed: preempted=%llu holders=%llu shuffled=%llu unplugged=%llu\n",
			 d->preempted, d->holders, d->shuffled, d->unplugged);
}
