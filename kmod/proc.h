/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_PROC_H
#define CONTEND_PROC_H

int contend_proc_init(void);
void contend_proc_exit(void);

#endif /* CONTEND_PROC_H */
