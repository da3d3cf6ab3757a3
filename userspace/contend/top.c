// SPDX-License-Identifier: GPL-2.0
/*
 * contend top: the runs and objects that live, again and again. Figures a second are of the time
 * between two looks at /proc/contend; the columns there are found by their headings.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef CONTEND_CLIENTS
#include <curses.h>
#endif

#include "cli.h"
#include "lib/value.h"
#include "options.h"
#include "report/result.h"
#include "report/unit.h"

#define COLUMNS		24
#define NAME_LEN	32
#define DELAY_LEAST_NS	10000000ULL
/* How long the first rates are of, at most. */
#define FIRST_NS	200000000ULL
#define DELAY_MOST_NS	3600000000000ULL

/**
 * struct look - a file of /proc/contend at one time
 * @ns: when
 * @heading: names of columns
 * @columns: how many
 * @rows: lines
 * @n: how many
 * @room: for how many there is memory
 */
struct look {
	u64 ns;
	char heading[COLUMNS][NAME_LEN];
	int columns;
	struct {
		char cell[COLUMNS][NAME_LEN];
	} *rows;
	int n;
	int room;
};

/**
 * struct top - what is looked at
 * @folder: /proc/contend, or one like it
 * @batch: one look after the other is written; else they are on the screen
 * @objects: the look of now, and the one before
 * @runs: likewise
 * @turn: which of them is now
 * @line: of the screen
 */
struct top {
	const char *folder;
	bool batch;
	struct look objects[2];
	struct look runs[2];
	int turn;
	int line;
};

static volatile sig_atomic_t stop;

static void stopped(int signal)
{
	stop = 1;
}

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int split(char *line, char (*cell)[NAME_LEN])
{
	char *word, *state;
	int n = 0;

	for (word = strtok_r(line, " \n", &state); word && n < COLUMNS;
	     word = strtok_r(NULL, " \n", &state))
		strscpy(cell[n++], word, NAME_LEN);
	return n;
}

/* Room for one more row, without words. */
static void row_begin(struct look *l)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->rows = realloc(l->rows, l->room * sizeof(*l->rows));
		if (!l->rows)
			abort();
	}
	memset(&l->rows[l->n], 0, sizeof(*l->rows));
}

static int look(const char *folder, const char *name, struct look *l)
{
	char path[256], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	l->n = 0;
	l->columns = 0;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	l->ns = now();
	if (getline(&line, &size, f) > 0)
		l->columns = split(line, l->heading);
	while (getline(&line, &size, f) > 0) {
		row_begin(l);
		if (split(line, l->rows[l->n].cell))
			l->n++;
	}
	free(line);
	fclose(f);
	return 0;
}

/* What a row has below a heading; "-" where there is no such column. */
static const char *cell(const struct look *l, int row, const char *heading)
{
	int i;

	for (i = 0; i < l->columns; i++)
		if (!strcmp(l->heading[i], heading))
			return l->rows[row].cell[i];
	return "-";
}

static u64 number(const struct look *l, int row, const char *heading)
{
	return strtoull(cell(l, row, heading), NULL, 10);
}

/* By how much a figure has grown since the look before, a second; less than 0: nobody knows. */
static double rate(const struct look *l, int row, const struct look *before, const char *heading)
{
	const char *id = cell(l, row, "id");
	int i;

	for (i = 0; i < before->n; i++)
		if (!strcmp(cell(before, i, "id"), id))
			break;
	if (i == before->n || l->ns <= before->ns || !strcmp(cell(l, row, heading), "-") ||
	    number(l, row, heading) < number(before, i, heading))
		return -1;
	return (number(l, row, heading) - number(before, i, heading)) * 1e9 /
	       (l->ns - before->ns);
}

/* A rate in at most five characters; "-" where nobody knows it. */
static const char *brief(double x, char *to, size_t size)
{
	if (x >= 0)
		return short_count(to, size, x);
	strscpy(to, "-", size);
	return to;
}

