// tests/replay/plain.c - a lost update with no call between its halves: built with
// -fsanitize=thread, so that each access of memory may be a choice.
#include <rt.h>

static rt_waitgroup wg;
static int balance;

static void deposit(void *arg)
{
	int amount = *(int *)arg;

	for (int i = 0; i < 3; i++)
		balance += amount;
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
