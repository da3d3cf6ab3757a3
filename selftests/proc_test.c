// SPDX-License-Identifier: GPL-2.0
/* /proc/contend: all that a shell needs. */
#include <sys/stat.h>
#include <sys/uio.h>

#include "contend_test.h"

#define DIR	"/proc/contend/"
#define TEXT	(16 * 1024)

CONTEND_FIXTURE(proc)

static char text[TEXT];

/* Whether a word begins a line of the text. */
static int has_line(const char *word)
{
	size_t len = strlen(word);
	char *at = text;

	for (; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, word, len) && (at[len] == ' ' || at[len] == '\n'))
			return 1;
	return 0;
}

static int lines(void)
{
	char *at = text;
	int n = 0;

	while ((at = strchr(at, '\n'))) {
		at++;
		n++;
	}
	return n;
}

TEST_F(proc, catalogues_agree_with_LIST)
{
	static const char *const files[] = { DIR "locks", DIR "structures" };
	__u32 catalogue;

	for (catalogue = 0; catalogue < 2; catalogue++) {
		struct contend_list entry = { .size = sizeof(entry), .catalogue = catalogue };

		read_file(files[catalogue], text, sizeof(text));
		for (; !call(self->device, CONTEND_LIST, &entry); entry.index++) {
			EXPECT_TRUE(has_line(entry.name)) {
				TH_LOG("%s is not in %s", entry.name, files[catalogue]);
			}
			EXPECT_NE(strstr(text, entry.about), NULL);
		}
		EXPECT_EQ(lines(), (int)entry.index);
	}
}

TEST_F(proc, stats_agree_with_INFO)
{
	struct contend_info info = info_of(self->device);
	char line[64];

	read_file(DIR "stats", text, sizeof(text));
	snprintf(line, sizeof(line), "\nobjects %u\n", info.objects);
	EXPECT_NE(strstr(text, line), NULL);
	snprintf(line, sizeof(line), "\nmax_objects %u\n", info.max_objects);
	EXPECT_NE(strstr(text, line), NULL);
	snprintf(line, sizeof(line), "\nruns %u\n", info.runs);
	EXPECT_NE(strstr(text, line), NULL);
	snprintf(line, sizeof(line), "version %s\n", info.version);
	EXPECT_EQ(strncmp(text, line, strlen(line)), 0);
}

TEST_F(proc, objects_and_runs_show_what_lives_now)
{
	int object = create_permits(self->device, "semaphore", "list", 100, 3), r;
	struct contend_stat stat = stat_of(object, 0);
	unsigned long long done = 0;
	char line[128], *at;
	int tries;

	EXPECT_EQ(op(object, 1, 42, NULL), 0);
	EXPECT_EQ(acquire(object, 2, 0), 0);
	read_file(DIR "objects", text, sizeof(text));
	snprintf(line, sizeof(line), "\n%llu semaphore list 1 100 1 0 1/3 0 1 0 0 0 set ",
		 (unsigned long long)stat.id);
	EXPECT_NE(strstr(text, line), NULL) {
		TH_LOG("%s", text);
	}
	r = run(object, "workers=3 runtime=60s");
	snprintf(line, sizeof(line), " %llu semaphore list 3 60000000000 running ",
		 (unsigned long long)stat.id);
	/* With what its workers have done so far, which is something before long. */
	for (tries = 0; tries < 1000 && !done; tries++) {
		read_file(DIR "runs", text, sizeof(text));
		at = strstr(text, line);
		ASSERT_NE(at, NULL) {
			TH_LOG("%s", text);
		}
		done = strtoull(at + strlen(line), NULL, 10);
		usleep(10000);
	}
	EXPECT_NE(done, 0);
	close(r);
	close(object);
	read_file(DIR "runs", text, sizeof(text));
	EXPECT_EQ(strstr(text, line), NULL);
}

