// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontend/contend.h"
#include "tracer.h"

#define TRACEFS	"/sys/kernel/tracing"
/* From here on waits are events: of 0 each section is one. */
#define SLOW	"/sys/module/contend/parameters/slow_ns"
/* Of an event in the kernel's buffer, more than most take. */
#define EVENT_BYTES	128

static int put(const char *folder, const char *name, const char *text)
{
	char path[160];
	int ret = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	if (fputs(text, f) < 0 || fflush(f))
		ret = -errno;
	fclose(f);
	return ret;
}

/* A buffer for each CPU, which keeps what comes first. */
static int prepare(const char *folder, unsigned int events)
{
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char size[24];
	int ret;

	snprintf(size, sizeof(size), "%lu", 64 + (unsigned long)events * EVENT_BYTES / 1024 / cpus);
	ret = put(folder, "/buffer_size_kb", size);
	if (!ret)
		ret = put(folder, "/trace_options", "nooverwrite");
	if (!ret)
		ret = put(folder, "/trace_clock", "mono");
	if (!ret)
		ret = put(folder, "/events/contend/enable", "1");
	/* Who wakes whom; without it the rest is as good. */
	if (!ret && !put(folder, "/events/sched/sched_waking/filter", "comm ~ \"contend*\""))
		put(folder, "/events/sched/sched_waking/enable", "1");
	return ret;
}

static int begin_tracefs(struct tracer *t, unsigned int events)
{
	FILE *slow;
	int ret = 0;

	snprintf(t->folder, sizeof(t->folder), TRACEFS "/instances/contend-%d", getpid());
	if (mkdir(t->folder, 0700)) {
		ret = -errno;
		fprintf(stderr, "contend: %s: %s\n", t->folder, ret == -ENOENT ?
			"there is no tracefs: mount it there, or this kernel traces no events" :
			strerror(-ret));
		return ret;
	}
	slow = fopen(SLOW, "re");
	if (!slow || !fgets(t->slow, sizeof(t->slow), slow))
		ret = -ENOENT;
	if (slow)
		fclose(slow);
	if (!ret)
		ret = put(SLOW, "", "0");
	if (ret) {
		fprintf(stderr, "contend: %s: %s\n", SLOW, strerror(-ret));
		goto err_folder;
	}
	ret = prepare(t->folder, events);
	if (!ret)
		return 0;
	fprintf(stderr, "contend: %s: %s\n", t->folder, strerror(-ret));
	put(SLOW, "", t->slow);
err_folder:
	rmdir(t->folder);
	return ret;
}

/**
 * tracer_begin - trace from now on, each section
 * @t: for it, until tracer_end()
 * @program: of engine=user; else of the module
 * @events: so many of them, about
 *
 * What is wrong is told on stderr.
 *
 * Return: 0; -EACCES only root may, -ENOENT there is no tracefs, or another negative errno.
 */
int tracer_begin(struct tracer *t, bool program, unsigned int events)
{
	*t = (struct tracer){ .program = program };
	if (!program)
		return begin_tracefs(t, events);
	contend_trace_program(events);
	return 0;
}

/* What the CPUs' buffers had no room for. */
static u64 lost_of(const char *folder)
{
	const long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned long long n, lost = 0;
	char path[128], line[128];
	long cpu;
	FILE *f;

	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/stats", folder, cpu);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			if (sscanf(line, "dropped events: %llu", &n) == 1 ||
			    sscanf(line, "overrun: %llu", &n) == 1)
				lost += n;
		if (f)
			fclose(f);
	}
	return lost;
}

/**
 * tracer_end - trace no more, and tell what there is
 * @t: begun
 * @tell: is given each event, a line as tracefs has it, those of a thread in order
 * @to: for @tell
 * @lost: how many were lost
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or a negative errno.
 */
int tracer_end(struct tracer *t, void (*tell)(void *to, const char *line), void *to, u64 *lost)
{
	char path[96], line[1024];
	int ret = 0;
	FILE *f;

	if (t->program) {
		*lost = contend_trace_program_end(tell, to);
		return 0;
	}
	put(t->folder, "/tracing_on", "0");
	put(t->folder, "/events/enable", "0");
	put(SLOW, "", t->slow);
	*lost = lost_of(t->folder);
	snprintf(path, sizeof(path), "%s/trace", t->folder);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		tell(to, line);
	}
	if (!f || ferror(f)) {
		ret = -errno ?: -EIO;
		fprintf(stderr, "contend: %s: %s\n", path, strerror(-ret));
	}
	if (f)
		fclose(f);
	rmdir(t->folder);
	return ret;
}
