// SPDX-License-Identifier: GPL-2.0
/*
 * Documents of a tar archive. It is read, and nothing of it is written anywhere: what its entries
 * are called is of no matter, so that no name can do harm. What it unpacks to has an end, whatever
 * it says.
 */
#ifdef CONTEND_CLIENTS
#include <archive.h>
#include <archive_entry.h>
#endif
#include <errno.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "data_archive.h"

/* What it unpacks to, at most, whether it is a document or not. */
#define UNPACKED_GIB	4
#define BLOCK		(64U << 10)

/**
 * is_archive - whether what input= names is one
 * @path: its path
 *
 * Return: it is called so, and is not a folder.
 */
bool is_archive(const char *path)
{
	static const char *const ends[] = { ".tar", ".tar.gz", ".tar.xz", ".tar.zst" };
	const size_t len = strlen(path);
	struct stat st;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		n = strlen(ends[i]);
		if (len > n && !strcmp(path + len - n, ends[i]))
			return stat(path, &st) || !S_ISDIR(st.st_mode);
	}
	return false;
}

#ifdef CONTEND_CLIENTS
/* An entry that is none of a file's is no document, nor is one that has its bytes elsewhere. */
static int read_entry(struct text *text, struct archive *archive, struct archive_entry *entry,
		      u64 most)
{
	const s64 len = archive_entry_size(entry);
	char *bytes;
	s64 n;

	if (archive_entry_hardlink(entry))
		return 0;
	switch (archive_entry_filetype(entry)) {
	case AE_IFDIR:
	case AE_IFLNK:
		return 0;
	case AE_IFREG:
		break;
	default:
		return -EINVAL;
	}
	if (text->len + len + 1 > most)
		return -EFBIG;
	bytes = text_room(text, len);
	if (!bytes)
		return -ENOMEM;
	n = archive_read_data(archive, bytes, len);
	return n < 0 ? -EBADMSG : text_add(text, n);
}

/* Returns 0; -EBADMSG: the archive says why; another negative errno. */
static int read_all(struct text *text, struct archive *archive, u64 most)
{
	struct archive_entry *entry;
	int got, ret;

	while ((got = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
		const s64 left = ((s64)UNPACKED_GIB << 30) - archive_filter_bytes(archive, 0);

		/* Of its name something may be strange, which nobody asks for. */
		if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
			return -EBADMSG;
		/* The next one is found only by reading this one. */
		if (archive_entry_size(entry) < 0 || archive_entry_size(entry) > left)
			return -EFBIG;
		ret = read_entry(text, archive, entry, most);
		if (ret == -ENOMEM || ret == -EBADMSG)
			return ret;
		text->left_out += ret && ret != -ENODATA;
	}
	return text->documents ? 0 : -ENODATA;
}

static int open_archive(struct archive *archive, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	archive_read_support_format_tar(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	if (archive_read_open_filename(archive, path, BLOCK) == ARCHIVE_OK)
		return 0;
	return archive_errno(archive) == EACCES ? -EACCES : -EBADMSG;
}

static const char *reason_of(struct archive *archive, int error, char *room, size_t size)
{
	switch (error) {
	case EBADMSG:
		snprintf(room, size, "the archive is damaged, or none: %s",
			 archive_error_string(archive) ?: "no reason is known");
		return room;
	case EFBIG:
		snprintf(room, size, "it unpacks to more than %u GiB: name a folder of some of it",
			 UNPACKED_GIB);
		return room;
	case EINVAL:
		return "the archive is no file";
	case ENODATA:
		return "no file in it is text";
	}
	return strerror(error);
}

/**
 * archive_text - read documents of a tar archive, packed or not
 * @text: filled in
 * @path: a file: each plain file in it is a document, as text_read() has it, in the order of the
 *	archive
 * @most: so many bytes; documents that would make it more are left out
 * @why: for the reason
 * @size: its bytes
 *
 * Return: 0; or as text_none().
 */
int archive_text(struct text *text, const char *path, u64 most, char *why, size_t size)
{
	struct archive *archive = archive_read_new();
	char room[160];
	int ret;

	memset(text, 0, sizeof(*text));
	if (!archive)
		return text_none(text, path, -ENOMEM, strerror(ENOMEM), why, size);
	ret = open_archive(archive, path);
	if (!ret)
		ret = read_all(text, archive, most);
	if (ret)
		text_none(text, path, ret, reason_of(archive, -ret, room, sizeof(room)), why, size);
	archive_read_free(archive);
	return ret;
}
#else
int archive_text(struct text *text, const char *path, u64 most, char *why, size_t size)
{
	memset(text, 0, sizeof(*text));
	return text_none(text, path, -EOPNOTSUPP,
			 "this program was linked without libarchive (STATIC=1): unpack it", why,
			 size);
}
#endif
