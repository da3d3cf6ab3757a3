// SPDX-License-Identifier: GPL-2.0
/*
 * What the sanitizers would report and need not. ThreadSanitizer models no fence: a store after
 * one is relaxed to it, and so what that publishes was never handed over. Each of its lines
 * names the litmus test that shows the order (kmod/locks/litmus, herd7 by the kernel's memory
 * model).
 */
#ifdef __SANITIZE_ADDRESS__

const char *__lsan_default_suppressions(void);

/**
 * __lsan_default_suppressions - asked for by the sanitizer when the program ends
 *
 * Return: one a line.
 */
const char *__lsan_default_suppressions(void)
{
	/* The words of the command line are there until the program ends. */
	return "leak:vasprintf\n"
	       "leak:options_parse\n";
}

#endif /* __SANITIZE_ADDRESS__ */

#ifdef __SANITIZE_THREAD__

const char *__tsan_default_suppressions(void);

/**
 * __tsan_default_suppressions - asked for by the sanitizer when the program begins
 *
 * Return: one a line.
 */
const char *__tsan_default_suppressions(void)
{
	/*
	 * A waiter fills its node in, swaps the tail (fully ordered), and then shows the node
	 * to the one before: mcs_queue, k42_queue and k42_again, cna_queue.
	 */
	return "race:mcs_unlock\n"
	       "race:k42_unlock\n"
	       "race:cna_find\n"
	       "race:cna_pass\n";
}

#endif /* __SANITIZE_THREAD__ */
