// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_csr.h"
#include "lib/rng.h"

/* What says which packages there are, as the lists have it that apt has got. */
#define PACKAGES	"apt-cache dumpavail 2>/dev/null"
#define PACKAGES_MOST	(1U << 20)

/**
 * edges_add - add an edge
 * @e: to these; zeroed, there is none
 * @from: one end
 * @to: the other
 *
 * Return: 0, or -ENOMEM.
 */
int edges_add(struct edges *e, u32 from, u32 to)
{
	const u64 room = e->room ? 2 * e->room : 4096;
	u32 *p;

	if (e->n == e->room) {
		p = realloc(e->from, room * sizeof(*p));
		if (!p)
			return -ENOMEM;
		e->from = p;
		p = realloc(e->to, room * sizeof(*p));
		if (!p)
			return -ENOMEM;
		e->to = p;
		e->room = room;
	}
	e->from[e->n] = from;
	e->to[e->n++] = to;
	return 0;
}

/**
 * edges_free - forget them
 * @e: from edges_add()
 */
void edges_free(struct edges *e)
{
	free(e->from);
	free(e->to);
	memset(e, 0, sizeof(*e));
}

/**
 * edges_kronecker - draw those of a Kronecker graph, as Graph500 and the GAP benchmark suite do
 * @e: where they go
 * @scale: it has two to the power of this vertices
 * @degree: so many edges a vertex
 * @seed: of the draw
 *
 * A few vertices have most of the edges.
 *
 * Return: 0, or -ENOMEM.
 */
int edges_kronecker(struct edges *e, u32 scale, u32 degree, u64 seed)
{
	u64 n = (u64)degree << scale;
	struct rng rng;
	int ret = 0;

	rng_seed(&rng, seed, 0);
	while (n-- && !ret) {
		u32 from = 0, to = 0, bit;

		/* A quarter of the matrix, and a quarter of that, by .57, .19, .19 and .05. */
		for (bit = 0; bit < scale; bit++) {
			const u32 draw = rng_next(&rng) % 100;

			from = from << 1 | (draw >= 76);
			to = to << 1 | ((draw >= 57 && draw < 76) || draw >= 95);
		}
		ret = edges_add(e, from, to);
	}
	return ret;
}

/**
 * edges_uniform - draw those of a random graph
 * @e: as edges_kronecker(), like all
 * @scale: see there
 * @degree: see there
 * @seed: see there
 *
 * Return: 0, or -ENOMEM.
 */
int edges_uniform(struct edges *e, u32 scale, u32 degree, u64 seed)
{
	const u64 vertices = 1ULL << scale;
	u64 n = degree * vertices;
	struct rng rng;
	int ret = 0;

	rng_seed(&rng, seed, 0);
	while (n-- && !ret) {
		const u32 from = rng_next(&rng) % vertices;

		ret = edges_add(e, from, rng_next(&rng) % vertices);
	}
	return ret;
}

/* --- packages --------------------------------------------------------------------- */

/* The number of a package's name; ~0: no memory. */
static u32 package(struct hsearch_data *names, char *name, u32 *n)
{
	ENTRY entry = { .key = name }, *found;

	if (hsearch_r(entry, FIND, &found, names))
		return (u32)(uintptr_t)found->data;
	entry.key = strdup(name);
	entry.data = (void *)(uintptr_t)*n;
	if (!entry.key || !hsearch_r(entry, ENTER, &found, names)) {
		free(entry.key);
		return ~0U;
	}
	return (*n)++;
}

/* "libc6 (>= 2.4), debconf | debconf-2.0": an edge to each that is named. */
static int depends(struct edges *e, struct hsearch_data *names, u32 from, char *line, u32 *n)
{
	char *word, *state;
	u32 to;

	for (word = strtok_r(line, ",|\n", &state); word; word = strtok_r(NULL, ",|\n", &state)) {
		word += strspn(word, " ");
		word[strcspn(word, " :(")] = '\0';
		if (!*word)
			continue;
		to = package(names, word, n);
		if (to == ~0U || edges_add(e, from, to))
			return -ENOMEM;
	}
	return 0;
}

