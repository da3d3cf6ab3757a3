// SPDX-License-Identifier: GPL-2.0
/*
 * A file is written beside its place and renamed to it: whatever ends this program, it is
 * the document of before or that of now, whole. A file that cannot be replaced, such as a
 * pipe, is written in place, once, at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/string.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "report/terminal.h"

/* As many links as the kernel follows: path_resolution(7). */
#define MAX_LINKS	40

/* A new file beside @path, of this name. */
#define BESIDE		".contend.XXXXXX"

static unsigned long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* How much of a path is its directory, with the slash. */
static int dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash - path + 1 : 0;
}

/* Where a file is, or will be, that links lead to. */
static int follow(const char *file, char *path, size_t size)
{
	char link[PATH_MAX], next[PATH_MAX];
	struct stat st;
	ssize_t len;
	int i;

	if (strscpy(path, file, size) < 0)
		return -ENAMETOOLONG;
	/* What is open already: a link to it says of a pipe only that it is one. */
	if (!strncmp(path, "/dev/fd/", 8) || (!stat(path, &st) && !S_ISREG(st.st_mode)))
		return 0;
	for (i = 0; i < MAX_LINKS; i++) {
		if (!strncmp(path, "/proc/", 6))
			return 0;
		len = readlink(path, link, sizeof(link) - 1);
		if (len < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		link[len] = '\0';
		len = snprintf(next, sizeof(next), "%.*s%s", link[0] == '/' ? 0 : dir_len(path),
			       path, link);
		if (len >= (ssize_t)sizeof(next) || strscpy(path, next, size) < 0)
			return -ENAMETOOLONG;
	}
	return -ELOOP;
}

/* An open file beside @path, and its name: fd or -errno. */
static int open_beside(const char *path, char *name, size_t size)
{
	int fd;

	if (snprintf(name, size, "%.*s" BESIDE, dir_len(path), path) >= (int)size)
		return -ENAMETOOLONG;
	fd = mkostemp(name, O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Whether a new file can take the place of the one at @path: 1; 0 when that is none that
 * can be replaced, but can be written; else -errno.
 */
static int replaceable(const char *path)
{
	char name[PATH_MAX];
	struct stat st;
	int fd, exists = !stat(path, &st);

	if (!exists && errno != ENOENT)
		return -errno;
	if (exists && S_ISDIR(st.st_mode))
		return -EISDIR;
	if (exists && access(path, W_OK))
		return -errno;
	/* There it is open and others have it; what is another's stays his. */
	if (exists && (!S_ISREG(st.st_mode) || !strncmp(path, "/proc/", 6) ||
		       !strncmp(path, "/dev/fd/", 8) || (geteuid() && st.st_uid != geteuid())))
		return 0;
	fd = open_beside(path, name, sizeof(name));
	/* Without room for another one, this one would be cut off. */
	if (fd == -EACCES || fd == -EROFS || fd == -EPERM)
		return exists ? 0 : fd;
	if (fd < 0)
		return fd;
	close(fd);
	unlink(name);
	return 1;
}

/* As an open(2) of the old one would have left it, or of a new one made it. */
static void take_mode(int fd, const char *path)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	if (stat(path, &st)) {
		fchmod(fd, 0666 & ~mask);
		return;
	}
	/* No other group gets what that one had. */
	if (fchown(fd, geteuid() ? (uid_t)-1 : st.st_uid, st.st_gid))
		st.st_mode &= ~070;
	fchmod(fd, st.st_mode & 07777);
}

/* An interrupt while it is written would be an error of the file's. */
static void hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

static int write_in_place(const char *path, output_fn fn, const void *document)
{
	FILE *out;
	int ret;

	/* A pipe may never have a reader: that can be interrupted. */
	hold_signals(SIG_UNBLOCK);
	out = fopen(path, "we");
	ret = out ? 0 : -errno;
	hold_signals(SIG_BLOCK);
	if (!out)
		return ret;
	errno = 0;
	ret = fn(out, document);
	if (fclose(out) || ret)
		return -errno ?: -ENOMEM;
	return 0;
}

static int replace(const char *path, output_fn fn, const void *document)
{
	char name[PATH_MAX];
	int fd, ret, bad;
	FILE *out;

	fd = open_beside(path, name, sizeof(name));
	if (fd < 0)
		return fd;
	out = fdopen(fd, "w");
	if (!out) {
		ret = -errno;
		close(fd);
		goto out;
	}
	take_mode(fd, path);
	errno = 0;
	bad = fn(out, document);
	bad |= !bad && fsync(fd);
	bad |= fclose(out);
	ret = bad ? -errno ?: -ENOMEM : 0;
	if (!ret && rename(name, path))
		ret = -errno;
out:
	if (ret)
		unlink(name);
	/* A file that is a mount point of its own is there to be written. */
	return ret == -EBUSY ? write_in_place(path, fn, document) : ret;
}

/**
 * output_check - whether a file can be written, before anything is done for it
 * @file: its name, or NULL for stdout
 * @inputs: files that are read, none of which it may be
 * @n: how many
 *
 * Changes nothing. What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int output_check(const char *file, char **inputs, int n)
{
	struct stat to, from;
	char path[PATH_MAX];
	int i, ret = 0;

	for (i = 0; i < n && file && !stat(file, &to); i++) {
		if (stat(inputs[i], &from) || from.st_dev != to.st_dev || from.st_ino != to.st_ino)
			continue;
		fprintf(stderr, "contend: cannot write %s: it is what is read\n", file);
		return -1;
	}
	if (file)
		ret = follow(file, path, sizeof(path)) ?: replaceable(path);
	if (ret < 0)
		fprintf(stderr, "contend: cannot write %s: %s\n", file, strerror(-ret));
	return ret < 0 ? -1 : 0;
}

/**
 * output_on_screen - whether a document would go to a terminal that is for no one to read
 * @file: where to, or NULL for stdout
 * @what: it is
 * @remedy: the option that gives it a file
 *
 * Told on stderr.
 *
 * Return: whether it would.
 */
bool output_on_screen(const char *file, const char *what, const char *remedy)
{
	if (file || !on_terminal(STDOUT_FILENO))
		return false;
	fprintf(stderr, "contend: %s is not for a terminal: give it a file, %s, or a pipe\n", what,
		remedy);
	return true;
}

static int write_to(const char *file, output_fn fn, const void *document, bool keep)
{
	char path[PATH_MAX];
	int ret = 0;

	hold_signals(SIG_BLOCK);
	if (file) {
		ret = follow(file, path, sizeof(path)) ?: replaceable(path);
		if (ret >= 0)
			ret = ret ? replace(path, fn, document) :
				    write_in_place(path, fn, document);
		if (ret)
			fprintf(stderr, "contend: cannot write %s: %s%s\n", file, strerror(-ret),
				keep ? ": what it should hold is on stdout" : "");
	}
	/* main() tells what is wrong with it. */
	if (!file || (ret && keep))
		fn(stdout, document);
	hold_signals(SIG_UNBLOCK);
	return ret ? -1 : 0;
}

/**
 * output_write - write a document that took its time, and would be lost
 * @file: where to, or NULL for stdout, which main() judges
 * @fn: writes it
 * @document: what it is given
 *
 * A document that the file cannot take goes to stdout. What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int output_write(const char *file, output_fn fn, const void *document)
{
	return write_to(file, fn, document, true);
}

/**
 * output_make - write what the same command makes again at once: a page, a timeline
 * @file: where to, or NULL for stdout, which main() judges
 * @fn: writes it
 * @document: what it is given
 *
 * What the file cannot take is nowhere. What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int output_make(const char *file, output_fn fn, const void *document)
{
	return write_to(file, fn, document, false);
}

/**
 * output_init - begin a document
 * @o: the document
 * @format: how it is written
 * @file: where to, which output_check() has looked at, or NULL for stdout
 */
void output_init(struct output *o, const struct format *format, const char *file)
{
	*o = (struct output){ .format = format, .file = file, .keep = file };
	/* What stdout has been told need not be kept. */
	if (!file && !format->result)
		o->keep = getenv("CONTEND_PARTIAL");
}

struct whole {
	const struct format *format;
	const struct document *d;
};

static int write_whole(FILE *out, const void *document)
{
	const struct whole *whole = document;

	return format_write(whole->format, out, whole->d);
}

/* What is there and stdout has not been told. */
static void tell(struct output *o, const struct document *d)
{
	if (!o->told && o->format->begin)
		o->format->begin(stdout, d);
	for (; o->told < d->n; o->told++)
		o->format->result(stdout, d, o->told);
	fflush(stdout);
}

/**
 * output_result - a result more is there
 * @o: from output_init()
 * @d: has it as its last one
 *
 * What can't be written here cannot at the end either, and is told then.
 */
void output_result(struct output *o, const struct document *d)
{
	const struct whole whole = { o->format, d };
	unsigned long long begin = now_ns();
	char path[PATH_MAX];

	hold_signals(SIG_BLOCK);
	if (!o->file && o->format->result)
		tell(o, d);
	if (o->keep && begin >= o->next_ns && !follow(o->keep, path, sizeof(path)) &&
	    replaceable(path) > 0) {
		replace(path, write_whole, &whole);
		o->next_ns = now_ns() + 9 * (now_ns() - begin);
	}
	hold_signals(SIG_UNBLOCK);
}

/**
 * output_end - all results are there that there will be
 * @o: from output_init()
 * @d: the results
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int output_end(struct output *o, const struct document *d)
{
	const struct whole whole = { o->format, d };
	int ret = 0;

	if (o->file || !o->format->result) {
		ret = output_write(o->file, write_whole, &whole);
	} else {
		hold_signals(SIG_BLOCK);
		tell(o, d);
		if (o->format->end)
			o->format->end(stdout, d);
		hold_signals(SIG_UNBLOCK);
	}
	if (o->keep && o->keep != o->file)
		unlink(o->keep);
	return ret;
}
