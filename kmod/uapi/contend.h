/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * contend: the system-call boundary of /dev/contend.
 *
 * Three kinds of file descriptor, each with its own commands:
 *
 *   device  open("/dev/contend")           INFO LIST CREATE ATTACH
 *   object  returned by CREATE or ATTACH   OP BATCH STAT RUN ACQUIRE RELEASE
 *                                          RING_SETUP RING_ENTER, mmap()
 *   run     returned by RUN                RESULT WORKER CHECK HIST STOP PROGRESS
 *
 * An object is one structure protected by one lock. It lives as long as a
 * descriptor or a run refers to it. A run lives as long as its descriptor:
 * closing it stops the workers. An object descriptor polls readable while an
 * ACQUIRE of one permit would succeed at once: one is free, and no earlier
 * request waits. That of a structure with verbs that wait polls readable and writable instead
 * while those would find something in it and room, and both when it is closed: nothing waits
 * then. A run descriptor polls readable when the run has ended.
 *
 * Rules that hold for every command
 *
 * - The argument is a pointer to a struct whose first word is its size as the
 *   caller knows it. A shorter struct than the command needs is EINVAL. A
 *   longer one is fine as long as what this kernel does not know is zero, and
 *   E2BIG when it is not, or when it is longer than a page, whatever is in it.
 * - A struct without a field that is "out" is read only, and may lie in memory
 *   that cannot be written. Where there is one, the whole struct is written
 *   back. EFAULT: what the command should have done it has not done.
 * - Reserved fields must be zero, unknown flags must not be set: EINVAL.
 * - Structs hold __u32, __u64 and char arrays only, are padded by hand to a
 *   multiple of eight bytes and look the same to 32-bit callers. Pointers are
 *   passed as __u64.
 * - Locks, structures, verbs and checks are named by strings. A name that is
 *   not in the catalogue is ENOENT, one without its terminating zero EINVAL.
 * - Times are CLOCK_MONOTONIC nanoseconds, time-outs are absolute.
 * - A command that this kind of descriptor does not have is ENOTTY.
 * - Memory is charged to the memory cgroup of the caller, and what a run's threads
 *   allocate to the group of the task that started it. ENOMEM where it has no more.
 */
#ifndef _UAPI_CONTEND_H
#define _UAPI_CONTEND_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CONTEND_DEVICE		"/dev/contend"
#define CONTEND_IOC		0xC6

/* Names and texts in the structs below, with the terminating zero. */
#define CONTEND_NAME_LEN	32
#define CONTEND_TEXT_LEN	128
#define CONTEND_VERBS_LEN	512

/*
 * The size is not a part of the command number: a struct may grow and the
 * command stays the same.
 */
#define CONTEND_INFO		_IO(CONTEND_IOC, 0x00)
#define CONTEND_LIST		_IO(CONTEND_IOC, 0x01)
#define CONTEND_CREATE		_IO(CONTEND_IOC, 0x02)
#define CONTEND_ATTACH		_IO(CONTEND_IOC, 0x03)

#define CONTEND_OP		_IO(CONTEND_IOC, 0x10)
#define CONTEND_BATCH		_IO(CONTEND_IOC, 0x11)
#define CONTEND_STAT		_IO(CONTEND_IOC, 0x12)
#define CONTEND_RUN		_IO(CONTEND_IOC, 0x13)
#define CONTEND_ACQUIRE		_IO(CONTEND_IOC, 0x14)
#define CONTEND_RELEASE		_IO(CONTEND_IOC, 0x15)
#define CONTEND_RING_SETUP	_IO(CONTEND_IOC, 0x16)
#define CONTEND_RING_ENTER	_IO(CONTEND_IOC, 0x17)

#define CONTEND_RESULT		_IO(CONTEND_IOC, 0x20)
#define CONTEND_WORKER		_IO(CONTEND_IOC, 0x21)
#define CONTEND_CHECK		_IO(CONTEND_IOC, 0x22)
#define CONTEND_HIST		_IO(CONTEND_IOC, 0x23)
#define CONTEND_STOP		_IO(CONTEND_IOC, 0x24)
#define CONTEND_PROGRESS	_IO(CONTEND_IOC, 0x25)

/* contend_info.features */
#define CONTEND_FEATURE_BATCH		(1ULL << 0)	/* BATCH */
#define CONTEND_FEATURE_PERMITS		(1ULL << 1)	/* ACQUIRE, RELEASE */
#define CONTEND_FEATURE_RUN		(1ULL << 2)	/* RUN and run descriptors */
#define CONTEND_FEATURE_MUTANT		(1ULL << 3)	/* has what is busted_*: test only */
#define CONTEND_FEATURE_RING		(1ULL << 4)	/* RING_SETUP, RING_ENTER, mmap() */
#define CONTEND_FEATURE_URING_CMD	(1ULL << 5)	/* OP and BATCH by IORING_OP_URING_CMD */
#define CONTEND_FEATURE_PROGRESS	(1ULL << 6)	/* PROGRESS, CONTEND_HIST_SO_FAR */

