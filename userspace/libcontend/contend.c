// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "contend.h"
#include "shim/shim.h"

static int call(int fd, unsigned long cmd, void *arg)
{
	int ret;

	if (fd >= SHIM_FIRST_FD)
		return shim_ioctl(fd, cmd, arg);
	ret = ioctl(fd, cmd, arg);
	return ret < 0 ? -errno : ret;
}

/* A name as a struct holds it; one that does not fit is refused by the kernel. */
static void name(char *to, const char *from)
{
	size_t len = strlen(from);

	/* The struct may have been used before. */
	memset(to, 0, CONTEND_NAME_LEN);
	memcpy(to, from, len < CONTEND_NAME_LEN ? len : CONTEND_NAME_LEN);
}

/**
 * contend_open - open the device
 *
 * Return: its descriptor, close-on-exec; -ENOENT the module is not loaded;
 * -EACCES only root may.
 */
int contend_open(void)
{
	int fd = open(CONTEND_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/**
 * contend_open_program - open what the module is in this program: the same locks and structures,
 *	and those of its libraries, without a system call
 * @threads: how many threads of the program will be at work on it at a time, those of its runs
 *	among them; the first call decides
 *
 * Its descriptors are for this library alone.
 *
 * Return: a descriptor as of contend_open(); -ENOMEM.
 */
int contend_open_program(unsigned int threads)
{
	return shim_open(threads);
}

/**
 * contend_trace_program - keep the events of what works on contend_open_program()'s: each section
 *	is one
 * @most: so many of them
 *
 * Once a program, which has their memory until it ends.
 */
void contend_trace_program(unsigned long most)
{
	shim_trace_begin(most);
}

/**
 * contend_trace_program_end - keep no more, and tell what was kept
 * @tell: is given each event, a line as tracefs has it, those of a thread in order
 * @to: for @tell
 *
 * Return: how many were lost.
 */
unsigned long contend_trace_program_end(void (*tell)(void *to, const char *line), void *to)
{
	return shim_trace_end(tell, to);
}

/**
 * contend_close - close a descriptor
 * @fd: of any call here
 */
void contend_close(int fd)
{
	if (fd >= SHIM_FIRST_FD)
		shim_close(fd);
	else
		close(fd);
}

/**
 * contend_poll_for - wait until a descriptor is ready
 * @fd: the descriptor
 * @events: for what: POLLIN, POLLOUT
 * @ms: for how long at most
 *
 * Return: those of @events that hold; 0 not in this time; -EINTR a signal came.
 */
int contend_poll_for(int fd, short events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int ret;

	if (fd >= SHIM_FIRST_FD)
		return shim_poll(fd, events, ms);
	ret = poll(&pfd, 1, ms);
	return ret < 0 ? -errno : pfd.revents & events;
}

/**
 * contend_poll - wait until a descriptor can be read: a run has ended, a permit is free
 * @fd: the descriptor
 * @ms: for how long at most
 *
 * Return: 1; 0 not in this time; -EINTR a signal came.
 */
int contend_poll(int fd, int ms)
{
	int ret = contend_poll_for(fd, POLLIN, ms);

	return ret > 0 ? 1 : ret;
}

/**
 * contend_info - what the module is, can do and is doing
 * @device: from contend_open()
 * @info: the answer
 */
int contend_info(int device, struct contend_info *info)
{
	*info = (struct contend_info){ .size = sizeof(*info) };
	return call(device, CONTEND_INFO, info);
}

/**
 * contend_list - one entry of a catalogue
 * @device: from contend_open()
 * @catalogue: CONTEND_LIST_*
 * @index: from 0
 * @entry: the answer
 *
 * Return: 0; -ENOENT past the last one.
 */
int contend_list(int device, __u32 catalogue, __u32 index, struct contend_list *entry)
{
	*entry = (struct contend_list){
		.size = sizeof(*entry), .catalogue = catalogue, .index = index,
	};
	return call(device, CONTEND_LIST, entry);
}

/**
 * contend_find - the entry of a catalogue that has a name
 * @device: from contend_open()
 * @catalogue: CONTEND_LIST_*
 * @name: the name
 * @entry: the answer
 *
 * Return: 0; -ENOENT there is none.
 */
int contend_find(int device, __u32 catalogue, const char *name, struct contend_list *entry)
{
	__u32 i;
	int ret;

	for (i = 0; !(ret = contend_list(device, catalogue, i, entry)); i++)
		if (!strcmp(entry->name, name))
			break;
	return ret;
}

/**
 * contend_create - make an object
 * @device: from contend_open()
 * @lock: name of its lock
 * @structure: name of its structure
 * @create: what else there is to say; its number
 *
 * Return: its descriptor; -ENOENT, -EOPNOTSUPP, -EINVAL, -ENOSPC as
 * struct contend_create says.
 */
int contend_create(int device, const char *lock, const char *structure,
		   struct contend_create *create)
{
	create->size = sizeof(*create);
	name(create->lock, lock);
	name(create->structure, structure);
	return call(device, CONTEND_CREATE, create);
}

/**
 * contend_attach - open a further descriptor of an object
 * @device: from contend_open()
 * @id: the object's number
 *
 * Return: the descriptor; -ENOENT no such object lives.
 */
int contend_attach(int device, __u64 id)
{
	struct contend_attach attach = { .size = sizeof(attach), .id = id };

	return call(device, CONTEND_ATTACH, &attach);
}

/**
 * contend_op - carry out one operation
 * @object: from contend_create() or contend_attach()
 * @op: verb, flags, key, value and tag; the answer
 *
 * Return: 0 when it was carried out: op->error is what the structure said.
 */
int contend_op(int object, struct contend_op *op)
{
	op->size = sizeof(*op);
	return call(object, CONTEND_OP, op);
}

/**
 * contend_batch - carry out several operations in one system call
 * @object: from contend_create() or contend_attach()
 * @ops: the operations, each with its size filled in by the caller
 * @count: how many
 * @done: for how many were carried out, also on error; or NULL
 */
int contend_batch(int object, struct contend_op *ops, __u32 count, __u32 *done)
{
	struct contend_batch batch = {
		.size = sizeof(batch), .count = count, .op_size = sizeof(*ops),
		.ops = (__u64)(unsigned long)ops,
	};
	int ret = call(object, CONTEND_BATCH, &batch);

	if (done)
		*done = batch.done;
	return ret;
}

/**
 * contend_stat - what an object is and how it fared
 * @object: from contend_create() or contend_attach()
 * @flags: CONTEND_STAT_VERIFY to check all of it first, or 0
 * @stat: the answer
 */
int contend_stat(int object, __u32 flags, struct contend_stat *stat)
{
	*stat = (struct contend_stat){ .size = sizeof(*stat), .flags = flags };
	return call(object, CONTEND_STAT, stat);
}

/**
 * contend_acquire - take permits, all or none
 * @object: of a semaphore
 * @count: how many
 * @deadline_ns: CLOCK_MONOTONIC; 0 not to wait, CONTEND_FOREVER for no limit
 */
int contend_acquire(int object, __u32 count, __u64 deadline_ns)
{
	struct contend_acquire acquire = {
		.size = sizeof(acquire), .count = count, .deadline_ns = deadline_ns,
	};

	return call(object, CONTEND_ACQUIRE, &acquire);
}

/**
 * contend_release - give permits back
 * @object: that took them
 * @count: how many
 */
int contend_release(int object, __u32 count)
{
	struct contend_release release = { .size = sizeof(release), .count = count };

	return call(object, CONTEND_RELEASE, &release);
}

/**
 * contend_run - start kernel workers on an object
 * @object: from contend_create() or contend_attach()
 * @spec: the workload, words of the grammar
 * @message: for what is wrong with it; empty when there is nothing to say
 * @message_len: bytes of @message
 *
 * Return: the run's descriptor, which polls readable when the run has ended.
 */
int contend_run(int object, const char *spec, char *message, __u32 message_len)
{
	struct contend_run run = {
		.size = sizeof(run), .spec = (__u64)(unsigned long)spec,
		.spec_len = strlen(spec), .message = (__u64)(unsigned long)message,
		.message_len = message_len,
	};

	if (message_len)
		message[0] = '\0';
	return call(object, CONTEND_RUN, &run);
}

/**
 * contend_ring_setup - make the rings of a descriptor
 * @object: from contend_create() or contend_attach()
 * @setup: how they are to be; how they are
 */
int contend_ring_setup(int object, struct contend_ring_setup *setup)
{
	setup->size = sizeof(*setup);
	return call(object, CONTEND_RING_SETUP, setup);
}

/**
 * contend_ring_enter - carry out what is in the submission ring, and wait for completions
 * @object: with rings
 * @submit: most entries
 * @complete: for so many completions
 * @deadline_ns: CLOCK_MONOTONIC; 0 not to wait, CONTEND_FOREVER for no limit
 *
 * Return: how many it has taken.
 */
int contend_ring_enter(int object, __u32 submit, __u32 complete, __u64 deadline_ns)
{
	struct contend_ring_enter enter = {
		.size = sizeof(enter), .submit = submit, .complete = complete,
		.deadline_ns = deadline_ns,
	};

	return call(object, CONTEND_RING_ENTER, &enter);
}

/**
 * contend_result - a run's results
 * @run: from contend_run()
 * @result: the answer; the resolved spec is not asked for
 *
 * Return: 0; -EAGAIN while it runs.
 */
int contend_result(int run, struct contend_result *result)
{
	*result = (struct contend_result){ .size = sizeof(*result) };
	return call(run, CONTEND_RESULT, result);
}

/**
 * contend_worker - a worker's results
 * @run: from contend_run()
 * @index: from 0
 * @worker: the answer
 *
 * Return: 0; -EAGAIN while it runs; -ENOENT past the last one.
 */
int contend_worker(int run, __u32 index, struct contend_worker *worker)
{
	*worker = (struct contend_worker){ .size = sizeof(*worker), .index = index };
	return call(run, CONTEND_WORKER, worker);
}

/**
 * contend_check - how one check came out
 * @run: from contend_run()
 * @index: from 0
 * @check: the answer
 *
 * Return: 0; -EAGAIN while it runs; -ENOENT past the last one.
 */
int contend_check(int run, __u32 index, struct contend_check *check)
{
	*check = (struct contend_check){ .size = sizeof(*check), .index = index };
	return call(run, CONTEND_CHECK, check);
}

/**
 * contend_stop - end a run before its time
 * @run: from contend_run(); polls readable when the results are there
 */
int contend_stop(int run)
{
	struct contend_stop stop = { .size = sizeof(stop) };

	return call(run, CONTEND_STOP, &stop);
}

/**
 * contend_progress - how far a run is
 * @run: from contend_run()
 * @progress: the answer
 *
 * Return: 0; -ENOTTY the module is older than that.
 */
int contend_progress(int run, struct contend_progress *progress)
{
	*progress = (struct contend_progress){ .size = sizeof(*progress) };
	return call(run, CONTEND_PROGRESS, progress);
}

/**
 * contend_hist - a histogram
 * @run: from contend_run()
 * @worker: index or CONTEND_ALL_WORKERS
 * @kind: CONTEND_HIST_*
 * @flags: CONTEND_HIST_OF_VERB, CONTEND_HIST_SO_FAR, or 0
 * @verb: with CONTEND_HIST_OF_VERB of which operation, its number; else 0
 * @counts: for the buckets
 * @buckets: how many there is room for, as HIST_BUCKETS
 * @hist: the answer: total, sum, least and greatest
 *
 * Return: 0; -EAGAIN it has not ended, or, so far, its workers have not begun.
 */
int contend_hist(int run, __u32 worker, __u32 kind, __u32 flags, __u32 verb, __u64 *counts,
		 __u32 buckets, struct contend_hist *hist)
{
	*hist = (struct contend_hist){
		.size = sizeof(*hist), .worker = worker, .kind = kind, .buckets = buckets,
		.counts = (__u64)(unsigned long)counts, .flags = flags, .verb = verb,
	};
	return call(run, CONTEND_HIST, hist);
}
