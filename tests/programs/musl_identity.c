// tests/programs/musl_identity.c - with musl: thread-local variables, errno, values of keys, the
// locale, dlerror, pthread_self and the locks of files belong to the goroutine, on whatever thread
// it continues.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

enum { Goroutines = 40, Rounds = 500 };

static rt_waitgroup all;

__thread int mine = 42;
__thread char buffer[64];
static __thread long *hidden_pointer;
__thread double wide[8] __attribute__((aligned(64))) = { 1.5 };

static pthread_key_t key, unset;
static tss_t c11key;

// Yields, or is preempted in a loop.
static void elsewhere(int i)
{
	if (i % 3 != 0)
		rt_gosched();
	else
		for (volatile int spin = 0; spin < 200; spin++)
			;
}

// As strtok's callers do: what one call has left in the thread, the next finds there.
static char *next_word(char *text)
{
	static __thread char *rest;

	if (text)
		rest = text;
	return strsep(&rest, " ");
}

static void words(int n)
{
	char text[64], want[16];
	char *word;

	snprintf(text, sizeof text, "w%d x%d y%d", n, n, n);
	word = next_word(text);
	for (int i = 0; i < 3; i++) {
		snprintf(want, sizeof want, "%c%d", "wxy"[i], n);
		equal(strcmp(word, want), 0);
		elsewhere(i);
		word = next_word(NULL);
	}
	equal(word == NULL, true);
}

static void goroutine(void *arg)
{
	int n = (int)(intptr_t)arg;
	pthread_t self = pthread_self();
	int *error = &errno, *variable = &mine;
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);

	// As a new thread's, though the G may have been another's.
	equal(mine, 42);
	equal(buffer[0], 0);
	equal(hidden_pointer == NULL, true);
	equal(wide[0] == 1.5 && wide[7] == 0, true);
	equal((uintptr_t)wide % 64, 0);
	equal(errno, 0);
	equal(pthread_getspecific(key) == NULL && tss_get(c11key) == NULL, true);
	equal(MB_CUR_MAX, 1);
	equal(dlerror() == NULL, true);

	mine = n;
	snprintf(buffer, sizeof buffer, "goroutine %d", n);
	hidden_pointer = malloc(sizeof *hidden_pointer);
	*hidden_pointer = n;
	wide[7] = n;
	equal(pthread_setspecific(key, arg), 0);
	equal(tss_set(c11key, hidden_pointer), thrd_success);
	if (n % 2)
		uselocale(utf8);
	for (int i = 0; i < Rounds; i++) {
		errno = n + 1000;
		elsewhere(i);
		equal(errno, n + 1000);
		equal(*error, n + 1000);
		equal(&errno == error && &mine == variable, true);
		equal(mine, n);
		equal(*hidden_pointer, n);
		equal(wide[7] == n, true);
		equal(pthread_equal(pthread_self(), self) && thrd_equal(thrd_current(), self), true);
		equal(pthread_getspecific(key) == arg, true);
		equal(tss_get(c11key) == hidden_pointer, true);
		equal(pthread_getspecific(unset) == NULL, true);
		equal(MB_CUR_MAX, n % 2 ? 4 : 1);
	}
	equal(atoi(buffer + strlen("goroutine ")), n);
	words(n);
	equal(dlopen("/nowhere.so", RTLD_NOW) == NULL, true);
	rt_gosched();
	equal(dlerror() != NULL, true);
	equal(dlerror() == NULL, true);
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(utf8);
	free(hidden_pointer);
	rt_waitgroup_done(&all);
}

static void run(rt_func *fn)
{
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(fn, (void *)(i + 1));
	rt_waitgroup_wait(&all);
}

// ---- a file's lock ------------------------------------------------------------------

// A goroutine may take it twice, others not meanwhile.
static void locks_file(void *arg)
{
	FILE *f = arg;

	equal(ftrylockfile(f), -1);
	rt_waitgroup_done(&all);
}

static void files(void)
{
	FILE *f = tmpfile();

	flockfile(f);
	rt_waitgroup_add(&all, 1);
	rt_go(locks_file, f);
	rt_waitgroup_wait(&all);
	equal(ftrylockfile(f), 0);
	equal(fputs("twice", f) >= 0, true);
	funlockfile(f);
	rt_gosched();
	equal(putc('!', f), '!');
	funlockfile(f);
	equal(ftrylockfile(f), 0);
	funlockfile(f);
	equal(fclose(f), 0);
}

// One that ends with the lock leaves the file locked: for its G's next goroutine, too.
static void leaves_locked(void *arg)
{
	equal(ftrylockfile(arg), 0);
	rt_waitgroup_done(&all);
}

static void left_locked(void)
{
	FILE *f = tmpfile();

	rt_waitgroup_add(&all, 1);
	rt_go(leaves_locked, f);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < 100; i++) {
		rt_waitgroup_add(&all, 1);
		rt_go(locks_file, f);
		rt_waitgroup_wait(&all);
	}
}

// ---- destructors --------------------------------------------------------------------

static pthread_key_t first, second, again;
static int ended, ends_again;

static void end_first(void *value)
{
	equal((intptr_t)value, mine);
	equal(pthread_getspecific(first) == NULL, true);
	rt_gosched();
	equal((intptr_t)value, mine);
	__atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

static void end_second(void *value)
{
	free(value);
	__atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

// Sets its value again: it is called as often as POSIX says, at most.
static void end_again(void *value)
{
	pthread_setspecific(again, value);
	if (__atomic_add_fetch(&ends_again, 1, __ATOMIC_RELAXED) % 4 == 0)
		rt_waitgroup_done(&all);
}

static void deferred(void *arg)
{
	equal((intptr_t)pthread_getspecific(first), (intptr_t)arg);
}

static void exits(void *arg)
{
	rt_defer(deferred, arg);
	mine = (int)(intptr_t)arg;
	pthread_setspecific(first, arg);
	pthread_setspecific(second, malloc(10));
	pthread_setspecific(again, arg);
	if (mine % 2)
		rt_goexit();
}

static void deleted(void *unused)
{
	pthread_key_t k;

	(void)unused;
	// The others' values do not come back with a key that has this mine again.
	for (int i = 0; i < 200; i++) {
		equal(pthread_key_create(&k, NULL), 0);
		equal(pthread_getspecific(k) == NULL, true);
		equal(pthread_setspecific(k, &k), 0);
		elsewhere(1);
		equal(pthread_key_delete(k), 0);
	}
	rt_waitgroup_done(&all);
}

static void destructors(void)
{
	equal(pthread_key_create(&first, end_first), 0);
	equal(pthread_key_create(&second, end_second), 0);
	equal(pthread_key_create(&again, end_again), 0);
	for (int i = 0; i < 5; i++)
		run(exits);
	equal(__atomic_load_n(&ended, __ATOMIC_RELAXED), 5 * 2 * Goroutines);
	equal(__atomic_load_n(&ends_again, __ATOMIC_RELAXED), 5 * 4 * Goroutines);
	run(deleted);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	mine = 42;
	equal(pthread_key_create(&key, NULL), 0);
	equal(pthread_key_create(&unset, NULL), 0);
	equal(tss_create(&c11key, NULL), thrd_success);
	for (int i = 0; i < 4; i++)
		run(goroutine);
	files();
	destructors();
	left_locked();
	_exit(0); // exit waits for the file
}
