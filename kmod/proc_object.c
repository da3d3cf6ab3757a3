// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/contend/object: an object for as long as a shell has the file open.
 *
 *	exec 3<>/proc/contend/object
 *	echo "structure=queue lock=mutex capacity=8" >&3	make one; or attach=ID
 *	echo "put key=7 within=100ms" >&3; cat <&3	operate on it
 *	echo "verify" >&3; cat <&3				check all of it
 *	echo "tell" >&3; cat <&3			what its structure knows of itself
 *	exec 3>&-						destroy it
 *
 * Each write() is one command, and what came of it is read until there is no more of it: the next
 * command forgets the rest. A command that is refused fails the write(), and says why likewise.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "books.h"
#include "clock.h"
#include "lib/charge.h"
#include "lib/nearest.h"
#include "lib/spec.h"
#include "object.h"
#include "operation.h"
#include "proc_object.h"

#define SHELL_COMMAND	1024
#define SHELL_ANSWER	2048

/**
 * struct shell - an open file
 * @lock: guards the rest; a command holds it until it is done
 * @obj: with a reference, counted as a descriptor's; NULL before there is one
 * @answer: what came of the last command
 * @len: its bytes
 * @read: so many of them have been read
 */
struct shell {
	struct mutex lock;	/* guards the rest */
	struct contend_object *obj;
	char answer[SHELL_ANSWER];
	size_t len;
	size_t read;
};

/* A word of a command: key=value, or a name alone. */
struct word {
	const char *at;
	size_t key;	/* bytes of the key or the name */
	const char *value;	/* NULL: a name alone */
	size_t len;	/* bytes of the value */
};

/**
 * proc_object_create - make what a workload in /proc asks for
 * @spec: the workload
 * @error: what is wrong
 *
 * Context: process, may sleep.
 * Return: the object with one reference, which is the caller's; -ENOENT no such lock or structure,
 * or as contend_object_create().
 */
struct contend_object *proc_object_create(const struct spec *spec, struct spec_error *error)
{
	struct contend_create create = {
		.capacity = spec->capacity,
		.stripes = spec->stripes,
		.flags = spec->avoid,
	};
	const struct contend_lock *lock = contend_lock_find(spec->lock);
	const int structure = contend_structure_find(spec->structure);
	struct contend_object *obj;

	if (!lock) {
		snprintf(error->message, sizeof(error->message),
			 "no lock '%s': see /proc/contend/locks", spec->lock);
		return ERR_PTR(-ENOENT);
	}
	if (structure < 0) {
		snprintf(error->message, sizeof(error->message),
			 "no structure '%s': see /proc/contend/structures", spec->structure);
		return ERR_PTR(-ENOENT);
	}
	obj = contend_object_create(lock, structure, &create);
	if (IS_ERR(obj))
		strscpy(error->message, create.why, sizeof(error->message));
	return obj;
}

__printf(2, 3)
static void shell_answer(struct shell *shell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	shell->len += vscnprintf(shell->answer + shell->len, sizeof(shell->answer) - shell->len,
				 format, args);
	va_end(args);
}

/* The word at *@text, which is after it then; false: there is none. */
static bool next_word(const char **text, struct word *w)
{
	const char *at = skip_spaces(*text), *equals;

	w->at = at;
	w->len = strcspn(at, " \t\r\n");
	*text = at + w->len;
	equals = memchr(at, '=', w->len);
	w->key = equals ? equals - at : w->len;
	w->value = equals ? equals + 1 : NULL;
	w->len -= equals ? w->key + 1 : w->key;
	return w->key || equals;
}

static bool word_is(const struct word *w, const char *name)
{
	return strlen(name) == w->key && !memcmp(w->at, name, w->key);
}

/* attach=ID alone, or the words of a workload that are about its object. */
static int shell_open(struct shell *shell, const char *text, struct spec *spec,
		      struct spec_error *error)
{
	static const char *const of_objects[] = { "lock", "structure", "capacity", "stripes",
						  "avoid" };
	struct contend_object *obj;
	const char *rest = text;
	struct word w;
	u64 given = 0, id;
	unsigned int i;
	int ret;

