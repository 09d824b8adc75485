// tests/replay/lost.c - a lost update: reads the balance under the lock, writes it under the
// lock, and does not hold the lock in between.
#include <rt.h>

static rt_mutex m;
static rt_waitgroup wg;
static int balance;

static void deposit(void *arg)
{
	int amount = *(int *)arg;

	for (int i = 0; i < 3; i++) {
		int was;

		rt_mutex_lock(&m);
		was = balance;
		rt_mutex_unlock(&m);
		rt_mutex_lock(&m);
		balance = was + amount;
		rt_mutex_unlock(&m);
	}
	rt_waitgroup_done(&wg);
}

int rt_main(int argc, char **argv)
{
	int one = 1;

	(void)argc, (void)argv;
	rt_waitgroup_add(&wg, 2);
	rt_go(deposit, &one);
	rt_go(deposit, &one);
	rt_waitgroup_wait(&wg);
	if (balance != 6)
		rt_panic("lost update: %d", balance);
	return 0;
}
