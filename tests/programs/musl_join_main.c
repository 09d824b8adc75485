// tests/programs/musl_join_main.c - with musl: the main thread is joined after its pthread_exit, and
// after it was cancelled while it read. The process ends with the last thread.
// stdout: joined
// cflags: --musl
// matrix: HOW=exit,cancel GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_t main_thread;
static sem_t started;

static void *joins(void *expected)
{
	void *result;

	sem_post(&started);
	if (expected == PTHREAD_CANCELED) {
		rt_sleep(2 * RT_MILLISECOND);
		equal(pthread_cancel(main_thread), 0);
	}
	equal(pthread_join(main_thread, &result), 0);
	check(result == expected);
	equal(pthread_join(main_thread, &result), EINVAL); // joined already
	rt_printf("joined\n");
	return NULL;
}

int rt_main(int argc, char **argv)
{
	bool cancel = strcmp(getenv("HOW"), "cancel") == 0;
	pthread_t t;
	int fd[2];
	char c;

	(void)argc, (void)argv;
	main_thread = pthread_self();
	sem_init(&started, 0, 0);
	equal(pipe(fd), 0);
	equal(pthread_create(&t, NULL, joins, cancel ? PTHREAD_CANCELED : &main_thread), 0);
	equal(pthread_detach(t), 0);
	equal(sem_wait(&started), 0);
	if (cancel)
		read(fd[0], &c, 1);
	pthread_exit(&main_thread);
}
