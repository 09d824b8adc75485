// tests/programs/musl_callback.c - with musl, the callback of a function of the library, which
// rt_cgocall runs, may call all of rt.h; errno, handlers and siglongjmp are as on a goroutine, and
// so are calls that block.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "cgocallback.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static __thread int own;

static int compare(const void *a, const void *b, void *job)
{
	int x = *(const int *)a, y = *(const int *)b;

	return before(x, y, job) ? -1 : x > y;
}

static void sort(int *row, int n, void *job)
{
	qsort_r(row, (size_t)n, sizeof *row, compare, job);
}

// ---- errno, thread-local variables --------------------------------------------------

static void sets_errno(void *fd)
{
	errno = 0;
	equal(close(-1), -1);
	equal(errno, EBADF);
	rt_sleep(RT_MILLISECOND);
	equal(errno, EBADF);
	errno = *(int *)fd;
	rt_gosched();
}

static void keeps_errno(void *unused)
{
	(void)unused;
	for (int i = 1; i < 20; i++) {
		errno = 7;
		equal(rt_cgocall(sets_errno, &i), i);
	}
	rt_waitgroup_done(&done);
}

// ---- calls that block ---------------------------------------------------------------

static void write_later(void *arg)
{
	rt_sleep(RT_MILLISECOND);
	equal(write(*(int *)arg, "y", 1), 1);
}

// The calls park the goroutine, because it is one now.
static void reads(void *arg)
{
	int fd[2];
	char c;

	rt_gosched();
	equal(pipe(fd), 0);
	rt_go(write_later, &fd[1]);
	equal(read(fd[0], &c, 1), 1);
	*(int *)arg = c;
	close(fd[0]);
	close(fd[1]);
	nanosleep(&(struct timespec){ .tv_nsec = 1000 }, NULL);
}

static void blocking_calls(void *unused)
{
	int c = 0;

	(void)unused;
	rt_cgocall(reads, &c);
	equal(c, 'y');
	rt_waitgroup_done(&done);
}

// ---- handlers -----------------------------------------------------------------------

static sigjmp_buf back;
static volatile int handled;

static void jump(int sig)
{
	handled++;
	siglongjmp(back, sig);
}

static void count_signal(int sig)
{
	(void)sig;
	handled++;
}

static void jumps(void *c)
{
	if (sigsetjmp(back, 1) == 0) {
		rt_chan_send(c, NULL);
		raise(SIGUSR1);
		check(false);
	}
	rt_chan_send(c, NULL);
	raise(SIGUSR2);
	rt_chan_send(c, NULL);
}

static void signals(void)
{
	rt_chan *c = rt_chan_make(0, 0);

	signal(SIGUSR1, jump);
	signal(SIGUSR2, count_signal);
	rt_waitgroup_add(&drained, 1);
	rt_go(drain, c);
	rt_cgocall(jumps, c);
	equal(handled, 2);
	rt_chan_close(c);
	rt_waitgroup_wait(&drained);
}

// ---- fork ---------------------------------------------------------------------------

static void forks(void *c)
{
	int status, pid;

	rt_chan_send(c, NULL);
	pid = fork();
	if (pid == 0)
		_exit(rt_goid() == 1 && !rt_chan_try_send(c, NULL) ? 3 : 4);
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), 3);
}

// The child becomes its goroutine itself.
static void forks_first(void *c)
{
	int status, pid = fork();

	if (pid == 0) {
		rt_chan_send(c, NULL); // there is room
		_exit(5);
	}
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), 5);
}

static void forking(void)
{
	rt_chan *c = rt_chan_make(0, 1);

	rt_cgocall(forks_first, c);
	equal(rt_chan_len(c), 0);
	rt_cgocall(forks, c);
	equal(rt_chan_len(c), 1);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	own = 1;
	all_callbacks();
	go_all(&done, 20, keeps_errno, NULL);
	go_all(&done, 20, blocking_calls, NULL);
	rt_waitgroup_wait(&done);
	signals();
	forking();
	equal(own, 1);
	return 0;
}