	if (!next_word(&rest, &w) || !w.value)
		return spec_fail(error, 0,
				 "there is no object yet: structure=NAME lock=NAME makes one");
	if (word_is(&w, "attach")) {
		ret = value_number(&id, w.value, w.len, w.value - text, value_counts, 1, U32_MAX,
				   error);
		if (ret)
			return ret;
		if (next_word(&rest, &w))
			return spec_fail(error, w.at - text, "attach=ID stands alone");
		obj = contend_object_get(id);
		if (!obj) {
			spec_fail(error, 0, "no object %llu lives: see /proc/contend/objects", id);
			return -ENOENT;
		}
	} else {
		spec_init(spec);
		ret = spec_parse(spec, text, strlen(text), error);
		if (ret)
			return ret;
		for (i = 0; i < ARRAY_SIZE(of_objects); i++)
			given |= BIT_ULL(spec_key(of_objects[i], strlen(of_objects[i])) -
					 spec_keys);
		given = spec->given & ~given;
		if (given)
			return spec_fail(error, 0,
					 "%s= is not an object's: write it to /proc/contend/run",
					 spec_keys[__ffs64(given)].name);
		obj = proc_object_create(spec, error);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	atomic_inc(&obj->descriptors);
	shell->obj = obj;
	shell_answer(shell, "object=%u\n", obj->id);
	return 0;
}

static const char *verb_candidate(unsigned int i, const void *verbs)
{
	return ((const struct contend_verb *)verbs)[i].name;
}

static int shell_verb(const struct contend_structure *s, const struct word *w, u32 *verb,
		      struct spec_error *error)
{
	const char *near;

	for (*verb = 0; s->verbs[*verb].name; ++*verb)
		if (word_is(w, s->verbs[*verb].name))
			return 0;
	near = spec_nearest(w->at, w->key, verb_candidate, s->verbs);
	return spec_fail(error, 0, "a %s has no operation '%.*s'%s%s%s", s->name,
			 value_printable(w->key), w->at, near ? ": did you mean '" : "",
			 near ?: ", and there are 'verify' and 'tell'", near ? "'?" : "");
}

/* VERB [key=N] [value=N] [stay=TIME] [within=TIME|forever] */
static int shell_op(struct shell *shell, const char *text, const struct word *verb,
		    struct spec_error *error)
{
	struct contend_op op = { .size = sizeof(op), .flags = CONTEND_OP_TIMED };
	const char *rest = verb->at + verb->key;
	u64 within = 0;
	struct word w;
	int ret;

