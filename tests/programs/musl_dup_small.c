// tests/programs/musl_dup_small.c - with musl: a program may put a file at any small number, as a
// shell does for `exec 4>file`, also when the runtime has made descriptors for itself: it waits for
// one, and has a handler that ends such a wait.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

enum { Numbers = 100 };

static bool own[Numbers]; // open before: what the program was started with, and what it has made
static int fds[2];

static void ring(int sig)
{
	(void)sig;
}

static void *reads(void *unused)
{
	char c;

	equal(read(fds[0], &c, 1), 1);
	return unused;
}

static void place(int file)
{
	for (int fd = 3; fd < Numbers; fd++) {
		if (own[fd])
			continue;
		equal(fcntl(fd, F_GETFD), -1); // nothing is there
		equal(dup2(file, fd), fd);
		equal(fcntl(fd, F_GETFD), 0);
		equal(close(fd), 0);
	}
}

int main(void)
{
	struct sigaction sa = { .sa_handler = ring };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct rlimit most;
	int file, other[2];
	pthread_t t;
	char c;

	equal(getrlimit(RLIMIT_NOFILE, &most), 0);
	check(most.rlim_cur > Numbers);
	equal(pipe(fds), 0);
	equal(pipe(other), 0);
	file = open("/dev/null", O_WRONLY);
	check(file >= 0);
	for (int fd = 0; fd < Numbers; fd++)
		own[fd] = fcntl(fd, F_GETFD) >= 0;
	equal(pthread_create(&t, NULL, reads, NULL), 0);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	equal(read(other[0], &c, 1), -1);
	equal(errno, EINTR);
	place(file);
	equal(write(fds[1], "x", 1), 1);
	equal(pthread_join(t, NULL), 0);
	return 0;
}
