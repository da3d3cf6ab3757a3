/* SPDX-License-Identifier: GPL-2.0 */
/* What the host's scheduler takes from a virtual machine. */
#ifndef CONTEND_STEAL_H
#define CONTEND_STEAL_H

/**
 * struct steal - the CPU time of this machine's CPUs since it was started
 * @stolen_ns: that they asked for and did not get
 * @ran_ns: that they got
 */
struct steal {
	unsigned long long stolen_ns;
	unsigned long long ran_ns;
};

void steal_read(struct steal *s);
struct steal steal_since(const struct steal *before);

#endif /* CONTEND_STEAL_H */
