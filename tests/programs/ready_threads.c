// tests/programs/ready_threads.c - 500 goroutines in rt_wait, each for a descriptor of its own,
// use no more threads than there are processors, and two.
//
// A thread that comes too late to sleep while another is started is one more, on a machine that
// is busy. It has nothing to do with waiting, and stays. So the program begins again, some times.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not thread: ThreadSanitizer has a thread of its own
// arch: not qemu: it executes no program for the processor that it emulates
#include "../lib/test.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { Waiters = 500 };

static struct {
	int p[2];
} pipes[Waiters];
static rt_waitgroup done;
static int begun;

// One short call, which takes no thread itself.
static int64_t threads(void)
{
	struct stat s;

	equal(rt_syscall(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &s, 0), 0);
	return (int64_t)s.st_nlink - 2;
}

static void again(char **argv, int64_t n)
{
	int64_t tries = argv[1] ? number(argv[1]) : 0;
	char next[8], *args[] = { argv[0], next, NULL }, *env[] = { NULL, NULL };
	static char procs[32];

	if (tries == 20)
		differs(__FILE__, __LINE__, "threads", n, rt_gomaxprocs(0) + 2);
	rt_snprintf(next, sizeof next, "%d", (int)tries + 1);
	rt_snprintf(procs, sizeof procs, "GOMAXPROCS=%d", rt_gomaxprocs(0));
	env[0] = procs;
	equal(rt_syscall(SYS_execve, "/proc/self/exe", args, env), 0);
}

static void waits(void *arg)
{
	const int *p = arg;
	char c;

	__atomic_fetch_add(&begun, 1, __ATOMIC_SEQ_CST);
	equal(rt_wait(p[0], RT_READABLE, INT64_MAX), RT_READABLE);
	equal(rt_read(p[0], &c, 1), 1);
	rt_waitgroup_done(&done);
}

int rt_main(int argc, char **argv)
{
	int64_t after;

	(void)argc;
	rt_waitgroup_add(&done, Waiters);
	for (int i = 0; i < Waiters; i++) {
		equal(rt_pipe(pipes[i].p), 0);
		rt_go(waits, pipes[i].p);
	}
	while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) < Waiters)
		rt_gosched();
	for (int i = 0; i < 1000; i++)
		rt_gosched(); // all of them ask poll(2) and park
	check(threads() < Waiters / 4);
	for (int i = 0; i < Waiters; i++)
		equal(rt_write(pipes[i].p[1], "x", 1), 1);
	rt_waitgroup_wait(&done);
	after = threads();
	if (after > rt_gomaxprocs(0) + 2)
		again(argv, after);
	return 0;
}
