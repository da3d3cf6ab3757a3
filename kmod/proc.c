// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/contend: everything that a shell needs.
 *
 *	locks structures	the catalogues
 *	objects runs		what lives now
 *	run			write a workload, which runs it; read what came out. A workload
 *				is one write(): no bytes are none, and a second one is refused
 *				until the file has been read or opened again, since writev()
 *				comes here as one write() for each of its parts
 *	object			an object of one's own, see proc_object.c
 *	stats			counts and limits
 */
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "clock.h"
#include "engine/admit.h"
#include "engine/run.h"
#include "object.h"
#include "pressure.h"
#include "proc.h"
#include "proc_object.h"
#include "queue_pair.h"
#include "world.h"

/*
 * A written workload; the text that it leaves to be read, with some lines of each group and
 * each operation; and a line of each worker.
 */
#define PROC_MAX_SPEC	4096
#define PROC_TEXT	24576
#define PROC_LINE	384

static struct proc_dir_entry *dir;

/* One workload at a time; also guards what follows. */
static DEFINE_MUTEX(run_lock);
/* What the last one said; ends in a zero. */
static char *text;
static size_t text_size;

/*
 * The objects, each with a reference while its line is written. The position is one more than the
 * least number that is still to be written, and 0 the headings.
 */
static void *objects_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? contend_object_next(*pos - 1) : SEQ_START_TOKEN;
}

static void objects_stop(struct seq_file *m, void *at)
{
	if (at && at != SEQ_START_TOKEN)
		contend_object_put(at);
}

static void *objects_next(struct seq_file *m, void *at, loff_t *pos)
{
	const struct contend_object *obj = at;

	*pos = at == SEQ_START_TOKEN ? 1 : obj->id + 2LL;
	objects_stop(m, at);
	cond_resched();
	return objects_start(m, pos);
}

static int objects_show(struct seq_file *m, void *at)
{
	if (at == SEQ_START_TOKEN)
		seq_puts(m, "id lock structure elements capacity ops backlog permits_free/permits permits_waiters descriptors runs violations blocked kind waited_ns\n");
	else
		contend_object_show(m, at);
	return 0;
}

static const struct seq_operations objects_ops = {
	.start = objects_start,
	.next = objects_next,
	.stop = objects_stop,
	.show = objects_show,
};

static int locks_show(struct seq_file *m, void *unused)
{
	static const char *const caps[] = {
		"exclusive", "shared", "pointers", "deferred", "retry", "sleeps", "permits",
		"busted", "absent", "nests", "tries", "softirq", "hardirq"
	};
	const struct contend_lock *lock;
	unsigned int i, c;

	for (i = 0; (lock = contend_lock_at(i)); i++) {
		const char *separator = "";

		seq_printf(m, "%-16s %-15s ", lock->name, lock->family);
		for (c = 0; c < ARRAY_SIZE(caps); c++) {
			if (!caps[c] || !(lock->caps & BIT(c)))
				continue;
			seq_printf(m, "%s%s", separator, caps[c]);
			separator = ",";
		}
		seq_printf(m, "  %s\n", lock->about);
	}
	return 0;
}

static int structures_show(struct seq_file *m, void *unused)
{
	const struct contend_structure *s;
	unsigned int i, v;

	for (i = 0; (s = contend_structure_at(i)); i++) {
		seq_printf(m, "%-16s %-15s ", s->name, s->family);
		for (v = 0; s->verbs[v].name; v++)
			seq_printf(m, "%s%s:%u", v ? "," : "", s->verbs[v].name,
				   s->verbs[v].share);
		seq_printf(m, "  %s\n", s->about);
	}
	return 0;
}

static int stats_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "version %s\n", CONTEND_VERSION);
	seq_printf(m, "objects %u\nmax_objects %u\n", contend_object_count(), contend_max_objects);
	seq_printf(m, "runs %u\nmax_runs %u\n", run_count(), contend_max_runs);
	seq_printf(m, "max_workers %u\n", contend_max_workers);
	seq_printf(m, "max_pollers %u\n", contend_max_pollers);
	seq_printf(m, "max_capacity %lu\n", contend_max_capacity);
	seq_printf(m, "max_runtime_s %u\n", contend_max_runtime_s);
	seq_printf(m, "max_backlog %u\n", contend_max_backlog);
	seq_printf(m, "given_back %llu\n", pressure_given());
	seq_printf(m, "max_realtime_percent %u\n", SHARE_PERCENT);
	seq_printf(m, "slow_ns %lu\n", contend_slow_ns);
	seq_printf(m, "clock %s\nclock_ps %llu\nclock_step_ns %u\n", clock_name(), clock_ps(),
		   clock_step_ns());
	seq_printf(m, "spinlock %s\npreemption %s\ndebug %s\n", world_spinlock(),
		   world_preemption(), world_debug()[0] ? world_debug() : "none");
	return 0;
}

