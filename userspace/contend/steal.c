// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steal.h"

/* What qemu/vm says, who sees it from outside: each accelerator has that. */
static void read_host(const char *path, struct steal *s)
{
	/* Whatever it is, nobody waits for it. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	struct steal now;

	if (!f)
		return;
	if (fscanf(f, "steal_ns=%llu run_ns=%llu", &now.stolen_ns, &now.ran_ns) == 2)
		*s = now;
	fclose(f);
}

/*
 * What the hypervisor says, if it does (Documentation/filesystems/proc.rst): user, nice,
 * system, idle, iowait, irq, softirq, steal.
 */
static void read_own(struct steal *s)
{
	FILE *f = fopen("/proc/stat", "re");
	unsigned long long t[8], tick = 1000000000ULL / sysconf(_SC_CLK_TCK);

	if (!f)
		return;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
		   &t[4], &t[5], &t[6], &t[7]) == 8) {
		s->stolen_ns = t[7] * tick;
		s->ran_ns = (t[0] + t[1] + t[2] + t[5] + t[6]) * tick;
	}
	fclose(f);
}

/**
 * steal_read - what the host has taken so far
 * @s: for steal_since(); all 0 where nobody knows
 */
void steal_read(struct steal *s)
{
	const char *host = getenv("CONTEND_HOST_STAT");

	memset(s, 0, sizeof(*s));
	if (host && host[0])
		read_host(host, s);
	else
		read_own(s);
}

/**
 * steal_since - what the host has taken since then
 * @before: from steal_read()
 *
 * Return: that; all 0 where nobody knows.
 */
struct steal steal_since(const struct steal *before)
{
	struct steal s;

	steal_read(&s);
	if (s.stolen_ns < before->stolen_ns || s.ran_ns < before->ran_ns)
		return (struct steal){ 0 };
	s.stolen_ns -= before->stolen_ns;
	s.ran_ns -= before->ran_ns;
	return s;
}
