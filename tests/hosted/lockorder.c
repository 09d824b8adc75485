// tests/hosted/lockorder.c - two goroutines lock two mutexes, each in its own order. It happens to go
// well here, and is reported nevertheless: both orders, with the lines.
// sanitizer: thread
// stderr~: WARNING: ThreadSanitizer: lock-order-inversion \(potential deadlock\)
// stderr~: (?s)here while holding mutex .*? transfer .*?lockorder\.c:23.* pay .*?previously .*?lockorder\.c:22
// stderr~: (?s)here while holding mutex .*? transfer .*?lockorder\.c:23.* refund .*?previously .*?lockorder\.c:22
// stderr~: rt_mutex_lock
// stderr~: 'goroutine [0-9]+, by goroutine 1'
// stdout: 300 0
// exit: 66
#include <rt.h>

typedef struct {
	rt_mutex m;
	int balance;
} Account;

static Account *ours, *theirs;

static void transfer(Account *from, Account *to, int amount)
{
	rt_mutex_lock(&from->m);
	rt_mutex_lock(&to->m);
	from->balance -= amount;
	to->balance += amount;
	rt_mutex_unlock(&to->m);
	rt_mutex_unlock(&from->m);
}

static void pay(void *done)
{
	transfer(ours, theirs, 100);
	rt_chan_send(done, NULL);
}

static void refund(void *done)
{
	transfer(theirs, ours, 200);
	rt_chan_send(done, NULL);
}

int rt_main(int argc, char **argv)
{
	rt_chan *done = rt_chan_make(0, 0);

	(void)argc, (void)argv;
	ours = rt_calloc(1, sizeof *ours);
	theirs = rt_calloc(1, sizeof *theirs);
	ours->balance = 200, theirs->balance = 100;
	rt_go(pay, done);
	rt_chan_recv(done, NULL);
	rt_go(refund, done);
	rt_chan_recv(done, NULL);
	rt_printf("%d %d\n", ours->balance, theirs->balance);
	return 0;
}
