// sleep.c - sleeping, and the clocks of the interface.
//
// Follows Go's time.go (timeSleep).
//
// built: unchecked
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

static void goroutineReady(void *gp, uintptr_t seq)
{
	(void)seq;
	goready(gp);
}

// The timer starts when the goroutine is parked: it may fire at once, on another M.
static bool startsleep(G *gp, void *t)
{
	(void)gp;
	addtimer(t);
	return true;
}

// Parks until when. The Timer is on the goroutine's stack: it fires once, and is no longer in
// the heap then.
static void sleepuntil(int64_t when)
{
	G *gp = getg();
	Timer t = { .when = when, .f = goroutineReady, .arg = gp };

	gp->timer = &t;
	gopark(startsleep, &t, WaitReasonSleep);
	gp->timer = NULL;
}

int64_t whenafter(int64_t d)
{
	int64_t when;

	if (__builtin_add_overflow(nanotime(), max(d, (int64_t)0), &when))
		return Never;
	return when;
}

void rt_sleep(rt_duration d)
{
	preemptcheck();
	if (d > 0)
		sleepuntil(whenafter(d));
}

void rt_sleep_until(int64_t when)
{
	preemptcheck();
	if (when > nanotime())
		sleepuntil(when);
}

int64_t rt_nanotime(void)
{
	preemptcheckas(NULL);
	return nanotime();
}

int64_t rt_walltime(void)
{
	preemptcheckas(NULL);
	return walltime();
}
