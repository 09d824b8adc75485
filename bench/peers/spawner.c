// bench/peers/spawner.c - how long a program lives: starts it N times and prints the
// medians, from just before the exec. Hosted C.
//
//	spawner N PROGRAM [ARGUMENT]...
//
//	exec_to_write us    to its first byte on standard output, if it writes any
//	exec_to_exit us     to the end of the process, as its parent sees it
//	page_faults n       that the kernel answered without a disk
//
// The child is made by vfork, so that the size of this process does not matter. GOMAXPROCS
// is passed on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
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

// What is known of each start: times in ns (0: it wrote nothing), and a number.
static int64_t *written, *ended, *faults;

static void once(char **argv, int64_t i)
{
	char buf[256];
	int fd[2], status;
	struct rusage usage;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) != 0)
		fail("pipe");
	pid = spawn(argv, fd[1]);
	close(fd[1]);
	written[i] = read(fd[0], buf, sizeof buf) > 0 ? nanotime() - start : 0;
	if (wait4(pid, &status, 0, &usage) != pid)
		fail("wait4");
	ended[i] = nanotime() - start;
	faults[i] = usage.ru_minflt;
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

static void median(const char *name, int64_t *values, int64_t n, double unit, const char *of)
{
	qsort(values, (size_t)n, sizeof *values, ascending);
	if (values[n / 2] > 0)
		metric(name, (double)values[n / 2] / unit, of);
}

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100);

	written = calloc((size_t)n, sizeof *written);
	ended = calloc((size_t)n, sizeof *ended);
	faults = calloc((size_t)n, sizeof *faults);
	if (argc < 3) {
		fputs("usage: spawner N PROGRAM [ARGUMENT]...\n", stderr);
		return 1;
	}
	for (int64_t i = 0; i < n; i++)
		once(&argv[2], i);
	median("exec_to_write", written, n, 1e3, "us");
	median("exec_to_exit", ended, n, 1e3, "us");
	median("page_faults", faults, n, 1, "n");
	return 0;
}
