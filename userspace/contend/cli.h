/* SPDX-License-Identifier: GPL-2.0 */
/* What the subcommands share. */
#ifndef CONTEND_CLI_H
#define CONTEND_CLI_H

/* Exit statuses; contend(1) lists them. */
enum {
	EXIT_PASS = 0,
	EXIT_USAGE = 1,
	EXIT_FAIL = 2,
	EXIT_REGRESSION = 3,
	EXIT_UNSUPPORTED = 4,
	EXIT_HARNESS = 5,
	EXIT_INCONCLUSIVE = 6,
	EXIT_INTERRUPTED = 130,
};

int cmd_list(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif /* CONTEND_CLI_H */