/**
 * struct contend_info - what this module is, can do and is doing
 * @size: sizeof(struct contend_info)
 * @flags: in, zero
 * @features: out, CONTEND_FEATURE_*
 * @locks: out, entries in the catalogue of locks
 * @structures: out, entries in the catalogue of structures
 * @max_objects: out, most objects at a time
 * @max_runs: out, most runs at a time
 * @max_workers: out, most workers of one run
 * @max_batch: out, most operations in one BATCH
 * @max_capacity: out, most elements of one object
 * @max_runtime_ns: out, longest run time plus warm-up
 * @objects: out, objects that live now
 * @runs: out, runs that live now
 * @clock_ps: out, picoseconds that one reading of the measuring clock costs (mean,
 *	measured by this call)
 * @cpus: out, CPUs that are online
 * @clock_step_ns: out, by how much two readings of it differ at least (likewise)
 * @version: out, version of the module
 * @spinlock: out, the algorithm of this kernel's spinlock_t:
 *	"qspinlock", "ticket", "rtmutex" (PREEMPT_RT) or "up"
 * @preemption: out, the kernel's built-in preemption model: "none",
 *	"voluntary", "full", "lazy", "rt", or "dynamic" when chosen at boot
 * @debug: out, comma-separated debug options that distort times
 *	("lockdep,kasan"), or empty
 * @clock: out, the measuring clock: "tsc" or "ktime_get_mono_fast_ns"
 */
struct contend_info {
	__u32 size;
	__u32 flags;
	__u64 features;
	__u32 locks;
	__u32 structures;
	__u32 max_objects;
	__u32 max_runs;
	__u32 max_workers;
	__u32 max_batch;
	__u64 max_capacity;
	__u64 max_runtime_ns;
	__u32 objects;
	__u32 runs;
	__u64 clock_ps;
	__u32 cpus;
	__u32 clock_step_ns;
	char version[CONTEND_NAME_LEN];
	char spinlock[CONTEND_NAME_LEN];
	char preemption[CONTEND_NAME_LEN];
	char debug[CONTEND_TEXT_LEN];
	char clock[CONTEND_NAME_LEN];
};

/* contend_list.catalogue */
#define CONTEND_LIST_LOCKS		0
#define CONTEND_LIST_STRUCTURES		1

/*
 * contend_list.caps of a lock: what its holders may rely on. A structure
 * lists what it needs of its lock in the same bits.
 *
 * POINTERS: nothing that a reader can reach is freed under it. DEFERRED: a
 * writer publishes by pointer and frees after a grace period. A lock that is SHARED
 * and not EXCLUSIVE is for readers only: it keeps no writer away from them, and a
 * writer must be alone in the object. One that is neither excludes nobody: a task in
 * the object must be alone, which is as good as EXCLUSIVE to a structure.
 * SOFTIRQ, HARDIRQ: either side may be taken there and in
 * whatever such an interrupt comes upon: the holder keeps it out, or does so on an
 * object on which a run in interrupts was made. A structure that needs NESTS has
 * operations on two keys, which hold the locks of both: those of the write side.
 * contend_op.value is their second key. One that needs SELF synchronises itself, and there is
 * no lock: any number of tasks may be in it. One that needs APART has readers that do not stand
 * what a writer does meanwhile, not even that it publishes.
 */
#define CONTEND_CAP_EXCLUSIVE		(1U << 0)	/* one writer at a time */
#define CONTEND_CAP_SHARED		(1U << 1)	/* several readers at a time */
#define CONTEND_CAP_POINTERS		(1U << 2)	/* readers may follow pointers */
#define CONTEND_CAP_DEFERRED		(1U << 3)	/* readers run beside writers */
#define CONTEND_CAP_RETRY		(1U << 4)	/* readers repeat what a writer tore */
#define CONTEND_CAP_SLEEPS		(1U << 5)	/* may sleep; structure: for tasks */
#define CONTEND_CAP_PERMITS		(1U << 6)	/* objects offer ACQUIRE and RELEASE */
#define CONTEND_CAP_BUSTED		(1U << 7)	/* broken on purpose, a structure too */
#define CONTEND_CAP_ABSENT		(1U << 8)	/* not in this kernel: about says why */
#define CONTEND_CAP_NESTS		(1U << 9)	/* one operation may hold two at once */
#define CONTEND_CAP_TRY			(1U << 10)	/* can be tried without a wait */
#define CONTEND_CAP_SOFTIRQ		(1U << 11)	/* safe to share with softirqs */
#define CONTEND_CAP_HARDIRQ		(1U << 12)	/* safe to share with hard interrupts */
#define CONTEND_CAP_SELF		(1U << 13)	/* leaves it to the structure: null */
#define CONTEND_CAP_APART		(1U << 14)	/* no reader runs beside a writer */

