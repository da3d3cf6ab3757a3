/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_ENGINE_LOOP_H
#define CONTEND_ENGINE_LOOP_H

struct team_worker;

void loop(struct team_worker *w);
void loop_end(struct team_worker *w);

#endif /* CONTEND_ENGINE_LOOP_H */
