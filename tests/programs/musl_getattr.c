// tests/programs/musl_getattr.c - with musl: pthread_getattr_np describes the stack that the caller
// runs on: a goroutine's first one, its segment, rt_cgocall's, the signal handlers'.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

// Declared for _GNU_SOURCE alone, which test.h is not made for.
int pthread_getattr_np(pthread_t t, pthread_attr_t *a);

enum { Near = 4 << 10, Deep = 1 << 20 };

static rt_waitgroup all;
static char *top; // of the last stack that here() has seen
static size_t whole;

// Returns how far the caller is below the top of its stack.
static __attribute__((noinline)) size_t here(void)
{
	pthread_attr_t a;
	void *low;
	char *mine = __builtin_frame_address(0);

	equal(pthread_getattr_np(pthread_self(), &a), 0);
	equal(pthread_attr_getstack(&a, &low, &whole), 0);
	equal(pthread_attr_destroy(&a), 0);
	top = (char *)low + whole;
	check(mine >= (char *)low && mine < top);
	for (volatile char *p = mine; p < top; p++)
		(void)*p; // it is all there
	return (size_t)(top - mine);
}

static __attribute__((noinline)) void deep(void)
{
	char large[Deep], *volatile frame = large;
	char *before = top;
	bool onsegment = whole >= 32 << 20; // from the beginning: a runtime without split stacks

	frame[0] = 1;
	frame[Deep - 1] = 1;
	check(here() > Deep);
	check(whole >= 32 << 20);
	check(top != before || onsegment);
}

static void parks(void *unused)
{
	(void)unused;
	here();
	check(whole >= 256 << 10);
	usleep(1000); // makes it the goroutine
	rt_gosched();
	here();
	check(whole >= 256 << 10);
}

static void handler(int sig)
{
	equal(sig, SIGUSR1);
	here();
	check(whole >= 32 << 10 && whole <= 128 << 10);
}

static void on_all_stacks(void)
{
	here();
	deep();
	here();
	rt_cgocall(parks, NULL);
	here();
	raise(SIGUSR1);
	here();
}

static void goroutine(void *unused)
{
	(void)unused;
	check(here() < Near);
	on_all_stacks();
	rt_waitgroup_done(&all);
}

static void *thread(void *unused)
{
	check(here() < Near);
	on_all_stacks();
	return unused;
}

int main(void)
{
	pthread_attr_t a;
	pthread_t t;
	void *low;
	int detached;

	signal(SIGUSR1, handler);
	check(here() < Near);
	on_all_stacks();
	rt_waitgroup_add(&all, 1);
	rt_go(goroutine, NULL);
	rt_waitgroup_wait(&all);
	equal(pthread_create(&t, NULL, thread, NULL), 0);
	equal(pthread_getattr_np(t, &a), 0); // another's, which runs or has ended
	equal(pthread_attr_getstack(&a, &low, &whole), 0);
	check(low && whole >= 32 << 10);
	equal(pthread_attr_getdetachstate(&a, &detached), 0);
	equal(detached, PTHREAD_CREATE_JOINABLE);
	equal(pthread_join(t, NULL), 0);
	return 0;
}