/**
 * struct contend_list - read one entry of a catalogue
 * @size: sizeof(struct contend_list)
 * @catalogue: in, CONTEND_LIST_*; an unknown one is EOPNOTSUPP
 * @index: in, from 0; ENOENT past the last entry
 * @caps: out, CONTEND_CAP_* of a lock, or that a structure needs of its lock
 * @name: out, the name in the field's terms
 * @family: out, the family
 * @about: out, one line about it
 * @verbs: out, for a structure its operations, in the order of their numbers
 *	in contend_op.verb: the name; "r" for the read side of the lock, "w" for the write
 *	side, "p" for the write sides of a pair of keys, "s" for none, because the structure
 *	synchronises itself, "u" for the read side and where that does not do the write side
 *	after, "o" for what synchronises itself and is its owner's: one task does it at a time, and
 *	where there are several owners, a number whose bits say whose it is; the default share of a
 *	mix in per cent; where a success changes the structure's balance by how much; and "fills"
 *	for the one that fills it before a run: "lookup:r:90 insert:w:5:+1:fills"; after
 *	a "<" the condition for which it may wait, after a ">" the one that it meets: "in" there is
 *	something in the structure, "out" there is room, "in-time" the same, and time alone brings
 *	it, a "~" before it that an operation under way brings it; after an "@" the role of workers
 *	whose it is: "put:w:100:+1<out>in@producer"; after a "/" the operation that a task does next
 *	which has done it, with the value that it got, as what was taken is given back. "others" is
 *	the condition that as many have come as the object's capacity, and "worker" in place of
 *	"fills" means that the key is the number of the one that comes:
 *	"arrive:s:100:+1:worker<others>others". After a "=" what an operation sets, by their numbers
 *	from 0, of which its key is one: "tune:s:0=idle_ns,age_ns"
 */
struct contend_list {
	__u32 size;
	__u32 catalogue;
	__u32 index;
	__u32 caps;
	char name[CONTEND_NAME_LEN];
	char family[CONTEND_NAME_LEN];
	char about[CONTEND_TEXT_LEN];
	char verbs[CONTEND_VERBS_LEN];
};

/*
 * contend_create.flags: at most one of these says how an operation that takes two locks avoids
 * a deadlock, see avoid= in contend-job(5). Without: the locks have an order.
 */
#define CONTEND_CREATE_BACKOFF		(1U << 0)	/* try the second, or give up the first */
#define CONTEND_CREATE_WW		(1U << 1)	/* by the age of the operation: ww_mutex */

/**
 * struct contend_create - make an object; returns its descriptor
 * @size: sizeof(struct contend_create)
 * @flags: in, 0 or one of CONTEND_CREATE_*, EINVAL for both or an unknown bit; EOPNOTSUPP
 *	when the structure takes one lock at a time, or the lock cannot do it
 * @lock: in, name of the lock
 * @structure: in, name of the structure
 * @capacity: in, most elements it holds; 0 for the structure's default
 * @permits: in, permits of its semaphore, 1 to 65536; 0 for one. Only for a
 *	lock that has CONTEND_CAP_PERMITS, EOPNOTSUPP otherwise
 * @stripes: in, how many locks share the keys between them, each with a part of the
 *	structure, 1 to 1024; 0 for one. Only for a structure with keys, EOPNOTSUPP
 *	otherwise
 * @id: out, the object's number, as in /proc/contend/objects
 * @why: out, with ENOENT, EOPNOTSUPP, with ENOSPC, and with EINVAL for flags, capacity, permits or
 *	stripes: what was refused, in words
 *
 * ENOENT no such lock or structure, EOPNOTSUPP this kernel has no such lock or the
 * structure needs what the lock does not promise, EINVAL flags, or capacity, permits or
 * stripes out of range, ENOSPC max_objects exist.
 */
struct contend_create {
	__u32 size;
	__u32 flags;
	char lock[CONTEND_NAME_LEN];
	char structure[CONTEND_NAME_LEN];
	__u64 capacity;
	__u32 permits;
	__u32 stripes;
	__u64 id;
	char why[CONTEND_TEXT_LEN];
};

/**
 * struct contend_attach - open a further descriptor of a living object
 * @size: sizeof(struct contend_attach)
 * @flags: in, zero
 * @id: in, the object's number; ENOENT when no such object lives
 *
 * Returns a descriptor. Each descriptor accounts for its own permits.
 */
struct contend_attach {
	__u32 size;
	__u32 flags;
	__u64 id;
};

/* contend_op.flags */
#define CONTEND_OP_TIMED		(1U << 0)	/* fill in wait_ns, hold_ns and block_ns */

/* contend_op.deadline_ns, contend_acquire.deadline_ns */
#define CONTEND_FOREVER			(~0ULL)

/**
 * struct contend_op - one operation on the structure
 * @size: sizeof(struct contend_op)
 * @verb: in, number of the verb, see contend_list.verbs; EINVAL when unknown
 * @flags: in, CONTEND_OP_*
 * @error: out, what the structure answered: 0, ENOENT (no such key), ENODATA (the key is known to
 *	have no value), EINVAL (it takes no such value), EEXIST
 *	(key is there already) or ENOSPC (at its capacity), EPIPE (it is closed), ENOMEM; of a verb
 *	that waits EAGAIN (@deadline_ns is 0) or ETIMEDOUT (it has passed): it has done nothing
 * @key: in, ignored by a structure without keys
 * @value: in for verbs that store, out for those that read; in for the second key of an
 *	operation on two
 * @wait_ns: out, from asking for the lock to holding it
 * @hold_ns: out, from holding the lock to having released it
 * @stay_ns: in, how long to stay in the section once the work is done, at most
 *	CONTEND_STAY_MAX_NS; EINVAL beyond. A struct that ends before it stays for 0
 * @deadline_ns: in, of a verb that waits until when, CLOCK_MONOTONIC; 0 not at all,
 *	CONTEND_FOREVER without limit. A struct that ends before it does not wait
 * @block_ns: out, how long it has waited for an element or for room: from asking for the lock
 *	first to asking for it last, or to its deadline
 * @count: out, how many elements it was about: 1, or of an operation that has several in one go
 *	so many; 0 where it has done nothing
 * @tag: in, what the client calls it, such as the number of the request that it is a part of: the
 *	tracepoints contend:* say it. 0, and a struct that ends before it: it has no name
 *
 * The command returns 0 when the operation was carried out, whatever the
 * structure answered. EBUSY: the object's lock excludes nobody and another
 * operation or run is at work, or it is for readers only and one of the two writes; or it is
 * the owner's, and another operation or run does such as well; or
 * with those of all others at work on the object @stay_ns is more than
 * CONTEND_STAYS_MAX_NS. EINTR: a fatal signal came first, or any signal while it waited,
 * whose handler was not installed with SA_RESTART, by which the call goes on waiting as it was;
 * in a BATCH after its first operation always.
 *
 * A task that is killed stays no longer. A reader that writers have sent back 100 times,
 * or for a second, keeps them out.
 */
