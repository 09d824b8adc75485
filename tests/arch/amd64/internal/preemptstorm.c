// tests/arch/amd64/internal/preemptstorm.c - requests to yield, as fast as they can be sent, to
// loops that check all their registers: none changes, and none gets stuck.
//
// A signal is only sent to an M that has answered the one before, so the rate is the
// kernel's: 25,000 a second when sender and loop have a processor each, but 200 when all
// share one. A loaded machine gets fewer requests, not more time.
//
// None leaves its stack pointer behind in a thread's words, where a search for leaks would find it.
//
// With CONTROL something is left out of what a preemption does, and that must show.
// matrix: GOMAXPROCS=2,3,4
#define rt_main preempt_main
#include "../programs/preempt.c"
#undef rt_main
#include "../../../internal/internal.h"
#include "runtime/sched/preempt.h"

enum { Requests = 100000, FewRequests = 500, Seconds = 5 };
enum { AsyncSp = 1 - 3 }; // words from M to %fs:-24 (asm.h): the thread pointer is one behind

// How many times a goroutine was given a processor since the storm began: a loop calls
// nothing, so that each but the first was taken off another one by the signal.
static uint64_t preempted(void)
{
	uint64_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++)
		n += atomic_load_relaxed(&allp[i]->schedtick);
	return n;
}

// Is there an M with a stack pointer in the word through which asyncResume takes it?
static bool anyleft(void)
{
	bool any = false;

	lock(&sched.lock);
	for (const M *mp = allm; mp; mp = mp->alllink)
		any |= ((const volatile uintptr_t *)mp)[AsyncSp] != 0;
	unlock(&sched.lock);
	return any;
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
	while (anyleft()) { // one may be resumed at this moment
		check(rt_nanotime() < end + 60 * RT_SECOND);
		rt_gosched();
	}
	if (argc > 1 || failures != 0)
		rt_eprintf("%u rounds with a changed register, %lu preemptions\n", failures, n);
	return failures != 0;
}
