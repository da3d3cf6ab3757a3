// SPDX-License-Identifier: GPL-2.0
/* The catalogue of scenarios: a line each. */
#include "scenario.h"

extern const struct scenario web_scenario;
extern const struct scenario pool_scenario;
extern const struct scenario cache_scenario;
extern const struct scenario frames_scenario;
extern const struct scenario data_scenario;
extern const struct scenario orders_scenario;

const struct scenario *const scenarios[] = {
	&web_scenario,
	&pool_scenario,
	&cache_scenario,
	&frames_scenario,
	&data_scenario,
	&orders_scenario,
	NULL
};
