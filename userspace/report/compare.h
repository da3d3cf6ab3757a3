/* SPDX-License-Identifier: GPL-2.0 */
/* Two sets of results: what is faster, what is slower, and what cannot be told. */
#ifndef CONTEND_COMPARE_H
#define CONTEND_COMPARE_H

#include <jansson.h>
#include <stdio.h>

#include "report/metric.h"

#define COMPARE_SCHEMA	"contend.compare/1"

/* What a comparison comes to, the weightier the later. */
enum outcome {
	OUTCOME_SKIP,		/* nothing to compare */
	OUTCOME_PASS,		/* nothing is slower */
	OUTCOME_INCONCLUSIVE,	/* of some case it cannot be told */
	OUTCOME_REGRESSION,	/* some case is slower */
	OUTCOME_FAIL,		/* some case failed its checks: there is nothing to compare */
	OUTCOME_ERROR,		/* the harness failed in some case */
};

/**
 * struct side - A or B, or one of the values that are ranked
 * @label: "A", "B", or the value
 * @name: the documents' file, for messages
 * @documents: an array of contend.result/1, one at least; several are of a boot each
 * @words: which of its cases: those that have these words of the grammar; "" for all
 */
struct side {
	const char *label;
	const char *name;
	const json_t *documents;
	const char *words;
};

/**
 * struct comparison - what is compared, and how
 * @by: the key whose values are ranked, a side each; NULL: A and B are compared
 * @differs: in what the worlds of A and B, or their engines, are said to differ: an array of
 *	"key", "a" and "b"; the price of that is told. NULL or empty: in nothing
 * @side: all sides; they give words to the same keys
 * @nsides: how many, 2 at least
 * @metric: the figure
 * @since: why it is this one, which was not asked for; or ""
 * @threshold: a difference of so many per cent is none
 */
struct comparison {
	const char *by;
	const json_t *differs;
	const struct side *side;
	size_t nsides;
	const struct metric *metric;
	const char *since;
	double threshold;
};

const json_t *side_world(const struct side *s, size_t i);
json_t *compare_json(const struct comparison *c, enum outcome *outcome, char *message, size_t size);
json_t *side_json(const struct side *s);
json_t *comparison_json(json_t *doc, const struct comparison *c, size_t together, json_t *cases,
			enum outcome outcome);
void side_human(FILE *out, const struct comparison *c, size_t side, const char *title,
		const char *words);
void metric_human(FILE *out, const struct comparison *c, json_int_t together);
void verdict_human(FILE *out, const struct comparison *c, const json_t *doc, const size_t *count);
void compare_human(FILE *out, const struct comparison *c, const json_t *doc);

#endif /* CONTEND_COMPARE_H */
