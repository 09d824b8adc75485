// tests/internal/asyncstate.c - what a goroutine's asynchronous preemption needs is the next
// one's when it has ended: none that is dead keeps it.
// matrix: GOMAXPROCS=1,4
#include "internal.h"
#include "runtime/sched/g.h"

enum { Crowd = 20 };

static rt_waitgroup all;
static rt_chan *turn; // one at a time

// Takes its turn, and runs until it has been preempted.
static void loop(void *ended)
{
	const G *volatile gp = getg();

	rt_chan_send(turn, NULL);
	while (!*(AsyncState *volatile *)&gp->asyncState)
		;
	rt_chan_recv(turn, NULL);
	rt_chan_recv(ended, NULL); // so that the next turn's is another G
	rt_waitgroup_done(&all);
}

static int64_t states(void)
{
	int64_t n = 0;

	for (uintptr_t i = 0; i < allglen; i++)
		n += allgs[i]->asyncState != NULL;
	return n;
}

static void play(void)
{
	rt_chan *ended = rt_chan_make(0, 0);

	rt_waitgroup_add(&all, Crowd);
	for (int i = 0; i < Crowd; i++)
		rt_go(loop, ended);
	// Another goroutine wants to run at all times.
	for (int i = 0; i < 2000 && states() < Crowd; i++)
		rt_sleep(RT_MILLISECOND);
	check(states() >= Crowd);
	rt_chan_close(ended);
	rt_waitgroup_wait(&all);
	while (rt_num_goroutine() != 1)
		rt_gosched();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	turn = rt_chan_make(0, 1);
	play();
	for (uintptr_t i = 0; i < allglen; i++)
		check(readgstatus(allgs[i]) != Gdead || !allgs[i]->asyncState);
	return 0;
}
