/* SPDX-License-Identifier: GPL-2.0 */
/* Who reads: a person at a terminal, and how wide that is. */
#ifndef CONTEND_TERMINAL_H
#define CONTEND_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

bool on_terminal(int fd);
unsigned int columns_of(int fd);
unsigned int columns(void);
const char *colour(FILE *out, const char *sequence);
void write_wrapped(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* CONTEND_TERMINAL_H */
