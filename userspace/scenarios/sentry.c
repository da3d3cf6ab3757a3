// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <sched.h>
#include <stdio.h>

#include "sentry.h"

/**
 * sentry_init - prepare a sentry
 * @g: the sentry, in memory that processes may share
 * @breaker: of all users
 * @shed: likewise
 */
void sentry_init(struct sentry *g, const struct breaker_spec *breaker,
		 const struct shed_spec *shed)
{
	memset(g, 0, sizeof(*g));
	breaker_init(&g->breaker, breaker);
	g->shedder.spec = *shed;
}

static bool counts(const struct shedder *s)
{
	return s->spec.kind == SHED_INFLIGHT || s->spec.kind == SHED_BUSTED;
}

/* One of the places, if there is one. */
static bool take(struct shedder *s)
{
	u32 taken = __atomic_load_n(&s->taken, __ATOMIC_RELAXED);

	if (s->spec.kind == SHED_BUSTED) {
		if (taken >= s->spec.most)
			return false;
		/* What others take meanwhile it does not see. */
		sched_yield();
		__atomic_fetch_add(&s->taken, 1, __ATOMIC_RELAXED);
		return true;
	}
	do {
		if (taken >= s->spec.most)
			return false;
	} while (!__atomic_compare_exchange_n(&s->taken, &taken, taken + 1, true,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

static void give_back(struct shedder *s)
{
	__atomic_fetch_sub(&s->taken, 1, __ATOMIC_RELEASE);
}

/* It is let through: the witness of the promise counts it. */
static void count_in(struct shedder *s)
{
	const u32 n = __atomic_add_fetch(&s->under_way, 1, __ATOMIC_RELAXED);
	u32 most = __atomic_load_n(&s->under_way_most, __ATOMIC_RELAXED);

	while (n > most && !__atomic_compare_exchange_n(&s->under_way_most, &most, n, true,
							__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static enum refusal ask(struct sentry *g, u64 due_ns, u64 now)
{
	struct shedder *s = &g->shedder;

	if (__atomic_load_n(&g->health.ill, __ATOMIC_ACQUIRE))
		return REFUSED_ILL;
	if (s->spec.kind == SHED_LATE && now > due_ns && now - due_ns > s->spec.late_ns)
		return REFUSED_LATE;
	if (counts(s) && !take(s))
		return REFUSED_FULL;
	/* The last one: what it lets through, half open, has to be sent. */
	if (breaker_allows(&g->breaker, now)) {
		if (counts(s))
			count_in(s);
		return REFUSED_NOT;
	}
	if (counts(s))
		give_back(s);
	return REFUSED_OPEN;
}

/**
 * sentry_admit - whether a request may be sent now
 * @g: the sentry
 * @due_ns: when it was due
 * @now: the time
 *
 * Context: any task.
 * Return: REFUSED_NOT: it may, and sentry_leave() has to follow; or why not.
 */
enum refusal sentry_admit(struct sentry *g, u64 due_ns, u64 now)
{
	const enum refusal refusal = ask(g, due_ns, now);

	if (refusal)
		__atomic_fetch_add(&g->refused[refusal], 1, __ATOMIC_RELAXED);
	return refusal;
}

/**
 * sentry_leave - a request that was let through is under way no more
 * @g: the sentry
 * @good: the system has answered
 * @now: the time
 *
 * Context: any task.
 */
void sentry_leave(struct sentry *g, bool good, u64 now)
{
	breaker_tell(&g->breaker, good, now);
	if (!counts(&g->shedder))
		return;
	/* In this order: whoever is let through next finds it gone. */
	__atomic_fetch_sub(&g->shedder.under_way, 1, __ATOMIC_RELAXED);
	give_back(&g->shedder);
}

/**
 * sentry_broken - whether a shedder has broken its promise
 * @g: the sentry, when all requests have ended
 * @detail: what is wrong
 * @size: its bytes
 */
bool sentry_broken(const struct sentry *g, char *detail, size_t size)
{
	const struct shedder *s = &g->shedder;

	if (s->under_way_most > s->spec.most && counts(s))
		snprintf(detail, size, "%u requests were under way at once, of %u at most",
			 s->under_way_most, s->spec.most);
	else if (s->taken || s->under_way)
		snprintf(detail, size, "all have ended, and %u places of %u are taken, by %u",
			 s->taken, s->spec.most, s->under_way);
	else
		return false;
	return true;
}

/**
 * health_tell - what a probe has said
 * @h: the health
 * @good: the system has answered in time
 * @now: the time
 *
 * After HEALTH_FAILURES in a row the system is taken for ill, and by the next good one for well.
 *
 * Context: the prober.
 */
void health_tell(struct health *h, bool good, u64 now)
{
	h->probes++;
	h->failed += !good;
	h->failures = good ? 0 : h->failures + 1;
	if (h->ill && good) {
		h->ill_ns += now - h->since_ns;
		__atomic_store_n(&h->ill, false, __ATOMIC_RELEASE);
	} else if (!h->ill && h->failures == HEALTH_FAILURES) {
		h->since_ns = now;
		h->times++;
		__atomic_store_n(&h->ill, true, __ATOMIC_RELEASE);
	}
}

/**
 * health_ill_ns - for how long the system was taken for ill
 * @h: the health
 * @now: the time
 *
 * Context: the prober, or when there is none any more.
 */
u64 health_ill_ns(const struct health *h, u64 now)
{
	return h->ill_ns + (h->ill ? now - h->since_ns : 0);
}

/* What follows a word and a colon; NULL: it does not begin so, or nothing follows. */
static const char *after(const char *word, const char *value, size_t len)
{
	const size_t n = strlen(word);

	return len > n + 1 && !memcmp(value, word, n) && value[n] == ':' ? value + n + 1 : NULL;
}

/**
 * shed_parse - parse a value of shed=
 * @key: not used
 * @field: a struct shed_spec
 * @value: the value, not ended by a zero
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int shed_parse(const struct spec_key *key, void *field, const char *value, size_t len,
	       struct spec_error *error)
{
	const char *most = after("inflight", value, len), *late = after("late", value, len);
	const char *const end = value + len;
	struct shed_spec shed = { };
	u64 n = 0;
	int ret = 0;

	if (most)
		shed.kind = SHED_INFLIGHT;
#ifdef CONTEND_MUTANT
	if (after("busted", value, len)) {
		most = after("busted", value, len);
		shed.kind = SHED_BUSTED;
	}
#endif
	if (most) {
		ret = value_number(&n, most, end - most, most - value, value_counts, 1, 1000000,
				   error);
	} else if (late) {
		shed.kind = SHED_LATE;
		ret = value_number(&shed.late_ns, late, end - late, late - value, value_times, 0,
				   60 * SPEC_NS_PER_S, error);
	} else if (!theme_off(value, len)) {
		return spec_fail(error, 0, "off, inflight:COUNT or late:TIME, as in inflight:64");
	}
	if (ret)
		return ret;
	shed.most = n;
	*(struct shed_spec *)field = shed;
	return 0;
}

/**
 * shed_format - write it
 * @key: not used
 * @field: a struct shed_spec
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int shed_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct shed_spec *shed = field;
	char time[24];

	switch (shed->kind) {
	case SHED_INFLIGHT:
		return snprintf(buf, size, "inflight:%u", shed->most);
	case SHED_BUSTED:
		return snprintf(buf, size, "busted:%u", shed->most);
	case SHED_LATE:
		value_format_time(shed->late_ns, time, sizeof(time));
		return snprintf(buf, size, "late:%s", time);
	case SHED_OFF:
		break;
	}
	return snprintf(buf, size, "off");
}

/**
 * health_parse - parse a value of health=
 * @key: not used
 * @field: nanoseconds in a u64; 0: off
 * @value: the value, not ended by a zero
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int health_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		 struct spec_error *error)
{
	u64 ns = 0;
	int ret = 0;

	if (len && (value[0] < '0' || value[0] > '9') && !theme_off(value, len))
		return spec_fail(error, 0, "off, or a TIME between two probes, as in 100ms");
	if (!theme_off(value, len))
		ret = value_number(&ns, value, len, 0, value_times, 1000000, 60 * SPEC_NS_PER_S,
				   error);
	if (!ret)
		*(u64 *)field = ns;
	return ret;
}

/**
 * health_format - write it
 * @key: not used
 * @field: as for health_parse()
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int health_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const u64 ns = *(const u64 *)field;

	if (!ns)
		return snprintf(buf, size, "off");
	return value_format_time(ns, buf, size);
}
