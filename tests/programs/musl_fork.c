// tests/programs/musl_fork.c - with musl, while other goroutines keep all processors busy: a
// goroutine starts programs by posix_spawn, by fork and exec in one rt_cgocall, and by fork
// alone, whose child continues as the goroutine, calls the C library and execs; and at the end
// replaces its own process.
// cflags: --musl
// arch: not qemu: it executes no program for the processor that it emulates
// matrix: GOMAXPROCS=1,2,4,64
// stdout: replaced
#include "../lib/test.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Rounds = 5, Busy = 6 };

extern char **environ;

static bool over;
static rt_waitgroup busy;

static void spin(void *arg)
{
	volatile uint64_t *n = arg;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		(*n)++;
	rt_waitgroup_done(&busy);
}

typedef struct {
	pid_t pid;
	int status;
} Child;

static void wait_for(void *arg)
{
	Child *c = arg;

	while (waitpid(c->pid, &c->status, 0) < 0)
		equal(errno, EINTR);
}

static void ends_with(Child *c, int status)
{
	check(c->pid > 0);
	rt_cgocall(wait_for, c);
	check(WIFEXITED(c->status));
	equal(WEXITSTATUS(c->status), status);
}

static void spawn(void *arg)
{
	static char *args[] = { "sh", "-c", "exit 41", NULL };

	equal(posix_spawn(&((Child *)arg)->pid, "/bin/sh", NULL, NULL, args, environ), 0);
}

static void fork_exec(void *arg)
{
	Child *c = arg;

	c->pid = fork();
	if (c->pid == 0) {
		execl("/bin/sh", "sh", "-c", "exit 42", (char *)NULL);
		_exit(99);
	}
}

static void fork_only(void *arg)
{
	// Long enough for the processor to be taken away, as when there is much to copy.
	usleep(1000);
	((Child *)arg)->pid = fork();
}

static void in_child(int status)
{
	char text[32];

	snprintf(text, sizeof text, "exit %d", status);
	if (atoi(text + 5) == status)
		execl("/bin/sh", "sh", "-c", text, (char *)NULL);
	_exit(99);
}

int rt_main(int argc, char **argv)
{
	static uint64_t n[Busy];
	Child c;

	if (argc > 1)
		return puts(argv[1]) < 0;
	rt_waitgroup_add(&busy, Busy);
	for (int i = 0; i < Busy; i++)
		rt_go(spin, &n[i]);
	for (int i = 0; i < Rounds; i++) {
		rt_cgocall(spawn, &c);
		ends_with(&c, 41);
		rt_cgocall(fork_exec, &c);
		ends_with(&c, 42);
		rt_cgocall(fork_only, &c);
		if (c.pid == 0)
			in_child(43);
		ends_with(&c, 43);
		c.pid = fork();
		if (c.pid == 0)
			in_child(44);
		ends_with(&c, 44);
		rt_gosched();
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	rt_waitgroup_wait(&busy);
	execl("/proc/self/exe", argv[0], "replaced", (char *)NULL);
	return 1;
}
