/* SPDX-License-Identifier: GPL-2.0 */
/* Which pictures there are of the cases of a world. */
#ifndef CONTEND_ALBUM_H
#define CONTEND_ALBUM_H

#include "picture.h"
#include "shown.h"

/**
 * struct album - pictures
 * @picture: each
 * @n: how many
 */
struct album {
	struct picture *picture;
	size_t n;
};

char *album_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct picture *album_picture(struct album *a, const struct world *w, const char *name, char *title,
			      const char *caption);
char *album_part(const struct world *w, size_t part);
void picture_caption(struct picture *p, const char *more);

/* What album_add() makes, each kind in a file of its own. */
void sweeps(struct album *a, const struct world *w);
void shares(struct album *a, const struct world *w);
void courses(struct album *a, const struct world *w);
void requests(struct album *a, const struct world *w);
void deaths(struct album *a, const struct world *w);

int album_add(struct album *a, const struct world *w, char *message, size_t size);
void album_free(struct album *a);
const char *album_name_at(unsigned int i, const void *data);

#endif /* CONTEND_ALBUM_H */
