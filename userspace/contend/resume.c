// SPDX-License-Identifier: GPL-2.0
/*
 * A document has its runs in the order in which they ran, and that order follows from the job: so
 * what an interrupted run has left is the beginning of what there is to run, or of another job.
 */
#include <errno.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "documents.h"
#include "report/compare.h"
#include "report/group.h"
#include "report/unit.h"
#include "resume.h"
#include "run.h"
#include "world.h"

/* The document of the file, in an array of its own; NULL with *@status where there is none. */
static json_t *read_one(const char *file, int *status)
{
	json_t *documents;
	bool error;

	*status = EXIT_PASS;
	/* Then it begins: who says the same until all is there need not know where that is. */
	if (access(file, F_OK) && errno == ENOENT)
		return NULL;
	*status = EXIT_USAGE;
	documents = documents_load(file, &error);
	if (!documents && !error)
		fprintf(stderr, "contend: --resume=%s: is no document: a run goes on with what --output-format=json has written\n",
			file);
	if (documents && json_array_size(documents) != 1) {
		fprintf(stderr, "contend: --resume=%s: has %zu documents, and a run is one\n", file,
			json_array_size(documents));
		json_decref(documents);
		return NULL;
	}
	return documents;
}

/* The first word that is another one there: "runtime=1s there, and runtime=2s here". */
static void tell_words(const char *file, const char *name, const char *there, const char *here)
{
	while (strcspn(there, " ") == strcspn(here, " ") && *there &&
	       !memcmp(there, here, strcspn(here, " "))) {
		there += strcspn(there, " ");
		there += *there == ' ';
		here += strcspn(here, " ");
		here += *here == ' ';
	}
	fprintf(stderr, "contend: --resume=%s: %s has %.*s there, and %.*s here: it is of other words\n",
		file, name, (int)strcspn(there, " "), there, (int)strcspn(here, " "), here);
}

/* Whether a run of the document is the one that the job has there. */
static int check_run(const char *file, const json_t *result, size_t i, const struct job_case *c)
{
	char message[SPEC_MESSAGE + 64], there[SPEC_TEXT], here[SPEC_TEXT];
	const char *name;
	struct spec spec;

	if (run_spec(result, i, &spec, message, sizeof(message))) {
		fprintf(stderr, "contend: --resume=%s: %s\n", file, message);
		return -1;
	}
	name = text_of(result, "case");
	if (strcmp(name, c->name)) {
		fprintf(stderr, "contend: --resume=%s: its run %zu is of %s, and that of this job is of %s: it is of another job\n",
			file, i + 1, name, c->name);
		return -1;
	}
	spec_format(&spec, there, sizeof(there));
	spec_format(&c->spec, here, sizeof(here));
	if (!strcmp(there, here))
		return 0;
	tell_words(file, name, there, here);
	return -1;
}

/* One that was cut off is run again. A violation cuts its run off, and is what came of it. */
static bool is_whole(const json_t *result)
{
	const enum verdict verdict = verdict_of(result);

	return json_is_true(json_object_get(result, "complete")) || verdict == VERDICT_FAIL ||
	       verdict == VERDICT_SKIP;
}

/* How many of its runs are kept; -1, told on stderr, where it is not of this job. */
static int check_runs(const struct options *o, const json_t *document, const u32 *order)
{
	const size_t planned = o->job.n * o->repeat;
	json_t *results = json_object_get(document, "results"), *result;
	const json_t *repeats = json_object_get(document, "repeats");
	size_t i, n = json_array_size(results);

	if ((repeats ? json_integer_value(repeats) : 1) != o->repeat) {
		fprintf(stderr, "contend: --resume=%s: it is of --repeat=%lld, and this is --repeat=%u\n",
			o->resume, repeats ? json_integer_value(repeats) : 1LL, o->repeat);
		return -1;
	}
	if (n > planned) {
		fprintf(stderr, "contend: --resume=%s: has %zu run%s, and this job %zu: it is of another job\n",
			o->resume, n, plural(n), planned);
		return -1;
	}
	json_array_foreach(results, i, result)
		if (check_run(o->resume, result, i, &o->job.cases[order[i]]))
			return -1;
	return n && !is_whole(json_array_get(results, n - 1)) ? n - 1 : n;
}

/* What has runs of two boots is of no boot: compare needs to know. */
static void merge_world(json_t *now, const json_t *before)
{
	if (!json_equal(json_object_get(now, WORLD_BOOT), json_object_get(before, WORLD_BOOT)))
		json_object_set_new(now, WORLD_BOOT, json_null());
}

/**
 * resume_check - whether a run can go on with the document of --resume=, but for its world
 * @o: what was asked for
 *
 * What is wrong is told on stderr.
 *
 * Return: EXIT_PASS, also where there is no such file yet, or another exit status.
 */
int resume_check(const struct options *o)
{
	json_t *documents;
	int status;
	u32 *order;

	documents = read_one(o->resume, &status);
	if (!documents)
		return status;
	order = runs_order(o);
	status = order && check_runs(o, json_array_get(documents, 0), order) >= 0 ? EXIT_PASS :
										    EXIT_USAGE;
	free(order);
	json_decref(documents);
	return status;
}

/**
 * resume - take the runs over that the document of --resume= has
 * @o: what was asked for
 * @order: from runs_order()
 * @d: has its world and its provenance; its results are filled in
 *
 * What is wrong is told on stderr.
 *
 * Return: EXIT_PASS, also where there is no such file yet, or another exit status.
 */
int resume(const struct options *o, const u32 *order, struct document *d)
{
	char remedy[128] = "";
	json_t *documents, *document, *world;
	int status, i, n;

	documents = read_one(o->resume, &status);
	if (!documents)
		return status;
	document = json_array_get(documents, 0);
	world = json_object_get(document, "environment");
	n = check_runs(o, document, order);
	status = n < 0 ? EXIT_USAGE : EXIT_PASS;
	if (!status)
		world_check("a run goes on in the world in which it began", world, o->resume,
			    d->environment, "this one", NULL, remedy, sizeof(remedy));
	if (remedy[0])
		status = EXIT_UNSUPPORTED;
	for (i = 0; i < n && !status; i++) {
		const struct job_case *c = &o->job.cases[order[i]];
		json_t *result = json_array_get(json_object_get(document, "results"), i);
		const json_t *stolen = json_object_get(result, "stolen");

		d->results[i] = (struct result){
			.number = order[i], .repeat = i / o->job.n + 1, .name = strdup(c->name),
			.file = c->file, .spec = c->spec, .verdict = verdict_of(result),
			.complete = json_is_true(json_object_get(result, "complete")),
			.stolen = json_is_number(stolen) ? json_number_value(stolen) : NAN,
			.kept = json_incref(result),
		};
	}
	if (!status) {
		d->n = n;
		d->kept = n;
		merge_world(d->environment, world);
		json_object_set(d->provenance, "continues",
				json_object_get(document, "provenance") ?: json_null());
	}
	json_decref(documents);
	return status;
}