struct contend_op {
	__u32 size;
	__u32 verb;
	__u32 flags;
	__u32 error;
	__u64 key;
	__u64 value;
	__u64 wait_ns;
	__u64 hold_ns;
	__u64 stay_ns;
	__u64 deadline_ns;
	__u64 block_ns;
	__u64 count;
	__u64 tag;
};

/* What holds a spinlock for longer is a soft lockup in the making. */
#define CONTEND_STAY_MAX_NS		10000000ULL
/*
 * Of all that are at work on an object, the longest stays together: 256 times that. A
 * waiter for the lock may wait for so long, and cannot be killed meanwhile.
 */
#define CONTEND_STAYS_MAX_NS		2560000000ULL

/**
 * struct contend_batch - an array of operations, in order, one lock
 *	acquisition each
 * @size: sizeof(struct contend_batch)
 * @flags: in, zero
 * @count: in, operations in the array, 1 to max_batch
 * @op_size: in, distance between two of them, sizeof(struct contend_op)
 * @ops: in, pointer to the array; each element's own size is checked too
 * @done: out, operations carried out, also when the command fails
 * @reserved: in, zero
 */
struct contend_batch {
	__u32 size;
	__u32 flags;
	__u32 count;
	__u32 op_size;
	__u64 ops;
	__u32 done;
	__u32 reserved;
};

/*
 * Operations without a system call for each of them: a submission ring, which the client fills,
 * and a completion ring, which the module fills, in memory that both have mapped.
 *
 *	client                                  module, in RING_ENTER or in a thread of its own
 *	writes sqes[sq_tail & mask]
 *	sq_tail + 1, released            ->     acquires sq_tail
 *	                                        copies sqes[sq_head & mask]
 *	acquires sq_head                 <-     sq_head + 1, released
 *	                                        carries the operation out
 *	                                        writes cqes[cq_tail & mask]
 *	acquires cq_tail                 <-     cq_tail + 1, released
 *	reads cqes[cq_head & mask]
 *	cq_head + 1, released            ->     acquires cq_head
 *
 * Indices count on without end, and are masked to find an entry. Entries are carried out in
 * order, one after the other: one that waits, see contend_op.deadline_ns, holds up those that
 * follow. What must not wait for ever has a deadline. An entry is begun only when there is room
 * for its completion. Those that were not taken may be taken back, by a lower sq_tail, while
 * nobody carries entries out.
 *
 * The module believes nothing that it reads here: it copies an entry once, and keeps its own
 * indices. A client that writes nonsense gets nonsense, in its own ring. Two threads that fill
 * the same ring have to agree between them who does.
 *
 * Beside them stands io_uring's IORING_OP_URING_CMD on an object descriptor: cmd_op is CONTEND_OP
 * or CONTEND_BATCH, EOPNOTSUPP for any other, and the first 8 bytes of cmd are the address of the
 * struct, which lasts until its completion; res is what the system call would return, and EINTR
 * where a signal or a cancellation ended its wait. A worker of io_uring carries it out: what is the
 * task's that does it, as a lease of a pool, is that worker's.
 */

/* contend_ring_shared.flags */
#define CONTEND_RING_NEED_WAKEUP	(1U << 0)	/* the thread sleeps: RING_ENTER wakes it */

/**
 * struct contend_ring_shared - the head of the mapping
 * @sq_tail: written by the client: entries that it has filled
 * @cq_head: written by the client: completions that it has seen
 * @client: for the client to use
 * @sq_head: written by the module: entries that may be filled anew
 * @cq_tail: written by the module: completions that it has filled
 * @flags: written by the module: CONTEND_RING_*. To be looked at after a full barrier, which
 *	comes after the store of @sq_tail, or of @cq_head where there was no room
 * @module: reserved
 */
struct contend_ring_shared {
	__u32 sq_tail;
	__u32 cq_head;
	__u32 client[14];
	__u32 sq_head;
	__u32 cq_tail;
	__u32 flags;
	__u32 module[13];
};

/**
 * struct contend_sqe - an operation in the submission ring
 * @user_data: comes back in its completion
 * @verb: as contend_op.verb, and so on with
 * @flags: CONTEND_OP_TIMED
 * @key: likewise
 * @value: likewise
 * @stay_ns: likewise
 * @deadline_ns: likewise
 * @tag: likewise
 * @reserved: zero
 */
