// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "terminal.h"

/* Where nobody says how wide: one less than this is what a line may have. */
#define COLUMNS		80
/* Narrower than this no table can be read. */
#define COLUMNS_LEAST	40

/**
 * on_terminal - whether a person reads
 * @fd: a descriptor
 *
 * In a virtual machine stdout and stderr are pipes, whatever they are outside:
 * CONTEND_TTY has the number of each one that ends in a terminal there.
 *
 * Return: whether.
 */
bool on_terminal(int fd)
{
	const char *outside = getenv("CONTEND_TTY");
	struct stat st;

	if (isatty(fd))
		return true;
	if (!outside || (fd != STDOUT_FILENO && fd != STDERR_FILENO) ||
	    !strchr(outside, '0' + fd))
		return false;
	return !fstat(fd, &st) && S_ISFIFO(st.st_mode);
}

/**
 * columns_of - how long a line may be
 * @fd: a descriptor
 *
 * A line as wide as the terminal makes some of them begin an empty one.
 *
 * Where that is no terminal COLUMNS says how wide, as for other programs.
 *
 * Return: characters, 79 where nobody says.
 */
unsigned int columns_of(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize window;
	unsigned int n = 0;

	if (on_terminal(fd))
		said = getenv("CONTEND_COLUMNS");
	if (!ioctl(fd, TIOCGWINSZ, &window))
		n = window.ws_col;
	else if (said)
		n = strtoul(said, NULL, 10);
	if (!n || n > 4096)
		n = COLUMNS;
	return n - 1;
}

/**
 * columns - how long a line of the document may be: columns_of() stdout, and so many that a table
 *	can be read
 */
unsigned int columns(void)
{
	const unsigned int n = columns_of(STDOUT_FILENO);

	return n < COLUMNS_LEAST - 1 ? COLUMNS_LEAST - 1 : n;
}

/**
 * colour - a terminal's control sequence
 * @out: where it goes
 * @sequence: what it is
 *
 * Return: @sequence, or "" where nobody would see a colour or NO_COLOR forbids it.
 */
const char *colour(FILE *out, const char *sequence)
{
	const char *no = getenv("NO_COLOR");

	return on_terminal(fileno(out)) && !(no && no[0]) ? sequence : "";
}

/**
 * write_wrapped - write lines, broken between words where they are too long
 * @out: where to
 * @format: as for printf(); what follows a break is indented
 */
void write_wrapped(FILE *out, const char *format, ...)
{
	unsigned int width = columns(), at = 0, blanks, len;
	char *text, *c;
	va_list args;
	int ret;

	va_start(args, format);
	ret = vasprintf(&text, format, args);
	va_end(args);
	if (ret < 0)
		return;
	for (c = text; *c; c += len) {
		if (*c == '\n') {
			fputc('\n', out);
			at = 0;
			len = 1;
			continue;
		}
		blanks = strspn(c, " ");
		len = strcspn(c + blanks, " \n") + blanks;
		if (at && at + len > width && len > blanks) {
			fputs("\n    ", out);
			at = 4;
			c += blanks;
			len -= blanks;
		}
		fwrite(c, 1, len, out);
		at += len;
	}
	free(text);
}
