// tests/arch/amd64/internal/preemptstorm.c - requests to yield, as fast as they can be sent, to
// loops that check all their registers: none changes, and none gets stuck.
//
// A signal is only sent to an M that has answered the one before, so the rate is the
// kernel's: 25,000 a second when sender and loop have a processor each, but 200 when all
// share one. A loaded machine gets fewer requests, not more time.
//
// With CONTROL something is left out of what a preemption does, and that must show.
// matrix: GOMAXPROCS=2,3,4
#define rt_main preempt_main
#include "../programs/preempt.c"
#undef rt_main
#include "../../../internal/internal.h"
#include "runtime/sched/preempt.h"

enum { Requests = 100000, FewRequests = 500, Seconds = 5 };

// How many times a goroutine was given a processor since the storm began: a loop calls
// nothing, so that each but the first was taken off another one by the signal.
static uint64_t preempted(void)
{
	uint64_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++)
		n += atomic_load_relaxed(&allp[i]->schedtick);
	return n;
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + Seconds * RT_SECOND;
	uint64_t n;

	(void)argv, (void)preempt_main;
#ifdef CONTROL
	CONTROL();
#endif
	startloops();
	// All of them, however long it takes, when there is an argument.
	while ((n = preempted()) < Requests && failures == 0 &&
	       (argc > 1 || n < FewRequests || rt_nanotime() < end))
		preemptall();
	stop = 1;
	if (argc > 1 || failures != 0)
		rt_eprintf("%u rounds with a changed register, %lu preemptions\n", failures, n);
	return failures != 0;
}
