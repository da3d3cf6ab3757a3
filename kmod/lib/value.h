/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values of the grammar: how a number, a name, a distribution is read and written.
 * lib/spec.h says what each looks like.
 *
 * None of these functions locks or sleeps. A text is not ended by a zero; what is written is,
 * as snprintf() does it.
 */
#ifndef CONTEND_VALUE_H
#define CONTEND_VALUE_H

#include <linux/types.h>

#define SPEC_NAME_LEN	32	/* as CONTEND_NAME_LEN */
#define SPEC_VERBS	12
#define SPEC_MESSAGE	192

#define SPEC_NS_PER_S	1000000000ULL

enum keys_kind { KEYS_UNIFORM, KEYS_SEQ, KEYS_ZIPF };

/**
 * struct keys_spec - a distribution of keys
 * @kind: its shape
 * @theta_milli: for Zipf, 1000 times the exponent
 * @range: number of keys, 1 to 2^20
 */
struct keys_spec {
	enum keys_kind kind;
	u32 theta_milli;
	u32 range;
};

/**
 * struct share_spec - one of several names and its weight
 * @name: the name
 * @share: the weight, or of what is no weight its value
 */
struct share_spec {
	char name[SPEC_NAME_LEN];
	u64 share;
};

/**
 * struct mix_spec - several names, each with its weight
 * @n: how many; 0 for what is chosen where nothing is said
 * @of: each
 */
struct mix_spec {
	u32 n;
	struct share_spec of[SPEC_VERBS];
};

/**
 * struct mix_kind - what stands in such a list
 * @name: what the names are
 * @share: what the weights are
 * @least: least weight; where it is 0, not all of them are
 * @most: greatest weight
 * @units: they are no weights, and each is for itself: what they may be followed by. NULL: weights,
 *	which are counts
 * @identifiers: the names are letters, digits and '_', and begin with no digit
 */
struct mix_kind {
	const char *name;
	const char *share;
	u64 least;
	u64 most;
	bool identifiers;
	const struct unit *units;
};

enum delay_kind { DELAY_NONE, DELAY_FIXED, DELAY_UNIFORM, DELAY_EXP };

/**
 * struct delay_spec - a distribution of times
 * @kind: its shape
 * @least_ns: uniform: from here
 * @most_ns: uniform: to here; fixed: the time; exponential: the mean
 */
struct delay_spec {
	enum delay_kind kind;
	u64 least_ns;
	u64 most_ns;
};

/* Where a worker works: each one can interrupt those before it on its CPU. */
enum spec_context { CONTEXT_TASK, CONTEXT_SOFTIRQ, CONTEXT_HARDIRQ, SPEC_CONTEXTS };

/**
 * struct spec_error - why a text is not a spec
 * @offset: byte in the text where the wrong word or value begins
 * @message: what is wrong and what would be right, one line without newline
 */
struct spec_error {
	size_t offset;
	char message[SPEC_MESSAGE];
};

/* An error at a place: @at is a pointer into the text that is being parsed. */
#define spec_fail(error, at, ...)						\
	({									\
		(error)->offset = (size_t)(at);					\
		snprintf((error)->message, sizeof((error)->message), __VA_ARGS__); \
		-EINVAL;							\
	})

/**
 * struct unit - what a number may be followed by
 * @name: the letters
 * @factor: what they multiply it with
 */
struct unit {
	const char *name;
	u64 factor;
};

extern const struct unit value_counts[];
extern const struct unit value_times[];
extern const struct unit value_settings[];
extern const char *const spec_contexts[];
extern const char *const value_delays[];
extern const char *const value_arrivals[];

/**
 * value_printable - how much of a text a message has: no terminal or log is upset by more
 * @len: its bytes
 *
 * Return: for printf's "%.*s".
 */
static inline int value_printable(size_t len)
{
	return len < 40 ? len : 40;
}

bool value_name_char(char c);
int value_number(u64 *number, const char *value, size_t len, size_t offset,
		 const struct unit *units, u64 least, u64 most, struct spec_error *error);
int value_name(char *to, const char *value, size_t len, size_t offset, struct spec_error *error);
int value_mix(struct mix_spec *to, const struct mix_kind *kind, const char *value, size_t len,
	      struct spec_error *error);
int value_word(const char *const *words, const char *value, size_t len,
	       struct spec_error *error);
int value_contexts(u32 *to, const char *value, size_t len, struct spec_error *error);
int value_keys(struct keys_spec *to, const char *value, size_t len, struct spec_error *error);
int value_delay(struct delay_spec *to, const char *const *words, const char *value, size_t len,
		u64 most, struct spec_error *error);
int value_format_time(u64 ns, char *buf, size_t size);
int value_format_mix(const struct mix_spec *mix, char *buf, size_t size);
int value_format_contexts(const u32 *context, char *buf, size_t size);
int value_format_keys(const struct keys_spec *k, char *buf, size_t size);
int value_format_delay(const struct delay_spec *d, const char *const *words, char *buf,
		       size_t size);

#endif /* CONTEND_VALUE_H */
