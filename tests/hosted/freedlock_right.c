// tests/hosted/freedlock_right.c - the last to lock a mutex frees it, though the other's unlock may not
// have returned. Mutexes that another goroutine unlocks, and more at a time than the sanitizer can
// follow.
// sanitizer: thread
// stdout: 200 400
// repeat: 3
// matrix: GOMAXPROCS=1,4
#include <rt.h>

enum { Times = 100, Many = 200 };

typedef struct {
	rt_mutex m;
	int left;
} Shared;

static rt_waitgroup wg;
static rt_mutex *locks;
static int *sum;
static rt_rwmutex rw;

static void leave(void *arg)
{
	Shared *s = arg;
	bool last;

	rt_mutex_lock(&s->m);
	last = --s->left == 0;
	*sum += last ? 2 : 0; // the next pair comes after this one
	rt_mutex_unlock(&s->m);
	if (last)
		rt_free(s);
	rt_waitgroup_done(&wg);
}

// What the caller has locked.
static void unlockall(void *arg)
{
	(void)arg;
	for (int i = 0; i < Many; i++) {
		*sum += 2;
		rt_mutex_unlock(&locks[i]);
	}
	rt_rwmutex_runlock(&rw);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int first;

	(void)argc, (void)argv;
	sum = rt_calloc(1, sizeof *sum);
	for (int i = 0; i < Times; i++) {
		Shared *s = rt_calloc(1, sizeof *s);

		s->left = 2;
		rt_waitgroup_add(&wg, 2);
		rt_go(leave, s);
		rt_go(leave, s);
		rt_waitgroup_wait(&wg);
	}
	first = *sum;
	*sum = 0;
	for (int round = 0; round < 2; round++) {
		locks = rt_calloc(Many, sizeof *locks);
		for (int i = 0; i < Many; i++)
			rt_mutex_lock(&locks[i]);
		rt_rwmutex_rlock(&rw);
		rt_waitgroup_add(&wg, 1);
		rt_go(unlockall, NULL);
		for (int i = 0; i < Many; i++)
			rt_mutex_lock(&locks[i]);
		*sum -= round == 0 ? Many * 2 : 0;
		for (int i = Many; i-- > 0;)
			rt_mutex_unlock(&locks[i]);
		rt_waitgroup_wait(&wg);
		rt_free(locks);
	}
	rt_printf("%d %d\n", first, *sum);
	return 0;
}
