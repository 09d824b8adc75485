// tests/replay/many.c N [RIGHT] - N goroutines count under a mutex; one does so without.
#include <rt.h>

static rt_waitgroup wg;
static rt_mutex m;
static uint64_t counter;
static uint32_t all, wrong;

static void count(void *arg)
{
	bool locks = (uintptr_t)arg != wrong;

	if (locks)
		rt_mutex_lock(&m);
	counter++;
	if (locks)
		rt_mutex_unlock(&m);
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	for (const char *s = argc > 1 ? argv[1] : "1000"; *s; s++)
		all = 10 * all + (uint32_t)(*s - '0');
	wrong = argc > 2 ? all : all / 2;
	rt_waitgroup_add(&wg, (int)all);
	rt_mutex_lock(&m); // they are there at one time
	for (uintptr_t i = 0; i < all; i++)
		rt_go(count, (void *)i);
	rt_gosched();
	rt_mutex_unlock(&m);
	rt_waitgroup_wait(&wg);
	return 0;
}
