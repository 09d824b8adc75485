// tests/programs/musl_process.c - with musl: programs are started by rt_process_start, and as
// before by posix_spawn and system; the end of a pipe that a child gets by either blocks for it;
// a child made by the library's fork may make system calls by rt_syscall.
// cflags: --musl
// matrix: GOMAXPROCS=1,4,64
// stdout: ok
#include "../lib/test.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef struct {
	int out, status;
	pid_t pid;
} Child;

static char *seq[] = { "seq", "1", "200000", NULL };

static void spawn_seq(void *arg)
{
	Child *c = arg;
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, c->out, 1);
	equal(posix_spawnp(&c->pid, "seq", &actions, NULL, seq, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
}

static void wait_for(void *arg)
{
	Child *c = arg;

	equal(waitpid(c->pid, &c->status, 0), c->pid);
}

// The child writes faster than this reads.
static int64_t read_all(int fd)
{
	char buf[4096];
	int64_t n, sum = 0;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0) {
		sum += n;
		rt_gosched();
	}
	equal(n, 0);
	return sum;
}

static void by_posix_spawn(void)
{
	Child c;
	int p[2];

	equal(rt_pipe(p), 0);
	c.out = p[1];
	rt_cgocall(spawn_seq, &c);
	equal(rt_close(p[1]), 0);
	equal(read_all(p[0]), 1288895);
	equal(rt_close(p[0]), 0);
	rt_cgocall(wait_for, &c);
	equal(c.status, 0);
}

static void by_process_start(void)
{
	int p[2], status;
	rt_process *child;

	equal(rt_pipe(p), 0);
	equal(rt_process_start(&child, "seq", seq, &(rt_process_options){
		.fds = (int[]){ -1, p[1], 2 }, .nfds = 3, .flags = RT_PROCESS_SEARCH }), 0);
	equal(rt_close(p[1]), 0);
	equal(read_all(p[0]), 1288895);
	equal(rt_close(p[0]), 0);
	equal(rt_process_wait(child, &status), 0);
	equal(status, 0);
}

static void run_shell(void *arg)
{
	*(int *)arg = system("exit 5");
}

static void by_system(void)
{
	int status = -1;

	rt_cgocall(run_shell, &status);
	equal(status, 5 << 8);
}

static void by_fork(void)
{
	Child c = { .pid = fork() };

	if (c.pid == 0) {
		for (int i = 0; i < 1000; i++)
			check(rt_syscall(SYS_getppid) > 0);
		rt_syscall(SYS_exit_group, 6);
	}
	rt_cgocall(wait_for, &c);
	equal(c.status, 6 << 8);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0; i < 3; i++) {
		by_posix_spawn();
		by_process_start();
		by_system();
		by_fork();
	}
	rt_printf("ok\n");
	return 0;
}
