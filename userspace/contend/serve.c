// SPDX-License-Identifier: GPL-2.0
/* contend serve: the system of a scenario alone, for clients of others. */
#include <errno.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "libcontend/contend.h"
#include "options.h"
#include "scenarios/scenario.h"

static volatile sig_atomic_t stop;

static void stopped(int signal)
{
	(void)signal;
	/* Any thread may get it, and all look. */
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
}

/* "web --port=8080" is "--scenario=web --port=8080". */
static char **with_scenario(int argc, char **argv)
{
	/* Until the program ends. */
	static char **words;

	words = calloc(argc + 1, sizeof(*words));
	if (!words)
		return NULL;
	memcpy(words, argv, argc * sizeof(*words));
	if (argc > 1 && argv[1][0] != '-' &&
	    asprintf(&words[1], "--scenario=%s", argv[1]) < 0)
		return NULL;
	return words;
}

static int takes_one(void)
{
	fprintf(stderr, "contend: serve takes one scenario, as in contend serve web --port=8080: see contend list scenarios\n");
	return EXIT_USAGE;
}

static int serve(const struct job_case *c)
{
	const bool program = !strcmp(c->spec.engine, "user");
	struct result r = { .spec = c->spec };
	int device, ret;

	device = program ? contend_open_program(play_threads(&c->spec)) : contend_open();
	if (device < 0) {
		fprintf(stderr, "contend: engine=%s: %s\n", c->spec.engine,
			program ? strerror(-device) : "the module is not loaded");
		return program ? EXIT_HARNESS : EXIT_UNSUPPORTED;
	}
	ret = play_serve(device, &r.spec, &stop, &r);
	if (ret)
		fprintf(stderr, "contend: %s\n", r.reason[0] ? r.reason : strerror(-ret));
	result_free(&r);
	contend_close(device);
	switch (ret) {
	case 0:
		return EXIT_PASS;
	case -EINVAL:
		return EXIT_USAGE;
	case -EOPNOTSUPP:
		return EXIT_UNSUPPORTED;
	default:
		return EXIT_HARNESS;
	}
}

/**
 * cmd_serve - contend serve SCENARIO [--key=value]...
 * @argc: words
 * @argv: "serve", the scenario, options
 *
 * Until SIGTERM, SIGINT or SIGHUP; what is under way then is answered.
 *
 * Return: exit status.
 */
int cmd_serve(int argc, char **argv)
{
	/* Several are one end: timeout(1) and systemd signal its group too, so its loops twice. */
	struct sigaction action = { .sa_handler = stopped }, hangup;
	struct options o;
	int status;

	argv = with_scenario(argc, argv);
	if (!argv)
		return EXIT_HARNESS;
	if (argc < 2)
		return takes_one();
	if (options_parse(&o, argc, argv, COMMAND_SERVE))
		return EXIT_USAGE;
	if (o.job.n != 1 || !scenario_of(&o.job.cases[0].spec)) {
		job_free(&o.job);
		return takes_one();
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* Not where nohup has it ignored. */
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	status = serve(&o.job.cases[0]);
	job_free(&o.job);
	return status;
}