struct contend_sqe {
	__u64 user_data;
	__u32 verb;
	__u32 flags;
	__u64 key;
	__u64 value;
	__u64 stay_ns;
	__u64 deadline_ns;
	__u64 tag;
	__u64 reserved;
};

/**
 * struct contend_cqe - a completion
 * @user_data: of its entry
 * @result: 0 when the operation was carried out, whatever the structure answered; or the errno
 *	with which an OP would have failed: EINVAL, EBUSY
 * @error: what the structure answered, as contend_op.error, and so on with
 * @value: likewise
 * @wait_ns: likewise
 * @hold_ns: likewise
 * @block_ns: likewise, since it was last begun: an entry that RING_ENTER left where it was is
 *	begun anew
 * @count: likewise
 * @reserved: zero
 */
struct contend_cqe {
	__u64 user_data;
	__u32 result;
	__u32 error;
	__u64 value;
	__u64 wait_ns;
	__u64 hold_ns;
	__u64 block_ns;
	__u64 count;
	__u64 reserved;
};

/* contend_ring_setup.flags */
#define CONTEND_RING_POLL		(1U << 0)	/* a thread of the module takes entries */
#define CONTEND_RING_EVENTFD		(1U << 1)	/* completions are signalled there */

#define CONTEND_RING_MAX_ENTRIES	4096
#define CONTEND_RING_MAX_IDLE_NS	1000000000ULL

/**
 * struct contend_ring_setup - make the rings of this descriptor
 * @size: sizeof(struct contend_ring_setup)
 * @flags: in, CONTEND_RING_POLL, CONTEND_RING_EVENTFD
 * @sq_entries: in, a power of two, 1 to CONTEND_RING_MAX_ENTRIES
 * @cq_entries: in, a power of two, @sq_entries to twice CONTEND_RING_MAX_ENTRIES; 0 for twice
 *	@sq_entries. Out, how many there are
 * @idle_ns: in, with POLL how long the thread looks for entries before it sleeps, at most
 *	CONTEND_RING_MAX_IDLE_NS, and no longer than no other task wants its CPU; 0 to sleep at
 *	once. Else zero
 * @eventfd: in, with EVENTFD the descriptor of an eventfd(2), to which 1 is added each time that
 *	completions were put into the ring. Else zero
 * @reserved: in, zero
 * @map_size: out, bytes of the mapping: mmap(NULL, @map_size, PROT_READ | PROT_WRITE, MAP_SHARED,
 *	descriptor, 0). It begins with struct contend_ring_shared
 * @sq_offset: out, where its array of @sq_entries struct contend_sqe is
 * @cq_offset: out, where its array of @cq_entries struct contend_cqe is
 *
 * Once for a descriptor and all its copies, by dup(), fork() or SCM_RIGHTS: these, and mappings of
 * it, share the rings, and the last of them that goes takes them and the thread away. EBUSY it has
 * rings. EINVAL as above. EBADF no such descriptor, EINVAL no eventfd. ENOSPC the
 * module's max_pollers threads poll. ENOMEM. EINTR: a fatal signal came. mmap() is ENXIO without
 * rings and beyond @map_size, EINVAL for MAP_PRIVATE.
 */
struct contend_ring_setup {
	__u32 size;
	__u32 flags;
	__u32 sq_entries;
	__u32 cq_entries;
	__u64 idle_ns;
	__u32 eventfd;
	__u32 reserved;
	__u64 map_size;
	__u32 sq_offset;
	__u32 cq_offset;
};

/**
 * struct contend_ring_enter - the doorbell: carry entries out, and wait for completions
 * @size: sizeof(struct contend_ring_enter)
 * @flags: in, zero
 * @submit: in, most entries to carry out. With POLL the thread does, and is woken where it sleeps
 * @complete: in, for how many completions in the ring to wait then, at most cq_entries
 * @deadline_ns: in, until when the call waits, CLOCK_MONOTONIC: for completions, for the condition
 *	of an operation, which may have an earlier deadline of its own, and for another task that
 *	is about to carry entries out: one does so at a time. 0 not at all, CONTEND_FOREVER
 *	without limit
 *
 * Returns how many entries it has taken; with POLL @submit. When these are less than @submit, the
 * rest is not there; or the next one waits for its condition, and stays where it is, to be begun
 * again by the next call; or there is no room for completions. Less completions than @complete may
 * be there where the wait for them has ended.
 *
 * Where it would be none: EAGAIN (@deadline_ns is 0) or ETIMEDOUT (it has passed), EBUSY no room
 * for completions: see those that are there first; EINTR a signal came, and its handler was not
 * installed with SA_RESTART. EINVAL the client's indices cannot be. ENXIO no rings.
 */
struct contend_ring_enter {
	__u32 size;
	__u32 flags;
	__u32 submit;
	__u32 complete;
	__u64 deadline_ns;
};

/* contend_stat.flags */
#define CONTEND_STAT_VERIFY		(1U << 0)	/* check all of it, at rest */

