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

int cmd_help(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_completion(int argc, char **argv);

struct options;
int compare_check(int argc, char **argv, struct options *o);

/* The words of main's, list's, explain's and compare's tables, as spec_nearest() takes them. */
const char *command_at(unsigned int i, const void *data);
const char *command_about(unsigned int i);
const char *list_at(unsigned int i, const void *data);
const char *explain_at(unsigned int i, const void *data);
const char *world_at(unsigned int i, const void *data);

#endif /* CONTEND_CLI_H */
