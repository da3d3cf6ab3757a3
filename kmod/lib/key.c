// SPDX-License-Identifier: GPL-2.0
/* The kinds of keys that a table is made of: each parses a value into a field, and writes it. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "key.h"

int key_parse_name(const struct spec_key *key, void *field, const char *value, size_t len,
		   struct spec_error *error)
{
	return value_name(field, value, len, 0, error);
}

int key_format_name(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", (const char *)field);
}

int key_parse_u32(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error)
{
	u64 number;
	int ret = value_number(&number, value, len, 0, value_counts, key->least, key->most, error);

	if (!ret)
		*(u32 *)field = number;
	return ret;
}

int key_format_u32(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%u", *(const u32 *)field);
}

int key_parse_u64(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error)
{
	return value_number(field, value, len, 0, value_counts, key->least, key->most, error);
}

int key_format_u64(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%llu", *(const unsigned long long *)field);
}

int key_parse_time(const struct spec_key *key, void *field, const char *value, size_t len,
		   struct spec_error *error)
{
	return value_number(field, value, len, 0, value_times, key->least, key->most, error);
}

int key_format_time(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return value_format_time(*(const u64 *)field, buf, size);
}

int key_parse_keys(const struct spec_key *key, void *field, const char *value, size_t len,
		   struct spec_error *error)
{
	return value_keys(field, value, len, error);
}

int key_format_keys(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return value_format_keys(field, buf, size);
}

int key_parse_delay(const struct spec_key *key, void *field, const char *value, size_t len,
		    struct spec_error *error)
{
	return value_delay(field, key->words, value, len, key->most, error);
}

int key_format_delay(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return value_format_delay(field, key->words, buf, size);
}

int key_parse_word(const struct spec_key *key, void *field, const char *value, size_t len,
		   struct spec_error *error)
{
	int word = value_word(key->words, value, len, error);

	if (word < 0)
		return word;
	*(unsigned int *)field = word;
	return 0;
}

int key_format_word(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", key->words[*(const unsigned int *)field]);
}
