// tests/programs/musl_jump_cancel.c - with musl: a jump out of a cancellation point leaves it. A later
// pthread_cancel ends no call that is none, and the thread at its next cancellation point.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

static sigjmp_buf place;
static int holder;
static volatile bool locked;
static char path[200];

static void jump(int sig)
{
	siglongjmp(place, sig);
}

static __attribute__((noinline)) void leave_read(void)
{
	struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
	int fd[2];
	char c;

	equal(pipe(fd), 0);
	signal(SIGALRM, jump);
	if (sigsetjmp(place, 1) == 0) {
		equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
		read(fd[0], &c, 1);
		failed(__FILE__, __LINE__, "read returned");
	}
}

static void *cancel(void *first)
{
	equal(pthread_cancel((pthread_t)first), 0);
	equal(flock(holder, LOCK_UN), 0);
	return NULL;
}

static void cancelled(void *unused)
{
	(void)unused;
	check(locked);
	unlink(path);
	exit(0);
}

int main(void)
{
	pthread_t t;
	int fd;

	snprintf(path, sizeof path, "%s/lock", getenv("RT0_TMP"));
	holder = open(path, O_RDWR | O_CREAT, 0600);
	fd = open(path, O_RDWR);
	check(holder >= 0 && fd >= 0);
	equal(flock(holder, LOCK_EX), 0);
	leave_read();
	pthread_cleanup_push(cancelled, NULL);
	equal(pthread_create(&t, NULL, cancel, (void *)pthread_self()), 0);
	equal(flock(fd, LOCK_EX), 0); // is no cancellation point
	locked = true;
	pthread_testcancel();
	failed(__FILE__, __LINE__, "it is not cancelled");
	pthread_cleanup_pop(0);
	return 1;
}
