// tests/hosted/lockorder_right.c - as lockorder.c, with one order for all; and what looks like another
// order but is none: a lock that is only tried, one with a deadline, and mutexes on a stack, where
// each call has its own.
// sanitizer: thread
// stdout: 300 0
// repeat: 3
#include <rt.h>

typedef struct {
	rt_mutex m;
	int balance;
} Account;

static Account *ours, *theirs;

static void transfer(Account *from, Account *to, int amount)
{
	Account *first = from < to ? from : to, *second = from < to ? to : from;

	rt_mutex_lock(&first->m);
	rt_mutex_lock(&second->m);
	from->balance -= amount;
	to->balance += amount;
	rt_mutex_unlock(&second->m);
	rt_mutex_unlock(&first->m);
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

static void try(Account *held, Account *other)
{
	rt_mutex_lock(&held->m);
	if (rt_mutex_try_lock(&other->m))
		rt_mutex_unlock(&other->m);
	if (rt_mutex_lock_until(&other->m, rt_nanotime() + RT_SECOND) == 0)
		rt_mutex_unlock(&other->m);
	rt_mutex_unlock(&held->m);
}

static __attribute__((noinline)) void onstack(bool inside)
{
	rt_mutex m = { 0 };

	rt_mutex_lock(inside ? &ours->m : &m);
	rt_mutex_lock(inside ? &m : &ours->m);
	rt_mutex_unlock(&m);
	rt_mutex_unlock(&ours->m);
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
	try(ours, theirs);
	try(theirs, ours);
	onstack(true);
	onstack(false);
	rt_printf("%d %d\n", ours->balance, theirs->balance);
	return 0;
}
