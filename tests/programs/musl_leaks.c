// tests/programs/musl_leaks.c - with musl, rt_leaks knows its heap, thread-local variables of
// goroutines, values of pthread_setspecific, and waits on pthread's locks.
// cflags: --musl
// arch: not qemu: the pages that it shows as present are the emulator's
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include "../lib/leaking.h"

static __thread rt_chan *volatile mine;
static pthread_key_t key;
static rt_chan **volatile allocated;

static void receives(void *c)
{
	rt_chan_recv(c, NULL);
}

static APART rt_chan *new_receiver(void)
{
	rt_chan *c = rt_chan_make(4, 0);

	rt_go(receives, c);
	return c;
}

static APART void forget_receiver(void)
{
	new_receiver();
}

static APART void keep_in_heap(void)
{
	enum { Small = 4, Large = 1 << 17 }; // bytes: from mmap

	allocated = malloc(Small * sizeof *allocated);
	allocated[0] = new_receiver();
	allocated[1] = malloc(Large * sizeof *allocated);
	((rt_chan *volatile *)allocated[1])[Large / 2] = new_receiver();
}

static void *keeps_in_thread(void *unused)
{
	(void)unused;
	mine = new_receiver();
	pause();
	return NULL;
}

static void *keeps_by_key(void *unused)
{
	(void)unused;
	pthread_setspecific(key, new_receiver());
	pause();
	return NULL;
}

// Nothing but pthread's own tables leads to it.
static void *waits_in_libc(void *unused)
{
	sem_t *s = malloc(sizeof *s);

	(void)unused;
	sem_init(s, 0, 0);
	sem_wait(s);
	return NULL;
}

static void start(void *(*fn)(void *))
{
	pthread_t t;

	check(pthread_create(&t, NULL, fn, NULL) == 0);
}

int main(void)
{
	rt_leak_counts n;

	check(pthread_key_create(&key, NULL) == 0);
	keep_in_heap();
	start(keeps_in_thread);
	start(keeps_by_key);
	start(waits_in_libc);
	await_in(4, "chan receive");
	await_in(1, "semacquire");
	wipe_stack();
	equal(rt_leaks(2, &n), 0);
	forget_receiver();
	await_in(5, "chan receive");
	wipe_stack();
	rt_leaks(2, &n);
	equal(n.goroutines, 1);
	return 0;
}
