/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of a report, which without it is none. */
#ifndef CONTEND_MEMORY_H
#define CONTEND_MEMORY_H

#include <stddef.h>

void *memory_more(void *array, size_t n, size_t size);
char *memory_text(const char *text);

#endif /* CONTEND_MEMORY_H */
