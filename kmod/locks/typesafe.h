/* SPDX-License-Identifier: GPL-2.0 */
/* The cache in which the locks typesafe_* find things. */
#ifndef CONTEND_LOCKS_TYPESAFE_H
#define CONTEND_LOCKS_TYPESAFE_H

int typesafe_cache_init(void);
void typesafe_cache_exit(void);

#endif /* CONTEND_LOCKS_TYPESAFE_H */
