// SPDX-License-Identifier: GPL-2.0
/* contend doctor: what this machine can and cannot do, and what to do about it. */
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "libcontend/contend.h"

static void say(int ok, const char *what, const char *state, const char *remedy)
{
	printf("%-4s %-22s %s%s%s\n", ok ? "ok" : "no", what, state,
	       ok || !remedy[0] ? "" : ": ", ok ? "" : remedy);
}

static void first_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "r");

	strscpy(line, "unknown", size);
	if (!f)
		return;
	if (fgets(line, size, f))
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
}

static int program(const char *name)
{
	const char *path = getenv("PATH");
	char *all = strdup(path ? path : "/usr/bin:/bin"), *next = all, *dir, file[4096];
	int found = 0;

	while (all && !found && (dir = strsep(&next, ":"))) {
		snprintf(file, sizeof(file), "%s/%s", dir, name);
		found = !access(file, X_OK);
	}
	free(all);
	return found;
}

/**
 * cmd_doctor - contend doctor
 * @argc: words
 * @argv: "doctor"
 *
 * Return: exit status: 0 when `contend run` can run here, 4 when it cannot.
 */
int cmd_doctor(int argc, char **argv)
{
	char text[256], clock[64];
	struct contend_info info;
	struct utsname kernel;
	int device, ret;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "contend: doctor takes no words\n");
		return EXIT_USAGE;
	}
	uname(&kernel);
	device = contend_open();
	ret = device < 0 ? device : contend_info(device, &info);
	if (ret < 0) {
		say(0, "module", ret == -ENOENT ? "not loaded" : strerror(-ret),
		    ret == -ENOENT ? "insmod contend.ko in a VM; scripts/run does it all" :
		    "run as root");
	} else {
		snprintf(text, sizeof(text), "version %s, %u locks, %u structures%s", info.version,
			 info.locks, info.structures,
			 info.features & CONTEND_FEATURE_MUTANT ? ", mutant" : "");
		say(1, "module", text, "");
		say(!info.debug[0], "times",
		    info.debug[0] ? info.debug : "no debug option distorts them",
		    "correctness can be tested here, times mean little");
		snprintf(text, sizeof(text), "%llu.%01llu ns a reading, in steps of %u ns",
			 info.clock_ps / 1000, info.clock_ps % 1000 / 100, info.clock_step_ns);
		say(1, "clock", text, "");
	}
	say(1, "engine=user", "runs here, without the module", "");
	say(1, "kernel", kernel.release, "");
	snprintf(text, sizeof(text), "%ld online", cpus);
	say(cpus > 1, "cpus", text, "one CPU never contends: give the VM --cpus=2 or more");
	first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", clock,
		   sizeof(clock));
	say(!strcmp(clock, "tsc") || !strcmp(clock, "kvm-clock"), "clocksource", clock,
	    "slow to read: each operation costs more than its lock");
	say(!!getenv("CONTEND_VM"), "inside a VM of ours", getenv("CONTEND_VM") ? "yes" : "no",
	    "broken locks belong into one");
	say(!access("/dev/kvm", R_OK | W_OK), "/dev/kvm",
	    access("/dev/kvm", R_OK | W_OK) ? "not usable" : "there (qemu/vm proves that it boots)",
	    "a VM will be emulated, which is slow");
	say(program("qemu-system-x86_64"), "qemu-system-x86_64",
	    program("qemu-system-x86_64") ? "found" : "missing", "scripts/setup installs it");
	say(program("stress-ng"), "stress-ng", program("stress-ng") ? "found" : "missing",
	    "scripts/setup installs it");
	if (device >= 0)
		contend_close(device);
	return ret < 0 ? EXIT_UNSUPPORTED : EXIT_PASS;
}
