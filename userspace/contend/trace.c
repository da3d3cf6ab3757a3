// SPDX-License-Identifier: GPL-2.0
/* contend trace: a short run as a timeline that Perfetto opens. */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "engine/verbs.h"
#include "libcontend/contend.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "report/timeline.h"
#include "run.h"
#include "tracer.h"

/* As many as a timeline shows at once, and more than it is read. */
#define EVENTS	100000

/* How long a run is traced, unless the command line says so itself: a job means another one. */
static const struct {
	const char *option;
	const char *word;
} shorts[] = {
	{ "--runtime", "--runtime=20ms" },
	{ "--warmup", "--warmup=5ms" },
};

/**
 * struct tongue - the names of the operations of a structure
 * @device: who knows them, or a negative errno
 * @structure: the one that was asked for last
 * @verbs: its operations
 */
struct tongue {
	int device;
	char structure[CONTEND_NAME_LEN];
	struct verbs verbs;
};

static const char *verb_name(const char *structure, u32 verb, void *data)
{
	struct tongue *tongue = data;

	if (strcmp(tongue->structure, structure)) {
		strscpy(tongue->structure, structure, sizeof(tongue->structure));
		if (tongue->device < 0 || verbs_load(tongue->device, structure, &tongue->verbs))
			memset(&tongue->verbs, 0, sizeof(tongue->verbs));
	}
	return verb < SPEC_VERBS ? tongue->verbs.verb[verb].name : NULL;
}

static bool is_option(const char *word, const char *option)
{
	const size_t len = strlen(option);

	return !strncmp(word, option, len) && (!word[len] || word[len] == '=');
}

/* As if the command line said that the run is short, unless it says nothing at all. */
static char **in_short(int *argc, char **argv)
{
	/* Until the program ends. */
	char **words = calloc(*argc + 1 + ARRAY_SIZE(shorts), sizeof(*words));
	unsigned int i;
	int w, n = 1;

	if (!words)
		return NULL;
	words[0] = argv[0];
	for (i = 0; i < ARRAY_SIZE(shorts) && *argc > 1; i++) {
		for (w = 1; w < *argc; w++)
			if (is_option(argv[w], shorts[i].option))
				break;
		if (w == *argc)
			words[n++] = (char *)shorts[i].word;
	}
	memcpy(words + n, argv + 1, (*argc - 1) * sizeof(*words));
	*argc += n - 1;
	return words;
}

/* What can be traced, and all of it in one world: 1, of this program; 0, of the module; or -1. */
static int world_of(const struct job *job)
{
	const struct job_case *c;
	int program = -1;
	size_t i;

	for (i = 0; i < job->n; i++) {
		c = &job->cases[i];
		if (c->spec.measure != MEASURE_OPERATION) {
			fprintf(stderr, "%s: %s: trace: measure= takes no time of single operations, and a timeline is made of these\n",
				c->file, c->name);
			return -1;
		}
		if (program >= 0 && program != !strcmp(c->spec.engine, "user")) {
			fprintf(stderr, "%s: %s: trace: engine=%s is of another world than the case before: trace each alone\n",
				c->file, c->name, c->spec.engine);
			return -1;
		}
		program = !strcmp(c->spec.engine, "user");
	}
	return program;
}

static int traced(const struct options *o, bool program, int device)
{
	struct tongue tongue = { .device = -ENOENT };
	struct timeline timeline = { .verb = verb_name, .data = &tongue };
	/* Nothing is kept: what there is of a run that ends early is in the trace. */
	struct output none = { .format = o->format };
	struct tracer tracer;
	struct document d;
	int status;

	if (tracer_begin(&tracer, program, o->events ?: EVENTS)) {
		if (device >= 0)
			contend_close(device);
		return EXIT_UNSUPPORTED;
	}
	status = runs_make(&d, o, &none, device);
	if (tracer_end(&tracer, timeline_line, &timeline, &timeline.lost) && !status)
		status = EXIT_HARNESS;
	if (!status) {
		format_write(o->format, stderr, &d);
		status = runs_status(&d);
		tongue.device = program ? contend_open_program(0) : contend_open();
		if (output_make(o->output, timeline_write, &timeline))
			status = EXIT_HARNESS;
		if (tongue.device >= 0)
			contend_close(tongue.device);
		if (timeline.lost)
			fprintf(stderr, "contend: trace: %llu event%s lost after the first %zu: a shorter --runtime=, or more --events=, keeps all\n",
				(unsigned long long)timeline.lost,
				timeline.lost == 1 ? " was" : "s were", timeline.nevents);
	}
	timeline_free(&timeline);
	runs_free(&d);
	return status;
}

/**
 * cmd_trace - contend trace JOB... [-o FILE] [--events=N] [--key=value]...
 * @argc: words
 * @argv: "trace", options, job files
 *
 * Return: exit status.
 */
int cmd_trace(int argc, char **argv)
{
	struct options o;
	int device, program, status;

	device = contend_open();
	if (device >= 0)
		names_load(device);
	argv = in_short(&argc, argv);
	if (!argv)
		return EXIT_HARNESS;
	if (options_parse(&o, argc, argv, COMMAND_TRACE))
		return EXIT_USAGE;
	o.repeat = 1;
	program = world_of(&o.job);
	if (program < 0 || output_on_screen(o.output, "a timeline", "-o trace.json"))
		status = EXIT_USAGE;
	else if (output_check(o.output, o.files, o.nfiles))
		status = EXIT_HARNESS;
	else if (!program && device < 0)
		status = run_no_module(device);
	else
		status = traced(&o, program, device);
	job_free(&o.job);
	return status;
}
