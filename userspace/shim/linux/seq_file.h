/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SEQ_FILE_H
#define CONTEND_SHIM_SEQ_FILE_H

#include <linux/compiler.h>
#include <stdio.h>

struct seq_file {
	FILE *to;
};

#define seq_puts(m, s)		((void)fputs(s, (m)->to))
#define seq_printf(m, ...)	((void)fprintf((m)->to, __VA_ARGS__))

#endif /* CONTEND_SHIM_SEQ_FILE_H */