static int read_packages(struct edges *e, struct hsearch_data *names, FILE *from, u32 *n)
{
	char *line = NULL;
	u32 at = ~0U;
	size_t room;
	int ret = 0;

	while (!ret && getline(&line, &room, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "Package: ", 9)) {
			at = package(names, line + 9, n);
			ret = at == ~0U ? -ENOMEM : 0;
		} else if (at != ~0U && !strncmp(line, "Depends: ", 9)) {
			ret = depends(e, names, at, line + 9, n);
		} else if (at != ~0U && !strncmp(line, "Pre-Depends: ", 13)) {
			ret = depends(e, names, at, line + 13, n);
		}
	}
	free(line);
	return ret;
}

/**
 * edges_packages - what each Debian package depends on, as apt's lists say
 * @e: where they go
 * @vertices: out, how many packages are named
 * @why: for the reason
 * @size: its bytes
 *
 * The names stay in memory, which a run of a program ends.
 *
 * Return: 0; a negative errno, with the reason and the remedy.
 */
int edges_packages(struct edges *e, u32 *vertices, char *why, size_t size)
{
	struct hsearch_data names = { };
	FILE *from;
	int ret;

	*vertices = 0;
	if (!hcreate_r(PACKAGES_MOST, &names))
		return -ENOMEM;
	from = popen(PACKAGES, "re");
	ret = from ? read_packages(e, &names, from, vertices) : -errno;
	if (from)
		pclose(from);
	hdestroy_r(&names);
	if (!ret && !e->n)
		ret = -ENODATA;
	if (ret)
		snprintf(why, size, "apt-cache knows no packages: %s; apt-get update gets their lists, or name another graph=",
			 strerror(-ret));
	return ret;
}

/* --- graphs ------------------------------------------------------------------------ */

/**
 * csr_make - make a graph
 * @g: filled in
 * @n: vertices
 * @e: its edges, each of which goes both ways; those from a vertex to itself are left out
 *
 * Return: 0, or -ENOMEM.
 */
int csr_make(struct csr *g, u32 n, const struct edges *e)
{
	u64 i, *at;

	g->n = n;
	g->begin = calloc(n + 2ULL, sizeof(*g->begin));
	g->to = malloc((2 * e->n + 1) * sizeof(*g->to));
	if (!g->begin || !g->to)
		return -ENOMEM;
	/* Counted one ahead, so that filling in moves each to where it begins. */
	at = g->begin + 1;
	for (i = 0; i < e->n; i++) {
		if (e->from[i] == e->to[i])
			continue;
		at[e->from[i] + 1]++;
		at[e->to[i] + 1]++;
	}
	for (i = 1; i <= n; i++)
		at[i] += at[i - 1];
	for (i = 0; i < e->n; i++) {
		if (e->from[i] == e->to[i])
			continue;
		g->to[at[e->from[i]]++] = e->to[i];
		g->to[at[e->to[i]]++] = e->from[i];
	}
	return 0;
}

/**
 * csr_free - forget it
 * @g: from csr_make()
 */
void csr_free(struct csr *g)
{
	free(g->begin);
	free(g->to);
	memset(g, 0, sizeof(*g));
}

static int by_number(const void *a, const void *b)
{
	const u32 l = *(const u32 *)a, r = *(const u32 *)b;

	return (l > r) - (l < r);
}

/**
 * csr_orient - leave each edge but once, from the end that has fewer of them to the other
 * @g: the graph; the neighbours of each vertex are in order then
 *
 * So no vertex has many, which those who look at pairs of them are glad of.
 *
 * Return: 0, or -ENOMEM.
 */
int csr_orient(struct csr *g)
{
	u32 *degree = malloc((g->n + 1ULL) * sizeof(*degree)), v, to;
	u64 at, end, first, i, out = 0, begin = 0;

	if (!degree)
		return -ENOMEM;
	for (v = 0; v < g->n; v++)
		degree[v] = g->begin[v + 1] - g->begin[v];
	for (v = 0; v < g->n; v++, begin = end) {
		end = g->begin[v + 1];
		first = out;
		for (at = begin; at < end; at++) {
			to = g->to[at];
			if (degree[to] > degree[v] || (degree[to] == degree[v] && to > v))
				g->to[out++] = to;
		}
		qsort(g->to + first, out - first, sizeof(*g->to), by_number);
		for (i = at = first; at < out; at++)
			if (at == first || g->to[at] != g->to[i - 1])
				g->to[i++] = g->to[at];
		out = i;
		g->begin[v] = first;
	}
	g->begin[g->n] = out;
	free(degree);
	return 0;
}

/**
 * csr_sources - where searches begin
 * @g: the graph
 * @seed: of the draw
 * @sources: out, CSR_SOURCES vertices, each of which has neighbours if any has
 */
