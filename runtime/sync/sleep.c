// sleep.c - sleeping, and the clocks of the interface.
//
// Follows Go's time.go (timeSleep).
#include "include/rt.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
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

void rt_sleep(rt_duration d)
{
	G *gp = getg();
	Timer *t = gp->timer;

	preemptcheck();
	if (d <= 0)
		return;
	if (!t)
		t = gp->timer = persistentalloc(sizeof *t, PtrSize); // the G keeps it
	t->f = goroutineReady;
	t->arg = gp;
	if (__builtin_add_overflow(nanotime(), d, &t->when))
		t->when = INT64_MAX;
	gopark(startsleep, t, WaitReasonSleep);
}

int64_t rt_nanotime(void)
{
	preemptcheck();
	return nanotime();
}

int64_t rt_walltime(void)
{
	preemptcheck();
	return walltime();
}
