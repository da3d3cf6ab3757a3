// SPDX-License-Identifier: GPL-2.0
/* What the figures mean that scenarios enter: those of all of them, and each one's own. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "scenario.h"

/* By play.c. */
static const struct scenario_figure common_figures[] = {
	{ "breaker_opened", FIGURE_LESS, "how often the breaker opened (breaker=)" },
	{ "shed_breaker", FIGURE_LESS, "requests that were not sent since the breaker was open" },
	{ "inflight_max", FIGURE_LESS,
	  "the most requests that were under way at one time (shed=inflight)" },
	{ "shed_inflight", FIGURE_LESS,
	  "requests that were not sent since too many were under way" },
	{ "shed_late", FIGURE_LESS,
	  "requests that were not sent since they were too late (shed=late)" },
	{ "probes", 0, "how often the system was asked whether it is well (health=)" },
	{ "probes_failed", FIGURE_LESS, "probes that had no answer in time" },
	{ "ill_times", FIGURE_LESS,
	  "how often the system was taken for ill, after two such probes in a row" },
	{ "ill_ns", FIGURE_LESS, "for how long the system was taken for ill, in all" },
	{ "shed_ill", FIGURE_LESS,
	  "requests that were not sent since the system was taken for ill" },
};

/**
 * figure_at - walk the figures that a scenario may have
 * @s: the scenario
 * @i: from 0: its own ones come first
 *
 * Return: the figure; NULL past the last one.
 */
const struct scenario_figure *figure_at(const struct scenario *s, unsigned int i)
{
	const struct scenario_figure *own;

	for (own = s->figures; own && own->name; own++)
		if (!i--)
			return own;
	return i < ARRAY_SIZE(common_figures) ? &common_figures[i] : NULL;
}

/**
 * figure_common - whether a figure is one of all scenarios
 * @f: from figure_find()
 */
bool figure_common(const struct scenario_figure *f)
{
	return f >= common_figures && f < common_figures + ARRAY_SIZE(common_figures);
}

/* The table below a run writes the unit of a time behind its value, and not in its name. */
static bool is_called(const char *figure, const char *name)
{
	const size_t len = strlen(name);

	return !strncmp(figure, name, len) && (!figure[len] || !strcmp(figure + len, "_ns"));
}

/**
 * figure_find - what a figure of a scenario means
 * @s: the scenario
 * @name: as the document has it, or as the table of a run does
 *
 * Return: the figure; NULL where the scenario has none of that name.
 */
const struct scenario_figure *figure_find(const struct scenario *s, const char *name)
{
	const struct scenario_figure *f;
	unsigned int i;

	for (i = 0; (f = figure_at(s, i)); i++)
		if (is_called(f->name, name))
			break;
	return f;
}