static void put(struct top *t, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
#ifdef CONTEND_CLIENTS
	if (!t->batch) {
		mvaddnstr(t->line++, 0, line, COLS);
		clrtoeol();
		return;
	}
#endif
	puts(line);
}

static void put_runs(struct top *t)
{
	const struct look *l = &t->runs[t->turn], *before = &t->runs[!t->turn];
	char ops[16];
	int i;

	put(t, "%5s %6s %-13s %-13s %7s %-8s %5s", "RUN", "OBJECT", "LOCK", "STRUCTURE", "WORKERS",
	    "STATE", "OPS/S");
	for (i = 0; i < l->n; i++)
		put(t, "%5s %6s %-13s %-13s %7s %-8s %5s", cell(l, i, "id"),
		    cell(l, i, "object"), cell(l, i, "lock"), cell(l, i, "structure"),
		    cell(l, i, "workers"), cell(l, i, "state"),
		    brief(rate(l, i, before, "ops"), ops, sizeof(ops)));
}

static void put_objects(struct top *t)
{
	const struct look *l = &t->objects[t->turn], *before = &t->objects[!t->turn];
	char ops[16], waits[16];
	double waited;
	int i;

	put(t, "%5s %-13s %-13s %5s %5s %7s %7s %7s %4s %4s", "ID", "LOCK", "STRUCTURE",
	    "OPS/S", "WAIT", "WAITERS", "ELEMS", "BACKLOG", "RUNS", "VIOL");
	for (i = 0; i < l->n; i++) {
		/* So many wait at a time, on the mean. */
		waited = rate(l, i, before, "waited_ns");
		put(t, "%5s %-13s %-13s %5s %5s %7llu %7s %7s %4s %4s", cell(l, i, "id"),
		    cell(l, i, "lock"), cell(l, i, "structure"),
		    brief(rate(l, i, before, "ops"), ops, sizeof(ops)),
		    brief(waited < 0 ? waited : waited / 1e9, waits, sizeof(waits)),
		    (unsigned long long)(number(l, i, "permits_waiters") +
					 number(l, i, "blocked")),
		    cell(l, i, "elements"), cell(l, i, "backlog"), cell(l, i, "runs"),
		    cell(l, i, "violations"));
	}
}

/* Look at all, beside what was seen before; -errno where there is nothing to look at. */
static int look_again(struct top *t)
{
	t->turn = !t->turn;
	return look(t->folder, "objects", &t->objects[t->turn]) ?:
	       look(t->folder, "runs", &t->runs[t->turn]);
}

/* One picture of all; -errno where there is nothing to look at. */
static int show(struct top *t, u64 delay_ns)
{
	const int ret = look_again(t), objects = t->objects[t->turn].n, runs = t->runs[t->turn].n;
	u64 violations = 0;
	int i;

	if (ret)
		return ret;
	for (i = 0; i < objects; i++)
		violations += number(&t->objects[t->turn], i, "violations");
	t->line = 0;
	put(t, "contend: %d object%s, %d run%s, %llu violation%s; each %.3g s", objects,
	    plural(objects), runs, plural(runs), (unsigned long long)violations,
	    plural(violations), delay_ns / 1e9);
	put(t, "%s", "");
	put_runs(t);
	put(t, "%s", "");
	put_objects(t);
#ifdef CONTEND_CLIENTS
	if (!t->batch) {
		clrtobot();
		refresh();
	}
#endif
	fflush(stdout);
	return 0;
}

/* Until then, or until somebody wants it to end: true. */
static bool rest(const struct top *t, u64 delay_ns)
{
	const u64 until = now() + delay_ns;
	struct pollfd keys = { .fd = t->batch ? -1 : STDIN_FILENO, .events = POLLIN };
	u64 at;

	while (!stop && (at = now()) < until) {
		if (poll(&keys, 1, (until - at + 999999) / 1000000) <= 0)
			continue;
#ifdef CONTEND_CLIENTS
		/* Also when the terminal has gone. */
		if (keys.revents & (POLLHUP | POLLERR) || getch() == 'q')
			return true;
#endif
	}
	return stop;
}

