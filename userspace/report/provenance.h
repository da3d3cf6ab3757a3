/* SPDX-License-Identifier: GPL-2.0 */
/* Where a document comes from: when, by what, and on which machine. */
#ifndef CONTEND_PROVENANCE_H
#define CONTEND_PROVENANCE_H

#include <jansson.h>

char *provenance_command(int argc, char **argv);
json_t *provenance_json(int argc, char **argv);

#endif /* CONTEND_PROVENANCE_H */
