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

/* An entry of the table that is taken and leads to nothing yet. */
static struct file file_reserved;

/*
 * The table of files, by number. Each operation looks one up, from many threads: so that takes no
 * lock, and writes to nothing but the file. Entries stay where they are, in chunks each as large
 * as all before it, and a number is given once. Files are never freed but used again, as of a
 * kernel's SLAB_TYPESAFE_BY_RCU: who comes too late finds one that is closed, or another one.
 */
#define CHUNK_BITS	6
#define CHUNKS		24
static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static struct file **chunks[CHUNKS];
static u32 files_next;
static struct file *files_free;

static struct file **slot_of(u32 id)
{
	const u32 at = id + (1 << CHUNK_BITS);
	const int chunk = 31 - __builtin_clz(at) - CHUNK_BITS;
	/* Pairs with the release in get_unused_fd_flags(). */
	struct file **entries = chunk < CHUNKS ?
				__atomic_load_n(&chunks[chunk], __ATOMIC_ACQUIRE) : NULL;

	return entries ? &entries[at - (1U << (chunk + CHUNK_BITS))] : NULL;
}

/**
 * get_unused_fd_flags - take a number
 * @flags: none
 *
 * Return: the number; -ENOMEM.
 */
int get_unused_fd_flags(unsigned int flags)
{
	struct file **slot, **entries;
	int ret = -ENOMEM;
	u32 i;

	pthread_mutex_lock(&files_lock);
	slot = slot_of(files_next);
	for (i = 0; !slot && i < CHUNKS; i++) {
		if (chunks[i])
			continue;
		entries = calloc(1U << (i + CHUNK_BITS), sizeof(struct file *));
		if (!entries)
			break;
		__atomic_store_n(&chunks[i], entries, __ATOMIC_RELEASE);
		slot = slot_of(files_next);
	}
	if (slot) {
		__atomic_store_n(slot, &file_reserved, __ATOMIC_RELAXED);
		ret = SHIM_FIRST_FD + files_next++;
	}
	pthread_mutex_unlock(&files_lock);
	return ret;
}

/**
 * put_unused_fd - give it back
 * @fd: the number
 */
void put_unused_fd(unsigned int fd)
{
	__atomic_store_n(slot_of(fd - SHIM_FIRST_FD), NULL, __ATOMIC_RELAXED);
}

/**
 * fd_install - lead it to a file
 * @fd: the number
 * @file: the file
 */
void fd_install(unsigned int fd, struct file *file)
{
	/* Pairs with the acquire in file_get(). */
	__atomic_store_n(slot_of(fd - SHIM_FIRST_FD), file, __ATOMIC_RELEASE);
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
	struct file *file;

	pthread_mutex_lock(&files_lock);
	file = files_free;
	if (file)
		files_free = file->next;
	pthread_mutex_unlock(&files_lock);
	if (!file) {
		file = aligned_alloc(sizeof(*file), sizeof(*file));
		if (!file)
			return ERR_PTR(-ENOMEM);
	}
	file->f_op = fops;
	file->private_data = priv;
	/* Pairs with the acquire in file_get(), for those who come too late. */
	__atomic_store_n(&file->references, 1, __ATOMIC_RELEASE);
	return file;
}

/**
 * fput - let go of a file; the last one closes it
 * @file: the file
 */
void fput(struct file *file)
{
	if (__atomic_sub_fetch(&file->references, 1, __ATOMIC_ACQ_REL))
		return;
	if (file->f_op->release)
		file->f_op->release(NULL, file);
	pthread_mutex_lock(&files_lock);
	file->next = files_free;
	files_free = file;
	pthread_mutex_unlock(&files_lock);
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

/* The file of a number, until fput(); NULL: there is none, or it is being closed. */
static struct file *file_get(int fd)
{
	struct file **slot = slot_of(fd - SHIM_FIRST_FD);
	struct file *file = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : NULL;
	int references;

	if (!file || file == &file_reserved)
		return NULL;
	references = __atomic_load_n(&file->references, __ATOMIC_RELAXED);
	do {
		if (!references)
			return NULL;
	} while (!__atomic_compare_exchange_n(&file->references, &references, references + 1, true,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	/* It may have been closed before, and be another number's now. */
	if (__atomic_load_n(slot, __ATOMIC_RELAXED) == file)
		return file;
	fput(file);
	return NULL;
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
	struct file *file = file_get(fd);
	int ret;

	if (!file)
		return -EBADF;
	ret = file->f_op->unlocked_ioctl(file, cmd, (unsigned long)arg);
	fput(file);
	return ret;
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
	struct file *file = file_get(fd);
	poll_table table = { };
	int ret = -EBADF;

	if (!file)
		return ret;
	if (file->f_op->poll) {
		file->f_op->poll(file, &table);
		shim_wait(*table.wait, file->f_op->poll(file, NULL) & events,
			  ktime_get() + (ktime_t)ms * NSEC_PER_MSEC);
		ret = file->f_op->poll(file, NULL) & events;
	}
	fput(file);
	return ret;
}

/**
 * shim_close - as close(2)
 * @fd: the descriptor; what is done with it meanwhile ends first
 *
 * Return: 0 or -EBADF.
 */
int shim_close(int fd)
{
	struct file **slot = slot_of(fd - SHIM_FIRST_FD);
	struct file *file = slot ? __atomic_load_n(slot, __ATOMIC_ACQUIRE) : NULL;

	if (!file || file == &file_reserved)
		return -EBADF;
	/* Of several only one. */
	if (!__atomic_compare_exchange_n(slot, &file, NULL, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return -EBADF;
	fput(file);
	return 0;
}
