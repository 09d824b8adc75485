// gc.c - the heap's parameters, and the runtime's own goroutines.
//
// There is no collector yet. GOGC is read and kept for it; the sweeper and the force-gc
// helper are started where Go starts them, and wait.
//
// Follows Go's mgc.go (gcinit, readgogc, gcenable).
//
// built: unchecked floats
#include "include/rt.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/sched.h"

enum { DefaultHeapMinimum = 4 << 20 };

int32_t gcpercent;
uint64_t heapminimum = DefaultHeapMinimum;

STEP int32_t readgogc(void)
{
	const char *s = gogetenv("GOGC");
	int32_t n;

	if (s && streq(s, "off"))
		return -1;
	return s && atoi32(s, &n) ? n : 100;
}

STEP int32_t setGCPercent(int32_t in)
{
	int32_t out = gcpercent;

	gcpercent = max(in, -1);
	heapminimum = (uint64_t)DefaultHeapMinimum * (uint64_t)(int64_t)gcpercent / 100;
	return out;
}

STEP void gcinit(void)
{
	memstats.triggerRatio = 7 / 8.0;
	memstats.heap_marked =
		(uint64_t)((double)heapminimum / (1 + memstats.triggerRatio));
	setGCPercent(readgogc());
}

// ---- the goroutines that work for lower layers --------------------------------------

static void announce(rt_chan *c)
{
	int64_t one = 1;

	rt_chan_send(c, &one);
}

static void bgsweep(void *c)
{
	announce(c);
	for (;;)
		gopark(NULL, NULL, WaitReasonGCSweepWait);
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

void forcegchelper(void *unused)
{
	(void)unused;
	for (;;)
		gopark(NULL, NULL, WaitReasonForceGCIdle);
}

STEP void gcenable(void)
{
	rt_chan *c = rt_chan_make(sizeof(int64_t), 2);

	rt_go(bgsweep, c);
	rt_go(bgscavenge, c);
	rt_chan_recv(c, NULL);
	rt_chan_recv(c, NULL);
	rt_chan_free(c); // both have sent: nobody uses it
	memstats.enablegc = true; // now that the runtime is initialized
}