/* More than are written in one piece, and some that go between two of them. */
TEST_F(proc, each_object_has_a_line_while_others_come_and_go)
{
	int objects[150], n, fd, i, gone = 0;
	ssize_t more = 1;
	size_t len = 0;
	char line[64];

	for (n = 0; n < (int)ARRAY_SIZE(objects); n++) {
		objects[n] = create(self->device, "mutex", "list");
		if (objects[n] < 0)
			break;
	}
	ASSERT_GT(n, 100);
	snprintf(line, sizeof(line), "\n%llu mutex list ", stat_of(objects[n - 1], 0).id);
	fd = open(DIR "objects", O_RDONLY);
	while (more > 0 && len < sizeof(text) - 500) {
		more = read(fd, text + len, 499);
		len += more;
		/* Those at the beginning, which it may stand on. */
		if (gone < n / 2)
			close(objects[gone++]);
	}
	text[len] = '\0';
	close(fd);
	EXPECT_EQ(more, 0);
	EXPECT_NE(strstr(text, line), NULL) {
		TH_LOG("%s", text);
	}
	EXPECT_LE(lines(), n + 1 + (int)self->before.objects);
	EXPECT_GE(lines(), n / 2 + 1);
	for (i = gone; i < n; i++)
		close(objects[i]);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
}

TEST_F(proc, a_workload_that_is_written_is_run)
{
	ASSERT_EQ(write_file(DIR "run", "lock=rcu structure=list workers=2 runtime=20ms\n"), 0);
	read_file(DIR "run", text, sizeof(text));
	EXPECT_EQ(strncmp(text, "verdict=pass complete=1\n", 24), 0) {
		TH_LOG("%s", text);
	}
	EXPECT_NE(strstr(text, "\nspec: lock=rcu structure=list"), NULL);
	EXPECT_NE(strstr(text, "\nwait_ns: mean="), NULL);
	EXPECT_NE(strstr(text, "\nworker 1: cpu="), NULL);
	EXPECT_NE(strstr(text, "\ncheck conservation: pass\n"), NULL);
}

#define GROUPS	"lock=mutex structure=hash group=readers:2,writer:1 readers.mix=lookup:1 " \
		"writer.mix=insert:1,erase:1 runtime=200ms warmup=2ms"

/* 0 where the text does not have it. */
static unsigned long long number_after(const char *in, const char *before)
{
	const char *at = strstr(in, before);

	return at ? strtoull(at + strlen(before), NULL, 10) : 0;
}

TEST_F(proc, groups_and_operations_stand_by_themselves)
{
	unsigned long long readers, writer, lookups;

	ASSERT_EQ(write_file(DIR "run", GROUPS), 0);
	read_file(DIR "run", text, sizeof(text));
	readers = number_after(text, "\ngroup readers: workers=2 ops=");
	writer = number_after(text, "\ngroup writer: workers=1 ops=");
	lookups = number_after(text, "\nverb lookup: ops=");
	EXPECT_NE(readers, 0);
	EXPECT_NE(writer, 0);
	EXPECT_EQ(lookups, readers);
	EXPECT_NE(strstr(text, "\ngroup readers: wait_ns: mean="), NULL);
	EXPECT_NE(strstr(text, "\nverb lookup: wait_ns: mean="), NULL);
	EXPECT_EQ(number_after(text, "\nops="), readers + writer);
}

TEST_F(proc, real_time_work_says_what_it_is_kept_to)
{
	static const char line[] =
		"\nrealtime: at most 80% of each CPU for all runs together: waited_ns=";

	ASSERT_EQ(write_file(DIR "run", "sched=fifo runtime=20ms"), 0);
	read_file(DIR "run", text, sizeof(text));
	EXPECT_NE(strstr(text, line), NULL) {
		TH_LOG("%s", text);
	}
	ASSERT_EQ(write_file(DIR "run", "runtime=1ms warmup=0ns"), 0);
	read_file(DIR "run", text, sizeof(text));
	EXPECT_EQ(strstr(text, "realtime:"), NULL);
	read_file(DIR "stats", text, sizeof(text));
	EXPECT_NE(strstr(text, "\nmax_realtime_percent 80\n"), NULL);
}

