/* SPDX-License-Identifier: GPL-2.0 */
/* A distribution as HdrHistogram's tools read it. */
#ifndef CONTEND_HGRM_H
#define CONTEND_HGRM_H

#include <stdio.h>

#include "lib/hist.h"

void hgrm_write(FILE *out, const struct hist *h);

#endif /* CONTEND_HGRM_H */
