// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "engine/admit.h"
#include "engine/disturb.h"
#include "lib/rules.h"
#include "object.h"
#include "world.h"

unsigned int contend_max_workers = 256;
unsigned int contend_max_runtime_s = 3600;

static bool given(const struct spec *spec, const char *key)
{
	return spec->given & BIT_ULL(spec_key(key, strlen(key)) - spec_keys);
}

/* The kernel's own lock for a structure that tasks share with interrupts. */
static const char *irq_safe_lock(bool hard)
{
	return !hard ? "spinlock_bh" :
	       IS_ENABLED(CONFIG_PREEMPT_RT) ? "raw_spinlock_irq" : "spinlock_irq";
}

/* The irq-safety rules: what an interrupt may take, its task must keep it out of. */
static int admit_context(const struct contend_object *obj, const struct spec *spec,
			 struct spec_error *error)
{
	const struct contend_lock *lock = obj->lock;
	const bool soft = spec->context[CONTEXT_SOFTIRQ] && !(lock->caps & CONTEND_CAP_SOFTIRQ);
	const bool hard = spec->context[CONTEXT_HARDIRQ] && !(lock->caps & CONTEND_CAP_HARDIRQ);
	const char *kind = hard ? "hardirq" : "softirq";

	if (obj->avoid == AVOID_BACKOFF &&
	    (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ])) {
		snprintf(error->message, sizeof(error->message),
			 "avoid=backoff lets others run in between, and an interrupt cannot: take avoid=order");
		return -EOPNOTSUPP;
	}
	if (obj->structure->tasks_only &&
	    (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ])) {
		snprintf(error->message, sizeof(error->message),
			 "a %s is for tasks: it allocates, or takes locks that an interrupt must not take",
			 obj->structure->name);
		return -EOPNOTSUPP;
	}
	if (!soft && !hard)
		return 0;
	if (lock->caps & CONTEND_CAP_SLEEPS)
		snprintf(error->message, sizeof(error->message),
			 "%s sleeps, which a %s worker must not: take a lock that spins, as %s",
			 lock->name, kind, irq_safe_lock(hard));
	else if (hard && IS_ENABLED(CONFIG_PREEMPT_RT))
		snprintf(error->message, sizeof(error->message),
			 "%s sleeps on PREEMPT_RT or leaves interrupts on: neither is for a hardirq worker: take %s",
			 lock->name, irq_safe_lock(hard));
	else
		snprintf(error->message, sizeof(error->message),
			 "%s leaves %s on, and a %s worker would spin on its own CPU's holder: take %s",
			 lock->name, hard ? "interrupts" : "softirqs", kind, irq_safe_lock(hard));
	return -EOPNOTSUPP;
}

/*
 * A privileged program can be made to print a text of somebody else's choice: the opener
 * of the file that it prints to must have the capability too.
 */
static bool admit_capable(const struct file *door, int cap)
{
	return capable(cap) && (!door || file_ns_capable(door, &init_user_ns, cap));
}

/*
 * To take CPUs from whatever else runs there is for users that may do so without this module,
 * and this module is not of any namespace: the root of a container, or of a user namespace,
 * is nobody here. Real-time priorities take CAP_SYS_NICE as in sched_setscheduler(2), and
 * interrupts come before them; so does the affinity of threads that are not the caller's,
 * as in sched_setaffinity(2). To take a CPU offline the kernel itself asks for no
 * capability, but to write into /sys/devices/system/cpu, which containers get for reading
 * only: CAP_SYS_ADMIN stands for that, as for a mount that would change it.
 */
static int admit_caller(const struct spec *spec, const struct file *door, struct spec_error *error)
{
	const char *nice = NULL;

	if (spec->sched != POLICY_OTHER)
		nice = "sched=fifo, deadline or inversion";
	else if (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ])
		nice = "context=softirq or hardirq";
	else if (spec->preempt_ns)
		nice = "preempt=";
	else if (spec->shuffle_ns)
		nice = "shuffle=";
	if (nice && !admit_capable(door, CAP_SYS_NICE)) {
		snprintf(error->message, sizeof(error->message),
			 "%s takes CPUs from others: it needs CAP_SYS_NICE, in the initial user namespace",
			 nice);
		return -EPERM;
	}
	if (spec->hotplug_ns && !admit_capable(door, CAP_SYS_ADMIN)) {
		snprintf(error->message, sizeof(error->message),
			 "hotplug= takes CPUs offline: it needs CAP_SYS_ADMIN, in the initial user namespace");
		return -EPERM;
	}
	return 0;
}