static int text_show(struct seq_file *m, void *unused)
{
	if (mutex_lock_killable(&run_lock))
		return -EINTR;
	/* As at open: see text_write(). */
	m->private = NULL;
	seq_puts(m, text[0] ? text : "nothing has run yet: write a workload here\n");
	mutex_unlock(&run_lock);
	return 0;
}

static int text_open(struct inode *inode, struct file *file)
{
	return single_open(file, text_show, NULL);
}

/* Make room for what is said of so many workers. */
static int text_reserve(u32 workers)
{
	size_t size = PROC_TEXT + (size_t)workers * PROC_LINE;
	char *room;

	if (size <= text_size)
		return 0;
	room = kvzalloc(size, GFP_KERNEL);
	if (!room)
		return -ENOMEM;
	kvfree(text);
	text = room;
	text_size = size;
	return 0;
}

/* Make an object, run the workload on it, describe the results, let both go. */
static int run_text(const struct file *file, const char *words, size_t len, struct spec *spec,
		    struct spec_error *error)
{
	struct contend_object *obj;
	struct active_run *run;
	int ret;

	spec_init(spec);
	ret = spec_parse(spec, words, len, error);
	if (ret)
		return ret;
	ret = text_reserve(spec->workers);
	if (ret)
		return ret;
	obj = proc_object_create(spec, error);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	run = run_start(obj, spec, file, error);
	contend_object_put(obj);
	if (IS_ERR(run))
		return PTR_ERR(run);
	ret = wait_event_killable(run->wait, run_done(run));
	if (!ret && run->error)
		ret = run->error;
	if (ret)
		snprintf(error->message, sizeof(error->message), "the run ended with %d", ret);
	else
		run_describe(run, text, text_size);
	run_end(run);
	return ret;
}

static ssize_t text_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	/* Its @private, which @run_lock guards: a workload came by it since it was read. */
	struct seq_file *m = file->private_data;
	struct spec_error *error;
	struct spec *spec;
	char *words;
	int ret;

	if (!size)
		return 0;
	if (size > PROC_MAX_SPEC)
		return -E2BIG;
	words = memdup_user_nul(buf, size);
	if (IS_ERR(words))
		return PTR_ERR(words);
	ret = -ENOMEM;
	spec = kmalloc(sizeof(*spec), GFP_KERNEL);
	error = kzalloc(sizeof(*error), GFP_KERNEL);
	if (!spec || !error)
		goto out;
	ret = -EINTR;
	if (mutex_lock_killable(&run_lock))
		goto out;
	if (m->private) {
		ret = -EINVAL;
		strscpy(error->message,
			"a workload is one write(): read what came of the last one, or open the file again",
			sizeof(error->message));
	} else {
		ret = run_text(file, words, size, spec, error);
		m->private = ret ? NULL : m;
	}
	if (ret && error->message[0])
		snprintf(text, text_size, "error: %zu: %s\n", error->offset + 1,
			 error->message);
	else if (ret)
		snprintf(text, text_size, "error: %d\n", ret);
	mutex_unlock(&run_lock);
out:
	kfree(error);
	kfree(spec);
	kfree(words);
	return ret ?: size;
}

static const struct proc_ops text_ops = {
	.proc_open = text_open,
	.proc_read = seq_read,
	.proc_write = text_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

/**
 * contend_proc_init - make /proc/contend
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int contend_proc_init(void)
{
	if (text_reserve(0))
		return -ENOMEM;
	dir = proc_mkdir("contend", NULL);
	if (!dir)
		goto err_text;
	if (!proc_create_single("locks", 0444, dir, locks_show) ||
	    !proc_create_single("structures", 0444, dir, structures_show) ||
	    !proc_create_seq("objects", 0444, dir, &objects_ops) ||
	    !proc_create_single("runs", 0444, dir, run_show) ||
	    !proc_create_single("stats", 0444, dir, stats_show) ||
	    !proc_create("run", 0600, dir, &text_ops) ||
	    !proc_create("object", 0600, dir, &proc_object_ops))
		goto err_dir;
	return 0;

err_dir:
	proc_remove(dir);
err_text:
	kvfree(text);
	return -ENOMEM;
}

/**
 * contend_proc_exit - remove it
 *
 * Context: module unload; waits for readers and writers that are inside.
 */
void contend_proc_exit(void)
{
	proc_remove(dir);
	kvfree(text);
}
