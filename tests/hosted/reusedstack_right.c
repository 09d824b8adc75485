// tests/hosted/reusedstack_right.c - goroutines that use stacks one after the other, which nothing orders,
// and one that reads what another has on its stack while that waits.
// sanitizer: thread
// stdout: 300
// matrix: GOMAXPROCS=1,4
#include <rt.h>

enum { Times = 300 };

static rt_chan *lent, *returned;
static rt_sem room = RT_SEM(8);

static int fill(volatile char *a, int n, int value)
{
	for (int i = 0; i < n; i++)
		a[i] = (char)value;
	return a[n - 1];
}

static void worker(void *arg)
{
	volatile char a[3000];

	fill(a, sizeof a, (int)(intptr_t)arg);
	rt_sem_release(&room);
}

static void lender(void *arg)
{
	int number[100];

	number[99] = (int)(intptr_t)arg;
	arg = number;
	rt_chan_send(lent, &arg);
	rt_chan_recv(returned, NULL);
}

int rt_main(int argc, char **argv)
{
	int sum = 0;

	(void)argc, (void)argv;
	lent = rt_chan_make(sizeof(int *), 0);
	returned = rt_chan_make(0, 0);
	for (int i = 0; i < Times; i++) {
		int *number;

		rt_sem_acquire(&room);
		rt_go(worker, (void *)(intptr_t)i);
		rt_go(lender, (void *)(intptr_t)1);
		rt_chan_recv(lent, &number);
		sum += number[99];
		rt_chan_send(returned, NULL);
	}
	rt_printf("%d\n", sum);
	return 0;
}
