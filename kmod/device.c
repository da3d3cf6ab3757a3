// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/contend: from system calls to objects and runs, and back.
 *
 * Each command is a row in its descriptor's table: its number, the size of its
 * struct and the function that gets a checked copy of it. If it has outputs, what
 * the function leaves in the copy goes back to user space, cut to what the caller
 * knows; if not, the caller's struct may lie in memory that cannot be written.
 */
#include <linux/anon_inodes.h>
#include <linux/cpumask.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "books.h"
#include "clock.h"
#include "compat.h"
#include "device.h"
#include "engine/admit.h"
#include "engine/run.h"
#include "lib/charge.h"
#include "object.h"
#include "operation.h"
#include "queue_pair.h"
#include "world.h"

/* Operations in one BATCH, and the bytes of a spec. */
#define DEVICE_MAX_BATCH	4096
#define DEVICE_MAX_SPEC		4096

/**
 * struct handle - an object descriptor
 * @obj: with a reference
 * @permits: that this descriptor holds; guarded by obj->permits.lock
 * @rings: its rings or NULL; set once, by cmpxchg()
 */
struct handle {
	struct contend_object *obj;
	u32 permits;
	struct queue_pair *rings;
};

/* Room for each command's struct. */
union args {
	u32 size;
	struct contend_info info;
	struct contend_list list;
	struct contend_create create;
	struct contend_attach attach;
	struct contend_op op;
	struct contend_batch batch;
	struct contend_stat stat;
	struct contend_run run;
	struct contend_acquire acquire;
	struct contend_release release;
	struct contend_ring_setup ring_setup;
	struct contend_ring_enter ring_enter;
	struct contend_result result;
	struct contend_worker worker;
	struct contend_check check;
	struct contend_hist hist;
	struct contend_stop stop;
	struct contend_progress progress;
};

/* struct command.kind */
#define TELLS	1	/* has outputs */
#define CHANGES	2	/* has, and what it has done is not undone when they cannot be told */
#define OPENS	4	/* makes a descriptor */
#define EARLY	8	/* of a run: may come before it has ended */

/**
 * struct command - a row of a descriptor's table
 * @cmd: CONTEND_*
 * @kind: of the above
 * @size: of its struct
 * @fn: gets the file's private data and the checked copy; what it returns the
 *	system call returns. One that makes a descriptor leaves its file in
 *	@opened
 *
 * @least: its first size, which is taken still; 0 when it has not grown
 */
struct command {
	unsigned int cmd;
	unsigned int kind;
	size_t size;
	int (*fn)(void *priv, union args *args, struct file **opened);
	size_t least;
};

/* Before @why. */
#define CREATE_LEAST	offsetofend(struct contend_create, id)
/* Before @stay_ns. */
#define OP_LEAST	offsetofend(struct contend_op, hold_ns)
/* Before @backlog_max. */
#define RESULT_LEAST	offsetofend(struct contend_result, reserved)
/* Before @starved_ns. */
#define WORKER_LEAST	offsetofend(struct contend_worker, violations)
/* Before @flags. */
#define HIST_LEAST	offsetofend(struct contend_hist, max_ns)

