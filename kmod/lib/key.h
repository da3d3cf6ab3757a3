/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of keys that a table of struct spec_key is made of. Each has a pair of functions, as
 * spec_key.parse and .format have it, and a macro that enters them for a field of a struct:
 *
 *	NAME	char[SPEC_NAME_LEN]
 *	U32	a count from least to most, in a u32
 *	U64	likewise, in a u64
 *	TIME	nanoseconds from least to most, in a u64
 *	KEYS	struct keys_spec
 *	DELAY	struct delay_spec, by the words of value.h, at most so long
 *	WORD	an enum whose values are the words' indices
 *
 * None of these functions locks or sleeps.
 */
#ifndef CONTEND_KEY_H
#define CONTEND_KEY_H

#include "spec.h"

#define KEY_KIND(_kind)								\
	int key_parse_##_kind(const struct spec_key *key, void *field,		\
			      const char *value, size_t len, struct spec_error *error);	\
	int key_format_##_kind(const struct spec_key *key, const void *field,	\
			       char *buf, size_t size)

KEY_KIND(name);
KEY_KIND(u32);
KEY_KIND(u64);
KEY_KIND(time);
KEY_KIND(keys);
KEY_KIND(delay);
KEY_KIND(word);

#define KEY_OF(_kind, _type, _field)						\
	.parse = key_parse_##_kind, .format = key_format_##_kind, .offset = offsetof(_type, _field)

#define KEY_NAME(_type, _field)	KEY_OF(name, _type, _field)
#define KEY_KEYS(_type, _field)	KEY_OF(keys, _type, _field)

#define KEY_U32(_type, _field, _least, _most)					\
	KEY_OF(u32, _type, _field), .least = (_least), .most = (_most)

#define KEY_U64(_type, _field, _least, _most)					\
	KEY_OF(u64, _type, _field), .least = (_least), .most = (_most)

#define KEY_TIME(_type, _field, _least, _most)					\
	KEY_OF(time, _type, _field), .least = (_least), .most = (_most)

#define KEY_DELAY(_type, _field, _words, _most)					\
	KEY_OF(delay, _type, _field), .words = (_words), .most = (_most)

#define KEY_WORD(_type, _field, ...)						\
	KEY_OF(word, _type, _field), .words = (const char *const []){ __VA_ARGS__, NULL }

#endif /* CONTEND_KEY_H */
