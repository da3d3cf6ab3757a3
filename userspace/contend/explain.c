// SPDX-License-Identifier: GPL-2.0
/* contend explain: the manual of the keys, from the table that parses them. */
#include <linux/string.h>
#include <stdio.h>

#include "cli.h"
#include "lib/nearest.h"
#include "lib/spec.h"
#include "names.h"

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

static void explain(const struct spec_key *k)
{
	printf("%s=%s\n    %s\n", k->name, k->value, k->about);
	printf("    default: %s\n", k->preset ?: k->absent);
	if (k->flags & SPEC_OWN)
		printf("    a group of workers may have one of its own: NAME.%s=, see group=\n",
		       k->name);
	if (k->flags & SPEC_LIST)
		printf("    a job file may list several, with commas: one case each\n");
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
		printf(" Default: %s.%s%s\n\n\t", k->preset ?: k->absent,
		       k->flags & SPEC_OWN ? " A group may have one of its own." : "",
		       k->flags & SPEC_LIST ? " A job file may list several." : "");
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
 * cmd_explain - contend explain [KEY]...
 * @argc: words
 * @argv: "explain", keys; or "--scdoc" for the man page's build
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
		if (!k && !names_check("structure", argv[a], strlen(argv[a]), why, sizeof(why))) {
			printf("%s is a structure: contend-structures(7) has what its operations do, `contend list structures` its mixes\n",
			       argv[a]);
			continue;
		}
		if (!k) {
			near = spec_nearest(argv[a], strlen(argv[a]), explain_at, NULL);
			fprintf(stderr, "contend: unknown key '%.40s'%s%s%s\n", argv[a],
				near ? ": did you mean '" : ": see 'contend explain'",
				near ? near : "", near ? "'?" : "");
			return EXIT_USAGE;
		}
		explain(k);
	}
	for (i = 0; argc == 1 && (k = spec_key_at(i)); i++)
		printf("%-12s %s\n", k->name, k->about);
	return EXIT_PASS;
}
