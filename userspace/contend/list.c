// SPDX-License-Identifier: GPL-2.0
/* contend list: what there is. */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "engine/verbs.h"
#include "libcontend/contend.h"
#include "names.h"
#include "scenarios/scenario.h"

/* The operations that a group of workers does: those of the mix without groups, or of a role. */
static void list_mix(const struct verbs *verbs, const char *role)
{
	const struct contend_verb *verb;
	const char *before = "";

	for (verb = verbs->verb; verb->name; verb++) {
		if (role ? !verb->role || strcmp(verb->role, role) :
			   !verb->share || verb_needs_role(verb))
			continue;
		printf("%s%s:%u", before, verb->name, verb->share);
		before = ",";
	}
}

static bool first_of_role(const struct verbs *verbs, const struct contend_verb *verb)
{
	const struct contend_verb *other = verbs->verb;

	while (!other->role || strcmp(other->role, verb->role))
		other++;
	return other == verb;
}

/* As words of a job, and what these do not say. */
static void list_verbs(int device, const char *structure)
{
	struct verbs verbs;
	const struct contend_verb *verb;
	unsigned int i;

	if (verbs_load(device, structure, &verbs))
		return;
	printf("  %-16s mix=", "");
	list_mix(&verbs, NULL);
	for (verb = verbs.verb; verb->name; verb++) {
		if (!verb->role || !first_of_role(&verbs, verb))
			continue;
		printf("; group=%s: ", verb->role);
		list_mix(&verbs, verb->role);
	}
	for (verb = verbs.verb; verb->name; verb++) {
		if (!verb->share)
			printf("; %s", verb->name);
		for (i = 0; verb->settings && verb->settings[i]; i++)
			printf("%s%s", i ? ", " : " sets ", verb->settings[i]);
		if (verb->waits)
			printf("; %s waits for %s", verb->name,
			       mix_awaited[__builtin_ctz(verb->waits)]);
		if (verb->guard == GUARD_OWNER)
			printf("; %s by one worker", verb->name);
	}
	putchar('\n');
}

static void list_module(int device, __u32 catalogue)
{
	static const char *const caps[] = {
		"exclusive", "shared", "pointers", "deferred", "retry", "sleeps", "permits",
		"busted", "absent", "nests", "tries", "softirq", "hardirq", "self", "apart"
	};
	struct contend_list entry;
	unsigned int i, c;

	for (i = 0; !contend_list(device, catalogue, i, &entry); i++) {
		printf("  %-16s %s\n", entry.name, entry.about);
		if (entry.verbs[0])
			list_verbs(device, entry.name);
		if (entry.verbs[0] && !entry.caps)
			continue;
		printf("  %-16s%s", "", entry.verbs[0] ? " needs" : "");
		for (c = 0; c < ARRAY_SIZE(caps); c++)
			if (entry.caps & 1U << c)
				printf(" %s", caps[c]);
		/* What no lock but this one leaves to the structure. */
		if (entry.verbs[0] && entry.caps & CONTEND_CAP_SELF)
			printf(": lock=null");
		putchar('\n');
	}
}

static void list_names(const char *key)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = names_at(key, i)); i++)
		if (strncmp(name, "busted_", 7))
			printf("  %s\n", name);
}

/* jobs/ of the source tree that this program was built in, or as installed. */
static int jobs_dir(char *dir, size_t size)
{
	static const char *const places[] = { "../../jobs", "../share/contend/jobs" };
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (len < 0)
		return -1;
	self[len] = '\0';
	dirname(self);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(dir, size, "%s/%s", self, places[i]);
		if (!access(dir, R_OK))
			return 0;
	}
	return -1;
}

static int is_job(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 4 && !strcmp(entry->d_name + len - 4, ".job");
}

/* A job file says on its first line what it is for. */
static void list_jobs(void)
{
	char dir[4200], file[4500], line[256], *path;
	struct dirent **found;
	int i, n;

	if (jobs_dir(dir, sizeof(dir))) {
		fprintf(stderr, "contend: no job files beside this program\n");
		return;
	}
	n = scandir(dir, &found, is_job, alphasort);
	if (n < 0) {
		fprintf(stderr, "contend: cannot read %s: %s\n", dir, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		FILE *f;

		snprintf(file, sizeof(file), "%s/%s", dir, found[i]->d_name);
		free(found[i]);
		f = fopen(file, "r");
		if (!f)
			continue;
		path = realpath(file, NULL);
		if (!fgets(line, sizeof(line), f) || line[0] != '#')
			line[0] = '\0';
		fclose(f);
		printf("  %s\n  %-16s %s", path ? path : file, "", line[0] ? line + 2 : "\n");
		free(path);
	}
	free(found);
}

static void list_scenarios(void)
{
	const struct architecture *a;
	const char *const *peer;
	unsigned int i;

	for (i = 0; scenarios[i]; i++) {
		printf("  %-16s %s\n", scenarios[i]->name, scenarios[i]->about);
		for (a = scenarios[i]->architectures; a->name; a++)
			printf("    architecture=%-16s %s\n", a->name, a->about);
		for (peer = scenarios[i]->peers; peer && *peer; peer++)
			printf("    architecture=peer:%-11s that of others: scripts/setup peers\n",
			       *peer);
	}
}

static const char *const whats[] = { "locks", "structures", "scenarios", "jobs" };

enum what { LOCKS, STRUCTURES, SCENARIOS, JOBS };

/**
 * list_at - walk what can be listed
 * @i: from 0
 * @data: not used
 *
 * Return: the word for it; NULL past the last one.
 */
const char *list_at(unsigned int i, const void *data)
{
	return i < ARRAY_SIZE(whats) ? whats[i] : NULL;
}

/**
 * cmd_list - contend list [locks|structures|scenarios|jobs]
 * @argc: words
 * @argv: "list", what
 *
 * Return: exit status.
 */
int cmd_list(int argc, char **argv)
{
	int device, program, i, only = -1;

	for (i = 0; i < (int)ARRAY_SIZE(whats) && argc > 1; i++)
		if (!strcmp(argv[1], whats[i]))
			only = i;
	if (argc > 2 || (argc == 2 && only < 0)) {
		fprintf(stderr, "contend: list takes locks, structures, scenarios or jobs\n");
		return EXIT_USAGE;
	}
	device = contend_open();
	if (device < 0 && only < SCENARIOS)
		fprintf(stderr, "contend: the module is not loaded: names only of its locks, as built\n");
	program = contend_open_program(1);
	for (i = 0; i < (int)ARRAY_SIZE(whats); i++) {
		if (only >= 0 && only != i)
			continue;
		printf("%s:\n", whats[i]);
		if (i == JOBS)
			list_jobs();
		else if (i == SCENARIOS)
			list_scenarios();
		else if (i == STRUCTURES)
			list_module(device >= 0 ? device : program, CONTEND_LIST_STRUCTURES);
		else if (device >= 0)
			list_module(device, CONTEND_LIST_LOCKS);
		else
			list_names("lock");
		if (i == LOCKS) {
			printf("locks of engine=user:\n");
			list_module(program, CONTEND_LIST_LOCKS);
		}
	}
	if (device >= 0)
		contend_close(device);
	return EXIT_PASS;
}
