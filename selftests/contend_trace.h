/* SPDX-License-Identifier: GPL-2.0 */
/* The module's tracepoints, in an instance of tracefs that nobody else writes to. */
#ifndef CONTEND_TRACE_H
#define CONTEND_TRACE_H

#include <sys/stat.h>

#include "contend_test.h"

struct tracer {
	char folder[64];
};

/* Trace from now on: true; or the test is over, skipped where this kernel traces nothing. */
static inline bool tracer_begin(struct __test_metadata *_metadata, struct tracer *t)
{
	char path[128];
	int ret;

	snprintf(t->folder, sizeof(t->folder), "/sys/kernel/tracing/instances/contend-%d",
		 getpid());
	if (mkdir(t->folder, 0700)) {
		ret = -errno;
		if (ret == -ENOENT)
			SKIP(return false, "this kernel traces no events");
	} else {
		snprintf(path, sizeof(path), "%s/events/contend/enable", t->folder);
		ret = write_file(path, "1");
		if (ret)
			rmdir(t->folder);
	}
	EXPECT_EQ(ret, 0);
	return !ret;
}

static inline int tracer_end(const struct tracer *t)
{
	return rmdir(t->folder) ? -errno : 0;
}

/* How many of these events have said this tag. */
static inline int traced(const struct tracer *t, const char *event, __u64 tag)
{
	char path[128], line[512], name[64];
	const char *at;
	FILE *trace;
	int n = 0;

	snprintf(path, sizeof(path), "%s/trace", t->folder);
	snprintf(name, sizeof(name), " %s: ", event);
	trace = fopen(path, "r");
	if (!trace)
		return -errno;
	while (fgets(line, sizeof(line), trace)) {
		at = strstr(line, name) ? strstr(line, " tag=") : NULL;
		n += at && strtoull(at + 5, NULL, 10) == tag;
	}
	fclose(trace);
	return n;
}

#endif /* CONTEND_TRACE_H */
