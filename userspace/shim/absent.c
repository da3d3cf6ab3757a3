// SPDX-License-Identifier: GPL-2.0
/*
 * What of the module takes the kernel, and a program does not have: /proc/contend, rings that are
 * mapped, memory that keeps its type, to preempt others, to take CPUs away, to work in an
 * interrupt. rules_engine() refuses a workload that wants it before anything comes here. And what
 * a program learns from its kernel in another way.
 */
#include <fcntl.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/context.h"
#include "engine/disturb.h"
#include "engine/taken.h"
#include "locks/typesafe.h"
#include "pressure.h"
#include "proc.h"
#include "queue_pair.h"
#include "uapi/contend.h"

/**
 * contend_proc_init - a program has no /proc/contend
 *
 * Return: 0.
 */
int contend_proc_init(void)
{
	return 0;
}

/**
 * contend_proc_exit - see contend_proc_init()
 */
void contend_proc_exit(void)
{
}

unsigned int contend_max_pollers;

/**
 * queue_pair_features - a program calls what it has in it: there is no way to be saved
 *
 * Return: 0.
 */
u64 queue_pair_features(void)
{
	return 0;
}

/**
 * queue_pair_create - see queue_pair_features()
 * @obj: an object
 * @setup: what is wanted
 * @created: none
 *
 * Return: -EOPNOTSUPP.
 */
int queue_pair_create(struct contend_object *obj, struct contend_ring_setup *setup,
		      struct queue_pair **created)
{
	return -EOPNOTSUPP;
}

/**
 * queue_pair_destroy - see queue_pair_features()
 * @qp: NULL
 */
void queue_pair_destroy(struct queue_pair *qp)
{
}

/**
 * queue_pair_map - see queue_pair_features()
 * @qp: NULL
 * @vma: nothing
 *
 * Return: -ENXIO.
 */
int queue_pair_map(struct queue_pair *qp, struct vm_area_struct *vma)
{
	return -ENXIO;
}

/**
 * queue_pair_enter - see queue_pair_features()
 * @qp: NULL
 * @enter: what is wanted
 *
 * Return: -ENXIO.
 */
int queue_pair_enter(struct queue_pair *qp, const struct contend_ring_enter *enter)
{
	return -ENXIO;
}

/**
 * pressure_init - nobody asks a program for memory
 *
 * Return: 0.
 */
int pressure_init(void)
{
	return 0;
}

/**
 * pressure_exit - see pressure_init()
 */
void pressure_exit(void)
{
}

/**
 * typesafe_cache_init - no lock here lies in memory that keeps its type
 *
 * Return: 0.
 */
int typesafe_cache_init(void)
{
	return 0;
}

/**
 * typesafe_cache_exit - see typesafe_cache_init()
 */
void typesafe_cache_exit(void)
{
}

/**
 * disturb_init - nothing disturbs
 * @d: cleared
 * @spec: the workload
 */
void disturb_init(struct disturb *d, const struct spec *spec)
{
	*d = (struct disturb){ };
}

/**
 * disturb_begin - see disturb_init()
 * @d: cleared
 * @team: the team
 *
 * Return: 0.
 */
int disturb_begin(struct disturb *d, struct team *team)
{
	return 0;
}

/**
 * disturb_end - see disturb_init()
 * @d: cleared
 *
 * Return: 0.
 */
int disturb_end(struct disturb *d)
{
	return 0;
}

/**
 * disturb_describe - there is nothing to say
 * @d: cleared
 * @buf: left as it is
 * @size: its size
 *
 * Return: 0.
 */
size_t disturb_describe(const struct disturb *d, char *buf, size_t size)
{
	return 0;
}

/**
 * disturb_can_unplug - a program takes no CPU offline
 *
 * Return: false.
 */
bool disturb_can_unplug(void)
{
	return false;
}

/**
 * disturb_claim_hotplug - see disturb_can_unplug()
 *
 * Return: false.
 */
bool disturb_claim_hotplug(void)
{
	return false;
}

/**
 * disturb_release_hotplug - see disturb_can_unplug()
 */
void disturb_release_hotplug(void)
{
}

/**
 * context_work - a program has no interrupts
 * @w: no worker is of another context than its thread
 */
void context_work(struct team_worker *w)
{
	WARN_ON_ONCE(1);
}

/* A file of the thread in /proc; empty where there is none. */
static void taken_read(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

/**
 * taken_from - what a thread has lost in its life, see proc(5)
 * @task: its task
 */
struct taken taken_from(const struct task_struct *task)
{
	static const char key[] = "nonvoluntary_ctxt_switches:";
	struct taken t = { .wait_ns = CONTEND_UNKNOWN };
	unsigned long long wait;
	char text[4096], *at;

	taken_read(task->pid, "status", text, sizeof(text));
	at = strstr(text, key);
	if (at)
		t.times = strtoull(at + sizeof(key) - 1, NULL, 10);
	taken_read(task->pid, "schedstat", text, sizeof(text));
	if (sscanf(text, "%*u %llu", &wait) == 1)
		t.wait_ns = wait;
	return t;
}