/**
 * struct contend_stat - what an object is and how it fared
 * @size: sizeof(struct contend_stat)
 * @flags: in, CONTEND_STAT_*. VERIFY waits for operations under way and is
 *	EBUSY while a run is at work on the object
 * @id: out, number
 * @lock: out, name of the lock
 * @structure: out, name of the structure
 * @capacity: out, most elements
 * @elements: out, elements now
 * @ops: out, operations carried out on it, by OP, BATCH, rings and runs
 * @violations: out, broken invariants seen by OP, BATCH, rings, VERIFY and runs
 * @backlog: out, elements that were erased and wait for a grace period
 * @permits: out, permits of its semaphore
 * @permits_free: out, permits that nobody holds
 * @permits_held: out, permits that this descriptor holds
 * @permits_waiters: out, ACQUIREs that wait for permits
 * @descriptors: out, descriptors that refer to it
 * @blocked: out, operations that wait for an element or for room
 * @detail: out, the first violation in words, or empty
 * @balance: out, what all operations add up to, see contend_list.verbs. With VERIFY it is
 *	also what is there, or a violation was found
 */
struct contend_stat {
	__u32 size;
	__u32 flags;
	__u64 id;
	char lock[CONTEND_NAME_LEN];
	char structure[CONTEND_NAME_LEN];
	__u64 capacity;
	__u64 elements;
	__u64 ops;
	__u64 violations;
	__u64 backlog;
	__u32 permits;
	__u32 permits_free;
	__u32 permits_held;
	__u32 permits_waiters;
	__u32 descriptors;
	__u32 blocked;
	char detail[CONTEND_TEXT_LEN];
	__s64 balance;
};

/**
 * struct contend_run - start kernel workers on the object; returns the run's
 *	descriptor
 * @size: sizeof(struct contend_run)
 * @flags: in, zero
 * @spec: in, pointer to the workload in the grammar of contend-job(5):
 *	"workers=4 runtime=2s mix=lookup:90,insert:5,erase:5". lock= and
 *	structure= may be absent or must name the object's
 * @message: in, pointer to a buffer for what is wrong with the spec, or 0
 * @spec_len: in, bytes of the spec, without a terminating zero, 4096 at most
 * @message_len: in, bytes of the buffer. The message always ends in a zero
 *
 * EINVAL bad spec, or @message_len without @message. EPERM what takes CPUs from others
 * without the capability for it in the initial user namespace: CAP_SYS_NICE for the
 * real-time schedules of sched=, for context=softirq and hardirq, preempt= and shuffle=;
 * CAP_SYS_ADMIN for hotplug=. EOPNOTSUPP a known key with a value that this engine or
 * this lock cannot serve, such as several workers that write under a lock for readers
 * only, ENOSPC max_runs exist, EBUSY as for CONTEND_OP: a run that fills the object
 * (prefill=) writes until it is filled. EBUSY as well when somebody else is at work and
 * this is the first run in interrupts on an object whose lock leaves them on, or when the
 * object has had one and measure=lock, or when another run takes CPUs offline, or when
 * workers= times the longest hold= is, with the stays of others on the object, more than
 * CONTEND_STAYS_MAX_NS. ENOMEM: memory or a thread could not be had. EINTR: a fatal signal
 * came. RESULT fails with EBUSY or EPERM when the scheduler did not admit the workers, or no
 * CPU could be taken offline, with ETIMEDOUT when some worker did nothing for half a minute,
 * EDEADLK when it waited for a condition of the structure then,
 * with EL2NSYNC when the measuring clock has not kept pace with CLOCK_MONOTONIC,
 * and with ENOMEM.
 *
 * Closing the descriptor ends the run, as does the end of the process that has it. What
 * takes long of that goes on in the module after close() has returned; until it has ended
 * the run counts in contend_info.runs. So does an object whose last descriptor is closed.
 */
struct contend_run {
	__u32 size;
	__u32 flags;
	__u64 spec;
	__u64 message;
	__u32 spec_len;
	__u32 message_len;
};

/**
 * struct contend_acquire - take permits of the object's semaphore
 * @size: sizeof(struct contend_acquire)
 * @flags: in, zero
 * @count: in, 1 to the object's permits
 * @reserved: in, zero
 * @deadline_ns: in, CLOCK_MONOTONIC; 0 to try once (EAGAIN), CONTEND_FOREVER
 *	to wait without limit, else ETIMEDOUT when it has passed
 *
 * All of them or none, first come first served. They stay with the
 * descriptor, also across fork() and dup(), until RELEASE or until its last
 * copy is closed. EDEADLK: this descriptor holds so many that its own request
 * could never be met. EOPNOTSUPP: not a semaphore. EINTR: a signal came first, and its
 * handler was not installed with SA_RESTART, by which the call goes on waiting as it was.
 */
struct contend_acquire {
	__u32 size;
	__u32 flags;
	__u32 count;
	__u32 reserved;
	__u64 deadline_ns;
};

/**
 * struct contend_release - give permits back
 * @size: sizeof(struct contend_release)
 * @flags: in, zero
 * @count: in, 1 to what this descriptor holds, EPERM beyond
 * @reserved: in, zero
 */
struct contend_release {
	__u32 size;
	__u32 flags;
	__u32 count;
	__u32 reserved;
};

/* contend_result.verdict and contend_check.verdict */
#define CONTEND_PASS			0
#define CONTEND_FAIL			1
#define CONTEND_SKIP			2	/* see contend_check.detail for why */
#define CONTEND_INCONCLUSIVE		3	/* broken on purpose, and not seen to be */

