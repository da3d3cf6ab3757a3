/* SPDX-License-Identifier: GPL-2.0 */
/* Documents of a tar archive, by libarchive, where the program is linked with that. */
#ifndef CONTEND_DATA_ARCHIVE_H
#define CONTEND_DATA_ARCHIVE_H

#include <stdbool.h>

#include "data_count.h"

bool is_archive(const char *path);
int archive_text(struct text *text, const char *path, u64 most, char *why, size_t size);

#endif /* CONTEND_DATA_ARCHIVE_H */
