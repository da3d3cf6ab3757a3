/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_DEVICE_H
#define CONTEND_DEVICE_H

int contend_device_init(void);
void contend_device_exit(void);

#endif /* CONTEND_DEVICE_H */