TEST_F(proc, many_workers_leave_room_for_what_was_checked)
{
	static char long_text[64 * 1024];

	ASSERT_EQ(write_file(DIR "run", "lock=mutex workers=150 runtime=20ms\n"), 0);
	read_file(DIR "run", long_text, sizeof(long_text));
	EXPECT_NE(strstr(long_text, "\ncheck conservation: pass\n"), NULL);
	EXPECT_NE(strstr(long_text, "\nworker 149: cpu="), NULL);
}

TEST_F(proc, a_wrong_workload_says_where)
{
	static const struct {
		const char *words;
		int error;
		const char *says;
	} bad[] = {
		{ "lock=spinlok", -ENOENT, "error: 1: no lock 'spinlok'" },
		{ "structure=lst", -ENOENT, "error: 1: no structure 'lst'" },
		{ "lock=rcu wrkers=2", -EINVAL, "error: 10: unknown key 'wrkers': did you mean" },
		{ "lock=seqlock structure=list", -EOPNOTSUPP, "error: 1: seqlock does not" },
		{ "capacity=1000000", -EINVAL, "error: 1: capacity=1000000" },
		{ "lock=null workers=2", -EOPNOTSUPP, "error: 1: null excludes nobody" },
		{ "lock=refcount workers=2", -EOPNOTSUPP,
		  "error: 1: refcount is for readers only: a mix without writes, as in mix=read" },
		{ "workers=2,4", -EINVAL, "error: 10: workers: one run takes one value" },
		{ "engine=ioctl", -EOPNOTSUPP, "error: 1: engine=ioctl" },
		{ "lock=\x01", -EINVAL, "error: 6: a byte" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(write_file(DIR "run", bad[i].words), bad[i].error) {
			TH_LOG("%s", bad[i].words);
		}
		read_file(DIR "run", text, sizeof(text));
		EXPECT_EQ(strncmp(text, bad[i].says, strlen(bad[i].says)), 0) {
			TH_LOG("%s: %s", bad[i].words, text);
		}
	}
	/* A good one clears it. */
	EXPECT_EQ(write_file(DIR "run", "runtime=1ms warmup=0ns"), 0);
	read_file(DIR "run", text, sizeof(text));
	EXPECT_EQ(strncmp(text, "verdict=", 8), 0);
}

TEST_F(proc, a_write_of_nothing_runs_nothing)
{
	static char before[TEXT];

	ASSERT_EQ(write_file(DIR "run", "lock=spinlok"), -ENOENT);
	read_file(DIR "run", before, sizeof(before));
	EXPECT_EQ(write_file(DIR "run", ""), 0);
	read_file(DIR "run", text, sizeof(text));
	EXPECT_STREQ(text, before);
}

TEST_F(proc, a_workload_is_one_write)
{
	static const char words[] = "lock=rcu structure=list runtime=1ms warmup=0ns ";
	static const char more[] = "workers=3";
	struct iovec parts[] = {
		{ (void *)words, 0 }, { (void *)words, strlen(words) },
		{ (void *)more, strlen(more) },
	};
	int fd = open(DIR "run", O_RDWR);

	ASSERT_GE(fd, 0);
	/* Not two of them: of the second one is said that it was not run. */
	EXPECT_EQ(writev(fd, parts, 3), (ssize_t)strlen(words));
	read_file(DIR "run", text, sizeof(text));
	EXPECT_NE(strstr(text, "error: 1: a workload is one write()"), NULL) {
		TH_LOG("%s", text);
	}
	EXPECT_EQ(write(fd, words, strlen(words)), -1);
	EXPECT_EQ(errno, EINVAL);
	/* The answer has been read: the next one may come. */
	EXPECT_GT(read(fd, text, sizeof(text) - 1), 0);
	EXPECT_EQ(write(fd, words, strlen(words)), (ssize_t)strlen(words));
	close(fd);
}

TEST_F(proc, a_workload_has_a_page_at_most)
{
	memset(text, ' ', 5000);
	text[5000] = '\0';
	EXPECT_EQ(write_file(DIR "run", text), -E2BIG);
}

TEST_F(proc, killing_the_writer_stops_the_run)
{
	pid_t pid = fork();

	if (!pid) {
		write_file(DIR "run", "runtime=60s");
		_exit(0);
	}
	ASSERT_TRUE(EVENTUALLY(counts_of(self->device).runs == self->before.runs + 1));
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	/* And the door is open for the next. */
	EXPECT_EQ(write_file(DIR "run", "runtime=1ms warmup=0ns"), 0);
}

TEST_F(proc, only_root_may_run)
{
	struct stat st;

	ASSERT_EQ(stat(DIR "run", &st), 0);
	EXPECT_EQ(st.st_mode & 0777, 0600);
	ASSERT_EQ(stat(DIR "object", &st), 0);
	EXPECT_EQ(st.st_mode & 0777, 0600);
	ASSERT_EQ(stat(DIR "locks", &st), 0);
	EXPECT_EQ(st.st_mode & 0777, 0444);
}

/* One command on an open file: 0, or a negative errno; what it said is in @text. */
static int command(int fd, const char *words)
{
	ssize_t n = write(fd, words, strlen(words)), len = 0, more;
	const int error = n < 0 ? -errno : 0;

	while ((more = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += more;
	text[len] = '\0';
	return error;
}

TEST_F(proc, an_object_lives_as_long_as_its_file)
{
	int fd = open(DIR "object", O_RDWR), other = open(DIR "object", O_RDWR);
	char attach[48];

	ASSERT_GE(fd, 0);
	ASSERT_GE(other, 0);
	EXPECT_EQ(command(fd, "structure=queue lock=mutex capacity=2\n"), 0);
	snprintf(attach, sizeof(attach), "attach=%llu", number_after(text, "object="));
	EXPECT_EQ(counts_of(self->device).objects, self->before.objects + 1);
	EXPECT_EQ(command(fd, "put key=7"), 0);
	EXPECT_EQ(strncmp(text, "error=0 value=0 wait_ns=", 24), 0);
	EXPECT_EQ(command(fd, "put key=8\n"), 0);
	EXPECT_EQ(command(fd, "put key=9"), 0);
	EXPECT_EQ(number_after(text, "error="), EAGAIN);
	EXPECT_EQ(command(fd, "put key=9 within=20ms"), 0);
	EXPECT_EQ(number_after(text, "error="), ETIMEDOUT);
	EXPECT_GE(number_after(text, "block_ns="), 20000000);

	EXPECT_EQ(command(other, attach), 0);
	EXPECT_EQ(command(other, "get"), 0);
	EXPECT_EQ(number_after(text, "value="), 7);
	EXPECT_EQ(command(other, "verify"), 0);
	EXPECT_STREQ(text, "elements=1 ops=5 balance=1 violations=0\n");
	close(fd);
	EXPECT_EQ(command(other, "get within=forever"), 0);
	EXPECT_EQ(number_after(text, "value="), 8);
	close(other);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
}

TEST_F(proc, a_wrong_command_says_where_and_does_nothing)
{
	static const struct {
		const char *words;
		int error;
		const char *says;
	} before[] = {
		{ "put key=7", -EINVAL, "error: 1: there is no object yet" },
		{ "", 0, "" },
		{ " \t", -EINVAL, "error: 1: there is no object yet" },
		{ "structure=queu", -ENOENT, "error: 1: no structure 'queu'" },
		{ "structure=queue workers=2", -EINVAL, "error: 1: workers= is not an" },
		{ "structure=ring lock=mutex", -EOPNOTSUPP, "error: 1: a ring synchronises" },
		{ "attach=4294967295", -ENOENT, "error: 1: no object 4294967295 lives" },
		{ "attach=0", -EINVAL, "error: 8: " },
		{ "attach=1 lock=rcu", -EINVAL, "error: 10: attach=ID stands alone" },
	}, after[] = {
		{ "lock=mutex", -EINVAL, "error: 1: it has its object" },
		{ "inset key=1", -EINVAL, "error: 1: a list has no operation 'inset': did" },
		{ "insert 1", -EINVAL, "error: 8: a word must be key=value" },
		{ "insert key=1 keys=2", -EINVAL, "error: 14: an operation has key=" },
		{ "insert key=", -EINVAL, "error: 12: " },
		{ "insert key=1 within=5", -EINVAL, "error: 22: a time needs a unit" },
		{ "insert key=1 stay=11ms", -EINVAL, "error: 19: " },
		{ "verify it", -EINVAL, "error: 1: 'verify' stands alone" },
		{ "tell me", -EINVAL, "error: 1: 'tell' stands alone" },
		{ "tell", -EINVAL, "error: 1: a list has nothing to tell" },
	};
	int fd = open(DIR "object", O_RDWR);
	size_t i;

	ASSERT_GE(fd, 0);
	for (i = 0; i < ARRAY_SIZE(before); i++) {
		EXPECT_EQ(command(fd, before[i].words), before[i].error);
		EXPECT_EQ(strncmp(text, before[i].says, strlen(before[i].says)), 0) {
			TH_LOG("%s: %s", before[i].words, text);
		}
	}
	EXPECT_TRUE(counts_are(self->device, self->before));
	ASSERT_EQ(command(fd, "structure=list"), 0);
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		EXPECT_EQ(command(fd, after[i].words), after[i].error);
		EXPECT_EQ(strncmp(text, after[i].says, strlen(after[i].says)), 0) {
			TH_LOG("%s: %s", after[i].words, text);
		}
	}
	/* What follows a zero is not left out unseen. */
	ASSERT_EQ(write(fd, "insert key=1\0 key=2", 19), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(command(fd, "verify"), 0);
	EXPECT_STREQ(text, "elements=0 ops=0 balance=0 violations=0\n");
	memset(text, ' ', 2000);
	text[2000] = '\0';
	EXPECT_EQ(command(fd, text), -E2BIG);
	close(fd);
}

TEST_F(proc, a_pool_tells_who_holds_a_lease_for_too_long)
{
	int fd = open(DIR "object", O_RDWR);

	ASSERT_GE(fd, 0);
	ASSERT_EQ(command(fd, "structure=pool lock=null capacity=2"), 0);
	EXPECT_EQ(command(fd, "add"), 0);
	EXPECT_EQ(command(fd, "try_get"), 0);
	EXPECT_EQ(command(fd, "tell"), 0);
	EXPECT_EQ(number_after(text, " leased="), 1);
	EXPECT_NE(strstr(text, " leaked=0\n"), NULL) {
		TH_LOG("%s", text);
	}
	/* A lease that lasts longer than a nanosecond has leaked. */
	EXPECT_EQ(command(fd, "tune key=2 value=1"), 0);
	EXPECT_EQ(command(fd, "tell"), 0);
	EXPECT_NE(strstr(text, " leaked=1 holder="), NULL);
	EXPECT_EQ(number_after(text, " holder="), getpid());
	EXPECT_NE(strstr(text, " holder_name=proc_test held_ns="), NULL) {
		TH_LOG("%s", text);
	}
	close(fd);
}

TEST_F(proc, a_command_that_waits_can_be_killed)
{
	pid_t pid = fork();

	if (!pid) {
		int fd = open(DIR "object", O_RDWR);

		command(fd, "structure=queue lock=mutex");
		command(fd, "get within=forever");
		_exit(0);
	}
	ASSERT_TRUE(EVENTUALLY(counts_of(self->device).objects == self->before.objects + 1));
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
}

TEST_HARNESS_MAIN
