/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_PRESSURE_H
#define CONTEND_PRESSURE_H

#include <linux/types.h>

int pressure_init(void);
void pressure_exit(void);
u64 pressure_given(void);

#endif /* CONTEND_PRESSURE_H */
