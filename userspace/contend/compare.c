// SPDX-License-Identifier: GPL-2.0
/* contend compare: two documents, or two sides that it runs itself. */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "engine/engine.h"
#include "documents.h"
#include "libcontend/contend.h"
#include "names.h"
#include "options.h"
#include "report/brief.h"
#include "report/compare.h"
#include "report/group.h"
#include "report/provenance.h"
#include "report/ranking.h"
#include "run.h"
#include "text.h"
#include "world.h"

/* When it runs the cases itself: enough for p < 0.05, with some to spare. */
#define REPEAT	10

#define ENGINE	"engine"

/*
 * Figures of different worlds make no ratio, unless the worlds are what is compared; those
 * of one side are of one world in any case.
 */
static int check_worlds(const struct comparison *c, const char *across)
{
	char remedy[128] = "", which[32];
	size_t i, s;

	for (s = 0; s < c->nsides; s++) {
		const struct side *side = &c->side[s];

		for (i = 1; i < json_array_size(side->documents); i++) {
			snprintf(which, sizeof(which), "document %zu", i + 1);
			world_check(WORLD_NO_RATIO, side_world(side, 0), "document 1",
				    side_world(side, i), which, NULL, remedy, sizeof(remedy));
			if (!remedy[0])
				continue;
			fprintf(stderr, "contend: %s: a side is of one world\n",
				c->by ? side->words : side->name);
			return EXIT_UNSUPPORTED;
		}
	}
	for (s = 1; s < c->nsides; s++)
		if (!world_compared(side_world(&c->side[0], 0), c->side[0].label,
				    side_world(&c->side[s], 0), c->side[s].label, across))
			return EXIT_UNSUPPORTED;
	return EXIT_PASS;
}

/* The engine that a side's words name, as a text; NULL where they name none. */
static json_t *named_engine(const char *words)
{
	struct spec_error error;
	struct spec spec;

	spec_init(&spec);
	if (spec_parse(&spec, words, strlen(words), &error) ||
	    !(spec.given & 1ull << (spec_key(ENGINE, strlen(ENGINE)) - spec_keys)))
		return NULL;
	return json_string(spec.engine);
}

/* In what A and B differ, which is allowed: their worlds, and their engines. */
static json_t *differences(const struct comparison *c)
{
	json_t *differs = world_differences(side_world(&c->side[0], 0), side_world(&c->side[1], 0));
	json_t *a, *b;

	a = named_engine(c->side[0].words);
	b = named_engine(c->side[1].words);
	if (a && b && !json_equal(a, b))
		world_add_difference(differs, ENGINE, a, b);
	json_decref(a);
	json_decref(b);
	return differs;
}

static bool has_key(const struct words *words, const struct word *word)
{
	unsigned int i;

	for (i = 0; i < words->n; i++)
		if (words->word[i].key_len == word->key_len &&
		    !memcmp(words->word[i].text, word->text, word->key_len))
			return true;
	return false;
}

static int check_sides(const struct options *o)
{
	unsigned int s, i;

	for (s = 0; s < 2; s++)
		for (i = 0; i < o->side[s].n; i++)
			if (!has_key(&o->side[!s], &o->side[s].word[i])) {
				fprintf(stderr, "contend: --%c=%s: say what it is in the other one too, with --%c=%.*s=...\n",
					'a' + s, o->side[s].word[i].text, 'b' - s,
					(int)o->side[s].word[i].key_len, o->side[s].word[i].text);
				return -1;
			}
	return 0;
}

/* Whether both sides say the same; they give the same keys. */
static bool same_sides(const char *a, const char *b)
{
	char left[SPEC_TEXT], right[SPEC_TEXT];
	struct spec_error error;
	struct spec x, y;

	spec_init(&x);
	spec_init(&y);
	return !spec_parse(&x, a, strlen(a), &error) && !spec_parse(&y, b, strlen(b), &error) &&
	       spec_format(&x, left, sizeof(left)) > 0 &&
	       spec_format(&y, right, sizeof(right)) > 0 && !strcmp(left, right);
}

