// tests/programs/musl_foreign.c - with musl, threads that the runtime did not make become goroutines
// with their first call of rt.h, until they end: they send, receive, lock, wait for timers
// and for each other, and leave no thread behind.
// cflags: --musl
// env: RT0_PTHREADS=kernel
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Threads = 30, Rounds = 100, Short = 3000 };

static rt_mutex mutex;
static int64_t counter;

static void *does_nothing(void *arg)
{
	return arg;
}

static pthread_t create(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	equal(pthread_create(&t, NULL, fn, arg), 0);
	return t;
}

static void join(pthread_t t)
{
	equal(pthread_join(t, NULL), 0);
}

// ---- channels, locks, timers --------------------------------------------------------

static void *sends(void *c)
{
	int64_t tid = syscall(SYS_gettid);

	for (int64_t i = 0; i < Rounds; i++) {
		rt_chan_send(c, &i);
		equal(syscall(SYS_gettid), tid);
		rt_mutex_lock(&mutex);
		counter++;
		rt_mutex_unlock(&mutex);
	}
	rt_sleep(RT_MILLISECOND);
	equal(syscall(SYS_gettid), tid);
	return NULL;
}

static void receives(void)
{
	rt_chan *c = rt_chan_make(8, 0);
	pthread_t t[Threads];
	int64_t sum = 0, v;

	for (int i = 0; i < Threads; i++)
		t[i] = create(sends, c);
	for (int i = 0; i < Threads * Rounds; i++) {
		rt_chan_recv(c, &v);
		sum += v;
	}
	equal(sum, (int64_t)Threads * Rounds * (Rounds - 1) / 2);
	for (int i = 0; i < Threads; i++)
		join(t[i]);
	equal(counter, (int64_t)Threads * Rounds);
	rt_chan_free(c);
}

// ---- their ends ---------------------------------------------------------------------

static pthread_key_t key;
static rt_sem ended = RT_SEM(0), cleaned = RT_SEM(0);

// The last calls of rt.h come from a destructor, as before.
static void destroys(void *arg)
{
	rt_sem_release(arg);
}

static void *returns(void *unused)
{
	(void)unused;
	rt_sem_release(&ended);
	equal(pthread_setspecific(key, &cleaned), 0);
	return (void *)-1;
}

static void *exits(void *unused)
{
	(void)unused;
	rt_lock_os_thread();
	pthread_cleanup_push(destroys, &cleaned);
	rt_sem_release(&ended);
	pthread_exit((void *)-1);
	pthread_cleanup_pop(0);
}

static void *knows_nothing(void *unused)
{
	(void)unused;
	rt_sem_release(&cleaned); // in rt_malloc and others there is no check at first
	free(malloc(10));
	rt_free(rt_malloc(10));
	check(rt_goid() > 1);
	rt_sem_release(&ended);
	return (void *)-1;
}

static void short_ones(void)
{
	static void *(*const fn[])(void *) = { returns, exits, knows_nothing };

	equal(pthread_key_create(&key, destroys), 0);
	for (int i = 0; i < Short; i++) {
		void *result;
		pthread_t t = create(fn[i % 3], NULL);

		equal(pthread_join(t, &result), 0);
		check(result == (void *)-1);
	}
	for (int i = 0; i < Short; i++) {
		rt_sem_acquire(&ended);
		rt_sem_acquire(&cleaned);
	}
	check(!rt_sem_try_acquire(&ended) && !rt_sem_try_acquire(&cleaned));
}

// There is an M for each thread that ran at once with others, and for goroutines that waited in
// the kernel meanwhile, but not one for each thread that has ended.
static void no_thread_is_left(void)
{
	rt_set_max_threads(Short / 10); // "thread exhaustion" if there are more
}

// ---- what any goroutine does --------------------------------------------------------

static void nested(void *c)
{
	rt_chan_send(c, NULL);
	rt_sleep(RT_MILLISECOND);
}

static void *does_much(void *c)
{
	rt_timer *t = rt_timer_chan(RT_MILLISECOND, 0);
	char text[20];
	int status, pid;
	int64_t v;

	check(rt_recover(panics, "one", text, sizeof text) && same(text, "one"));
	equal(rt_select((rt_case[]){ RT_RECV(rt_timer_c(t), &v) }, 1), 0);
	rt_timer_free(t);
	rt_cgocall(nested, c);
	rt_join(rt_spawn(does_nothing, NULL));
	pid = fork();
	if (pid == 0)
		_exit(rt_chan_len(c) == 0 ? 3 : 4);
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), 3);
	return NULL;
}

static void much(void)
{
	rt_chan *c = rt_chan_make(0, 0);
	pthread_t t[Threads];

	for (int i = 0; i < Threads; i++)
		t[i] = create(does_much, c);
	for (int i = 0; i < Threads; i++)
		rt_chan_recv(c, NULL);
	for (int i = 0; i < Threads; i++)
		join(t[i]);
}

// Ends the process while others are goroutines.
static void *never_ends(void *c)
{
	rt_chan_send(c, NULL);
	rt_chan_send(c, NULL);
	return NULL;
}

static void leaves_them(void)
{
	rt_chan *c = rt_chan_make(0, 0);

	for (int i = 0; i < Threads; i++)
		create(never_ends, c);
	for (int i = 0; i < Threads; i++)
		rt_chan_recv(c, NULL);
}

// The first thread is made where no goroutine runs.
static void creates(void *unused)
{
	(void)unused;
	join(create(knows_nothing, NULL));
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(creates, NULL);
	rt_sem_acquire(&ended);
	rt_sem_acquire(&cleaned);
	receives();
	much();
	short_ones();
	no_thread_is_left();
	leaves_them();
	return 0;
}