void csr_sources(const struct csr *g, u64 seed, u32 *sources)
{
	struct rng rng;
	u32 i;

	rng_seed(&rng, seed, 1);
	for (i = 0; i < CSR_SOURCES; i++)
		do
			sources[i] = rng_below(&rng, g->n);
		while (g->begin[g->n] && g->begin[sources[i]] == g->begin[sources[i] + 1]);
}

/**
 * csr_search - a task of a superstep of a breadth-first search
 * @g: the graph
 * @frontier: vertices whose neighbours are looked at
 * @n: how many
 * @depth: of what is found
 * @depths: of each vertex; other tasks write it too
 * @next: for what is found: each vertex goes to one task
 *
 * Return: how many were found.
 */
u32 csr_search(const struct csr *g, const u32 *frontier, u32 n, u32 depth, u32 *depths, u32 *next)
{
	u32 i, found = 0, far, to;
	u64 at;

	for (i = 0; i < n; i++) {
		for (at = g->begin[frontier[i]]; at < g->begin[frontier[i] + 1]; at++) {
			to = g->to[at];
			far = CSR_FAR;
			if (__atomic_load_n(&depths[to], __ATOMIC_RELAXED) == CSR_FAR &&
			    __atomic_compare_exchange_n(&depths[to], &far, depth, 0,
							__ATOMIC_RELAXED, __ATOMIC_RELAXED))
				next[found++] = to;
		}
	}
	return found;
}

/**
 * csr_share - what a vertex gives to each neighbour, in a superstep of PageRank
 * @g: the graph
 * @from: the first vertex
 * @to: the one after the last
 * @rank: of each
 * @share: of each, out
 */
void csr_share(const struct csr *g, u32 from, u32 to, const double *rank, double *share)
{
	u32 v;

	for (v = from; v < to; v++)
		share[v] = g->begin[v + 1] > g->begin[v] ?
			   rank[v] / (g->begin[v + 1] - g->begin[v]) : 0;
}

/**
 * csr_rank - what it is given by them
 * @g: the graph
 * @from: the first vertex
 * @to: the one after the last
 * @share: of each
 * @rank: of each, changed
 *
 * Return: by how much, in all.
 */
double csr_rank(const struct csr *g, u32 from, u32 to, const double *share, double *rank)
{
	double sum, changed = 0;
	u64 at;
	u32 v;

	for (v = from; v < to; v++) {
		for (at = g->begin[v], sum = 0; at < g->begin[v + 1]; at++)
			sum += share[g->to[at]];
		sum = (1 - CSR_DAMPING) / g->n + CSR_DAMPING * sum;
		changed += fabs(sum - rank[v]);
		rank[v] = sum;
	}
	return changed;
}

/**
 * csr_label - the least label of each vertex and its neighbours is its own
 * @g: the graph
 * @from: the first vertex
 * @to: the one after the last
 * @label: of each; other tasks write theirs meanwhile
 *
 * Return: how many have changed.
 */
u64 csr_label(const struct csr *g, u32 from, u32 to, u32 *label)
{
	u64 at, changed = 0;
	u32 v, least, other;

	for (v = from; v < to; v++) {
		least = __atomic_load_n(&label[v], __ATOMIC_RELAXED);
		for (at = g->begin[v]; at < g->begin[v + 1]; at++) {
			other = __atomic_load_n(&label[g->to[at]], __ATOMIC_RELAXED);
			least = other < least ? other : least;
		}
		if (least == __atomic_load_n(&label[v], __ATOMIC_RELAXED))
			continue;
		__atomic_store_n(&label[v], least, __ATOMIC_RELAXED);
		changed++;
	}
	return changed;
}

/**
 * csr_triangles - count triangles
 * @g: the graph, from csr_orient()
 * @from: the first vertex
 * @to: the one after the last
 *
 * Return: how many begin at one of them.
 */
u64 csr_triangles(const struct csr *g, u32 from, u32 to)
{
	u64 at, own, other, n = 0;
	u32 v, w;

	for (v = from; v < to; v++) {
		for (at = g->begin[v]; at < g->begin[v + 1]; at++) {
			w = g->to[at];
			own = g->begin[v];
			other = g->begin[w];
			while (own < g->begin[v + 1] && other < g->begin[w + 1]) {
				const u32 a = g->to[own], b = g->to[other];

				n += a == b;
				own += a <= b;
				other += b <= a;
			}
		}
	}
	return n;
}
