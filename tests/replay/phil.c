// tests/replay/phil.c - five philosophers, and each takes the left fork first.
#include <rt.h>

enum { Seats = 5, Meals = 3 };

static rt_mutex forks[Seats];
static rt_waitgroup wg;

static void philosopher(void *arg)
{
	rt_mutex *left = arg, *right = left + 1 < forks + Seats ? left + 1 : forks;

	for (int i = 0; i < Meals; i++) {
		rt_mutex_lock(left);
		rt_mutex_lock(right);
		rt_mutex_unlock(right);
		rt_mutex_unlock(left);
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, Seats);
	for (int i = 0; i < Seats; i++)
		rt_go(philosopher, &forks[i]);
	rt_waitgroup_wait(&wg);
	return 0;
}
