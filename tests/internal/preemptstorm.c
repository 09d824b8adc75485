// tests/internal/preemptstorm.c - requests to yield, as fast as they can be sent, to loops
// that check all their registers: none changes, and none gets stuck.
//
// A signal is only sent to an M that has answered the one before, so the rate is the
// kernel's: 25,000 a second when sender and loop have a processor each, but 200 when all
// share one. A loaded machine gets fewer requests, not more time.
//
// With CONTROL the upper halves of the vector registers are not kept, and that must show.
// matrix: GOMAXPROCS=2,3,4
#define rt_main preempt_main
#include "../programs/preempt.c"
#undef rt_main
#include "internal.h"

enum { Requests = 100000, FewRequests = 500, Seconds = 5 };

static uint64_t answered(void)
{
	uint64_t n = 0;

	for (M *mp = atomic_load_acquire(&allm); mp; mp = mp->alllink)
		n += atomic_load_relaxed(&mp->preemptGen);
	return n;
}

int rt_main(int argc, char **argv)
{
	int64_t end = rt_nanotime() + Seconds * RT_SECOND;
	uint64_t n;

	(void)argv, (void)preempt_main;
#ifdef CONTROL
	newasyncstate(); // which finds the mask out, once
	xsaveMask = 3;
#endif
	startloops();
	// All of them, however long it takes, when there is an argument.
	while ((n = answered()) < Requests &&
	       (argc > 1 || n < FewRequests || rt_nanotime() < end))
		preemptall();
	stop = 1;
	if (failures != 0)
		rt_eprintf("%u rounds with a changed register in %lu requests\n", failures, n);
	return failures != 0;
}