	ret = shell_verb(shell->obj->structure, verb, &op.verb, error);
	while (!ret && next_word(&rest, &w)) {
		const size_t offset = w.value - text;

		if (!w.value)
			return spec_fail(error, w.at - text, "a word must be key=value");
		if (word_is(&w, "key"))
			ret = value_number(&op.key, w.value, w.len, offset, value_counts, 0,
					   U64_MAX, error);
		else if (word_is(&w, "value"))
			ret = value_number(&op.value, w.value, w.len, offset, value_counts, 0,
					   U64_MAX, error);
		else if (word_is(&w, "stay"))
			ret = value_number(&op.stay_ns, w.value, w.len, offset, value_times, 0,
					   CONTEND_STAY_MAX_NS, error);
		else if (word_is(&w, "within") && w.len == 7 && !memcmp(w.value, "forever", 7))
			op.deadline_ns = CONTEND_FOREVER;
		else if (word_is(&w, "within"))
			ret = value_number(&within, w.value, w.len, offset, value_times, 0,
					   3600 * SPEC_NS_PER_S, error);
		else
			return spec_fail(error, w.at - text,
					 "an operation has key=, value=, stay= and within=");
	}
	if (ret)
		return ret;
	if (within)
		op.deadline_ns = ktime_get_ns() + within;
	ret = contend_object_op(shell->obj, &op);
	if (ret) {
		spec_fail(error, 0, "it was not carried out");
		/* Begun again it would wait from then. */
		return ret == -ERESTARTSYS ? -EINTR : ret;
	}
	shell_answer(shell, "error=%u value=%llu wait_ns=%llu hold_ns=%llu block_ns=%llu\n",
		     op.error, op.value, op.wait_ns, op.hold_ns, op.block_ns);
	return 0;
}

static int shell_verify(struct shell *shell, struct spec_error *error)
{
	struct contend_object *obj = shell->obj;
	char detail[CONTEND_TEXT_LEN];
	struct violation_log log;
	struct books books;
	u64 violations;
	int ret;

	violation_log_init(&log, NO_WORKER);
	ret = contend_object_verify(obj, &log);
	if (ret) {
		spec_fail(error, 0, "a run is at work on it");
		return ret;
	}
	books = books_sum(obj);
	violations = contend_object_violations(obj, detail, sizeof(detail));
	shell_answer(shell, "elements=%llu ops=%llu balance=%lld violations=%llu%s%s\n",
		     contend_object_elements(obj), books.ops, books.balance, violations,
		     violations ? " " : "", detail);
	return 0;
}

/* What the structure knows of itself, a line for each stripe, as many as there is room for. */
static int shell_tell(struct shell *shell, struct spec_error *error)
{
	const struct contend_object *obj = shell->obj;
	size_t n;
	u32 i;

	if (!obj->structure->tell)
		return spec_fail(error, 0, "a %s has nothing to tell but what 'verify' says",
				 obj->structure->name);
	for (i = 0; i < obj->nstripes && sizeof(shell->answer) - shell->len > 1; i++) {
		n = obj->structure->tell(obj->stripes[i].data, shell->answer + shell->len,
					 sizeof(shell->answer) - shell->len);
		shell->len += n;
		shell_answer(shell, "\n");
	}
	return 0;
}

/* What is no operation; NULL for what is one. */
static int (*shell_own(const struct word *w))(struct shell *shell, struct spec_error *error)
{
	return word_is(w, "verify") ? shell_verify : word_is(w, "tell") ? shell_tell : NULL;
}

static int shell_command(struct shell *shell, const char *text, struct spec_error *error)
{
	const char *rest = text;
	int (*own)(struct shell *shell, struct spec_error *error);
	struct word first, second;
	struct spec *spec;
	int ret;

	if (shell->obj) {
		if (!next_word(&rest, &first))
			return spec_fail(error, 0, "a command begins with an operation's name");
		if (first.value)
			return spec_fail(error, 0,
					 "it has its object: open the file again for another");
		own = shell_own(&first);
		if (own)
			return next_word(&rest, &second) ?
			       spec_fail(error, 0, "'%.*s' stands alone", (int)first.key,
					 first.at) : own(shell, error);
		return shell_op(shell, text, &first, error);
	}
	spec = kmalloc(sizeof(*spec), GFP_CLIENT);
	if (!spec)
		return -ENOMEM;
	ret = shell_open(shell, text, spec, error);
	kfree(spec);
	return ret;
}

static ssize_t shell_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	struct shell *shell = file->private_data;
	struct spec_error error = { };
	char *text;
	int ret;

	if (!size)
		return 0;
	if (size > SHELL_COMMAND)
		return -E2BIG;
	text = memdup_user_nul(buf, size);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = -EINTR;
	if (mutex_lock_interruptible(&shell->lock))
		goto out;
	shell->len = 0;
	shell->read = 0;
	ret = spec_text(text, size, &error);
	if (!ret)
		ret = shell_command(shell, text, &error);
	if (ret && error.message[0])
		shell_answer(shell, "error: %zu: %s\n", error.offset + 1, error.message);
	else if (ret)
		shell_answer(shell, "error: %d\n", ret);
	mutex_unlock(&shell->lock);
out:
	kfree(text);
	return ret ?: size;
}

static ssize_t shell_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct shell *shell = file->private_data;
	size_t n;

	if (mutex_lock_interruptible(&shell->lock))
		return -EINTR;
	n = min(size, shell->len - shell->read);
	n -= copy_to_user(buf, shell->answer + shell->read, n);
	if (!n && size && shell->read < shell->len) {
		mutex_unlock(&shell->lock);
		return -EFAULT;
	}
	shell->read += n;
	mutex_unlock(&shell->lock);
	return n;
}

static int shell_file_open(struct inode *inode, struct file *file)
{
	struct shell *shell = kzalloc(sizeof(*shell), GFP_CLIENT);

	if (!shell)
		return -ENOMEM;
	mutex_init(&shell->lock);
	file->private_data = shell;
	return stream_open(inode, file);
}

static int shell_file_release(struct inode *inode, struct file *file)
{
	struct shell *shell = file->private_data;

	if (shell->obj) {
		atomic_dec(&shell->obj->descriptors);
		contend_object_put(shell->obj);
	}
	kfree(shell);
	return 0;
}

const struct proc_ops proc_object_ops = {
	.proc_open = shell_file_open,
	.proc_read = shell_read,
	.proc_write = shell_write,
	.proc_release = shell_file_release,
};
