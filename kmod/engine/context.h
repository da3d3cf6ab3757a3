/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A worker in an interrupt: context=softirq, context=hardirq.
 *
 * It has a timer of its own on its CPU, and each time that it fires it works for a
 * while: wherever the task of that CPU is, also inside a section of the lock. What an
 * interrupt must not do its thread does for it: allocate, free, wait for a grace
 * period, wake others.
 *
 *	thread, bound    fill the stock           tend the stock when it is called
 *	timer            |  work  |    gap    |  work  |    gap    |  …
 */
#ifndef CONTEND_ENGINE_CONTEXT_H
#define CONTEND_ENGINE_CONTEXT_H

struct team_worker;

void context_work(struct team_worker *w);

#endif /* CONTEND_ENGINE_CONTEXT_H */
