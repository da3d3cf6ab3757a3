// SPDX-License-Identifier: GPL-2.0
/* Threads as tasks: linux/sched.h, kthread.h, wait.h, workqueue.h, hrtimer.h. */
#include <errno.h>
#include <linux/futex.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct task_struct, kthread.order */
enum { KTHREAD_STARTS = 1, KTHREAD_NEVER };

static __thread struct task_struct *shim_me;
static pthread_key_t shim_exits;
static pthread_once_t shim_once = PTHREAD_ONCE_INIT;

/* Sleep while @word is @is, until it is woken or CLOCK_MONOTONIC has come to @deadline. */
static int futex_wait(const u32 *word, u32 is, ktime_t deadline)
{
	struct timespec until = {
		.tv_sec = deadline / NSEC_PER_SEC, .tv_nsec = deadline % NSEC_PER_SEC,
	};

	if (!syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, is,
		     deadline == KTIME_MAX ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY))
		return 0;
	return -errno;
}

static void futex_wake(const u32 *word, int n)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n);
}

static void task_exits(void *task)
{
	shim_me = NULL;
	put_task_struct(task);
}

static void task_key(void)
{
	/* Without one a thread's task_struct is lost when it exits, and no more. */
	pthread_key_create(&shim_exits, task_exits);
}

static void task_become(struct task_struct *task)
{
	pthread_once(&shim_once, task_key);
	shim_me = task;
	pthread_setspecific(shim_exits, task);
	WRITE_ONCE(task->pid, (pid_t)syscall(SYS_gettid));
}

static struct task_struct *task_alloc(void)
{
	struct task_struct *task = kzalloc(sizeof(*task), GFP_KERNEL);

	if (!task)
		return NULL;
	atomic_set(&task->refs, 1);
	task->kthread.cpu = -1;
	return task;
}

/**
 * shim_current - the calling thread
 *
 * Return: its task; the program ends where there is no memory for it.
 */
struct task_struct *shim_current(void)
{
	struct task_struct *task = shim_me;

	if (likely(task))
		return task;
	task = task_alloc();
	if (!task) {
		perror("contend");
		_exit(5);
	}
	pthread_getname_np(pthread_self(), task->comm, sizeof(task->comm));
	task_become(task);
	return task;
}

/**
 * shim_task_free - nobody has a reference any more
 * @task: the task
 */
void shim_task_free(struct task_struct *task)
{
	kfree(task);
}

/**
 * shim_task_gone - whether a thread of this program runs no more
 * @nr: its number
 */
bool shim_task_gone(pid_t nr)
{
	return syscall(SYS_tgkill, getpid(), nr, 0) && errno == ESRCH;
}

static void *task_main(void *arg)
{
	struct task_struct *task = arg;
	cpu_set_t cpu;
	u32 order;

	task_become(task);
	/* Pairs with try_cmpxchg() in kthread_order(). */
	while (!(order = smp_load_acquire(&task->kthread.order)))
		futex_wait(&task->kthread.order, 0, KTIME_MAX);
	if (order == KTHREAD_NEVER)
		return NULL;
	/* As the kernel's: ordinary, whatever the program is. */
	sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ });
	pthread_setname_np(pthread_self(), task->comm);
	if (task->kthread.cpu >= 0) {
		CPU_ZERO(&cpu);
		CPU_SET(task->kthread.cpu, &cpu);
		/* A CPU that has gone: it runs where it may. */
		sched_setaffinity(0, sizeof(cpu), &cpu);
	}
	task->kthread.result = task->kthread.fn(task->kthread.data);
	return NULL;
}

/* What a thread that was made is to do; false: that was said before. */
static bool kthread_order(struct task_struct *task, u32 order)
{
	u32 none = 0;

	/* Pairs with the acquire in task_main(). */
	if (!try_cmpxchg(&task->kthread.order, &none, order))
		return false;
	futex_wake(&task->kthread.order, 1);
	return true;
}