/**
 * struct contend_result - a run that has ended
 * @size: sizeof(struct contend_result)
 * @flags: in, zero
 * @verdict: out, CONTEND_PASS or CONTEND_FAIL; of a lock with CONTEND_CAP_BUSTED, which the
 *	mutant module alone has, CONTEND_INCONCLUSIVE or CONTEND_FAIL
 * @workers: out, workers, see CONTEND_WORKER
 * @checks: out, checks, see CONTEND_CHECK
 * @complete: out, 1 when it ran its whole time, 0 when STOP ended it or, unless
 *	the spec says violations=count, there was a violation
 * @ops: out, operations of all workers that began in the measured time
 * @span_ns: out, the measured time: from when the workers were told to count to when they
 *	were told to stop
 * @concurrent_ns: out, the part of it from when the last of them began its first operation
 *	to when the first of them ended its last
 * @harness_ps: out, picoseconds that one operation of the same mix on the same structure
 *	costs one worker under the null lock; 0 when not measured. With groups the mix is
 *	that of the first
 * @violations: out, broken invariants seen
 * @spec: in, pointer to a buffer for the resolved spec, or 0
 * @spec_len: in, bytes of the buffer
 * @reserved: in, zero
 * @backlog_max: out, the most nodes of the object that were erased and not yet freed, as
 *	each worker counts them once in 61 of its own, in warm-up too; 0 where the lock
 *	does not defer, or nothing was counted. A struct that ends before it is not told
 *
 * EAGAIN while it runs. ENOSPC: the resolved spec with its terminating zero is longer than
 * @spec_len; EINVAL: there is a @spec_len and no @spec.
 */
struct contend_result {
	__u32 size;
	__u32 flags;
	__u32 verdict;
	__u32 workers;
	__u32 checks;
	__u32 complete;
	__u64 ops;
	__u64 span_ns;
	__u64 concurrent_ns;
	__u64 harness_ps;
	__u64 violations;
	__u64 spec;
	__u32 spec_len;
	__u32 reserved;
	__u64 backlog_max;
};

/* A figure that this kernel does not know. */
#define CONTEND_UNKNOWN			(~0ULL)

/* contend_worker.context */
#define CONTEND_CONTEXT_TASK		0
#define CONTEND_CONTEXT_SOFTIRQ		1
#define CONTEND_CONTEXT_HARDIRQ		2

/**
 * struct contend_worker - one worker of a run that has ended
 * @size: sizeof(struct contend_worker)
 * @index: in, from 0; ENOENT past the last one
 * @cpu: out, the CPU it was bound to; if to none, the one on which it ended
 * @flags: in, zero
 * @ops: out, operations in the measured time
 * @reads: out, how many of them were on the read side
 * @misses: out, how many of them the structure answered with an error (a
 *	lookup that found nothing, an insert of a key that was there)
 * @retries: out, read sections repeated, or locks given up and asked for again
 * @first_ns: out, when its first measured operation began
 * @last_ns: out, when its last measured operation ended
 * @violations: out, broken invariants it saw
 * @starved_ns: out, the longest time in which it wanted to do an operation and ended
 *	none, up to the end of the measured time. A struct that ends before it is taken too
 * @overtakes: out, how often a later comer got the lock before it, at least; this and
 *	the rest are of write sections under verify=full, else 0
 * @bypass: out, the most of them in one wait
 * @handovers: out, write sections after one of another worker
 * @local: out, of which that one was on the same CPU
 * @context: out, CONTEND_CONTEXT_*: where it worked
 * @reserved: in, zero
 * @offered: out, in an open loop, arrival=, how many operations came due in the measured
 *	time; this and the next two are 0 in a closed one
 * @unserved: out, how many were due at its end and had not begun. Random ones that come
 *	after the first of these are as many as are to be expected
 * @late_ns: out, how late the first of these was then
 * @preempted: out, how often the scheduler took the CPU from its thread in the measured time
 * @run_delay_ns: out, for how long its thread wanted to run then and had no CPU;
 *	CONTEND_UNKNOWN where the kernel keeps no such books (CONFIG_SCHED_INFO)
 * @group: out, to which group of the spec it belongs, from 0 in the order of group=; 0 where
 *	there are none. A struct that ends before it is not told
 * @reserved2: in, zero
 * @wakeups: out, how often it was woken in the measured time while it waited for a condition, or
 *	time met that. A struct that ends before it is not told, nor the next one
 * @vain: out, after how many of these it still lacked what it waited for
 * @elements: out, how many elements its operations that succeeded were about, one each but for
 *	those that have several in one go. A struct that ends before it is not told
 * @timeouts: out, how many of its operations gave up waiting, as their deadline= had passed; they
 *	are among @misses. A struct that ends before it is not told
 */
struct contend_worker {
	__u32 size;
	__u32 index;
	__u32 cpu;
	__u32 flags;
	__u64 ops;
	__u64 reads;
	__u64 misses;
	__u64 retries;
	__u64 first_ns;
	__u64 last_ns;
	__u64 violations;
	__u64 starved_ns;
	__u64 overtakes;
	__u64 bypass;
	__u64 handovers;
	__u64 local;
	__u32 context;
	__u32 reserved;
	__u64 offered;
	__u64 unserved;
	__u64 late_ns;
	__u64 preempted;
	__u64 run_delay_ns;
	__u32 group;
	__u32 reserved2;
	__u64 wakeups;
	__u64 vain;
	__u64 elements;
	__u64 timeouts;
};

