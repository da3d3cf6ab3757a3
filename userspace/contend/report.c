// SPDX-License-Identifier: GPL-2.0
/* contend report: pictures of what documents say. */
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "documents.h"
#include "options.h"
#include "output.h"
#include "report/album.h"
#include "report/brief.h"
#include "report/hgrm.h"
#include "report/page.h"
#include "report/provenance.h"
#include "report/shown.h"
#include "world.h"

/* Draws with a cursor and a zoom where scripts/setup has fetched it: a page has it in itself. */
#define LIBRARY	"uplot-1.6.32"

/**
 * struct report - what is to be written
 * @o: the command line
 * @documents: of each file an array
 * @name: what each file is called
 * @worlds: their cases
 * @album: of each world its pictures
 * @hgrm: whose distribution is written, with --hgrm
 */
struct report {
	struct options o;
	json_t **documents;
	char **name;
	struct worlds worlds;
	struct album *album;
	const struct shown *hgrm;
};

/* Where a name begins that has a folder more; where it begins when there is none. */
static const char *one_folder_more(const char *file, const char *name)
{
	while (name > file && name[-1] == '/')
		name--;
	while (name > file && name[-1] != '/')
		name--;
	return name;
}

/* How much of a name is not what all of them end with. */
static int name_len(const char *name)
{
	const size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".json") ? len - 5 : len;
}

static bool same_name(const char *a, const char *b)
{
	return name_len(a) == name_len(b) && !strncmp(a, b, name_len(a));
}

/* Two of the same name get the folders that they are in, until those differ. */
static bool lengthen(const struct report *r, const char **begin)
{
	bool longer = false;
	const char *a, *b;
	int i, k;

	for (i = 0; i < r->o.nfiles; i++)
		for (k = 0; k < i; k++) {
			if (!same_name(begin[i], begin[k]))
				continue;
			a = one_folder_more(r->o.files[i], begin[i]);
			b = one_folder_more(r->o.files[k], begin[k]);
			longer |= a != begin[i] || b != begin[k];
			begin[i] = a;
			begin[k] = b;
		}
	return longer;
}

/* What files are called: no two alike, or their cases would be taken for the same. */
static void name_files(struct report *r)
{
	const char **begin = calloc(r->o.nfiles, sizeof(*begin));
	int i, k;

	if (!begin)
		abort();
	for (i = 0; i < r->o.nfiles; i++) {
		const char *slash = strrchr(r->o.files[i], '/');

		begin[i] = slash ? slash + 1 : r->o.files[i];
	}
	while (lengthen(r, begin))
		;
	for (i = 0; i < r->o.nfiles; i++) {
		bool alike = false;

		/* One ends with .json, the other does not. */
		for (k = 0; k < r->o.nfiles; k++)
			alike |= k != i && same_name(begin[i], begin[k]);
		r->name[i] = alike ? strdup(begin[i]) : strndup(begin[i], name_len(begin[i]));
		if (!r->name[i])
			abort();
	}
	free(begin);
}

/* --key=value: which cases. */
static char *chosen(const struct words *words)
{
	char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (i = 0; f && i < words->n; i++)
		fprintf(f, "%s%s", i ? " " : "", words->word[i].text);
	if (!f || fclose(f))
		abort();
	return text;
}

/* Of a document that is there already each run would count twice. */
static int check_once(const struct report *r, int file, size_t document)
{
	const json_t *it = json_array_get(r->documents[file], document);
	size_t k, n;
	int i;

	for (i = 0; i <= file; i++) {
		n = i < file ? json_array_size(r->documents[i]) : document;
		for (k = 0; k < n; k++) {
			if (!json_equal(json_array_get(r->documents[i], k), it))
				continue;
			fprintf(stderr, "%s: document %zu is the same as document %zu of %s: its runs would count twice: give it once\n",
				r->o.files[file], document + 1, k + 1, r->o.files[i]);
			return -1;
		}
	}
	return 0;
}

static int add_documents(struct report *r, int i, const char *words)
{
	const char *file = r->o.files[i];
	const json_t *document;
	char message[512];
	bool error;
	size_t k;

	r->documents[i] = documents_load(file, &error);
	if (!r->documents[i]) {
		if (!error)
			fprintf(stderr, "%s: not a document, which contend run --output-format=json writes\n",
				file);
		return -1;
	}
	json_array_foreach(r->documents[i], k, document) {
		if (check_once(r, i, k))
			return -1;
		if (!worlds_add(&r->worlds, r->name[i], document, r->o.across, words, message,
				sizeof(message)))
			continue;
		fprintf(stderr, "%s: %s\n", file, message);
		return -1;
	}
	return 0;
}

