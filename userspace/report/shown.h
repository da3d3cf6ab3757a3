/* SPDX-License-Identifier: GPL-2.0 */
/* The cases of documents, each with all of its runs: what a report is about. */
#ifndef CONTEND_SHOWN_H
#define CONTEND_SHOWN_H

#include <jansson.h>
#include <stdbool.h>

#include "labels.h"
#include "metric.h"
#include "result.h"
#include "stats.h"
#include "unit.h"

/**
 * struct shown - a case
 * @name: as in its document
 * @spec: its words
 * @from: what its document is called, where that tells it from another one
 * @brief: in few words, what tells it from all others
 * @label: likewise, and that it is inconclusive, for pictures
 * @verdict: the worst of its runs
 * @reason: of the first run that has it, or ""
 * @run: those that count and have figures: of a case that has failed there are none
 * @document: of each of these, which it is of
 * @nruns: how many
 * @nboots: of how many documents they are: each is a boot
 * @first: of the runs of the last one
 * @part: of the drawn cases of its world: of each as many as a picture tells apart
 * @slot: its place there, and so its colour: in all pictures the same
 */
struct shown {
	const char *name;
	char *spec;
	const char *from;
	char *brief;
	char *label;
	enum verdict verdict;
	const char *reason;
	const json_t **run;
	const json_t **document;
	size_t nruns;
	size_t nboots;
	size_t first;
	size_t part;
	unsigned int slot;
};

/**
 * struct world - the cases of one world
 * @number: which it is of a report, from 1
 * @environment: what it is, of the first document
 * @document: each document
 * @ndocuments: how many
 * @of: each case
 * @n: how many
 * @nparts: of how many parts those are that are drawn
 * @labels: what tells them apart
 * @labelled: for that
 */
struct world {
	size_t number;
	const json_t *environment;
	const json_t **document;
	size_t ndocuments;
	struct shown *of;
	size_t n;
	size_t nparts;
	struct labels *labels;
	struct labelled *labelled;
};

/**
 * struct figure - one of several runs
 * @n: how many runs have it
 * @median: of them; NaN: none has
 * @interval: where that lies
 */
struct figure {
	size_t n;
	double median;
	struct interval interval;
};

/**
 * struct worlds - all of a report
 * @same: whether two environments are of one world; NULL: they are
 * @of: each
 * @n: how many
 */
struct worlds {
	bool (*same)(const json_t *a, const json_t *b, const char *across);
	struct world *of;
	size_t n;
};

int worlds_add(struct worlds *w, const char *from, const json_t *document, const char *across,
	       const char *words, char *message, size_t size);
void worlds_ready(struct worlds *w);
void worlds_free(struct worlds *w);
bool shown_together(const struct shown *a, const struct shown *b);
struct figure shown_figure(const struct shown *s, const struct metric *m);
const struct metric *shown_rate(const struct shown *s);
int shown_hist(const struct shown *s, const char *time, struct hist *h);
double shown_number(const json_t *run, const char *group, const char *key);
enum figure_unit metric_unit(const struct metric *m);
char *world_text(const json_t *environment);
const char *document_command(const json_t *document);

#endif /* CONTEND_SHOWN_H */
