// bench/peers/spawner.c - how long a program lives: starts it N times and prints the
// medians, from just before the exec. Hosted C.
//
//	spawner N PROGRAM [ARGUMENT]...
//
//	exec_to_write us    to its first byte on standard output, if it writes any
//	exec_to_exit us     to the end of the process, as its parent sees it
//
// The child is made by vfork, so that the size of this process does not matter. GOMAXPROCS
// is passed on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

extern char **environ;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t start; // written by the child: it shares our memory until the exec

static pid_t spawn(char **argv, int out)
{
	pid_t pid = vfork();

	if (pid < 0)
		fail("vfork");
	if (pid == 0) {
		dup2(out, 1);
		start = nanotime();
		execve(argv[0], argv, environ);
		_exit(127);
	}
	return pid;
}

// Sets both times, in ns; 0: it wrote nothing.
static void once(char **argv, int64_t *written, int64_t *ended)
{
	char buf[256];
	int fd[2], status;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) != 0)
		fail("pipe");
	pid = spawn(argv, fd[1]);
	close(fd[1]);
	*written = read(fd[0], buf, sizeof buf) > 0 ? nanotime() - start : 0;
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	*ended = nanotime() - start;
	close(fd[0]);
	if (status != 0) {
		fprintf(stderr, "%s: status %#x\n", argv[0], (unsigned)status);
		exit(1);
	}
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void median(const char *name, int64_t *times, int64_t n)
{
	qsort(times, (size_t)n, sizeof *times, ascending);
	if (times[n / 2] > 0)
		metric(name, (double)times[n / 2] / 1e3, "us");
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100);
	int64_t *written = calloc((size_t)n, sizeof *written);
	int64_t *ended = calloc((size_t)n, sizeof *ended);

	if (argc < 3) {
		fputs("usage: spawner N PROGRAM [ARGUMENT]...\n", stderr);
		return 1;
	}
	for (int64_t i = 0; i < n; i++)
		once(&argv[2], &written[i], &ended[i]);
	median("exec_to_write", written, n);
	median("exec_to_exit", ended, n);
	return 0;
}