static int watch(struct top *t, u64 delay_ns, u64 looks)
{
	u64 i;
	int ret;

	/* Nobody waits long for the first picture, and a rate takes two looks. */
	ret = look_again(t);
	if (ret || rest(t, min(delay_ns, FIRST_NS)))
		return ret;
	for (i = 0; ; i++) {
		ret = show(t, delay_ns);
		/* What cannot be written main() tells. */
		if (ret || ferror(stdout) || (looks && i + 1 >= looks) || rest(t, delay_ns))
			return ret;
		if (t->batch)
			puts("");
	}
}

static int no_proc(const struct top *t, int ret)
{
	fprintf(stderr, "contend: top: %s: %s\n", t->folder, ret == -ENOENT ?
		"the module is not loaded: in a VM, insmod build/KERNEL/contend.ko does it" :
		strerror(-ret));
	return EXIT_UNSUPPORTED;
}

static bool parse_delay(const char *text, u64 *ns)
{
	struct spec_error error = { };

	if (!value_number(ns, text, strlen(text), 0, value_times, DELAY_LEAST_NS, DELAY_MOST_NS,
			  &error))
		return true;
	fprintf(stderr, "contend: top: --delay is a time with its unit, 10ms to 60m, not '%.40s'\n",
		text);
	return false;
}

static bool parse_count(const char *text, u64 *n)
{
	char *end;

	*n = strtoull(text, &end, 10);
	if (*n && *n <= 1000000000 && !*end && text[0] != '-')
		return true;
	fprintf(stderr, "contend: top: --count is a number from 1 to 1e9, not '%.40s'\n", text);
	return false;
}

static bool takes(const struct options *o)
{
	if (!o->nfiles)
		return true;
	fprintf(stderr, "contend: top takes no word, and '%.40s' is one\n", o->files[0]);
	return false;
}

/* Whether there is a screen; else it is one look after the other. */
static bool screen_begin(void)
{
#ifdef CONTEND_CLIENTS
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || !newterm(NULL, stdout, stdin))
		return false;
	/* It writes on, and nowhere else. */
	if (!tigetstr("cup")) {
		endwin();
		return false;
	}
	cbreak();
	noecho();
	curs_set(0);
	return true;
#else
	return false;
#endif
}

static void screen_end(const struct top *t)
{
#ifdef CONTEND_CLIENTS
	if (!t->batch)
		endwin();
#endif
}

/**
 * cmd_top - contend top [-b] [-d TIME] [-n COUNT]
 * @argc: words
 * @argv: "top", options
 *
 * Return: exit status.
 */
int cmd_top(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stopped };
	struct top *t = calloc(1, sizeof(*t));
	u64 delay_ns = 1000000000, looks = 0;
	struct options o;
	int i, ret;

	if (!t)
		return EXIT_HARNESS;
	t->folder = getenv("CONTEND_PROC") ?: "/proc/contend";
	if (options_parse(&o, argc, argv, COMMAND_TOP) || !takes(&o) ||
	    (o.delay && !parse_delay(o.delay, &delay_ns)) ||
	    (o.count && !parse_count(o.count, &looks))) {
		free(t);
		return EXIT_USAGE;
	}
	ret = look(t->folder, "objects", &t->objects[0]);
	if (!ret) {
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		t->batch = o.batch || !screen_begin();
		ret = watch(t, delay_ns, looks);
		screen_end(t);
	}
	if (ret)
		ret = no_proc(t, ret);
	for (i = 0; i < 2; i++) {
		free(t->objects[i].rows);
		free(t->runs[i].rows);
	}
	free(t);
	return ret;
}
