// SPDX-License-Identifier: GPL-2.0
/* Of a section, what is rare: out of the way of what is measured. */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>

#include "locks/section.h"

/* Whether somebody waits for the end of this operation. */
static bool section_hurries(const struct section *section)
{
	return section->stop ? READ_ONCE(*section->stop) : fatal_signal_pending(current);
}

/**
 * section_stay - let time pass in a section, unless somebody waits for its end
 * @section: the section, with its stay_ns
 * @yields: it may sleep
 *
 * Real exclusive sections that may sleep have points where a kernel of voluntary preemption
 * lets others run: one without would hold the CPU as a spinlock's.
 *
 * Context: inside the section.
 */
void section_stay(const struct section *section, bool yields)
{
	u64 from = contend_clock();

	while (contend_elapsed(from, contend_clock()) < section->stay_ns &&
	       !section_hurries(section)) {
		cpu_relax();
		if (yields)
			contend_yield();
		else
			contend_preempt();
	}
}

/**
 * section_excludes - whether a reader that was sent back keeps writers out from now on
 * @section: its section, between two looks
 * @quiet: interrupts are off
 *
 * Lets others run before, where that can be.
 *
 * Context: as the section's, outside the lock.
 */
bool section_excludes(struct section *section, bool quiet)
{
	if (section->polite && !quiet)
		contend_yield();
	return ++section->retries >= RETRY_MOST || section_hurries(section) ||
	       contend_elapsed(section->began_ns, contend_clock()) > RETRY_LONGEST_NS;
}

/**
 * section_irqs_off - turn this CPU's interrupts off
 *
 * And keep the CPU, so that a task that shall preempt this one meanwhile does when they
 * are on again: as spin_lock_irqsave() does it.
 *
 * local_irq_save() is what a kernel for Xen makes a call through a pointer until it is
 * patched: out of the sections, of which scripts/check-calls reads the code.
 *
 * Context: any.
 * Return: for section_irqs_on().
 */
unsigned long section_irqs_off(void)
{
	unsigned long flags;

	preempt_disable();
	local_irq_save(flags);
	return flags;
}

/**
 * section_irqs_on - turn them on again, if they were
 * @flags: from section_irqs_off()
 *
 * Context: any, on the same CPU.
 */
void section_irqs_on(unsigned long flags)
{
	local_irq_restore(flags);
	preempt_enable();
}

/**
 * contend_write_self - a section without a lock: the structure synchronises itself
 * @stripe: where
 * @rq: what is to be done
 * @x: the answer
 * @section: how, and what it took: all of it is hold_ns
 *
 * Not one for each lock: there is none. It is measured as the others are, and so it has a name
 * of their kind, which scripts/check-calls knows.
 *
 * Context: any in which the structure may be used; does not sleep.
 */
noinline void contend_write_self(struct contend_stripe *stripe, const struct contend_request *rq,
				 struct contend_scratch *x, struct section *section)
{
	const u64 t0 = section_clock(section);

	x->began_ns = t0;
	contend_structure_write(section->s, stripe->data, rq, x);
	if (unlikely(section->stay_ns))
		section_stay(section, false);
	section->hold_ns = contend_elapsed(t0, section_clock(section));
	section->wait_ns = 0;
	section->began_ns = t0;
	section->retries = 0;
}
