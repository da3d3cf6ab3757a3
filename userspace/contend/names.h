/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that lock=, structure= and engine= may take: the module's where it
 * is loaded, else those that this program was built with.
 */
#ifndef CONTEND_NAMES_H
#define CONTEND_NAMES_H

#include <linux/types.h>

void names_load(int device);
const char *names_at(const char *key, unsigned int i);
int names_check(const char *key, const char *name, size_t len, char *message, size_t size);

#endif /* CONTEND_NAMES_H */
