// SPDX-License-Identifier: GPL-2.0
/* The catalogue of scenarios: a line each. */
#include "scenario.h"

const struct scenario *const scenarios[] = {
	NULL
};