/**
 * admit_run - whether a run may be: what the grammar cannot know
 * @obj: what it would work on
 * @spec: its workload
 * @door: the file through which it was asked for, or NULL
 * @error: what is wrong: its message
 *
 * Looks at the caller, the object, and the limits of this module and machine.
 *
 * Context: process.
 * Return: 0; -EINVAL, -EPERM or -EOPNOTSUPP as CONTEND_RUN has them in the uapi.
 */
int admit_run(const struct contend_object *obj, const struct spec *spec,
	      const struct file *door, struct spec_error *error)
{
	const char *lock = obj->lock->name, *structure = obj->structure->name;
	char *message = error->message;
	size_t size = sizeof(error->message);
	int ret;

	if (spec_check(spec, error))
		return -EINVAL;
	ret = admit_caller(spec, door, error);
	if (ret)
		return ret;
	if (given(spec, "lock") && strcmp(spec->lock, lock)) {
		snprintf(message, size, "lock=%s, but the object's lock is %s", spec->lock, lock);
		return -EINVAL;
	}
	if (given(spec, "structure") && strcmp(spec->structure, structure)) {
		snprintf(message, size, "structure=%s, but the object is a %s",
			 spec->structure, structure);
		return -EINVAL;
	}
	if (given(spec, "stripes") && spec->stripes != obj->nstripes) {
		snprintf(message, size, "stripes=%u, but the object has %u", spec->stripes,
			 obj->nstripes);
		return -EINVAL;
	}
	if (given(spec, "capacity") && spec->capacity && spec->capacity != obj->wanted) {
		snprintf(message, size, "capacity=%llu, but the object has %llu", spec->capacity,
			 obj->wanted);
		return -EINVAL;
	}
	if (given(spec, "avoid") && spec->avoid != obj->avoid) {
		snprintf(message, size, "avoid= is not what the object was made with");
		return -EINVAL;
	}
	if (given(spec, "engine") && strcmp(spec->engine, world_engine())) {
		snprintf(message, size, "engine=%s does not run here, where it is engine=%s",
			 spec->engine, world_engine());
		return -EOPNOTSUPP;
	}
	if (spec->workers > contend_max_workers) {
		snprintf(message, size, "workers=%u is more than the module's max_workers=%u",
			 spec->workers, contend_max_workers);
		return -EINVAL;
	}
	if (spec->runtime_ns + spec->warmup_ns > (u64)contend_max_runtime_s * NSEC_PER_SEC) {
		snprintf(message, size,
			 "runtime and warmup are more than the module's max_runtime_s=%u",
			 contend_max_runtime_s);
		return -EINVAL;
	}
	if (spec->nest > 1 && !obj->lock->ops->write_nest && obj->avoid == AVOID_ORDER) {
		snprintf(message, size,
			 "nest= is not for %s, of which a task holds one at a time: take another, as spinlock",
			 lock);
		return -EOPNOTSUPP;
	}
	/* What is linked by pointers, or freed deferred, crashes when two are inside. */
	if (spec->violations == VIOLATIONS_COUNT &&
	    (obj->structure->needs & CONTEND_CAP_POINTERS || obj->lock->ops->defer)) {
		snprintf(message, size,
			 "violations=count goes on with a lock that is broken, and %s under %s would crash: take %s",
			 structure, lock, obj->lock->ops->defer ?
			 "a lock that frees nothing later" : "structure=counter or accounts");
		return -EOPNOTSUPP;
	}
	if (spec->sched == POLICY_INVERSION && !contend_lock_lets_go(obj->lock)) {
		snprintf(message, size,
			 "the holder of %s keeps its CPU: no other task comes between it and a waiter",
			 lock);
		return -EOPNOTSUPP;
	}
	if (spec->shuffle_ns && num_online_cpus() < 2) {
		snprintf(message, size, "shuffle= leaves a CPU idle: one CPU is too few");
		return -EOPNOTSUPP;
	}
	if (spec->hotplug_ns && !disturb_can_unplug()) {
		snprintf(message, size,
			 "hotplug= takes a CPU offline: this machine has none that it can do without");
		return -EOPNOTSUPP;
	}
	return admit_context(obj, spec, error);
}
