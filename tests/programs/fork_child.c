// tests/programs/fork_child.c - a child made by fork, vfork, clone or clone3 continues as the
// calling goroutine alone, whatever the others do at that moment, and may open, close, write,
// execute a program or end; its parent's goroutines and descriptors notice nothing.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
// hosted: not thread/clang: a loop without calls keeps its processor there
// stdout: ok
// arch: not arm64: Linux has no calls fork and vfork there
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

enum { Spinners = 2, Readers = 2, Much = 100000, CLONE_VFORK = 0x4000 }; // Much fills a pipe

static bool over;
static int watched[2], outside[2], said[2];
static int shared; // a copy of outside[0], unknown to the runtime
static char much[Much];
static rt_waitgroup busy;

static void spin(void *arg)
{
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		(*(volatile uint64_t *)arg)++;
	rt_waitgroup_done(&busy);
}

static void churn(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		rt_free(rt_malloc(1000));
		rt_go(nothing, NULL);
		rt_sleep(20 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&busy);
}

// Stops the world all the time.
static void stop(void *arg)
{
	static char text[10];

	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		rt_stack(text, sizeof text, true);
		rt_sleep(20 * RT_MICROSECOND);
	}
	rt_waitgroup_done(&busy);
}

// Waits for what comes after all the children: none may take its watch away.
static void reader(void *arg)
{
	char c;

	equal(rt_read(*(int *)arg, &c, 1), 1);
	equal(c, 'z');
	rt_waitgroup_done(&busy);
}

static int64_t fork_by(int how)
{
	uint64_t args[11] = { [0] = how == 4 ? CLONE_VFORK : 0, [4] = SIGCHLD };
	int64_t nr = SYS_fork;

	switch (how) {
	case 0: return rt_syscall(SYS_fork);
	case 1: return rt_syscall(SYS_vfork);
	case 2: return rt_syscall(SYS_clone, SIGCHLD, 0);
	case 3: return rt_syscall(SYS_clone3, args, sizeof args);
	case 4: return rt_syscall(SYS_clone3, args, sizeof args);
	default: return rt_syscall(nr); // the number is no constant without optimisation
	}
}

// The number is free at once, though the parent's goroutine reads there, which must not run here.
static void close_read(int fd)
{
	check(rt_close(fd) == 0);
	check(rt_syscall(SYS_fcntl, fd, F_GETFD) == -EBADF);
	check(rt_close(fd) == -EBADF);
	check(rt_open("/dev/null", O_WRONLY, 0) == fd);
	check(rt_write(fd, "x", 1) == 1);
	check(rt_close(fd) == 0);
}

static _Noreturn void in_child(int what)
{
	static char *args[] = { "true", NULL }, *none[] = { NULL };
	char text[30];
	int n;

	check(rt_syscall(SYS_getpid) == rt_syscall(SYS_gettid));
	for (int i = 0; i < 1000; i++) // longer than a time slice, and many ways to get lost
		check(rt_syscall(SYS_getppid) > 0);
	n = rt_snprintf(text, sizeof text, "%d", what);
	check(n == 1);
	switch (what) {
	case 0:
		rt_syscall(SYS_execve, "/bin/true", args, none);
		rt_exit(9);
	case 1:
		rt_syscall(SYS_exit_group, 0);
		rt_exit(9);
	case 2:
		check(rt_write(said[1], much, sizeof much) == sizeof much);
		check(rt_close(said[1]) == 0);
		rt_exit(0);
	case 3:
		close_read(watched[0] < shared ? watched[0] : shared);
		check(rt_open("/dev/null", O_RDONLY, 0) >= 0);
		close_read(watched[0] < shared ? shared : watched[0]);
		for (volatile uint64_t k = 0; k < 15 * 1000 * 1000; k++) // time for another thread
			;
		rt_exit(0);
	default:
		for (volatile uint64_t k = 0; k < 15 * 1000 * 1000; k++) // nothing preempts it
			;
		rt_syscall(SYS_exit_group, 0);
		rt_exit(9);
	}
}

static void child(int how, int what)
{
	int64_t pid = fork_by(how);
	int status = -1;

	check(pid >= 0);
	if (pid == 0)
		in_child(what);
	for (int64_t n = 0, r; what == 2 && n < Much; n += r) {
		r = rt_read(said[0], much, sizeof much);
		check(r > 0);
	}
	equal(rt_syscall(SYS_wait4, pid, &status, 0, 0), pid);
	equal(status, 0);
}

int rt_main(int argc, char **argv)
{
	static uint64_t n[Spinners];
	int rounds = (int)argument(argc, argv, 30);

	equal(rt_pipe(watched), 0);
	equal(rt_pipe(outside), 0);
	shared = (int)rt_syscall(SYS_dup, outside[0]);
	equal(rt_pipe(said), 0);
	equal(rt_write(said[1], "p", 1), 1); // it does not block from now on
	equal(rt_read(said[0], much, 1), 1);
	equal(rt_syscall(SYS_clone3, NULL, 2000), -E2BIG);
	equal(rt_syscall(SYS_clone3, n, 8), -EINVAL);
	equal(rt_syscall(SYS_clone3, 8, 64), -EFAULT);
	rt_waitgroup_add(&busy, Spinners + Readers + 2);
	rt_go(reader, &watched[0]);
	rt_go(reader, &shared);
	for (int i = 0; i < Spinners; i++)
		rt_go(spin, &n[i]);
	rt_go(churn, NULL);
	rt_go(stop, NULL);
	for (int i = 0; i < rounds; i++)
		child(i % 6, i / 6 % 5);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	equal(rt_write(watched[1], "z", 1), 1);
	equal(rt_write(outside[1], "z", 1), 1);
	rt_waitgroup_wait(&busy);
	rt_printf("ok\n");
	return 0;
}