/* A side's words in one line, or NULL when memory is short. */
static char *join(const struct words *words)
{
	char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (i = 0; f && i < words->n; i++)
		fprintf(f, "%s%s", i ? " " : "", words->word[i].text);
	if (f && fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Cases that are to be run. */
static int load_cases(struct options *o, const struct words *words)
{
	if (!o->repeat)
		o->repeat = REPEAT;
	return options_load(o, words);
}

/* The cases of A, then those of B; --lock=x and --a=lock=y do not go together. */
static int load_sides(struct options *o)
{
	unsigned int s, i;

	if (!o->side[0].n) {
		fprintf(stderr, "contend: compare needs two documents, or a job with --a=KEY=VALUE and --b=KEY=VALUE, or --by=KEY\n");
		return -1;
	}
	if (o->nfiles && !strcmp(o->files[0], "-")) {
		fprintf(stderr, "contend: compare reads its job twice, which standard input cannot be: use a file\n");
		return -1;
	}
	for (s = 0; s < 2; s++) {
		struct words words = o->words;

		for (i = 0; i < o->side[s].n; i++)
			if (words_add(&words, &o->side[s].word[i]))
				return -1;
		if (load_cases(o, &words))
			return -1;
	}
	return 0;
}

/*
 * A job with no case in common with its baseline would run for nothing. One that has no case at all
 * is yet to be made, as that by which scripts/bisect checks its words before it builds anything.
 */
static int check_baseline(const struct options *o, const json_t *documents)
{
	char there[SPEC_TEXT], here[SPEC_TEXT], message[SPEC_MESSAGE + 64];
	const json_t *document, *run;
	struct spec spec;
	bool empty = true;
	size_t i, k, c;

	json_array_foreach(documents, i, document)
		json_array_foreach(json_object_get(document, "results"), k, run) {
			empty = false;
			/* What is wrong with it is told when it is compared. */
			if (run_spec(run, k, &spec, message, sizeof(message)) ||
			    side_spec(&spec, "", there, sizeof(there)))
				return 0;
			for (c = 0; c < o->job.n; c++)
				if (!side_spec(&o->job.cases[c].spec, "", here, sizeof(here)) &&
				    !strcmp(there, here))
					return 0;
		}
	if (empty)
		return 0;
	fprintf(stderr, "contend: --baseline=%s has none of these cases: give the job and the words that it was made of\n",
		o->baseline);
	return -1;
}

/* The job's cases, which are to be compared with what a file has of them. */
static int load_baseline(struct options *o, json_t **documents)
{
	json_t *another;
	bool error;
	int i;

	if (o->by || o->side[0].n || o->side[1].n || text_listed(o->across, ENGINE)) {
		fprintf(stderr, "contend: --baseline compares a job with what it was: leave --by, --a, --b and --across=engine out\n");
		return -1;
	}
	*documents = documents_load(o->baseline, &error);
	if (!*documents) {
		if (!error)
			fprintf(stderr, "contend: --baseline=%s: is no document: contend run -o %s --output-format=json --repeat=%d writes one\n",
				o->baseline, o->baseline, REPEAT);
		return -1;
	}
	for (i = 0; i < o->nfiles; i++) {
		another = documents_load(o->files[i], &error);
		if (!another && !error)
			continue;
		if (another)
			fprintf(stderr, "contend: %s has been run: say contend compare %s %s\n",
				o->files[i], o->baseline, o->files[i]);
		json_decref(another);
		return -1;
	}
	if (!o->nfiles && !o->words.n) {
		fprintf(stderr, "contend: --baseline=%s needs the job that it is of\n",
			o->baseline);
		return -1;
	}
	o->world = json_object_get(json_array_get(*documents, 0), "environment");
	return load_cases(o, &o->words) ? -1 : check_baseline(o, *documents);
}

/* Run all cases, into one document. NULL with the exit status. */
static json_t *run_sides(struct options *o, int device, int *status)
{
	struct output out;
	struct document d;
	json_t *doc;

	/* If this machine dies, what has run is what there is of the comparison. */
	output_init(&out, o->format, NULL);
	*status = runs_make(&d, o, &out, device);
	doc = *status ? NULL : document_json(&d);
	runs_free(&d);
	return doc;
}

/* What is for a run, where documents are compared. */
static int check_run_words(const struct options *o, const char *remedy)
{
	if (!o->words.n && !o->repeat && !o->job.only)
		return 0;
	fprintf(stderr, "contend: --%.*s is for a run, and %s has been run%s\n",
		o->words.n ? (int)o->words.word[0].key_len : 7,
		o->words.n ? o->words.word[0].text : o->repeat ? "repeat" : "section", o->files[0],
		remedy);
	return -1;
}

/* Two files of documents, or one twice. Wrong ones are told on stderr. */
static int load_documents(struct options *o, json_t *documents[2])
{
	bool error;

	documents[0] = o->nfiles ? documents_load(o->files[0], &error) : NULL;
	if (!documents[0])
		return o->nfiles && error ? -1 : 0;
	if (check_run_words(o, ": say --a and --b to choose cases of it"))
		return -1;
	if (o->nfiles > 2 || (o->nfiles == 1 && !o->side[0].n)) {
		fprintf(stderr, "contend: compare takes two documents, or one with --a=KEY=VALUE and --b=KEY=VALUE\n");
		return -1;
	}
	if (o->nfiles == 1) {
		documents[1] = json_incref(documents[0]);
		return 0;
	}
	documents[1] = documents_load(o->files[1], &error);
	if (!documents[1] && !error)
		fprintf(stderr, "%s: a document cannot be compared with it: it is none\n",
			o->files[1]);
	return documents[1] ? 0 : -1;
}

/* Whether the cases that are to be run can be ranked. */
static int check_ranked(const struct options *o)
{
	struct spec *spec = calloc(o->job.n, sizeof(*spec));
	const char **name = calloc(o->job.n, sizeof(*name));
	char message[512];
	size_t i;
	int ret;

	if (!spec || !name)
		abort();
	for (i = 0; i < o->job.n; i++) {
		spec[i] = o->job.cases[i].spec;
		name[i] = o->job.cases[i].name;
	}
	ret = ranking_check(o->by, name, spec, o->job.n, message, sizeof(message));
	if (ret)
		fprintf(stderr, "contend: --by=%s: %s\n", o->by, message);
	free(name);
	free(spec);
	return ret;
}

/* Any number of files of documents, in one array; or jobs, for which there is none. */
static int load_ranked(struct options *o, json_t **documents)
{
	json_t *more;
	bool error;
	int i;

	if (o->side[0].n || o->side[1].n) {
		fprintf(stderr, "contend: --by ranks all values of a key, and --a and --b are two of them: take the one or the other\n");
		return -1;
	}
	for (i = 0; i < o->nfiles; i++) {
		more = documents_load(o->files[i], &error);
		if (!more && error)
			return -1;
		if (i && !more != !*documents) {
			fprintf(stderr, "%s: documents are not ranked with jobs\n", o->files[i]);
			json_decref(more);
			return -1;
		}
		if (i && more) {
			json_array_extend(*documents, more);
			json_decref(more);
		} else {
			*documents = more;
		}
	}
	if (*documents)
		return check_run_words(o, "");
	if (!o->nfiles && !o->words.n) {
		fprintf(stderr, "contend: --by=%s needs documents, or a job\n", o->by);
		return -1;
	}
	return load_cases(o, &o->words) ? -1 : check_ranked(o);
}

struct written {
	const struct options *o;
	const struct comparison *c;
	const json_t *doc;
};

static int write_comparison(FILE *out, const void *comparison)
{
	const struct written *w = comparison;
	int ret = 0;

	if (w->o->format == format_find("human")) {
		if (w->c->by)
			ranking_human(out, w->c, w->doc);
		else
			compare_human(out, w->c, w->doc);
	} else if (w->o->format != format_find("json")) {
		brief_comparison(out, w->c->metric, w->doc, w->o->format == format_find("latex"));
	} else {
		ret = json_dumpf(w->doc, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		fputc('\n', out);
	}
	return ret || fflush(out) || ferror(out) ? -1 : 0;
}

/**
 * struct plan - what is to be compared
 * @o: the command line; its @job has the cases of both sides, where they are run
 * @words: of --a and of --b, in one line
 * @documents: arrays of documents, both NULL where the sides are run; the first has all of a
 *	ranking, or the baseline of what is run
 */
struct plan {
	struct options o;
	char *words[2];
	json_t *documents[2];
};

static void free_plan(struct plan *p)
{
	int s;

	for (s = 0; s < 2; s++) {
		free(p->words[s]);
		json_decref(p->documents[s]);
	}
	job_free(&p->o.job);
}

/* The one engine of a file's cases, as a word; NULL, told on stderr, where there is no one. */
static char *engine_word(const char *file, const json_t *documents)
{
	const json_t *document, *result;
	const char *words;
	char *word = NULL;
	struct spec_error error;
	struct spec spec;
	size_t d, i;

	json_array_foreach(documents, d, document) {
		json_array_foreach(json_object_get(document, "results"), i, result) {
			words = json_string_value(json_object_get(json_object_get(result, "job"),
								  "spec")) ?: "";
			spec_init(&spec);
			/* What is wrong with a run is told where they are read. */
			if (spec_parse(&spec, words, strlen(words), &error))
				continue;
			if (word && strcmp(word + strlen(ENGINE "="), spec.engine)) {
				fprintf(stderr, "contend: --across=engine: %s has cases of %s and of engine=%s: choose, with --a=engine=... and --b=engine=...\n",
					file, word, spec.engine);
				free(word);
				return NULL;
			}
			if (!word && asprintf(&word, ENGINE "=%s", spec.engine) < 0)
				abort();
		}
	}
	if (!word)
		fprintf(stderr, "contend: %s: there is no case\n", file);
	return word;
}

/* Each document is of one engine: what --a and --b would say. */
static int across_engines(struct plan *p)
{
	const struct options *o = &p->o;
	char *word[2] = { 0 }, *both;
	int s, ret = -1;
	unsigned int i;

	if (!text_listed(o->across, ENGINE))
		return 0;
	if (o->by || !p->documents[0] || o->nfiles != 2) {
		fputs("contend: --across=engine takes two documents; else say --a=engine=... and --b=engine=..., or --by=engine\n",
		      stderr);
		return -1;
	}
	/* They have been chosen. */
	for (i = 0; i < o->side[0].n; i++)
		if (!strncmp(o->side[0].word[i].text, ENGINE "=", strlen(ENGINE "=")))
			return 0;
	for (s = 0; s < 2; s++) {
		word[s] = engine_word(o->files[s], p->documents[s]);
		if (!word[s])
			goto out;
	}
	if (!strcmp(word[0], word[1])) {
		fprintf(stderr, "contend: --across=engine: both have %s\n", word[0]);
		goto out;
	}
	for (s = 0; s < 2; s++) {
		if (asprintf(&both, "%s%s%s", p->words[s], p->words[s][0] ? " " : "", word[s]) < 0)
			abort();
		free(p->words[s]);
		p->words[s] = both;
	}
	ret = 0;
out:
	free(word[0]);
	free(word[1]);
	return ret;
}

static bool compares(const struct format *format)
{
	return format == format_find("human") || format == format_find("json") ||
	       format == format_find("markdown") || format == format_find("latex");
}

/*
 * All that can be known before anything runs; what is wrong is told on stderr. Give it
 * back with free_plan(), whatever this returns.
 */
static int make_plan(struct plan *p, int argc, char **argv)
{
	struct options *o = &p->o;
	int s;

	memset(p, 0, sizeof(*p));
	if (options_parse(o, argc, argv, COMMAND_COMPARE))
		return -1;
	if (!compares(o->format)) {
		fprintf(stderr, "contend: compare writes human, json, markdown or latex\n");
		return -1;
	}
	if (world_check_across(o->across))
		return -1;
	if (o->baseline)
		return load_baseline(o, &p->documents[0]);
	if (o->by)
		return across_engines(p) || load_ranked(o, &p->documents[0]) ? -1 : 0;
	if (check_sides(o) || load_documents(o, p->documents))
		return -1;
	for (s = 0; s < 2; s++) {
		p->words[s] = join(&o->side[s]);
		if (!p->words[s])
			return -1;
	}
	if (across_engines(p))
		return -1;
	if ((!p->documents[0] || o->nfiles == 1) && o->side[0].n &&
	    same_sides(p->words[0], p->words[1])) {
		fprintf(stderr, "contend: --a and --b say the same\n");
		return -1;
	}
	return p->documents[0] ? 0 : load_sides(o);
}

static int write_outcome(const struct options *o, struct comparison *c)
{
	static const int statuses[] = {
		[OUTCOME_SKIP] = EXIT_UNSUPPORTED, [OUTCOME_PASS] = EXIT_PASS,
		[OUTCOME_INCONCLUSIVE] = EXIT_INCONCLUSIVE,
		[OUTCOME_REGRESSION] = EXIT_REGRESSION, [OUTCOME_FAIL] = EXIT_FAIL,
		[OUTCOME_ERROR] = EXIT_HARNESS,
	};
	enum outcome outcome;
	json_t *doc, *differs = NULL;
	struct metric own;
	char message[512];
	int status;

	if (comparison_own(c, &own, message, sizeof(message))) {
		fprintf(stderr, "contend: --metric=%s: %s\n", c->metric->name, message);
		return EXIT_USAGE;
	}
	status = check_worlds(c, o->across);
	if (status)
		return status;
	if (c->by) {
		doc = ranking_json(c, &outcome, message, sizeof(message));
	} else {
		differs = differences(c);
		c->differs = differs;
		doc = compare_json(c, &outcome, message, sizeof(message));
	}
	if (doc)
		json_object_set_new(doc, "provenance", provenance_json(o->argc, o->argv));
	if (!doc) {
		fprintf(stderr, "contend: %s\n", message);
		status = interrupted ? EXIT_INTERRUPTED : EXIT_USAGE;
	} else if (output_write(o->output, write_comparison, &(struct written){ o, c, doc })) {
		status = EXIT_HARNESS;
	} else {
		status = interrupted ? EXIT_INTERRUPTED : statuses[outcome];
	}
	json_decref(differs);
	json_decref(doc);
	return status;
}

/* All files in one word, for messages; NULL when memory is short. */
static char *file_names(const struct options *o)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int i;

	for (i = 0; f && i < o->nfiles; i++)
		fprintf(f, "%s%s", i ? " " : "", o->files[i]);
	if (f && !o->nfiles)
		fputs("command line", f);
	if (f && fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Each run of both sides, whose case has not failed: that has no figures, and no say. */
static json_t *runs_of(const struct plan *p)
{
	const json_t *document;
	json_t *runs = json_array(), *result;
	size_t d, i;
	int s;

	for (s = 0; s < 2; s++)
		json_array_foreach(p->documents[s], d, document)
			json_array_foreach(json_object_get(document, "results"), i, result)
				if (json_object_get(result, "ops_per_s"))
					json_array_append(runs, result);
	return runs;
}

/* The figure by which the scenario of all of them says that they are compared; or NULL. */
static const struct metric *own_choice(const json_t *runs)
{
	const char *name = NULL, *says;
	char text[SPEC_NAME_LEN + sizeof(OWN_FIGURES)];
	json_t *run;
	size_t i;

	json_array_foreach(runs, i, run) {
		says = json_string_value(json_object_get(run, "compared_by"));
		if (!says || (name && strcmp(says, name)))
			return NULL;
		name = says;
	}
	if (!name || (size_t)snprintf(text, sizeof(text), OWN_FIGURES ".%s", name) >= sizeof(text))
		return NULL;
	return metric_find(text);
}

/* Whether some case has a figure at all: most of its runs do. */
static bool tells(const json_t *runs, const struct metric *metric)
{
	const json_t *run, *other;
	double value;
	int more;
	size_t i, k;

	json_array_foreach(runs, i, run) {
		more = 0;
		json_array_foreach(runs, k, other) {
			if (!json_equal(json_object_get(json_object_get(run, "job"), "spec"),
					json_object_get(json_object_get(other, "job"), "spec")))
				continue;
			more += !metric_value(metric, other, &value) && value ? 1 : -1;
		}
		if (more > 0)
			return true;
	}
	return false;
}

/*
 * What is compared where nobody says it. Of roles most operations may be looks at what is empty:
 * what was done is compared. Where the rate is given all do as much: how long it took is. And a
 * scenario may say what it is run for, unless that is 0 everywhere.
 *
 * Return: why it is no other, for a person.
 */
static const char *choose_metric(struct plan *p)
{
	const struct metric *own;
	json_t *runs, *run;
	bool roles = false, given = true;
	size_t i;

	if (p->o.metric_given)
		return "";
	runs = runs_of(p);
	json_array_foreach(runs, i, run) {
		roles |= json_is_true(json_object_get(run, "roles"));
		given &= json_is_number(json_object_get(run, "offered_per_s"));
	}
	given &= json_array_size(runs) > 0;
	own = own_choice(runs);
	if (own && tells(runs, own))
		p->o.metric = own;
	else if (own || given)
		p->o.metric = metric_find("response_p99");
	else if (roles)
		p->o.metric = metric_find("elements_per_s");
	json_decref(runs);
	return own && p->o.metric == own ? ", which the scenario is run for" :
	       own ? ", since the rate of all is given, and kept" :
	       given ? ", since the rate of all is given" :
	       roles ? ", since with roles a look at what is empty or full is an operation" : "";
}

static int rank(struct plan *p)
{
	struct options *o = &p->o;
	const char *since = choose_metric(p);
	struct comparison c = {
		.since = since, .metric = o->metric, .threshold = o->threshold, .by = o->by,
	};
	char *name = file_names(o), message[512];
	struct side *sides;
	int status;

	sides = ranking_sides(o->by, name ?: "", p->documents[0], &c.nsides, message,
			      sizeof(message));
	c.side = sides;
	if (sides) {
		status = write_outcome(o, &c);
		ranking_free(sides, c.nsides);
	} else {
		fprintf(stderr, "contend: %s\n", message);
		status = interrupted ? EXIT_INTERRUPTED : EXIT_USAGE;
	}
	free(name);
	return status;
}

static int compare(struct plan *p, int device)
{
	struct options *o = &p->o;
	bool loaded = p->documents[0] && !o->baseline;
	const char *since;
	struct side sides[2];
	int status, s;
	json_t *doc;

	if (!loaded) {
		doc = run_sides(o, device, &status);
		if (!doc)
			return status;
		p->documents[1] = json_pack("[o]", doc);
		if (!o->baseline)
			p->documents[0] = json_incref(p->documents[1]);
	}
	if (o->by)
		return rank(p);
	for (s = 0; s < 2; s++)
		sides[s] = (struct side){
			.label = s ? "B" : "A",
			.name = o->baseline && !s ? o->baseline :
				o->nfiles ? o->files[loaded && o->nfiles == 2 ? s : 0] :
					    "command line",
			.documents = p->documents[s],
			.words = p->words[s] ?: "",
		};
	since = choose_metric(p);
	return write_outcome(o, &(struct comparison){
		.since = since, .side = sides, .nsides = 2, .metric = o->metric,
		.threshold = o->threshold,
	});
}

/**
 * cmd_compare - contend compare
 * @argc: words
 * @argv: "compare", options, two documents, or one, or job files
 *
 * Return: exit status.
 */
int cmd_compare(int argc, char **argv)
{
	int device, status;
	struct plan p;

	device = contend_open();
	if (device >= 0)
		names_load(device);
	if (make_plan(&p, argc, argv))
		status = EXIT_USAGE;
	else if (output_check(p.o.output, p.o.files, p.o.nfiles) ||
		 (p.o.baseline && output_check(p.o.output, &p.o.baseline, 1)))
		status = EXIT_HARNESS;
	else
		status = compare(&p, device);
	free_plan(&p);
	return status;
}

/**
 * compare_check - what compare would say before it runs anything
 * @argc: words
 * @argv: those of cmd_compare()
 * @o: what was asked for, with the cases that would be run: none where documents are compared
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int compare_check(int argc, char **argv, struct options *o)
{
	struct plan p;
	int ret = make_plan(&p, argc, argv);

	*o = p.o;
	p.o.job = (struct job){ };
	free_plan(&p);
	return ret;
}
