// SPDX-License-Identifier: GPL-2.0
/* scenario=data architecture=mapreduce: words of a text, counted, and an index of its documents. */
#include <errno.h>
#include <linux/minmax.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "data_archive.h"
#include "data_count.h"

#define GRAIN		(64U << 10)
/* Positions are of 32 bits, and there are other programs. */
#define TEXT_MOST	(1ULL << 30)

/**
 * struct counting - what one keeps
 * @text: the text; constant
 * @grain: bytes of a task; constant
 * @by_document: it is an index; constant
 * @tasks: of the map; constant
 * @parts: each member's, of the map: COUNT_PARTS tables; its own, or in the reduce the part's
 * @result: of the reduce
 * @serial: what came of it when one did it alone
 */
struct counting {
	struct text text;
	u64 grain;
	bool by_document;
	u32 tasks;
	struct count_table (*parts)[COUNT_PARTS];
	struct count_table result[COUNT_PARTS];
	struct count_table serial[COUNT_PARTS];
};

static void counting_free(struct data *d)
{
	struct counting *c = d->own;
	u32 i, p;

	if (!c)
		return;
	for (p = 0; p < COUNT_PARTS; p++) {
		for (i = 0; c->parts && i < d->play->spec->workers; i++)
			count_free(&c->parts[i][p]);
		count_free(&c->result[p]);
		count_free(&c->serial[p]);
	}
	text_free(&c->text);
	free(c->parts);
	free(c);
}

static int counting_make(struct data *d)
{
	struct counting *c = calloc(1, sizeof(*c));
	char why[RESULT_TEXT] = "";
	u64 tasks;
	int ret;

	d->own = c;
	if (!c)
		return -ENOMEM;
	ret = (is_archive(d->words->input) ? archive_text : text_read)
		(&c->text, d->words->input, TEXT_MOST, why, sizeof(why));
	if (ret)
		return play_failed(d->play, -ret, "%s", why);
	c->parts = calloc(d->play->spec->workers, sizeof(*c->parts));
	if (!c->parts)
		return -ENOMEM;
	c->by_document = d->problem == &data_index;
	c->grain = d->words->grain ?: GRAIN;
	tasks = (c->text.len + c->grain - 1) / c->grain;
	if (tasks > DATA_ITEMS)
		return play_failed(d->play, E2BIG, "grain=%llu makes %llu tasks of %llu bytes: no more than %u are one phase",
				   c->grain, tasks, c->text.len, DATA_ITEMS);
	c->tasks = tasks;
	return 0;
}

static void counting_serial(struct data *d)
{
	struct counting *c = d->own;
	u32 p;

	for (p = 0; p < COUNT_PARTS; p++)
		count_clear(&c->serial[p]);
	count_words(&c->text, 0, c->text.len, c->by_document, false, c->serial);
	for (p = 0; c->by_document && p < COUNT_PARTS; p++)
		count_sort(&c->text, &c->serial[p]);
}

static void map_task(struct member *m, u32 item)
{
	const struct data *d = m->team->data;
	struct counting *c = d->own;
	const u64 from = item * c->grain;

	count_words(&c->text, from, min(from + c->grain, c->text.len), c->by_document,
		    d->twin == DATA_TWIN_SPLIT, c->parts[m->index]);
}

static void reduce_task(struct member *m, u32 item)
{
	const struct data *d = m->team->data;
	struct counting *c = d->own;
	u32 i;

	count_clear(&c->result[item]);
	for (i = 0; i < m->team->n; i++) {
		count_merge(&c->text, &c->result[item], &c->parts[i][item]);
		/* For the next request. */
		count_clear(&c->parts[i][item]);
	}
	if (c->by_document)
		count_sort(&c->text, &c->result[item]);
}

static bool counting_run(struct data *d, struct member *m, struct request *request)
{
	struct counting *c = d->own;

	if (!team_phase(m, c->tasks, map_task))
		return false;
	request_stage(request, DATA_STAGE_MAP);
	if (!team_phase(m, COUNT_PARTS, reduce_task))
		return false;
	request_stage(request, DATA_STAGE_REDUCE);
	return true;
}

static void counting_check(struct data *d)
{
	struct counting *c = d->own;
	u32 p;

	for (p = 0; p < COUNT_PARTS; p++) {
		if (!count_same(&c->text, &c->result[p], &c->serial[p]))
			law_broken(&d->team, LAW_RESULT, "request %llu: of part %u of %u there are %u words, and %u when one counts alone, or not as often",
				   d->jobs, p, COUNT_PARTS, c->result[p].n, c->serial[p].n);
		if (c->by_document && !count_in_order(&c->text, &c->result[p]))
			law_broken(&d->team, LAW_RESULT, "request %llu: documents of a word are not in order",
				   d->jobs);
	}
}

static void counting_figures(struct data *d)
{
	struct counting *c = d->own;
	u64 words = 0, distinct = 0;
	u32 p, i;

	for (p = 0; p < COUNT_PARTS; p++) {
		distinct += c->serial[p].n;
		for (i = 0; i < c->serial[p].size; i++)
			words += c->serial[p].slot[i].count;
	}
	play_figure(d->play, "documents", c->text.documents);
	play_figure(d->play, "left_out", c->text.left_out);
	play_figure(d->play, "input_bytes", c->text.len);
	play_figure(d->play, "words", words);
	play_figure(d->play, "words_distinct", distinct);
}

#define COUNTING(_name)								\
	{									\
		.name = _name, .architecture = "mapreduce", .make = counting_make,	\
		.serial = counting_serial, .run = counting_run,			\
		.check = counting_check, .figures = counting_figures,		\
		.free = counting_free,						\
	}

const struct problem data_wordcount = COUNTING("wordcount");
const struct problem data_index = COUNTING("index");