/**
 * wake_up_process - end a task's sleep, or start a thread of kthread_create()
 * @task: the task
 *
 * Return: 1; 0 it did not sleep.
 */
int wake_up_process(struct task_struct *task)
{
	if (task->kthread.fn && kthread_order(task, KTHREAD_STARTS))
		return 1;
	if (xchg(&task->state, TASK_RUNNING) == TASK_RUNNING)
		return 0;
	if (unlikely(READ_ONCE(shim_tracing)))
		shim_trace_waking(READ_ONCE(task->pid));
	futex_wake(&task->state, 1);
	return 1;
}

/**
 * schedule - sleep until woken, if set_current_state() has said so
 */
void schedule(void)
{
	struct task_struct *me = current;
	u32 state;

	/* Pairs with xchg() in wake_up_process(). */
	while ((state = smp_load_acquire(&me->state)) != TASK_RUNNING)
		futex_wait(&me->state, state, KTIME_MAX);
}

/**
 * schedule_hrtimeout - sleep until woken or until a time
 * @deadline: CLOCK_MONOTONIC, or NULL: for as long as it takes
 * @mode: HRTIMER_MODE_ABS
 *
 * Return: 0 the time has come; -EINTR woken before.
 */
int schedule_hrtimeout(const ktime_t *deadline, int mode)
{
	struct task_struct *me = current;
	u32 state;

	/* Pairs with xchg() in wake_up_process(). */
	while ((state = smp_load_acquire(&me->state)) != TASK_RUNNING) {
		if (futex_wait(&me->state, state, deadline ? *deadline : KTIME_MAX) == -ETIMEDOUT) {
			WRITE_ONCE(me->state, TASK_RUNNING);
			return 0;
		}
	}
	return -EINTR;
}

/**
 * kthread_create - make a thread that does not run yet
 * @fn: what it will do; it returns when kthread_should_stop()
 * @data: for @fn
 * @name: and what it takes
 *
 * Return: its task, with a reference that kthread_stop() gives back; -ENOMEM, also where there
 * can be no more threads.
 */
struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *name, ...)
{
	struct task_struct *task = task_alloc();
	va_list args;

	if (!task)
		return ERR_PTR(-ENOMEM);
	va_start(args, name);
	vsnprintf(task->comm, sizeof(task->comm), name, args);
	va_end(args);
	task->kthread.fn = fn;
	task->kthread.data = data;
	/* The thread's own. */
	get_task_struct(task);
	if (pthread_create(&task->kthread.thread, NULL, task_main, task)) {
		kfree(task);
		return ERR_PTR(-ENOMEM);
	}
	return task;
}

/**
 * kthread_bind - to one CPU
 * @task: a thread that does not run yet
 * @cpu: the machine's number of it
 */
void kthread_bind(struct task_struct *task, unsigned int cpu)
{
	task->kthread.cpu = cpu;
}

/**
 * kthread_stop - let a thread return, and wait until it has
 * @task: from kthread_create()
 *
 * Return: what its function returned; -EINTR it never ran.
 */
int kthread_stop(struct task_struct *task)
{
	const bool ran = !kthread_order(task, KTHREAD_NEVER);
	int ret;

	WRITE_ONCE(task->kthread.stop, true);
	if (ran)
		wake_up_process(task);
	pthread_join(task->kthread.thread, NULL);
	ret = ran ? task->kthread.result : -EINTR;
	put_task_struct(task);
	return ret;
}

/**
 * default_wake_function - what a waiter's entry does when its queue is woken: end its sleep
 * @entry: in the queue
 * @mode: for nobody
 * @flags: for nobody
 * @key: for nobody
 *
 * Return: 1; 0 it did not sleep.
 */
int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	return wake_up_process(entry->private);
}