/**
 * struct contend_check - one check of a run that has ended
 * @size: sizeof(struct contend_check)
 * @index: in, from 0; ENOENT past the last one
 * @verdict: out, CONTEND_PASS, CONTEND_FAIL or CONTEND_SKIP
 * @reserved: in, zero
 * @violations: out, how often it was broken
 * @name: out, the invariant: "exclusion", "conservation", …
 * @detail: out, the first violation in words, with the worker and the values
 *	seen; for a skip the reason
 */
struct contend_check {
	__u32 size;
	__u32 index;
	__u32 verdict;
	__u32 reserved;
	__u64 violations;
	char name[CONTEND_NAME_LEN];
	char detail[CONTEND_TEXT_LEN];
};

/* contend_hist.worker: all of them, merged */
#define CONTEND_ALL_WORKERS		(~0U)

/* contend_hist.flags */
#define CONTEND_HIST_OF_VERB		(1U << 0)	/* of one operation alone */
#define CONTEND_HIST_SO_FAR		(1U << 1)	/* of a run that may be at work */

/*
 * contend_hist.kind: CONTEND_HIST_WAIT and so on, each with its number, its name in reports, and
 * the flags that it takes. A new one gets a number of its own and stands where reports have it;
 * the last one is the object's, all others are each worker's.
 */
#define CONTEND_HISTS(HIST)							\
	/* from asking for the lock to holding it */				\
	HIST(WAIT, 0, "wait", CONTEND_HIST_OF_VERB)				\
	/* from holding it to having released it */				\
	HIST(HOLD, 1, "hold", 0)						\
	/* open loop: from when it was due to its end */			\
	HIST(RESPONSE, 2, "response", CONTEND_HIST_OF_VERB)			\
	/* open loop: from its beginning to its end */				\
	HIST(SERVICE, 5, "service", 0)						\
	/* from another's release to holding it */				\
	HIST(HANDOVER, 4, "handover", 0)					\
	/* from asking for the lock first to asking for it last, of those that waited */ \
	HIST(BLOCK, 6, "block", CONTEND_HIST_OF_VERB)				\
	/* from its deadline to giving up, of those that did */			\
	HIST(OVERDUE, 7, "overdue", 0)						\
	/* from the erasing section's end to the free */			\
	HIST(RECLAIM, 3, "reclaim", 0)

enum contend_hist_kind {
#define CONTEND_HIST_NUMBER(kind, number, name, flags)	CONTEND_HIST_##kind = number,
	CONTEND_HISTS(CONTEND_HIST_NUMBER)
#undef CONTEND_HIST_NUMBER
};

/**
 * struct contend_hist - a histogram of a run, which has ended or, with SO_FAR, has begun
 * @size: sizeof(struct contend_hist)
 * @worker: in, index or CONTEND_ALL_WORKERS; ENOENT past the last one
 * @kind: in, CONTEND_HIST_*; an unknown one is EOPNOTSUPP. RECLAIM is of all nodes
 *	of the object that were freed while the run was at work, in warm-up too, and at
 *	its end: ENOENT for a single worker, EOPNOTSUPP where the lock does not defer or
 *	another run on the object measures it. HANDOVER is of write sections under
 *	verify=full, of a sample of those that waited when the section before them, of
 *	another worker, began to release: total 0 where there are none
 * @buckets: in, room in the array, 1856 at least, EINVAL below; out, how many of it are
 *	filled, no more than the module has. kmod/lib/hist.h says what each one counts;
 *	what is beyond the last one is counted in it
 * @counts: in, pointer to the array of __u64
 * @total: out, values recorded
 * @sum_ns: out, their sum
 * @min_ns: out, the least, exactly
 * @max_ns: out, the greatest, exactly
 * @flags: in, CONTEND_HIST_*: OF_VERB for the times of one operation, WAIT, RESPONSE and BLOCK,
 *	EOPNOTSUPP of another kind. A struct that ends before it is told those of all.
 *	SO_FAR of what was measured so far, which others count meanwhile: what one of them
 *	adds may be in some fields and not yet in others. EAGAIN before its workers have begun,
 *	EOPNOTSUPP of RECLAIM until it has ended
 * @verb: in, with OF_VERB its number, as in contend_op.verb; ENOENT past the last one, total 0
 *	for one that nobody has done. Else zero
 */
struct contend_hist {
	__u32 size;
	__u32 worker;
	__u32 kind;
	__u32 buckets;
	__u64 counts;
	__u64 total;
	__u64 sum_ns;
	__u64 min_ns;
	__u64 max_ns;
	__u32 flags;
	__u32 verb;
};

/**
 * struct contend_stop - end a run before its time
 * @size: sizeof(struct contend_stop)
 * @flags: in, zero
 *
 * Does not wait: the descriptor polls readable when the results are there.
 * They are those of a shorter run, with contend_result.complete 0, and without workers
 * where it was not yet filled. A run that has ended stays as it is.
 */
struct contend_stop {
	__u32 size;
	__u32 flags;
};

/**
 * struct contend_progress - how far a run is, at work or ended
 * @size: sizeof(struct contend_progress)
 * @measures: out, 1 from the begin of its measured time on, else 0
 * @ops: out, operations of all its workers so far, in the warm-up too; with measure=lock sections
 */
struct contend_progress {
	__u32 size;
	__u32 measures;
	__u64 ops;
};

#endif /* _UAPI_CONTEND_H */
