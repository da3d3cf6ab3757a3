// SPDX-License-Identifier: GPL-2.0
/* From /proc: proc(5). A process that ends while it is read counts as far as it was read. */
#include <dirent.h>
#include <errno.h>
#include <linux/string.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "usage.h"

/* Children of children, so deep. */
#define DEEPEST	8

static FILE *open_of(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return fopen(path, "re");
}

/* By the process's own clock: what proc(5) has of it is in ticks. */
static u64 cpu_of(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		return 0;
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* One that is not in the table yet; without memory for it, its CPU time is not counted. */
static void add_process(struct usage *usage, pid_t pid)
{
	struct usage_process *process;
	u32 i;

	for (i = 0; i < usage->nprocesses; i++)
		if (usage->process[i].pid == pid)
			return;
	process = realloc(usage->process, (usage->nprocesses + 1) * sizeof(*process));
	if (!process)
		return;
	usage->process = process;
	process[usage->nprocesses++] = (struct usage_process){ pid, cpu_of(pid) };
}

/* The CPU times of all in the table, at once. Of one that has ended stays what it had. */
static void read_cpu(struct usage *usage)
{
	u32 i;

	for (i = 0; i < usage->nprocesses; i++)
		usage->process[i].cpu_ns = cpu_of(usage->process[i].pid) ?:
					   usage->process[i].cpu_ns;
}

static u64 sum_cpu(const struct usage *usage)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < usage->nprocesses; i++)
		sum += usage->process[i].cpu_ns;
	return sum;
}

/* The number after a name, of all lines that begin with it. */
static u64 number_of(FILE *f, const char *name)
{
	char line[256];
	u64 sum = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			sum += strtoull(line + strlen(name), NULL, 10);
	fclose(f);
	return sum;
}

/* Each entry of a folder of /proc that is a number. */
static pid_t next_id(DIR *dir)
{
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			return atoi(entry->d_name);
	return 0;
}

/* One that has ended has none; one that may not be read has as much as nobody knows. */
static void add_memory(struct usage *usage, pid_t pid)
{
	FILE *f = open_of(pid, "smaps_rollup");
	const bool unknown = !f && errno != ENOENT && errno != ESRCH;
	const u64 bytes = 1024 * number_of(f, "Pss:");

	if (unknown || usage->memory_bytes == USAGE_UNKNOWN)
		usage->memory_bytes = USAGE_UNKNOWN;
	else
		usage->memory_bytes += bytes;
}

static void add(pid_t pid, bool memory, unsigned int deep, struct usage *usage)
{
	char path[64], line[4096], *at;
	DIR *tasks;
	pid_t task;
	FILE *f;

	add_process(usage, pid);
	if (memory)
		add_memory(usage, pid);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while ((task = next_id(tasks))) {
		usage->wakeups += number_of(open_of(task, "status"), "voluntary_ctxt_switches:");
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, task);
		f = fopen(path, "re");
		at = f && deep && fgets(line, sizeof(line), f) ? line : NULL;
		while (at && *at >= '1' && *at <= '9')
			add(strtol(at, &at, 10), memory, deep - 1, usage), at += *at == ' ';
		if (f)
			fclose(f);
	}
	if (tasks)
		closedir(tasks);
}

/* Of each of these a process that lives has had some. */
static u64 known(u64 total)
{
	return total ?: USAGE_UNKNOWN;
}

/* Likewise; threads that have ended take theirs with them, and then nobody knows either. */
static u64 since(u64 before, u64 total)
{
	return total && total >= before ? total - before : USAGE_UNKNOWN;
}

/**
 * usage_begin - what a process has used up to now
 * @pid: of it
 * @usage: filled in; usage_end() has to follow
 *
 * To look through all threads takes a while, and they go on meanwhile. So the CPU times are read
 * last here, and first by usage_end().
 */
void usage_begin(pid_t pid, struct usage *usage)
{
	memset(usage, 0, sizeof(*usage));
	add(pid, false, DEEPEST, usage);
	read_cpu(usage);
	usage->cpu_ns = sum_cpu(usage);
}

/**
 * usage_end - what a process has used since usage_begin()
 * @pid: of it
 * @usage: from there; the difference then, and the memory of now; USAGE_UNKNOWN for each that is
 *	not known
 *
 * To read the memory takes a millisecond a gigabyte.
 */
void usage_end(pid_t pid, struct usage *usage)
{
	const u64 cpu_ns = usage->cpu_ns, wakeups = usage->wakeups;

	read_cpu(usage);
	usage->wakeups = 0;
	add(pid, true, DEEPEST, usage);
	usage->cpu_ns = since(cpu_ns, sum_cpu(usage));
	usage->wakeups = since(wakeups, usage->wakeups);
	usage->memory_bytes = known(usage->memory_bytes);
	free(usage->process);
	usage->process = NULL;
	usage->nprocesses = 0;
}

/**
 * usage_memory - how much memory a process and its children have
 * @pid: of it
 *
 * Return: bytes, see struct usage; or USAGE_UNKNOWN.
 */
u64 usage_memory(pid_t pid)
{
	struct usage usage = { };

	add(pid, true, DEEPEST, &usage);
	free(usage.process);
	return known(usage.memory_bytes);
}
