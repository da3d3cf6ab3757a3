// SPDX-License-Identifier: GPL-2.0
/*
 * What memory is charged to: what a client makes this module allocate, to the client's
 * memory cgroup, also what the threads of its runs allocate; and where the group has no
 * more, the client gets ENOMEM, not the OOM killer.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "contend_ring.h"
#include "contend_run.h"

/* What the group may have; each of the clients below asks for twice as much at least. */
#define LIMIT	(4 << 20)
#define NODES	65536

FIXTURE(memory) {
	int device;
	struct counts before;
	char top[32];
	char group[64];
};

static int write_group(const char *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return write_file(path, text);
}

FIXTURE_SETUP(memory)
{
	char limit[32];

	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->before = counts_of(self->device);
	strcpy(self->top, "/tmp/contend.XXXXXX");
	ASSERT_NE(mkdtemp(self->top), NULL);
	self->group[0] = '\0';
	if (mount("none", self->top, "cgroup2", 0, NULL))
		return;
	snprintf(self->group, sizeof(self->group), "%s/contend", self->top);
	snprintf(limit, sizeof(limit), "%d", LIMIT);
	if (write_group(self->top, "cgroup.subtree_control", "+memory") ||
	    mkdir(self->group, 0700) || write_group(self->group, "memory.max", limit)) {
		rmdir(self->group);
		self->group[0] = '\0';
		umount(self->top);
	}
}

FIXTURE_TEARDOWN(memory)
{
	/* What it was charged for may still be on its way out, and does not keep it. */
	if (self->group[0]) {
		EXPECT_TRUE(EVENTUALLY(!rmdir(self->group)));
		EXPECT_TRUE(EVENTUALLY(!umount(self->top)));
	}
	rmdir(self->top);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

/* What a client in the group makes of it: an errno, or 0. */
static int as_client(const char *group, int (*client)(int device), int device)
{
	pid_t pid = fork();

	/* At the limit a fault of the client's own would have it killed: it has all its pages. */
	if (!pid)
		_exit(mlockall(MCL_CURRENT | MCL_FUTURE) ||
		      write_group(group, "cgroup.procs", "0") ? 255 : -client(device));
	return reap(pid);
}

static long oom_kills(const char *group)
{
	char path[128], text[512], *at;

	snprintf(path, sizeof(path), "%s/memory.events", group);
	read_file(path, text, sizeof(text));
	at = strstr(text, "\noom_kill ");
	return at ? strtol(at + strlen("\noom_kill "), NULL, 10) : -1;
}

/* From the greatest key down, so that the list is not walked for each. */
static int insert_by_op(int device)
{
	int object = create_permits(device, "mutex", "list", NODES, 0);
	int ret = object < 0 ? object : 0, key = NODES;

	while (!ret && key--)
		ret = op(object, 1, key, NULL);
	return ret;
}

static int result_of_run(int device, const char *spec)
{
	int object = create_permits(device, "mutex", "list", NODES, 0), r;
	struct contend_result result;

	if (object < 0)
		return object;
	r = run(object, spec);
	if (r < 0)
		return r;
	return run_wait(r, 60000) ? result_of(r, &result) : -ETIMEDOUT;
}

static int insert_by_run(int device)
{
	return result_of_run(device,
			     "keys=uniform/65536 prefill=100 mix=lookup:1 runtime=1ms warmup=0ns");
}

static int many_workers(int device)
{
	return result_of_run(device, "workers=128 runtime=1ms warmup=0ns");
}

static int many_objects(int device)
{
	int i, ret = 0;

	for (i = 0; i < 64 && ret >= 0; i++)
		ret = create_stripes(device, "spinlock", "list", 1024);
	return ret < 0 ? ret : 0;
}

static int many_rings(int device)
{
	int object = create(device, "mutex", "list"), i, ret = 0;
	const __u64 id = stat_of(object, 0).id;

	for (i = 0; i < 16 && ret >= 0; i++) {
		struct contend_ring_setup setup = {
			.size = sizeof(setup), .sq_entries = CONTEND_RING_MAX_ENTRIES,
		};

		object = attach(device, id);
		ret = object < 0 ? object : call(object, CONTEND_RING_SETUP, &setup);
	}
	return ret;
}

/* What the thread of a ring allocates is not its own. */
static int insert_by_ring(int device)
{
	const struct contend_ring_setup setup = {
		.sq_entries = 1024, .flags = CONTEND_RING_POLL,
	};
	int object = create_permits(device, "mutex", "list", NODES, 0), key = NODES, ret;
	struct contend_cqe cqe = { };
	struct rings r;
	__u32 i;

	ret = rings_setup(object, setup, &r);
	while (!ret && key) {
		for (i = 0; i < r.sq_entries; i++)
			rings_put(&r, (struct contend_sqe){ .verb = 1, .key = --key });
		ret = rings_enter(&r, i, i, CONTEND_FOREVER) - (int)i;
		while (!cqe.error && rings_get(&r, &cqe))
			;
		if (cqe.error)
			return -(int)cqe.error;
	}
	return ret;
}

static const struct {
	const char *name;
	int (*client)(int device);
} clients[] = {
	{ "nodes, by OP", insert_by_op },
	{ "nodes, by a run", insert_by_run },
	{ "nodes, by a ring", insert_by_ring },
	{ "rings", many_rings },
	{ "workers and their histograms", many_workers },
	{ "objects", many_objects },
};

TEST_F(memory, is_charged_to_who_asks_for_it)
{
	size_t i;

	if (!self->group[0])
		SKIP(return, "no memory cgroups here");
	for (i = 0; i < ARRAY_SIZE(clients); i++) {
		EXPECT_EQ(as_client(self->group, clients[i].client, self->device), ENOMEM) {
			TH_LOG("%s", clients[i].name);
		}
		EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	}
	EXPECT_EQ(oom_kills(self->group), 0);
}

TEST_F(memory, is_there_where_there_is_no_limit)
{
	size_t i;

	if (!self->group[0])
		SKIP(return, "no memory cgroups here");
	ASSERT_EQ(write_group(self->group, "memory.max", "max"), 0);
	for (i = 0; i < ARRAY_SIZE(clients); i++) {
		EXPECT_EQ(as_client(self->group, clients[i].client, self->device), 0) {
			TH_LOG("%s", clients[i].name);
		}
	}
}

/* A leak is seen by name: no cache is merged with another one. */
TEST_F(memory, each_structure_has_a_cache_of_its_own)
{
	struct contend_list list = {
		.size = sizeof(list), .catalogue = CONTEND_LIST_STRUCTURES,
	};
	static char text[256 * 1024];
	char line[64];

	if (!read_file("/proc/slabinfo", text, sizeof(text))[0])
		SKIP(return, "this kernel has no /proc/slabinfo");
	for (; !call(self->device, CONTEND_LIST, &list); list.index++) {
		/* One that synchronises itself, or a queue, has all its room from the beginning. */
		if (list.caps & (CONTEND_CAP_SELF | CONTEND_CAP_ABSENT) ||
		    strchr(list.verbs, '@'))
			continue;
		snprintf(line, sizeof(line), "\ncontend_%s ", list.name);
		/* A peer's name has a colon, and its cache an underscore. */
		if (strchr(line, ':'))
			*strchr(line, ':') = '_';
		EXPECT_NE(strstr(text, line), NULL) {
			TH_LOG("no cache of %s", list.name);
		}
	}
	EXPECT_EQ(list.index, info_of(self->device).structures);
}

TEST_HARNESS_MAIN
