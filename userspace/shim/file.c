// SPDX-License-Identifier: GPL-2.0
/*
 * What the module in the program opens: linux/fs.h and what goes with it. A descriptor is a
 * number above those that a process has of its kernel.
 */
#include <errno.h>
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "engine/admit.h"
#include "shim.h"

static DEFINE_XARRAY_ALLOC1(files);
static const struct file_operations *shim_device;

/**
 * xa_alloc_cyclic - enter something under a number that was not used lately
 * @xa: the table
 * @id: the number
 * @entry: what
 * @limit: 31 bits
 * @next: where the numbers have got to
 * @gfp: as all memory
 *
 * Return: 0 or -ENOMEM.
 */
int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	int ret = 0;

	xa_lock(xa);
	if (*next + 1 >= xa->size) {
		unsigned long size = xa->size ? 2 * xa->size : 64;
		void **grown = reallocarray(xa->entry, size, sizeof(*grown));

		if (grown) {
			memset(grown + xa->size, 0, (size - xa->size) * sizeof(*grown));
			xa->entry = grown;
			xa->size = size;
		} else {
			ret = -ENOMEM;
		}
	}
	if (!ret) {
		*id = ++*next;
		xa->entry[*id] = entry;
	}
	xa_unlock(xa);
	return ret;
}

/**
 * xa_erase - take something out
 * @xa: the table
 * @id: its number
 */
void xa_erase(struct xarray *xa, unsigned long id)
{
	xa_lock(xa);
	xa->entry[id] = NULL;
	xa_unlock(xa);
}

static u32 files_next;

/* A number that is taken and leads to nothing yet. */
static struct file file_reserved;

/**
 * get_unused_fd_flags - take a number
 * @flags: none
 *
 * Return: the number; -ENOMEM.
 */
int get_unused_fd_flags(unsigned int flags)
{
	u32 id;
	int ret = xa_alloc_cyclic(&files, &id, &file_reserved, xa_limit_31b, &files_next,
				  GFP_KERNEL);

	return ret ?: (int)(SHIM_FIRST_FD + id);
}

/**
 * put_unused_fd - give it back
 * @fd: the number
 */
void put_unused_fd(unsigned int fd)
{
	xa_erase(&files, fd - SHIM_FIRST_FD);
}

/**
 * fd_install - lead it to a file
 * @fd: the number
 * @file: the file
 */
void fd_install(unsigned int fd, struct file *file)
{
	xa_lock(&files);
	files.entry[fd - SHIM_FIRST_FD] = file;
	xa_unlock(&files);
}

/**
 * anon_inode_getfile - make a file
 * @name: for nobody
 * @fops: what it can do
 * @priv: its data
 * @flags: none
 *
 * Return: the file; -ENOMEM.
 */
struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_op = fops;
	file->private_data = priv;
	return file;
}

/**
 * fput - close a file
 * @file: the file
 */
void fput(struct file *file)
{
	if (file->f_op->release)
		file->f_op->release(NULL, file);
	kfree(file);
}

/**
 * misc_register - the device of the module in the program
 * @device: the device
 *
 * Return: 0.
 */
int misc_register(struct miscdevice *device)
{
	shim_device = device->fops;
	return 0;
}

/**
 * misc_deregister - the reverse
 * @device: the device
 */
void misc_deregister(struct miscdevice *device)
{
	shim_device = NULL;
}

static struct file *file_of(int fd)
{
	struct file *file;

	xa_lock(&files);
	file = xa_load(&files, fd - SHIM_FIRST_FD);
	xa_unlock(&files);
	return file == &file_reserved ? NULL : file;
}

/**
 * shim_open - open the device of the module in the program
 * @threads: how many threads the program will have at a time; the first call decides
 *
 * Return: a descriptor; -ENOMEM, or why the module cannot be.
 */
int shim_open(unsigned int threads)
{
	static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
	struct file *file;
	int ret = 0, fd;

	pthread_mutex_lock(&once);
	if (!shim_device)
		ret = shim_cpus_init(threads) ?: shim_module_init();
	/* There is no root who could set it: as many as the grammar has. */
	contend_max_workers = 1024;
	pthread_mutex_unlock(&once);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(0);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile("[contend]", shim_device, NULL, 0);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

/**
 * shim_ioctl - as ioctl(2)
 * @fd: a descriptor
 * @cmd: the command
 * @arg: its struct
 *
 * Return: what the command returns; -EBADF.
 */
int shim_ioctl(int fd, unsigned int cmd, void *arg)
{
	struct file *file = file_of(fd);

	return file ? file->f_op->unlocked_ioctl(file, cmd, (unsigned long)arg) : -EBADF;
}

/**
 * shim_poll - as poll(2) with one descriptor
 * @fd: the descriptor
 * @events: for what
 * @ms: how long to wait at most
 *
 * Return: those of @events that hold; 0 not in this time; -EBADF.
 */
int shim_poll(int fd, short events, int ms)
{
	struct file *file = file_of(fd);
	poll_table table = { };

	if (!file || !file->f_op->poll)
		return -EBADF;
	file->f_op->poll(file, &table);
	shim_wait(*table.wait, file->f_op->poll(file, NULL) & events,
		  ktime_get() + (ktime_t)ms * NSEC_PER_MSEC);
	return file->f_op->poll(file, NULL) & events;
}

/**
 * shim_close - as close(2)
 * @fd: the descriptor
 *
 * Return: 0 or -EBADF.
 */
int shim_close(int fd)
{
	struct file *file = file_of(fd);

	if (!file)
		return -EBADF;
	put_unused_fd(fd);
	fput(file);
	return 0;
}