static void wait_queue_link(struct wait_queue_entry **link, struct wait_queue_entry *entry)
{
	entry->next = *link;
	entry->link = link;
	if (entry->next)
		entry->next->link = &entry->next;
	/* Read without the lock by waitqueue_active(). */
	WRITE_ONCE(*link, entry);
}

/**
 * add_wait_queue - enter a queue, before those that are woken one at a time
 * @wq: the queue
 * @entry: the caller's; remove_wait_queue() follows
 */
void add_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	pthread_mutex_lock(&wq->lock);
	wait_queue_link(&wq->waiters, entry);
	pthread_mutex_unlock(&wq->lock);
}

/**
 * add_wait_queue_exclusive - enter a queue as the last one, of those that are woken one at a time
 * @wq: the queue
 * @entry: the caller's; remove_wait_queue() follows
 */
void add_wait_queue_exclusive(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	struct wait_queue_entry **link = &wq->waiters;

	entry->exclusive = true;
	pthread_mutex_lock(&wq->lock);
	while (*link)
		link = &(*link)->next;
	wait_queue_link(link, entry);
	pthread_mutex_unlock(&wq->lock);
}

/**
 * remove_wait_queue - leave the queue
 * @wq: the queue
 * @entry: in it
 */
void remove_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry)
{
	pthread_mutex_lock(&wq->lock);
	WRITE_ONCE(*entry->link, entry->next);
	if (entry->next)
		entry->next->link = entry->link;
	pthread_mutex_unlock(&wq->lock);
}

/**
 * waitqueue_active - whether somebody waits; the caller has a barrier before it, as a waiter has
 *	between its entry and its look at what it waits for
 * @wq: the queue
 */
bool waitqueue_active(wait_queue_head_t *wq)
{
	return READ_ONCE(wq->waiters);
}

/**
 * shim_wake_up - let waiters look again
 * @wq: where they wait; a waiter in it is there until this has woken it
 * @exclusive: how many of those that are woken one at a time, 0 for all of them
 * @key: for their functions
 */
void shim_wake_up(wait_queue_head_t *wq, int exclusive, void *key)
{
	struct wait_queue_entry *entry, *next;

	pthread_mutex_lock(&wq->lock);
	for (entry = wq->waiters; entry; entry = next) {
		next = entry->next;
		if (entry->func(entry, 0, 0, key) && entry->exclusive && !--exclusive)
			break;
	}
	pthread_mutex_unlock(&wq->lock);
}

/**
 * shim_wait_sleep - unless the caller was woken since it has set its state
 * @deadline: CLOCK_MONOTONIC, KTIME_MAX for none
 *
 * Return: true; false the time has come.
 */
bool shim_wait_sleep(ktime_t deadline)
{
	return schedule_hrtimeout(deadline == KTIME_MAX ? NULL : &deadline, HRTIMER_MODE_ABS);
}

static void *work_main(void *arg)
{
	struct work_struct *work = arg;
	struct workqueue_struct *queue = work->queue;

	/* It may free what it is in. */
	work->func(work);
	if (atomic_dec_and_test(&queue->works))
		wake_up_all(&queue->wait);
	return NULL;
}

/**
 * alloc_workqueue - make a queue
 * @name: for nobody
 * @flags: none
 * @most: any number at a time
 *
 * Return: the queue, or NULL.
 */
struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int most, ...)
{
	return kzalloc(sizeof(struct workqueue_struct), GFP_KERNEL);
}

/**
 * queue_work - begin a work, in a thread of its own
 * @queue: where it counts
 * @work: not under way
 *
 * Where there can be no thread the caller does it.
 *
 * Return: true.
 */
bool queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	pthread_attr_t detached;
	pthread_t thread;

	atomic_inc(&queue->works);
	work->queue = queue;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &detached, work_main, work))
		work_main(work);
	pthread_attr_destroy(&detached);
	return true;
}

/**
 * flush_workqueue - wait until all that was begun is done
 * @queue: the queue
 */
void flush_workqueue(struct workqueue_struct *queue)
{
	wait_event(queue->wait, !atomic_read_acquire(&queue->works));
}