static int load(struct report *r)
{
	char *words = chosen(&r->o.words), message[512];
	size_t k, n = 0;
	int i, ret = 0;

	r->documents = calloc(r->o.nfiles, sizeof(*r->documents));
	r->name = calloc(r->o.nfiles, sizeof(*r->name));
	if (!r->documents || !r->name)
		abort();
	name_files(r);
	for (i = 0; i < r->o.nfiles && !ret; i++)
		ret = add_documents(r, i, words);
	for (k = 0; k < r->worlds.n; k++)
		n += r->worlds.of[k].n;
	if (!ret && !n) {
		fprintf(stderr, "contend: there is no case%s%s\n", words[0] ? " of " : "", words);
		ret = -1;
	}
	free(words);
	if (ret)
		return ret;
	worlds_ready(&r->worlds);
	r->album = calloc(r->worlds.n, sizeof(*r->album));
	if (!r->album)
		abort();
	for (k = 0; k < r->worlds.n; k++)
		if (album_add(&r->album[k], &r->worlds.of[k], message, sizeof(message))) {
			fprintf(stderr, "contend: %s\n", message);
			return -1;
		}
	return 0;
}

static const struct picture *find_picture(const struct report *r, const char *name)
{
	size_t i, k;

	for (i = 0; i < r->worlds.n; i++)
		for (k = 0; k < r->album[i].n; k++)
			if (!strcmp(r->album[i].picture[k].name, name))
				return &r->album[i].picture[k];
	return NULL;
}

/* Whether a picture has the name that it would have in the first world. */
static bool named(const struct world *w, const struct picture *p, const char *name)
{
	const char *at;
	char of[32];

	snprintf(of, sizeof(of), "-world%zu", w->number);
	at = strstr(p->name, of);
	return at && !strncmp(p->name, name, at - p->name) &&
	       !strcmp(at + strlen(of), name + (at - p->name));
}

/* A picture alone does not say that it is of one of several worlds. */
static int check_worlds(const struct report *r)
{
	size_t i, k, n = 1;

	for (i = 1; i < r->worlds.n; i++)
		for (k = 0; k < r->album[i].n; k++)
			n += named(&r->worlds.of[i], &r->album[i].picture[k], r->o.svg);
	if (n == 1)
		return 0;
	fprintf(stderr, "contend: --svg=%.60s: there is one of each of %zu worlds: give a document of one world, choose cases with --key=value, or say with --across=KEY,... what may differ\n",
		r->o.svg, n);
	return -1;
}

/* A name that no picture has: there are others. */
static int no_picture(const struct report *r, const struct picture *empty)
{
	const char *comma = ": there are ";
	size_t i, k;

	if (empty) {
		fprintf(stderr, "contend: --svg=%.60s: there is nothing to draw: %s\n", r->o.svg,
			empty->caption);
		return -1;
	}
	fprintf(stderr, "contend: --svg=%.60s: there is no such picture", r->o.svg);
	for (i = 0; i < r->worlds.n; i++)
		for (k = 0; k < r->album[i].n; k++) {
			if (!r->album[i].picture[k].npanels)
				continue;
			fprintf(stderr, "%s%s", comma, r->album[i].picture[k].name);
			comma = ", ";
		}
	fputc('\n', stderr);
	return -1;
}

static int find_svg(const struct report *r)
{
	const struct picture *p = find_picture(r, r->o.svg);

	return p && p->npanels ? check_worlds(r) : no_picture(r, p);
}

/* Which times cases have, for a name that none has. */
static int no_time(const struct report *r)
{
	const char *comma = ": there are ";
	unsigned int t;
	size_t i, k;

	fprintf(stderr, "contend: --hgrm=%.60s: no case has such a time, with buckets", r->o.hgrm);
	for (t = 0; t < NR_ALL_TIMES; t++) {
		bool any = false;

		for (i = 0; i < r->worlds.n; i++)
			for (k = 0; k < r->worlds.of[i].n; k++)
				any |= !shown_hist(&r->worlds.of[i].of[k], time_kinds[t].name,
						   NULL);
		if (!any)
			continue;
		fprintf(stderr, "%s%s", comma, time_kinds[t].name);
		comma = ", ";
	}
	/* Of cases that did nothing: what became of them. */
	fputs(comma[0] == ':' ? ":\n" : "\n", stderr);
	for (i = 0; i < r->worlds.n && comma[0] == ':'; i++)
		for (k = 0; k < r->worlds.of[i].n; k++)
			fprintf(stderr, "  %s: %s: %s\n", r->worlds.of[i].of[k].brief,
				verdict_name(r->worlds.of[i].of[k].verdict),
				r->worlds.of[i].of[k].reason);
	return -1;
}

/* A case that could be meant, and where it is from when that tells it apart. */
static void tell_case(const struct world *w, const struct shown *s, bool worlds)
{
	fprintf(stderr, "  %s", s->brief);
	if (worlds)
		fprintf(stderr, ": world %zu, %s", w->number, s->from);
	fputc('\n', stderr);
}

