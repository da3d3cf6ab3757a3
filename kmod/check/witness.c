// SPDX-License-Identifier: GPL-2.0
/* What the witness says when something is wrong: out of the way of what is measured. */
#include "check/witness.h"

/**
 * witness_tell_writer - a writer has not found what it should
 * @s: its section
 * @seen: what it found
 * @came: it has just come, and should have found the record at rest
 * @log: its own
 *
 * Context: any, inside the write section.
 */
void witness_tell_writer(const struct witness_section *s, struct witness_look seen, bool came,
			 struct violation_log *log)
{
	const u64 owner = came ? 0 : s->me;

	if (seen.writer != owner)
		violation_note(log, CHECK_EXCLUSION, came ? "writer met a writer (pid)" :
			       "writer overrun by a writer (pid)", witness_pid(seen.writer),
			       witness_pid(owner));
	else if (came && seen.writes < s->asked)
		violation_note(log, CHECK_EXCLUSION, "writer sent back by a writer (sequence)",
			       seen.writes, s->asked);
	else if (seen.writes != s->seq)
		violation_note(log, CHECK_EXCLUSION, "writer passed by a writer (sequence)",
			       seen.writes, s->seq);
	else
		violation_note(log, CHECK_EXCLUSION, "writer met a torn record (seal)", seen.seal,
			       witness_seal(owner, s->seq));
}

/**
 * witness_tell_reader - a reader has not found what it should
 * @came: what it found when it came
 * @seen: what it found then, or later
 * @log: its own
 *
 * Context: any.
 */
void witness_tell_reader(struct witness_look came, struct witness_look seen,
			 struct violation_log *log)
{
	if (seen.writer)
		violation_note(log, CHECK_EXCLUSION, "a read section met a writer (pid)",
			       witness_pid(seen.writer), 0);
	else if (seen.writes != came.writes)
		violation_note(log, CHECK_EXCLUSION,
			       "a read section was passed by a writer (sequence)",
			       seen.writes, came.writes);
	else
		violation_note(log, CHECK_EXCLUSION, "a read section met a torn record (seal)",
			       seen.seal, seen.writes);
}
