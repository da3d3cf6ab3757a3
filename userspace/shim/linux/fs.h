/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_FS_H
#define CONTEND_SHIM_FS_H

/* A file is what the module in the program has opened, see shim/file.c. */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/poll.h>
#include <linux/types.h>

struct inode;
struct file;
struct vm_area_struct;

struct file_operations {
	void *owner;
	int (*release)(struct inode *inode, struct file *file);
	__poll_t (*poll)(struct file *file, poll_table *wait);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	void *llseek;
};

/**
 * struct file - what a descriptor leads to
 * @f_op: what it can do
 * @private_data: its data
 * @references: of its number, and of who uses it just now
 * @next: of those that are closed
 */
struct file {
	const struct file_operations *f_op;
	void *private_data;
	int references;
	struct file *next;
} __attribute__((aligned(64)));

#define noop_llseek		NULL
#define compat_ptr_ioctl	NULL

#endif /* CONTEND_SHIM_FS_H */