static int device_dispatch(const struct command *table, size_t n, void *priv, unsigned int cmd,
			   void __user *uarg)
{
	struct file *opened = NULL;
	const struct command *c;
	union args args;
	int ret, fd = -1;
	size_t size;
	u32 usize;

	for (c = table; c < table + n; c++)
		if (c->cmd == cmd)
			goto found;
	return -ENOTTY;
found:
	if (get_user(usize, (u32 __user *)uarg))
		return -EFAULT;
	if (usize < (c->least ?: c->size))
		return -EINVAL;
	/* A page is more than any struct will ever be. */
	if (usize > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(&args, c->size, uarg, usize);
	if (ret)
		return ret;
	/* Another thread may have changed it since get_user(). */
	args.size = usize;
	size = min_t(size_t, usize, c->size);
	/* Nothing is done that cannot be told: its inputs are written back first. */
	if ((c->kind & CHANGES) && copy_to_user(uarg, &args, size))
		return -EFAULT;
	if (c->kind & OPENS) {
		fd = get_unused_fd_flags(O_CLOEXEC);
		if (fd < 0)
			return fd;
	}
	ret = c->fn(priv, &args, &opened);
	/* After an error too: BATCH says how far it came. */
	if ((c->kind & (TELLS | CHANGES)) && copy_to_user(uarg, &args, size) && !ret)
		ret = -EFAULT;
	if (!(c->kind & OPENS))
		return ret;

	/* The descriptor is seen last: until then fput() undoes all of it. */
	if (!ret) {
		fd_install(fd, opened);
		return fd;
	}
	if (opened)
		fput(opened);
	put_unused_fd(fd);
	return ret;
}

static bool name_ends(const char *name)
{
	return strnlen(name, CONTEND_NAME_LEN) < CONTEND_NAME_LEN;
}

/* Objects */

static int handle_release(struct inode *inode, struct file *file)
{
	struct handle *h = file->private_data;
	struct contend_object *obj = h->obj;

	queue_pair_destroy(h->rings);
	if (h->permits)
		permits_release(&obj->permits, &h->permits, h->permits);
	atomic_dec(&obj->descriptors);
	contend_object_put(obj);
	kfree(h);
	return 0;
}

static __poll_t handle_poll(struct file *file, poll_table *wait)
{
	struct handle *h = file->private_data;
	struct contend_object *obj = h->obj;
	struct permits *p = &obj->permits;
	u64 due = 0;
	u32 ready;

	if (!obj->structure->ready) {
		poll_wait(file, &p->poll, wait);
		return permits_ready(p) ? EPOLLIN | EPOLLRDNORM : 0;
	}
	poll_wait(file, &obj->conditions.poll, wait);
	/* E: in the queue, then the look; pairs with A in conditions_wake() */
	smp_mb();
	ready = obj->structure->ready(obj->stripes->data);
	if (!(ready & BIT(CONDITION_IN)) && obj->structure->due)
		due = obj->structure->due(obj->stripes->data);
	due = conditions_look_ns(&obj->conditions, due);
	if (due)
		conditions_due(&obj->conditions, due);
	return (ready & BIT(CONDITION_IN) ? EPOLLIN | EPOLLRDNORM : 0) |
	       (ready & BIT(CONDITION_OUT) ? EPOLLOUT | EPOLLWRNORM : 0);
}

static int handle_op(void *priv, union args *args, struct file **opened)
{
	struct handle *h = priv;

	return contend_object_op(h->obj, &args->op);
}

static int handle_batch(void *priv, union args *args, struct file **opened)
{
	struct contend_batch *batch = &args->batch;
	struct handle *h = priv;
	u32 i;

	batch->done = 0;
	if (batch->flags || batch->reserved || !batch->count || batch->count > DEVICE_MAX_BATCH)
		return -EINVAL;
	if (batch->op_size < OP_LEAST || batch->op_size > PAGE_SIZE)
		return -EINVAL;

	for (i = 0; i < batch->count; i++) {
		u8 __user *uop = (u8 __user *)u64_to_user_ptr(batch->ops) +
				 (size_t)i * batch->op_size;
		struct contend_op op;
		u32 size;
		int ret;

		/* What lies between this one's end and the next one is the caller's own. */
		if (get_user(size, (u32 __user *)uop))
			return -EFAULT;
		if (size < OP_LEAST || size > batch->op_size)
			return -EINVAL;
		ret = copy_struct_from_user(&op, sizeof(op), uop, size);
		if (ret)
			return ret;
		op.size = size;
		/* As for each command that changes something. */
		if (copy_to_user(uop, &op, min_t(size_t, size, sizeof(op))))
			return -EFAULT;
		ret = contend_object_op(h->obj, &op);
		/* Those before it are done: it is not to be begun again. */
		if (ret == -ERESTARTSYS && batch->done)
			return -EINTR;
		if (ret)
			return ret;
		batch->done++;
		if (copy_to_user(uop, &op, min_t(size_t, size, sizeof(op))))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int handle_stat(void *priv, union args *args, struct file **opened)
{
	struct contend_stat *stat = &args->stat;
	struct handle *h = priv;
	struct contend_object *obj = h->obj;
	struct violation_log log;
	struct books books;
	int ret;

	if (stat->flags & ~CONTEND_STAT_VERIFY)
		return -EINVAL;
	if (stat->flags & CONTEND_STAT_VERIFY) {
		violation_log_init(&log, NO_WORKER);
		ret = contend_object_verify(obj, &log);
		if (ret)
			return ret;
	}
	books = books_sum(obj);
	*stat = (struct contend_stat){
		.size = stat->size,
		.flags = stat->flags,
		.id = obj->id,
		.capacity = obj->capacity * obj->nstripes,
		.elements = contend_object_elements(obj),
		.ops = books.ops,
		.balance = books.balance,
		.backlog = nodes_backlog(&obj->nodes),
		.descriptors = atomic_read(&obj->descriptors),
		.blocked = atomic_read(&obj->conditions.parked),
	};
	strscpy(stat->lock, obj->lock->name, sizeof(stat->lock));
	strscpy(stat->structure, obj->structure->name, sizeof(stat->structure));

	spin_lock(&obj->permits.lock);
	stat->permits = obj->permits.total;
	stat->permits_free = obj->permits.free;
	stat->permits_held = h->permits;
	stat->permits_waiters = obj->permits.waiting;
	spin_unlock(&obj->permits.lock);

	stat->violations = contend_object_violations(obj, stat->detail, sizeof(stat->detail));
	return 0;
}

static int handle_acquire(void *priv, union args *args, struct file **opened)
{
	struct contend_acquire *acquire = &args->acquire;
	struct handle *h = priv;

	if (acquire->flags || acquire->reserved)
		return -EINVAL;
	if (!h->obj->permits.total)
		return -EOPNOTSUPP;
	return permits_acquire(&h->obj->permits, &h->permits, acquire->count,
			       acquire->deadline_ns);
}

static int handle_release_permits(void *priv, union args *args, struct file **opened)
{
	struct contend_release *release = &args->release;
	struct handle *h = priv;

	if (release->flags || release->reserved)
		return -EINVAL;
	if (!h->obj->permits.total)
		return -EOPNOTSUPP;
	return permits_release(&h->obj->permits, &h->permits, release->count);
}

static struct queue_pair *handle_rings(struct handle *h)
{
	/* Pairs with cmpxchg() in handle_ring_setup(): they are seen whole. */
	return smp_load_acquire(&h->rings);
}

static int handle_ring_setup(void *priv, union args *args, struct file **opened)
{
	struct handle *h = priv;
	struct queue_pair *rings;
	int ret;

	if (handle_rings(h))
		return -EBUSY;
	ret = queue_pair_create(h->obj, &args->ring_setup, &rings);
	if (ret)
		return ret;
	/* Another thread may have been faster. */
	if (cmpxchg(&h->rings, NULL, rings)) {
		queue_pair_destroy(rings);
		return -EBUSY;
	}
	return 0;
}

static int handle_ring_enter(void *priv, union args *args, struct file **opened)
{
	return queue_pair_enter(handle_rings(priv), &args->ring_enter);
}

static int handle_mmap(struct file *file, struct vm_area_struct *vma)
{
	return queue_pair_map(handle_rings(file->private_data), vma);
}

static int handle_run(void *priv, union args *args, struct file **opened);

static const struct command handle_commands[] = {
	{ CONTEND_OP, CHANGES, sizeof(struct contend_op), handle_op, OP_LEAST },
	{ CONTEND_BATCH, CHANGES, sizeof(struct contend_batch), handle_batch },
	{ CONTEND_STAT, TELLS, sizeof(struct contend_stat), handle_stat },
	{ CONTEND_RUN, OPENS, sizeof(struct contend_run), handle_run },
	{ CONTEND_ACQUIRE, 0, sizeof(struct contend_acquire), handle_acquire },
	{ CONTEND_RELEASE, 0, sizeof(struct contend_release), handle_release_permits },
	{ CONTEND_RING_SETUP, CHANGES, sizeof(struct contend_ring_setup), handle_ring_setup },
	{ CONTEND_RING_ENTER, 0, sizeof(struct contend_ring_enter), handle_ring_enter },
};

static long handle_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return device_dispatch(handle_commands, ARRAY_SIZE(handle_commands), file->private_data,
			       cmd, (void __user *)arg);
}

#if CONTEND_HAS_URING_CMD
/* An operation through io_uring: in a worker of its, since it may sleep. */
static int handle_uring_cmd(struct io_uring_cmd *command, unsigned int issue_flags)
{
	const u64 *payload = contend_uring_payload(command);
	int ret;

	if (command->cmd_op != CONTEND_OP && command->cmd_op != CONTEND_BATCH)
		return -EOPNOTSUPP;
	if (issue_flags & IO_URING_F_NONBLOCK)
		return -EAGAIN;
	ret = device_dispatch(handle_commands, ARRAY_SIZE(handle_commands),
			      command->file->private_data, command->cmd_op,
			      u64_to_user_ptr(READ_ONCE(*payload)));
	/* It is not begun again by itself, and EAGAIN would begin it. */
	return ret == -ERESTARTSYS ? -EINTR : ret;
}
#endif

static const struct file_operations handle_fops = {
	.owner = THIS_MODULE,
	.release = handle_release,
	.poll = handle_poll,
	.mmap = handle_mmap,
#if CONTEND_HAS_URING_CMD
	.uring_cmd = handle_uring_cmd,
#endif
	.unlocked_ioctl = handle_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* Runs */

static int run_fd_release(struct inode *inode, struct file *file)
{
	run_end(file->private_data);
	return 0;
}

static __poll_t run_fd_poll(struct file *file, poll_table *wait)
{
	struct active_run *run = file->private_data;

	poll_wait(file, &run->wait, wait);
	return run_done(run) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int run_fd_result(void *priv, union args *args, struct file **opened)
{
	struct contend_result *result = &args->result;
	struct active_run *run = priv;
	char *text;
	int len;

	if (result->flags || result->reserved || (!result->spec && result->spec_len))
		return -EINVAL;
	if (run->error && run->error != -ECANCELED)
		return run->error;
	result->verdict = run_verdict(run);
	result->workers = run->team.nr;
	result->checks = CONTEND_NR_CHECKS;
	result->complete = run->complete;
	result->ops = run->ops;
	result->span_ns = run->span_ns;
	result->concurrent_ns = run->concurrent_ns;
	result->harness_ps = run->harness_ps;
	result->violations = run->log.total;
	result->backlog_max = run->backlog_max;
	if (!result->spec)
		return 0;

	text = kmalloc(DEVICE_MAX_SPEC, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	len = spec_format(&run->spec, text, DEVICE_MAX_SPEC);
	if (len >= 0 && len + 1 > result->spec_len)
		len = -ENOSPC;
	else if (len >= 0 && copy_to_user(u64_to_user_ptr(result->spec), text, len + 1))
		len = -EFAULT;
	kfree(text);
	return min(len, 0);
}

static int run_fd_worker(void *priv, union args *args, struct file **opened)
{
	struct contend_worker *worker = &args->worker;
	struct active_run *run = priv;
	const struct team_worker *w;

	if (worker->flags || worker->reserved || worker->reserved2)
		return -EINVAL;
	if (worker->index >= run->team.nr)
		return -ENOENT;
	w = run->team.workers[array_index_nospec(worker->index, run->team.nr)];
	worker->cpu = w->cpu;
	worker->ops = w->tally.ops;
	worker->reads = w->tally.reads;
	worker->misses = w->tally.misses;
	worker->elements = w->tally.elements;
	worker->timeouts = w->tally.timeouts;
	worker->retries = w->retries;
	worker->first_ns = w->tally.first_ns;
	worker->last_ns = w->tally.last_ns;
	worker->violations = w->log.total;
	worker->starved_ns = w->tally.starved_ns;
	worker->overtakes = w->overtakes;
	worker->bypass = w->bypass;
	worker->handovers = w->handovers;
	worker->local = w->local;
	worker->context = w->context;
	worker->offered = w->tally.arrivals.offered;
	worker->unserved = w->tally.arrivals.unserved;
	worker->late_ns = w->tally.arrivals.late_ns;
	worker->preempted = w->taken.times;
	worker->run_delay_ns = w->taken.wait_ns;
	worker->group = w->group;
	worker->wakeups = w->wakeups;
	worker->vain = w->vain;
	return 0;
}

static int run_fd_check(void *priv, union args *args, struct file **opened)
{
	struct contend_check *check = &args->check;
	struct active_run *run = priv;
	u32 index;

	if (check->reserved)
		return -EINVAL;
	if (check->index >= CONTEND_NR_CHECKS)
		return -ENOENT;
	index = array_index_nospec(check->index, CONTEND_NR_CHECKS);
	strscpy_pad(check->name, check_name(index), sizeof(check->name));
	memset(check->detail, 0, sizeof(check->detail));
	check->verdict = run_check(run, index, check->detail, sizeof(check->detail));
	check->violations = run->log.count[index];
	return 0;
}

static int run_fd_hist(void *priv, union args *args, struct file **opened)
{
	struct contend_hist *hist = &args->hist;
	const bool of_verb = hist->flags & CONTEND_HIST_OF_VERB;
	struct hist *h;
	int ret = 0;

	if (hist->buckets < HIST_BUCKETS_FIRST ||
	    hist->flags & ~(CONTEND_HIST_OF_VERB | CONTEND_HIST_SO_FAR) ||
	    (!of_verb && hist->verb))
		return -EINVAL;
	if (!(hist->flags & CONTEND_HIST_SO_FAR ? run_begun(priv) : run_done(priv)))
		return -EAGAIN;
	h = run_hist(priv, hist->worker, hist->kind, of_verb ? hist->verb : TALLY_ALL_VERBS);
	if (IS_ERR(h))
		return PTR_ERR(h);
	hist->buckets = min_t(u32, hist->buckets, HIST_BUCKETS);
	hist_fold(h, hist->buckets);
	hist->total = h->total;
	hist->sum_ns = h->sum;
	hist->min_ns = h->total ? h->min : 0;
	hist->max_ns = h->max;
	if (copy_to_user(u64_to_user_ptr(hist->counts), h->counts,
			 hist->buckets * sizeof(h->counts[0])))
		ret = -EFAULT;
	kvfree(h);
	return ret;
}

static int run_fd_stop(void *priv, union args *args, struct file **opened)
{
	if (args->stop.flags)
		return -EINVAL;
	run_stop(priv);
	return 0;
}

static int run_fd_progress(void *priv, union args *args, struct file **opened)
{
	struct contend_progress *progress = &args->progress;
	bool measures;

	progress->ops = run_steps(priv, &measures);
	progress->measures = measures;
	return 0;
}

static const struct command run_commands[] = {
	{ CONTEND_STOP, EARLY, sizeof(struct contend_stop), run_fd_stop },
	{ CONTEND_PROGRESS, TELLS | EARLY, sizeof(struct contend_progress), run_fd_progress },
	{ CONTEND_RESULT, TELLS, sizeof(struct contend_result), run_fd_result, RESULT_LEAST },
	{ CONTEND_WORKER, TELLS, sizeof(struct contend_worker), run_fd_worker, WORKER_LEAST },
	{ CONTEND_CHECK, TELLS, sizeof(struct contend_check), run_fd_check },
	{ CONTEND_HIST, TELLS | EARLY, sizeof(struct contend_hist), run_fd_hist, HIST_LEAST },
};

/* Results are there when it has ended. None waits for that. */
static long run_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct active_run *run = file->private_data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(run_commands); i++)
		if (run_commands[i].cmd == cmd && !(run_commands[i].kind & EARLY) && !run_done(run))
			return -EAGAIN;
	return device_dispatch(run_commands, ARRAY_SIZE(run_commands), run, cmd,
			       (void __user *)arg);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.release = run_fd_release,
	.poll = run_fd_poll,
	.unlocked_ioctl = run_fd_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static int handle_run(void *priv, union args *args, struct file **opened)
{
	struct contend_run *arg = &args->run;
	struct handle *h = priv;
	struct active_run *run;
	struct spec_error *error;
	struct spec *spec;
	char *text;
	int ret;

	if (arg->flags || (!arg->message && arg->message_len) || arg->spec_len > DEVICE_MAX_SPEC)
		return -EINVAL;
	text = memdup_user_nul(u64_to_user_ptr(arg->spec), arg->spec_len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = -ENOMEM;
	spec = kmalloc(sizeof(*spec), GFP_KERNEL);
	error = kzalloc(sizeof(*error), GFP_KERNEL);
	if (!spec || !error)
		goto out;

	spec_init(spec);
	ret = spec_parse(spec, text, arg->spec_len, error);
	if (!ret) {
		run = run_start(h->obj, spec, NULL, error);
		ret = PTR_ERR_OR_ZERO(run);
	}
	if (ret && error->message[0] && arg->message_len) {
		size_t len = min_t(size_t, strlen(error->message), arg->message_len - 1);

		error->message[len] = '\0';
		if (copy_to_user(u64_to_user_ptr(arg->message), error->message, len + 1))
			ret = -EFAULT;
	}
	if (!ret) {
		*opened = anon_inode_getfile("[contend-run]", &run_fops, run, O_RDWR);
		if (IS_ERR(*opened)) {
			ret = PTR_ERR(*opened);
			*opened = NULL;
			run_end(run);
		}
	}
out:
	kfree(error);
	kfree(spec);
	kfree(text);
	return ret;
}

/* The device */

static int cmd_info(void *priv, union args *args, struct file **opened)
{
	struct contend_info *info = &args->info;
	u32 size = info->size;
	unsigned int n;

	if (info->flags)
		return -EINVAL;
	*info = (struct contend_info){
		.size = size,
		.features = CONTEND_FEATURE_BATCH | CONTEND_FEATURE_PERMITS | CONTEND_FEATURE_RUN |
			    CONTEND_FEATURE_PROGRESS | queue_pair_features() |
			    (CONTEND_HAS_URING_CMD ? CONTEND_FEATURE_URING_CMD : 0),
		.max_objects = contend_max_objects,
		.max_runs = contend_max_runs,
		.max_workers = contend_max_workers,
		.max_batch = DEVICE_MAX_BATCH,
		.max_capacity = min_t(u64, contend_max_capacity, CONTEND_CAPACITY_MOST),
		.max_runtime_ns = (u64)contend_max_runtime_s * NSEC_PER_SEC,
		.objects = contend_object_count(),
		.runs = run_count(),
		.clock_ps = clock_ps(),
		.cpus = num_online_cpus(),
		.clock_step_ns = clock_step_ns(),
	};
#ifdef CONTEND_MUTANT
	info->features |= CONTEND_FEATURE_MUTANT;
#endif
	for (n = 0; contend_lock_at(n); n++)
		;
	info->locks = n;
	for (n = 0; contend_structure_at(n); n++)
		;
	info->structures = n;
	strscpy(info->version, CONTEND_VERSION, sizeof(info->version));
	strscpy(info->clock, clock_name(), sizeof(info->clock));
	strscpy(info->spinlock, world_spinlock(), sizeof(info->spinlock));
	strscpy(info->preemption, world_preemption(), sizeof(info->preemption));
	strscpy(info->debug, world_debug(), sizeof(info->debug));
	return 0;
}

/* Some conditions after their sign. */
static size_t verb_conditions(char sign, u32 conditions, char *text, size_t size)
{
	enum condition c;
	size_t n;

	if (!conditions)
		return 0;
	n = scnprintf(text, size, "%c", sign);
	for (c = 0; c < CONDITIONS; c++)
		if (conditions & BIT(c))
			n += scnprintf(text + n, size - n, "%s", mix_conditions[c]);
	return n;
}

/* An operation as contend_list.verbs has it: how many characters. */
static size_t verb_show(const struct contend_verb *verbs, int i, char *text, size_t size)
{
	const struct contend_verb *verb = &verbs[i];
	static const char guards[] = {
		[GUARD_READ] = 'r', [GUARD_WRITE] = 'w', [GUARD_PAIR] = 'p',
		[GUARD_SELF] = 's', [GUARD_OWNER] = 'o', [GUARD_UPGRADE] = 'u',
	};
	size_t n = scnprintf(text, size, "%s%s:%c", i ? " " : "", verb->name, guards[verb->guard]);
	int s;

	if (verb->seats)
		n += scnprintf(text + n, size - n, "%u", verb->seats);
	n += scnprintf(text + n, size - n, ":%u", verb->share);
	if (verb->balance || verb->fills || verb->worker)
		n += scnprintf(text + n, size - n, ":%+d", verb->balance);
	if (verb->fills)
		n += scnprintf(text + n, size - n, ":fills");
	if (verb->worker)
		n += scnprintf(text + n, size - n, ":worker");
	for (s = 0; verb->settings && verb->settings[s]; s++)
		n += scnprintf(text + n, size - n, "%c%s", s ? ',' : '=', verb->settings[s]);
	n += verb_conditions('<', verb->waits, text + n, size - n);
	if (verb->timed)
		n += scnprintf(text + n, size - n, "-time");
	n += verb_conditions('>', verb->meets, text + n, size - n);
	if (verb->role)
		n += scnprintf(text + n, size - n, "@%s", verb->role);
	if (verb->then)
		n += scnprintf(text + n, size - n, "/%s", verbs[verb->then].name);
	return n;
}

static int cmd_list(void *priv, union args *args, struct file **opened)
{
	struct contend_list *list = &args->list;
	const struct contend_structure *s;
	const struct contend_lock *l;
	size_t n = 0;
	int i;

	*list = (struct contend_list){
		.size = list->size,
		.catalogue = list->catalogue,
		.index = list->index,
	};
	switch (list->catalogue) {
	case CONTEND_LIST_LOCKS:
		l = contend_lock_at(list->index);
		if (!l)
			return -ENOENT;
		list->caps = l->caps;
		strscpy(list->name, l->name, sizeof(list->name));
		strscpy(list->family, l->family, sizeof(list->family));
		strscpy(list->about, l->about, sizeof(list->about));
		return 0;
	case CONTEND_LIST_STRUCTURES:
		s = contend_structure_at(list->index);
		if (!s)
			return -ENOENT;
		list->caps = s->needs | (s->busted ? CONTEND_CAP_BUSTED : 0) |
			     (s->tasks_only ? CONTEND_CAP_SLEEPS : 0);
		strscpy(list->name, s->name, sizeof(list->name));
		strscpy(list->family, s->family, sizeof(list->family));
		strscpy(list->about, s->about, sizeof(list->about));
		for (i = 0; s->verbs[i].name; i++)
			n += verb_show(s->verbs, i, list->verbs + n, sizeof(list->verbs) - n);
		return 0;
	}
	return -EOPNOTSUPP;
}

/* A file for an object whose reference the caller hands over. */
static int handle_open(struct contend_object *obj, struct file **opened)
{
	struct handle *h = kzalloc(sizeof(*h), GFP_CLIENT);
	struct file *file;

	if (!h) {
		contend_object_put(obj);
		return -ENOMEM;
	}
	h->obj = obj;
	file = anon_inode_getfile("[contend-object]", &handle_fops, h, O_RDWR);
	if (IS_ERR(file)) {
		contend_object_put(obj);
		kfree(h);
		return PTR_ERR(file);
	}
	atomic_inc(&obj->descriptors);
	*opened = file;
	return 0;
}

static int cmd_create(void *priv, union args *args, struct file **opened)
{
	struct contend_create *create = &args->create;
	const struct contend_lock *lock;
	struct contend_object *obj;
	int structure;

	if (!name_ends(create->lock) || !name_ends(create->structure))
		return -EINVAL;
	lock = contend_lock_find(create->lock);
	structure = contend_structure_find(create->structure);
	if (!lock || structure < 0) {
		snprintf(create->why, sizeof(create->why), "unknown %s '%s': LIST has the names",
			 lock ? "structure" : "lock", lock ? create->structure : create->lock);
		return -ENOENT;
	}
	obj = contend_object_create(lock, structure, create);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	return handle_open(obj, opened);
}

static int cmd_attach(void *priv, union args *args, struct file **opened)
{
	struct contend_attach *attach = &args->attach;
	struct contend_object *obj;

	if (attach->flags)
		return -EINVAL;
	obj = contend_object_get(attach->id);
	if (!obj)
		return -ENOENT;
	return handle_open(obj, opened);
}

static const struct command device_commands[] = {
	{ CONTEND_INFO, TELLS, sizeof(struct contend_info), cmd_info },
	{ CONTEND_LIST, TELLS, sizeof(struct contend_list), cmd_list },
	{ CONTEND_CREATE, TELLS | OPENS, sizeof(struct contend_create), cmd_create, CREATE_LEAST },
	{ CONTEND_ATTACH, OPENS, sizeof(struct contend_attach), cmd_attach },
};

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return device_dispatch(device_commands, ARRAY_SIZE(device_commands), NULL, cmd,
			       (void __user *)arg);
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "contend",
	.fops = &device_fops,
	.mode = 0600,
};

/**
 * contend_device_init - open the door
 *
 * Context: module load, when all that it leads to is ready.
 * Return: 0 or what misc_register() says.
 */
int contend_device_init(void)
{
	/* u64 alignment and no holes: 32-bit callers see the same structs. */
	BUILD_BUG_ON(sizeof(struct contend_info) % 8 || sizeof(struct contend_list) % 8 ||
		     sizeof(struct contend_create) % 8 || sizeof(struct contend_stat) % 8 ||
		     sizeof(struct contend_check) % 8);
	return misc_register(&device);
}

/**
 * contend_device_exit - close it
 *
 * Context: module unload: no descriptor is left.
 */
void contend_device_exit(void)
{
	misc_deregister(&device);
}
