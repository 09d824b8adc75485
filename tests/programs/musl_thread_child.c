// tests/programs/musl_thread_child.c - with musl: pthread_exit in a forked child, which has one
// thread alone, ends the child as exit(0) does, after the thread's cleanup: whether a
// goroutine, a thread or the main goroutine has forked, beside others.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// repeat: 5
#include "../lib/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Good = 7 };

static rt_waitgroup all;
static int cleaned;

static void at_end(void)
{
	_exit(Good + !cleaned);
}

static void clean(void *arg)
{
	*(int *)arg = 1;
}

static void fork_and_leave(void *done)
{
	int status;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		check(atexit(at_end) == 0);
		pthread_cleanup_push(clean, &cleaned);
		pthread_exit(NULL);
		pthread_cleanup_pop(0);
	}
	equal(waitpid(pid, &status, 0), pid);
	check(WIFEXITED(status));
	equal(WEXITSTATUS(status), Good);
	if (done)
		rt_waitgroup_done(done);
}

static void *thread(void *arg)
{
	fork_and_leave(NULL);
	return arg;
}

static void *wait_long(void *released)
{
	rt_chan_recv(released, NULL);
	return NULL;
}

int rt_main(int argc, char **argv)
{
	rt_chan *released = rt_chan_make(0, 0);
	pthread_t t, other;

	(void)argc, (void)argv;
	equal(pthread_create(&other, NULL, wait_long, released), 0);
	go_all(&all, 4, fork_and_leave, &all);
	rt_waitgroup_wait(&all);
	equal(pthread_create(&t, NULL, thread, NULL), 0);
	equal(pthread_join(t, NULL), 0);
	fork_and_leave(NULL);
	rt_chan_close(released);
	equal(pthread_join(other, NULL), 0);
	return 0;
}
