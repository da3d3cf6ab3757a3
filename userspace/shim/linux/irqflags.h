/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_IRQFLAGS_H
#define CONTEND_SHIM_IRQFLAGS_H

#define local_irq_save(flags)		((void)((flags) = 0))
#define local_irq_restore(flags)	((void)(flags))
#define local_irq_disable()		barrier()
#define local_irq_enable()		barrier()

#endif /* CONTEND_SHIM_IRQFLAGS_H */
