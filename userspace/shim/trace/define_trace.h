/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing is made of the events: see linux/tracepoint.h. */
