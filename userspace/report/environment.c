// SPDX-License-Identifier: GPL-2.0
/* The world that results belong to: figures of two worlds make no ratio. */
#include <ctype.h>
#include <dirent.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "libcontend/contend.h"
#include "result.h"

static void cpu_model(char *model, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	strscpy(model, "unknown", size);
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10))
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		strscpy(model, colon + 2, size);
		break;
	}
	fclose(f);
}

/* A kernel without NUMA has one. */
static int numa_nodes(void)
{
	DIR *dir = opendir("/sys/devices/system/node");
	struct dirent *entry;
	int n = 0;

	if (!dir)
		return 1;
	while ((entry = readdir(dir)))
		n += !strncmp(entry->d_name, "node", 4) && isdigit(entry->d_name[4]);
	closedir(dir);
	return n ?: 1;
}

/* mitigations= on the kernel's command line: it changes what a lock costs. */
static void mitigations(char *value, size_t size)
{
	FILE *f = fopen("/proc/cmdline", "r");
	char line[4096], *at;

	strscpy(value, "default", size);
	if (!f)
		return;
	if (fgets(line, sizeof(line), f)) {
		/* The last one counts. */
		for (at = line; (at = strstr(at, "mitigations=")); ) {
			at += strlen("mitigations=");
			snprintf(value, size, "%.*s", (int)strcspn(at, " \n"), at);
		}
	}
	fclose(f);
}

/* Runs of one boot share what it has, such as where memory lies; NULL if nobody knows. */
static const char *boot_id(char *id, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
	const char *got = f ? fgets(id, size, f) : NULL;

	if (f)
		fclose(f);
	if (got)
		id[strcspn(id, "\n")] = '\0';
	return got;
}

/* How many CPUs of its host a virtual machine can have, as qemu/vm says; 0: nobody knows. */
static int host_cpus(void)
{
	const char *cpus = getenv("CONTEND_HOST_CPUS");
	int n = cpus ? atoi(cpus) : 0;

	return n > 0 ? n : 0;
}

/**
 * environment_json - the world that results belong to
 * @device: from contend_open()
 *
 * Return: an object, or NULL when memory is short.
 */
json_t *environment_json(int device)
{
	const char *accel = getenv("CONTEND_ACCEL");
	char model[256], mitigation[64], boot[64];
	struct contend_info info = { };
	struct utsname kernel;
	json_t *env, *module;
	int ret;

	ret = contend_info(device, &info);
	uname(&kernel);
	cpu_model(model, sizeof(model));
	mitigations(mitigation, sizeof(mitigation));
	if (!accel)
		accel = "host";
	env = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:s, s:s*}",
			"kernel", kernel.release, "kernel_version", kernel.version,
			"machine", kernel.machine, "cpu", model, "accel", accel,
			"emulated", !strcmp(accel, "tcg"), "cpus", (int)info.cpus,
			"numa_nodes", numa_nodes(), "mitigations", mitigation,
			"boot_id", boot_id(boot, sizeof(boot)));
	if (env && host_cpus()) {
		json_object_set_new(env, "host_cpus", json_integer(host_cpus()));
		json_object_set_new(env, "overcommitted",
				    json_boolean((int)info.cpus > host_cpus()));
	}
	if (!env || ret)
		return env;
	module = json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:I}",
			   "version", info.version, "spinlock", info.spinlock,
			   "preemption", info.preemption, "debug", info.debug,
			   "clock", info.clock, "clock_ns", info.clock_ps / 1000.0,
			   "clock_step_ns", (json_int_t)info.clock_step_ns);
	json_object_update_new(env, module);
	return env;
}