/* The one case whose distribution is asked for; which others there are is told. */
static int find_hgrm(struct report *r)
{
	const struct world *of = NULL;
	bool worlds = false, files = false, keys = false;
	size_t i, k, n = 0;

	for (i = 0; i < r->worlds.n; i++)
		for (k = 0; k < r->worlds.of[i].n; k++) {
			const struct shown *s = &r->worlds.of[i].of[k];

			if (shown_hist(s, r->o.hgrm, NULL))
				continue;
			r->hgrm = r->hgrm ?: s;
			of = of ?: &r->worlds.of[i];
			worlds |= of != &r->worlds.of[i];
			files |= !!strcmp(s->from, r->hgrm->from);
			keys |= !!strcmp(s->spec, r->hgrm->spec);
			n++;
		}
	if (n < 2)
		return n ? 0 : no_time(r);
	fprintf(stderr, "contend: --hgrm is of one case: %s%s%s: there are\n",
		keys ? "choose it with --key=value" : "",
		keys && (files || worlds) ? ", and " : "",
		files || worlds || !keys ? "give the document of one alone" : "");
	for (i = 0; i < r->worlds.n; i++)
		for (k = 0; k < r->worlds.of[i].n; k++)
			if (!shown_hist(&r->worlds.of[i].of[k], r->o.hgrm, NULL))
				tell_case(&r->worlds.of[i], &r->worlds.of[i].of[k], worlds);
	return -1;
}

/* A file of the library, whole; NULL where it is not there, or could end what it stands in. */
static char *library_file(const char *name, const char *end)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path, *text = NULL;
	bool own = !cache || cache[0] != '/';
	size_t size = 0;
	FILE *f;

	if (own && (!home || home[0] != '/'))
		return NULL;
	if (asprintf(&path, "%s%s/contend/" LIBRARY "/%s", own ? home : cache,
		     own ? "/.cache" : "", name) < 0)
		abort();
	f = fopen(path, "re");
	free(path);
	if (f && getdelim(&text, &size, '\0', f) <= 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	if (text && strcasestr(text, end)) {
		free(text);
		text = NULL;
	}
	return text;
}

static void write_page(FILE *out, const struct report *r, const char *command)
{
	struct page page = { .worlds = &r->worlds, .album = r->album, .command = command };
	char *script = library_file("uPlot.iife.min.js", "</script");
	char *style = library_file("uPlot.min.css", "</style");
	char *licence = library_file("LICENSE", "--");

	if (script && style && licence) {
		page.script = script;
		page.style = style;
		page.licence = licence;
	}
	page_write(out, &page);
	free(script);
	free(style);
	free(licence);
}

static int write_report(FILE *out, const void *report)
{
	const struct report *r = report;

	char *command = provenance_command(r->o.argc, r->o.argv);

	if (r->hgrm) {
		struct hist h;

		hist_init(&h);
		shown_hist(r->hgrm, r->o.hgrm, &h);
		hgrm_write(out, &h);
	} else if (r->o.svg) {
		picture_svg(out, find_picture(r, r->o.svg), NULL);
	} else if (r->o.format_given) {
		brief_worlds(out, &r->worlds, command, r->o.format == format_find("latex"));
	} else {
		write_page(out, r, command);
	}
	free(command);
	return fflush(out) || ferror(out) ? -1 : 0;
}

static void free_report(struct report *r)
{
	size_t k;
	int i;

	for (k = 0; r->album && k < r->worlds.n; k++)
		album_free(&r->album[k]);
	free(r->album);
	worlds_free(&r->worlds);
	for (i = 0; r->name && i < r->o.nfiles; i++) {
		json_decref(r->documents[i]);
		free(r->name[i]);
	}
	free(r->documents);
	free(r->name);
}

/**
 * cmd_report - contend report
 * @argc: words
 * @argv: "report", documents, options
 *
 * Return: exit status.
 */
int cmd_report(int argc, char **argv)
{
	struct report r = { .worlds.same = world_equal };
	int status = EXIT_USAGE;

	if (options_parse(&r.o, argc, argv, COMMAND_REPORT))
		return EXIT_USAGE;
	if (world_check_across(r.o.across))
		status = EXIT_USAGE;
	else if (!r.o.nfiles)
		fputs("contend: report needs documents, which contend run --output-format=json writes\n",
		      stderr);
	else if (r.o.format_given && r.o.format != format_find("markdown") &&
		 r.o.format != format_find("latex"))
		fputs("contend: report writes markdown or latex, and a page when nobody says how\n",
		      stderr);
	else if (!!r.o.svg + !!r.o.hgrm + r.o.format_given > 1)
		fputs("contend: --svg, --hgrm and --output-format are one document each: take one\n",
		      stderr);
	else if (!r.o.hgrm && !r.o.format_given &&
		 output_on_screen(r.o.output, r.o.svg ? "a picture" : "a page",
				  r.o.svg ? "-o picture.svg" : "-o report.html"))
		status = EXIT_USAGE;
	else if (output_check(r.o.output, r.o.files, r.o.nfiles))
		status = EXIT_HARNESS;
	else if (!load(&r) && (!r.o.svg || !find_svg(&r)) &&
		 (!r.o.hgrm || !find_hgrm(&r)))
		status = output_make(r.o.output, write_report, &r) ? EXIT_HARNESS : EXIT_PASS;
	free_report(&r);
	return status;
}
