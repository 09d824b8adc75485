// gc.c - the runtime's own goroutines.
//
// The collector's two are started where Go starts them, and wait until the program uses it
// (reach/collect.c). The scavenger works in all programs.
//
// Follows Go's mgc.go (gcenable), mgcsweep.go, mgcscavenge.go and proc.go (forcegchelper).
//
// built: unchecked
#include "include/rt.h"
#include "runtime/boot/boot.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/g.h"
#include "runtime/sched/gcwork.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/hchan.h"

static void announce(rt_chan *c)
{
	int64_t one = 1;

	rt_chan_send(c, &one);
}

// Free objects that this P and the idle ones keep, back to their spans: one object keeps a
// span from going back to the heap. *busy: there are other Ps.
static void trimfn(void *busy)
{
	freemcache(getg()->m->p->mcache);
	lock(&sched.lock); // an idle P is ours meanwhile
	for (P *pp = sched.pidle; pp; pp = pp->link)
		freemcache(pp->mcache);
	*(bool *)busy = (int32_t)sched.npidle < gomaxprocs - 1;
	unlock(&sched.lock);
	freesharedcache();
}

static void scavengefn(void *more)
{
	*(bool *)more = scavengeone(false);
}

static void gfscavengefn(void *more)
{
	*(bool *)more = gfscavenge();
}

// A step at a time, so that others can run.
static void all(void (*step)(void *more))
{
	bool more;

	do {
		systemstack(step, &more);
		preemptcheck();
	} while (more);
}

// Gives the stacks of dead goroutines and the heap's free memory back, when there is much
// and it has not been wanted again for a second. While a P is too busy to be trimmed it
// comes back.
static void bgscavenge(void *c)
{
	bool busy = false;

	announce(c);
	for (;;) {
		if (busy)
			scavengewanted(); // a new start for what is not needed
		else
			gfscavengewait();
		gfscavengebegin();
		rt_sleep(busy ? RT_SECOND / 3 : RT_SECOND);
		all(gfscavengefn);
		systemstack(trimfn, &busy);
		all(scavengefn);
		if (Debug)
			heapcheck();
	}
}

// ---- the collector's ----------------------------------------------------------------

static void sweepfn(void *more)
{
	*(bool *)more = sweeponefn();
}

// Sweeps what a cycle has left, a span at a time, so that others can run.
void bgsweep(void *c)
{
	announce(c);
	for (;;) {
		if (sweeponefn)
			all(sweepfn);
		workerpark(&sweeper, WaitReasonGCSweepWait);
	}
}

// Runs a cycle when sysmon says that the last one was long ago.
void forcegchelper(void *unused)
{
	(void)unused;
	for (;;) {
		workerpark(&forcegc, WaitReasonForceGCIdle);
		forcegcfn();
	}
}

STEP void gcenable(void)
{
	static StartChan room;
	rt_chan *c = startchan(&room, sizeof(int64_t), 2);

	rt_go(bgsweep, c);
	rt_go(bgscavenge, c);
	rt_chan_recv(c, NULL);
	rt_chan_recv(c, NULL);
	if (Debug)
		rt_chan_free(c); // both have sent: nobody uses it
	memstats.enablegc = true; // now that the runtime is initialized
}
