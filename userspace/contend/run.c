// SPDX-License-Identifier: GPL-2.0
/* contend run: cases to engines, results to a document. */
#include <errno.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "engine/engine.h"
#include "engine/verbs.h"
#include "libcontend/contend.h"
#include "names.h"
#include "options.h"

static const struct engine *const engines[] = { &kernel_engine, &ioctl_engine, NULL };

volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static const struct engine *find_engine(const char *name)
{
	int i;

	for (i = 0; engines[i]; i++)
		if (!strcmp(engines[i]->name, name))
			break;
	return engines[i];
}

/* What the grammar cannot know and the module does: before anything runs. */
static int check_case(int device, const struct contend_info *info, const struct job_case *c)
{
	struct spec_error error = { };
	struct verbs verbs;
	struct mix mix;

	if (verbs_load(device, c->spec.structure, &verbs) ||
	    mix_init(&mix, verbs.verb, c->spec.structure, &c->spec, &error))
		fprintf(stderr, "%s: %s: %s\n", c->file, c->name, error.message);
	else if (c->spec.workers > info->max_workers)
		fprintf(stderr, "%s: %s: workers=%u is more than the module's max_workers=%u\n",
			c->file, c->name, c->spec.workers, info->max_workers);
	else if (c->spec.capacity > info->max_capacity)
		fprintf(stderr, "%s: %s: capacity=%llu is more than the module's max_capacity=%llu\n",
			c->file, c->name, c->spec.capacity, info->max_capacity);
	else if (c->spec.runtime_ns + c->spec.warmup_ns > info->max_runtime_ns)
		fprintf(stderr, "%s: %s: runtime and warmup are more than the module's max_runtime_s=%llu\n",
			c->file, c->name, info->max_runtime_ns / 1000000000ULL);
	else
		return 0;
	return -1;
}

static void progress(const struct options *o, size_t i)
{
	u64 left = 0;
	size_t j;

	if (!isatty(STDERR_FILENO))
		return;
	for (j = i; j < o->job.n; j++)
		left += o->job.cases[j].spec.runtime_ns + o->job.cases[j].spec.warmup_ns;
	fprintf(stderr, "\r\033[K");
	if (i < o->job.n)
		fprintf(stderr, "[%zu/%zu] %s, %llus left", i + 1, o->job.n, o->job.cases[i].name,
			(left + 999999999) / 1000000000);
}

static void run_case(int device, const struct job_case *c, struct result *r)
{
	const struct engine *engine = find_engine(c->spec.engine);
	int ret;

	r->name = strdup(c->name);
	r->file = c->file;
	r->spec = c->spec;
	if (!engine) {
		r->verdict = VERDICT_SKIP;
		snprintf(r->reason, sizeof(r->reason), "engine %s is not built yet",
			 c->spec.engine);
		return;
	}
	ret = engine->run(device, r);
	if (ret) {
		r->verdict = VERDICT_ERROR;
		if (!r->reason[0])
			snprintf(r->reason, sizeof(r->reason), "%s", strerror(-ret));
	}
	if (interrupted && r->verdict == VERDICT_PASS)
		r->complete = false;
}

static int exit_status(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return EXIT_PASS;
	case VERDICT_FAIL:
		return EXIT_FAIL;
	case VERDICT_SKIP:
		return EXIT_UNSUPPORTED;
	case VERDICT_INCONCLUSIVE:
		return EXIT_INCONCLUSIVE;
	default:
		return EXIT_HARNESS;
	}
}

static int write_document(const struct options *o, json_t *environment,
			  const struct result *results, size_t n)
{
	FILE *out = o->output ? fopen(o->output, "w") : stdout;
	int ret = out ? document_write(out, o->format, environment, results, n) : -1;

	if (out && out != stdout && fclose(out))
		ret = -1;
	if (ret)
		fprintf(stderr, "contend: cannot write %s: %s\n",
			o->output ? o->output : "the document", strerror(errno));
	return ret;
}

static int no_module(int device)
{
	fprintf(stderr, "contend: %s: %s\n", CONTEND_DEVICE,
		device == -ENOENT ? "the module is not loaded: scripts/run does it all in a VM" :
		device < 0 ? strerror(-device) : "does not answer as this program expects");
	return EXIT_UNSUPPORTED;
}

/* Its clock stood still, its caches are cold, and it has lived another guest's life. */
static bool restored(void)
{
	if (!getenv("CONTEND_SNAPSHOT"))
		return false;
	fprintf(stderr, "contend: this VM was restored from a snapshot, where nothing is measured: boot it, without --snapshot\n");
	return true;
}

/**
 * cmd_run - contend run
 * @argc: words
 * @argv: "run", options, job files
 *
 * Return: exit status.
 */
int cmd_run(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = interrupt };
	int device, status = EXIT_HARNESS;
	struct result *results;
	struct contend_info info;
	json_t *environment;
	struct options o;
	size_t i, n = 0;

	/* A wrong command line is told even where the module is missing. */
	device = contend_open();
	if (device >= 0)
		names_load(device);
	if (options_parse(&o, argc, argv, true))
		return EXIT_USAGE;
	if (restored())
		return EXIT_UNSUPPORTED;
	if (device < 0 || contend_info(device, &info))
		return no_module(device);
	for (i = 0; i < o.job.n; i++)
		if (check_case(device, &info, &o.job.cases[i]))
			return EXIT_USAGE;
	results = calloc(o.job.n, sizeof(*results));
	environment = environment_json(device);
	if (!results || !environment)
		goto out;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);

	for (n = 0; n < o.job.n && !interrupted; n++) {
		progress(&o, n);
		run_case(device, &o.job.cases[n], &results[n]);
	}
	progress(&o, o.job.n);
	if (!write_document(&o, environment, results, n))
		status = interrupted ? EXIT_INTERRUPTED :
				       exit_status(verdict_overall(results, n));
	if (interrupted)
		fprintf(stderr, "contend: interrupted: %zu of %zu cases ran\n", n, o.job.n);
out:
	json_decref(environment);
	for (i = 0; i < n; i++)
		result_free(&results[i]);
	free(results);
	job_free(&o.job);
	close(device);
	return status;
}