/**
 * destroy_workqueue - and it takes no more
 * @queue: from alloc_workqueue()
 */
void destroy_workqueue(struct workqueue_struct *queue)
{
	flush_workqueue(queue);
	kfree(queue);
}

static void hrtimer_queue(struct hrtimer *timer, ktime_t expires)
{
	pthread_mutex_lock(&timer->lock);
	timer->expires = expires;
	timer->queued = true;
	pthread_cond_signal(&timer->changed);
	pthread_mutex_unlock(&timer->lock);
}

static void *timer_main(void *arg)
{
	struct hrtimer *timer = arg;
	struct timespec until;

	pthread_mutex_lock(&timer->lock);
	while (!timer->cancelled) {
		if (!timer->queued) {
			pthread_cond_wait(&timer->changed, &timer->lock);
			continue;
		}
		until.tv_sec = timer->expires / NSEC_PER_SEC;
		until.tv_nsec = timer->expires % NSEC_PER_SEC;
		if (pthread_cond_clockwait(&timer->changed, &timer->lock, CLOCK_MONOTONIC,
					   &until) != ETIMEDOUT)
			continue;
		timer->queued = false;
		pthread_mutex_unlock(&timer->lock);
		if (timer->function(timer) == HRTIMER_RESTART)
			/* A program that was stopped has missed none. */
			hrtimer_queue(timer, ktime_get() + timer->period);
		pthread_mutex_lock(&timer->lock);
	}
	pthread_mutex_unlock(&timer->lock);
	return NULL;
}

/**
 * hrtimer_setup - prepare a timer
 * @timer: the timer
 * @function: what it calls
 * @clock: CLOCK_MONOTONIC
 * @mode: of the times
 */
void hrtimer_setup(struct hrtimer *timer,
		   enum hrtimer_restart (*function)(struct hrtimer *timer), clockid_t clock,
		   enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){
		.function = function, .lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
}

/**
 * hrtimer_start - let it go off, or at another time than it would
 * @timer: prepared; nobody else starts or cancels it meanwhile
 * @time: when, or after how long
 * @mode: HRTIMER_MODE_ABS_SOFT, or HRTIMER_MODE_REL_HARD
 *
 * Where there can be no thread it never does: it is for what only looks on.
 */
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	hrtimer_queue(timer, mode == HRTIMER_MODE_REL_HARD ? ktime_get() + time : time);
	if (!timer->started)
		timer->started = !pthread_create(&timer->thread, NULL, timer_main, timer);
}

/**
 * hrtimer_is_queued - whether it will go off
 * @timer: prepared
 */
bool hrtimer_is_queued(struct hrtimer *timer)
{
	bool queued;

	pthread_mutex_lock(&timer->lock);
	queued = timer->queued;
	pthread_mutex_unlock(&timer->lock);
	return queued;
}

/**
 * hrtimer_get_expires - when it goes off
 * @timer: that will
 */
ktime_t hrtimer_get_expires(struct hrtimer *timer)
{
	ktime_t expires;

	pthread_mutex_lock(&timer->lock);
	expires = timer->expires;
	pthread_mutex_unlock(&timer->lock);
	return expires;
}

/**
 * hrtimer_cancel - stop it, and wait until its function has returned
 * @timer: prepared, started or not
 */
void hrtimer_cancel(struct hrtimer *timer)
{
	if (!timer->started)
		return;
	pthread_mutex_lock(&timer->lock);
	timer->cancelled = true;
	pthread_cond_signal(&timer->changed);
	pthread_mutex_unlock(&timer->lock);
	pthread_join(timer->thread, NULL);
	timer->started = false;
}

/**
 * numa_node_id - of the CPU on which the thread runs just now
 *
 * Return: its number.
 */
int numa_node_id(void)
{
	unsigned int node = 0;

	getcpu(NULL, &node);
	return node;
}
