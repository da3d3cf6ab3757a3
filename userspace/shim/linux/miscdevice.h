/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MISCDEVICE_H
#define CONTEND_SHIM_MISCDEVICE_H

#include <linux/fs.h>

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	mode_t mode;
};

#define MISC_DYNAMIC_MINOR	255

int misc_register(struct miscdevice *device);
void misc_deregister(struct miscdevice *device);

#endif /* CONTEND_SHIM_MISCDEVICE_H */
