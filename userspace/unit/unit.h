/* SPDX-License-Identifier: GPL-2.0 */
/* cmocka wants these four in front of it; and speaks TAP when told so. */
#ifndef CONTEND_UNIT_H
#define CONTEND_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_TESTS(tests)	(cmocka_set_message_output(CM_OUTPUT_TAP),	\
				 cmocka_run_group_tests(tests, NULL, NULL))

#endif /* CONTEND_UNIT_H */
