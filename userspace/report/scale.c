// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scale.h"

/* A tenth of a pixel is the unit: a line may be off by half a pixel. */
#define PIXEL		10
#define OFF		(PIXEL / 2)

/* What rounding may have done. */
#define NEAR		0.000000001

/**
 * axis_take - make an axis reach a value
 * @a: the axis
 * @value: what it shall have; NaN, infinity and what a logarithm has not are left out
 */
void axis_take(struct axis *a, double value)
{
	if (!isfinite(value) || (a->log && value <= 0))
		return;
	if (a->most < a->least) {
		a->least = value;
		a->most = value;
		return;
	}
	a->least = fmin(a->least, value);
	a->most = fmax(a->most, value);
}

/* The next of 1, 2 and 5 times a power of ten, below or above a value more than 0. */
static double round_to(double value, bool up)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(value) + NEAR));
	int i;

	if (up) {
		for (i = 0; i < 3 && steps[i] * power < value * (1 - NEAR); i++)
			;
		return steps[i] * power;
	}
	for (i = 3; i > 0 && steps[i] * power > value * (1 + NEAR); i--)
		;
	return steps[i] * power;
}

/* How far ticks are from each other where there is room for so many. */
static double step_of(const struct axis *a, unsigned int room)
{
	const double span = a->most - a->least;

	return span > 0 ? round_to(span / (room ?: 1), true) : 1;
}

/**
 * axis_round - make an axis end at round values
 * @a: the axis, which has taken all that is on it
 */
void axis_round(struct axis *a)
{
	double step;

	if (a->most < a->least) {
		a->least = a->log ? 1 : 0;
		a->most = a->log ? 10 : 1;
	}
	if (a->log) {
		a->least = round_to(a->least, false);
		a->most = round_to(a->most, true);
		if (a->most < a->least * 1.5) {
			a->least /= 2;
			a->most *= 2;
		}
		return;
	}
	if (a->zero) {
		a->least = fmin(a->least, 0);
		a->most = fmax(a->most, 0);
	}
	if (a->most == a->least) {
		a->most += a->most ? fabs(a->most) : 1;
		if (!a->zero)
			a->least -= (a->most - a->least) / 2;
	}
	step = step_of(a, 10);
	a->least = step * floor(a->least / step + NEAR);
	a->most = step * ceil(a->most / step - NEAR);
}

/**
 * axis_at - where a value is
 * @a: the axis, after axis_round()
 * @value: the value
 *
 * Return: from 0 at the low end to 1 at the high one; what is beyond is at the end.
 */
double axis_at(const struct axis *a, double value)
{
	double at;

	if (a->log)
		at = value <= 0 ? 0 : log(value / a->least) / log(a->most / a->least);
	else
		at = (value - a->least) / (a->most - a->least);
	return at > 1 ? 1 : at > 0 ? at : 0;
}

static bool inside(const struct axis *a, double value)
{
	return value >= a->least * (a->least > 0 ? 1 - NEAR : 1) - NEAR * NEAR &&
	       value <= a->most * (1 + NEAR) + NEAR * NEAR;
}

static size_t linear_ticks(const struct axis *a, unsigned int room, double *tick)
{
	const double step = step_of(a, room);
	double value = step * ceil(a->least / step - NEAR);
	size_t n = 0;

	for (; n < TICKS_MOST && inside(a, value); value += step)
		tick[n++] = fabs(value) < step / 1000 ? 0 : value;
	return n;
}

static size_t log_ticks(const struct axis *a, unsigned int room, double *tick)
{
	static const double within[] = { 1, 2, 5 };
	const double decades = log10(a->most / a->least);
	const int first = floor(log10(a->least) + NEAR), last = ceil(log10(a->most) - NEAR);
	/* All of 1, 2 and 5, powers of ten, or each second, third ... of these. */
	const int parts = 3 * decades <= room ? 3 : 1;
	const int every = decades > room ? ceil(decades / (room ?: 1)) : 1;
	size_t n = 0;
	int power, i;

	for (power = first; power <= last; power++)
		for (i = 0; i < parts && n < TICKS_MOST && !(power % every); i++)
			if (inside(a, within[i] * pow(10, power)))
				tick[n++] = within[i] * pow(10, power);
	return n;
}

/**
 * axis_ticks - where to write values
 * @a: the axis, after axis_round()
 * @room: how many there is room for
 * @tick: filled in, from the low end
 *
 * Return: how many.
 */
size_t axis_ticks(const struct axis *a, unsigned int room, double tick[TICKS_MOST])
{
	size_t n = 0, i;

	if (a->nticks) {
		for (i = 0; i < a->nticks && i < TICKS_MOST; i++)
			if (inside(a, a->tick[i]))
				tick[n++] = a->tick[i];
		return n;
	}
	if (!a->log)
		return linear_ticks(a, room, tick);
	n = log_ticks(a, room, tick);
	return n > 1 ? n : linear_ticks(a, room, tick);
}

/* Of each column of pixels the first point, the last, the least and the greatest are seen. */
static size_t thin_columns(struct spot *spot, size_t n)
{
	size_t i, begin, kept = 0;

	for (begin = 0; begin < n; begin = i) {
		size_t low = begin, high = begin, last, k;

		for (i = begin; i < n && spot[i].x / PIXEL == spot[begin].x / PIXEL; i++) {
			if (spot[i].y < spot[low].y)
				low = i;
			if (spot[i].y > spot[high].y)
				high = i;
		}
		last = i - 1;
		for (k = begin; k <= last; k++)
			if (k == begin || k == low || k == high || k == last)
				spot[kept++] = spot[k];
	}
	return kept;
}

/* How far a point is from the line between two others. */
static double distance(struct spot p, struct spot a, struct spot b)
{
	const double dx = b.x - a.x, dy = b.y - a.y, length = hypot(dx, dy);

	if (!length)
		return hypot(p.x - a.x, p.y - a.y);
	return fabs(dx * (p.y - a.y) - dy * (p.x - a.x)) / length;
}

/* Mark what is needed between two points that are kept: D. Douglas and T. Peucker, 1973. */
static void keep_between(const struct spot *spot, bool *keep, size_t first, size_t last)
{
	double far = OFF;
	size_t i, worst = 0;

	for (i = first + 1; i < last; i++) {
		const double d = distance(spot[i], spot[first], spot[last]);

		if (d > far) {
			far = d;
			worst = i;
		}
	}
	if (!worst)
		return;
	keep[worst] = true;
	keep_between(spot, keep, first, worst);
	keep_between(spot, keep, worst, last);
}

/**
 * spots_thin - leave the points that are seen
 * @spot: the points of a line, from left to right; what is kept comes first
 * @n: how many
 *
 * Return: how many are kept, no more than four a pixel. The line through them is half a pixel
 * from where each of the others was, or nearer.
 */
size_t spots_thin(struct spot *spot, size_t n)
{
	size_t i, kept = 0;
	bool *keep;

	if (n < 3)
		return n;
	n = thin_columns(spot, n);
	keep = calloc(n, sizeof(*keep));
	if (!keep)
		abort();
	keep[0] = true;
	keep[n - 1] = true;
	keep_between(spot, keep, 0, n - 1);
	for (i = 0; i < n; i++)
		if (keep[i])
			spot[kept++] = spot[i];
	free(keep);
	return kept;
}
