// tests/programs/musl_names.c - with musl: pthread_setname_np names any goroutine: tracebacks and
// pthread_getname_np have the name; the kernel's thread has it if the goroutine is locked to one.
// The next goroutine of the stack has none.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#define _GNU_SOURCE
#include "../lib/test.h"

#include "../lib/waiting.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/prctl.h>

enum { Rounds = 50 };

static sem_t started, go;

static void *waits(void *unused)
{
	sem_post(&started);
	sem_wait(&go);
	return unused;
}

static bool in_traceback(const char *line)
{
	static char text[1 << 18];

	check(rt_stack(text, sizeof text, true) < sizeof text);
	return find(text, line) != NULL;
}

static void *locks(void *unused)
{
	char name[16] = "";

	rt_lock_os_thread();
	equal(pthread_setname_np(pthread_self(), "fixed"), 0);
	equal(prctl(PR_GET_NAME, name), 0);
	equal(strcmp(name, "fixed"), 0);
	check(in_traceback("[running, locked to thread, \"fixed\"]:\n"));
	equal(pthread_getname_np(pthread_self(), name, sizeof name), 0);
	equal(strcmp(name, "fixed"), 0);
	return unused;
}

static void *unnamed(void *unused)
{
	char name[16];

	equal(pthread_getname_np(pthread_self(), name, sizeof name), 0);
	check(!find(name, "worker"));
	check(in_traceback("[running]:\n"));
	return unused;
}

static void run(void *(*fn)(void *))
{
	pthread_t t;

	equal(pthread_create(&t, NULL, fn, NULL), 0);
	equal(pthread_join(t, NULL), 0);
}

int rt_main(int argc, char **argv)
{
	pthread_t t;
	char name[16], before[16], kernel[16];

	(void)argc, (void)argv;
	sem_init(&started, 0, 0);
	sem_init(&go, 0, 0);
	equal(prctl(PR_GET_NAME, before), 0);
	for (int i = 0; i < Rounds; i++) {
		equal(pthread_create(&t, NULL, waits, NULL), 0);
		equal(sem_wait(&started), 0);
		equal(pthread_setname_np(t, "worker"), 0);
		await_in(1, "semacquire");
		check(in_traceback("[semacquire, \"worker\"]:\n"));
		equal(pthread_setname_np(t, "a worker of 15."), 0);
		check(in_traceback("[semacquire, \"a worker of 15.\"]:\n"));
		equal(pthread_setname_np(t, "a worker of 16.."), ERANGE);
		equal(pthread_getname_np(t, name, sizeof name), 0);
		equal(strcmp(name, "a worker of 15."), 0);
		equal(pthread_getname_np(t, name, 15), ERANGE);
		equal(prctl(PR_GET_NAME, kernel), 0);
		equal(strcmp(kernel, before), 0);
		sem_post(&go);
		equal(pthread_join(t, NULL), 0);
		run(unnamed);
	}
	run(locks);
	return 0;
}
