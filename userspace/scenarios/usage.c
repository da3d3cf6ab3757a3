// SPDX-License-Identifier: GPL-2.0
/* From /proc: proc(5). A process that ends while it is read counts as far as it was read. */
#include <dirent.h>
#include <linux/string.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "usage.h"

/* Children of children, so deep. */
#define DEEPEST	8

static FILE *open_of(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return fopen(path, "re");
}

/* Fields 14 and 15 of its stat, in ticks; what precedes them may hold anything up to a ')'. */
static u64 cpu_of(pid_t pid)
{
	unsigned long long user = 0, system = 0;
	char line[1024], *at;
	FILE *f = open_of(pid, "stat");

	if (!f)
		return 0;
	at = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (at)
		sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
		       &system);
	fclose(f);
	return (user + system) * (1000000000ULL / sysconf(_SC_CLK_TCK));
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

static void add(pid_t pid, bool memory, unsigned int deep, struct usage *usage)
{
	char path[64], line[4096], *at;
	DIR *tasks;
	pid_t task;
	FILE *f;

	usage->cpu_ns += cpu_of(pid);
	if (memory)
		usage->memory_bytes += 1024 * number_of(open_of(pid, "smaps_rollup"), "Pss:");
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

/**
 * usage_read - read what a process has used up to now
 * @pid: of it
 * @memory: read how much memory it has, too, which takes a millisecond a gigabyte
 * @usage: filled in
 */
void usage_read(pid_t pid, bool memory, struct usage *usage)
{
	memset(usage, 0, sizeof(*usage));
	add(pid, memory, DEEPEST, usage);
}
