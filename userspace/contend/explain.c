// SPDX-License-Identifier: GPL-2.0
/* contend explain: the manual of the keys, from the table that parses them; and of figures. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "cli.h"
#include "lib/nearest.h"
#include "lib/spec.h"
#include "names.h"
#include "report/metric.h"
#include "scenarios/scenario.h"

/**
 * explain_at - walk the keys
 * @i: from 0
 * @data: not used
 *
 * Return: the key's name; NULL past the last one.
 */
const char *explain_at(unsigned int i, const void *data)
{
	const struct spec_key *key = spec_key_at(i);

	return key ? key->name : NULL;
}

/* Likewise, and the figures of scenarios after them. */
static const char *any_at(unsigned int i, const void *data)
{
	const struct scenario_figure *f;
	unsigned int keys = 0, s, n;

	while (spec_key_at(keys))
		keys++;
	if (i < keys)
		return explain_at(i, data);
	i -= keys;
	for (s = 0; scenarios[s]; s++) {
		for (n = 0; (f = figure_at(scenarios[s], n)); n++)
			if (!i--)
				return f->name;
	}
	return NULL;
}

/* The scenarios that a key means something to, with commas; NULL: all of them do. */
static const char *taken_by(const struct spec_key *k)
{
	static char names[128];
	bool all = true;
	unsigned int i;
	size_t n = 0;

	names[0] = '\0';
	for (i = 0; scenarios[i]; i++) {
		if (words_taken(scenarios[i], k))
			n += scnprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "",
				       scenarios[i]->name);
		else
			all = false;
	}
	return all ? NULL : names;
}

/* Whether a key is one of workloads, and scenarios may take it besides. */
static bool is_of_workloads(const struct spec_key *k)
{
	return k >= spec_keys && k < spec_keys + spec_nkeys;
}

/* What figures of this name scenarios have: whether there are any. */
static bool tell_figures(const char *name)
{
	const struct scenario_figure *f, *last = NULL;
	unsigned int i;

	for (i = 0; scenarios[i]; i++) {
		f = figure_find(scenarios[i], name);
		if (!f || f == last)
			continue;
		printf("%s is a figure of %s%s: %s\n", f->name,
		       figure_common(f) ? "all scenarios" : "scenario=",
		       figure_common(f) ? "" : scenarios[i]->name, f->about);
		last = f;
	}
	return last;
}

/* What goes on after a name: "lag" of lag_frames and lag_p50_ns. Whether there is any. */
static bool tell_beginning(const char *name)
{
	const struct scenario_figure *f;
	const size_t len = strlen(name);
	bool any = false;
	unsigned int i, n;

	for (i = 0; scenarios[i]; i++) {
		for (n = 0; (f = figure_at(scenarios[i], n)); n++) {
			if (strncmp(f->name, name, len) || f->name[len] != '_')
				continue;
			if (figure_common(f) && i)
				break;
			any |= tell_figures(f->name);
		}
	}
	return any;
}

/* Figures of scenarios by their name, or where that is no @key, either, by its beginning. */
static bool explain_figures(const char *name, bool key)
{
	if (!tell_figures(name) && (key || !tell_beginning(name)))
		return false;
	puts("    where it does not say otherwise it is of all of the run, warm-up and steps of a sweep included");
	return true;
}

/* What contend compare takes, of all runs. */
static bool explain_metric(const char *name)
{
	const struct metric *m = strchr(name, '.') ? NULL : metric_find(name);

	if (m)
		printf("%s is a figure of runs, as for compare --metric=%s: %s is better; contend(1) has what it is\n",
		       name, name, m->less ? "less" : "more");
	return m;
}

static void explain(const struct spec_key *k)
{
	const char *takers = taken_by(k);

	printf("%s=%s\n    %s\n", k->name, k->value, k->about);
	printf("    default: %s\n", k->preset ?: k->absent);
	if (k->flags & SPEC_OWN)
		printf("    a group of workers may have one of its own: NAME.%s=, see group=\n",
		       k->name);
	if (k->flags & SPEC_LIST)
		printf("    several, as 1,2,4 or 1..64*2 where they are numbers, make a case each\n");
	if (!takers)
		printf("    all scenarios take it\n");
	else if (takers[0])
		printf("    scenarios that take it: %s\n", takers);
	else
		printf("    scenarios do not take it\n");
	printf("\n%s", k->manual);
}

/* A line of a manual: it explains a value, goes on with that, or stands in a paragraph. */
static enum line { ITEM, MORE, TEXT } kind_of(const char *line)
{
	size_t term = strcspn(line, "\t\n");

	return line[term] != '\t' ? TEXT : term ? ITEM : MORE;
}

/* The reference part of contend-job(5), in scdoc's language. */
static void scdoc(void)
{
	const struct spec_key *k;
	enum line kind, last;
	unsigned int i;
	const char *c;

	for (i = 0; (k = spec_key_at(i)); i++) {
		printf("*%s*=%s\n\t%s.", k->name, k->value, k->about);
		printf(" Default: %s.%s%s", k->preset ?: k->absent,
		       k->flags & SPEC_OWN ? " A group may have one of its own." : "",
		       k->flags & SPEC_LIST ? " A job file may list several." : "");
		if (!is_of_workloads(k) && taken_by(k))
			printf(" Scenarios: %s.", taken_by(k));
		fputs("\n\n\t", stdout);
		last = kind_of(k->manual);
		for (c = k->manual; *c; c++) {
			if (*c == '\n' && c[1]) {
				kind = kind_of(c + 1);
				fputs(kind == ITEM && last != TEXT ? "++\n" :
				      (kind == TEXT) != (last == TEXT) ? "\n\n\t" : "\n\t",
				      stdout);
				c += kind == MORE;
				last = kind;
				continue;
			}
			if (strchr("_*\\<>[]", *c))
				putchar('\\');
			putchar(*c == '\t' ? ' ' : *c);
		}
		putchar('\n');
	}
}

/**
 * cmd_explain - contend explain [KEY|FIGURE|STRUCTURE]...
 * @argc: words
 * @argv: "explain", names; or "--scdoc" for the man page's build
 *
 * Return: exit status.
 */
int cmd_explain(int argc, char **argv)
{
	const struct spec_key *k;
	const char *near;
	unsigned int i;
	char why[128];
	int a;

	if (argc == 2 && !strcmp(argv[1], "--scdoc")) {
		scdoc();
		return EXIT_PASS;
	}
	for (a = 1; a < argc; a++) {
		k = spec_key(argv[a], strlen(argv[a]));
		if (k)
			explain(k);
		/* What is a key may be a figure, too. */
		if (explain_figures(argv[a], k) || k || explain_metric(argv[a]))
			continue;
		if (!names_check("structure", argv[a], strlen(argv[a]), why, sizeof(why))) {
			printf("%s is a structure: contend-structures(7) has what its operations do, `contend list structures` its mixes\n",
			       argv[a]);
			continue;
		}
		near = spec_nearest(argv[a], strlen(argv[a]), any_at, NULL);
		fprintf(stderr, "contend: unknown key '%.40s'%s%s%s\n", argv[a],
			near ? ": did you mean '" : ": see 'contend explain'",
			near ? near : "", near ? "'?" : "");
		return EXIT_USAGE;
	}
	for (i = 0; argc == 1 && (k = spec_key_at(i)); i++)
		printf("%-12s %s\n", k->name, k->about);
	return EXIT_PASS;
}
