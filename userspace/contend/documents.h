/* SPDX-License-Identifier: GPL-2.0 */
/* Files of documents that runs have left. */
#ifndef CONTEND_DOCUMENTS_H
#define CONTEND_DOCUMENTS_H

#include <jansson.h>
#include <stdbool.h>

json_t *documents_load(const char *path, bool *error);

#endif /* CONTEND_DOCUMENTS_H */
