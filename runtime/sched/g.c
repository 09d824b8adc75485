// g.c - a goroutine's life: its states, its birth as a free G, its end.
//
//	         malg            newproc1              execute
//	Gidle ---------> Gdead ------------> Grunnable --------> Grunning
//	                   ^                  ^  ^  ^             | | | |
//	                   |  goexit0         |  |  +-------------+ | | |   goschedImpl
//	                   +------------------|--|--<---------------|-|-+
//	                                ready |  | exitsyscall0     | |
//	                                 Gwaiting <-----------------+ |     park_m
//	                                         Gsyscall <-----------+     entersyscall
//
// Gidle:     just allocated; only its maker knows it.
// Gdead:     not in use: on a free list or being set up. Keeps its stack.
// Grunnable: on exactly one run queue, or owned by the M that moves it. Runs no code.
// Grunning:  owned by an M with a P; on no queue. Its code runs, or its M's g0 on its behalf.
// Gsyscall:  its M is in a system call; the P may be gone. Runs no Go code.
// Gwaiting:  parked. On no run queue; its waker finds it through a channel, a timer, ...
//
// A G is handed from one M to the next through a lock or a queue, so its status needs no
// locked instruction: the owner of the moment writes it.
//
// Unyielding: ready calls casgstatus, in debug builds, before the G is on a queue; the P
// must stay the caller's in between.
//
// Follows Go's proc.go (casgstatus, malg, gfput, gfget, goexit0).
//
// built: unyielding hot libc
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/str.h"
#include "runtime/base/tracehook.h"
#include "runtime/base/valgrind.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/yieldcheck.h"

G g0;
G **allgs;
uintptr_t allglen;
Mutex allglock = { .rank = RANKED(RankAllg) };
static uintptr_t allgcap;

const char waitReasonStrings[][24] = {
	[WaitReasonChanReceive] = "chan receive",
	[WaitReasonChanSend] = "chan send",
	[WaitReasonChanReceiveNil] = "chan receive (nil chan)",
	[WaitReasonChanSendNil] = "chan send (nil chan)",
	[WaitReasonSelect] = "select",
	[WaitReasonSelectNoCases] = "select (no cases)",
	[WaitReasonSleep] = "sleep",
	[WaitReasonIOWait] = "IO wait",
	[WaitReasonSemacquire] = "semacquire",
	[WaitReasonMutexLock] = "sync.Mutex.Lock",
	[WaitReasonRWMutexRLock] = "sync.RWMutex.RLock",
	[WaitReasonRWMutexLock] = "sync.RWMutex.Lock",
	[WaitReasonWaitGroupWait] = "sync.WaitGroup.Wait",
	[WaitReasonCondWait] = "sync.Cond.Wait",
	[WaitReasonForceGCIdle] = "force gc (idle)",
	[WaitReasonGCSweepWait] = "GC sweep wait",
	[WaitReasonFinalizerWait] = "finalizer wait",
	[WaitReasonGCScavengeWait] = "GC scavenge wait",
	[WaitReasonPanicWait] = "panicwait",
	[WaitReasonPreempted] = "preempted",
	[WaitReasonStoppingTheWorld] = "stopping the world",
};

bool leaksoverwritten;

const char *waitReasonString(const G *gp)
{
	return waitReasonStrings[reasonof(gp)];
}

// ---- states -------------------------------------------------------------------------

#define TO(s) (1u << (s))
static const uint16_t gnext[] = {
	[Gidle] = TO(Gdead),
	[Grunnable] = TO(Grunning),
	[Grunning] = TO(Grunnable) | TO(Gsyscall) | TO(Gwaiting) | TO(Gdead) | TO(Gpreempted),
	[Gsyscall] = TO(Grunning) | TO(Grunnable),
	[Gwaiting] = TO(Grunnable),
	[Gdead] = TO(Grunnable),
	[Gpreempted] = TO(Gwaiting),
};

// Changes a status; nothing else does.
HOTSTEP void casgstatus(G *gp, uint32_t oldval, uint32_t newval)
{
	if (Debug && !(gnext[oldval] & TO(newval))) {
		print("runtime: casgstatus: oldval=%u newval=%u\n", oldval, newval);
		throw("casgstatus: bad incoming values");
	}
	if (unlikely(gp->atomicstatus != oldval)) {
		print("runtime: goroutine %lu has status %u, expected %u (-> %u)\n", gp->goid,
		      gp->atomicstatus, oldval, newval);
		throw("casgstatus: unexpected status");
	}
	atomic_store_release(&gp->atomicstatus, newval); // pairs with readgstatus
}

// ---- birth --------------------------------------------------------------------------

typedef struct {
	uint32_t size;
	Stack stk;
} StackRequest;

static void stackallocfn(void *arg)
{
	StackRequest *r = arg;

	r->stk = stackalloc(r->size);
}

// Gives gp a stack of stacksize bytes.
COLD void gstack(G *gp, uint32_t stacksize)
{
	StackRequest r = { .size = stacksize };

	if (stacksize == 0)
		return; // the C library allocates the stack of this thread
	systemstack(stackallocfn, &r);
	gp->stack = r.stk;
	baseguard(gp);
	if (stacksize == StackSegment)
		startonsegment(gp);
}

// Returns a new G with a stack of stacksize bytes, in Gidle.
STEP G *malg(uint32_t stacksize)
{
	G *gp = persistentalloc(sizeof *gp, 16);

	gstack(gp, stacksize);
	return gp;
}

// Publishes gp in allgs. The array is replaced when full; the old one stays for readers without
// the lock, which load the length first (see the traceback).
COLD HOTSTEP void allgadd(G *gp)
{
	if (readgstatus(gp) == Gidle)
		throw("allgadd: bad status Gidle");
	lock(&allglock);
	if (allglen == allgcap) {
		uintptr_t cap = allgcap ? 2 * allgcap : 32;
		G **p = persistentalloc(cap * sizeof *p, PtrSize);

		__builtin_memcpy(p, allgs, allglen * sizeof *p);
		atomic_store_release(&allgs, p); // pairs with the readers' load
		allgcap = cap;
	}
	if (Libc)
		gp->tid = AreaTid + (int32_t)allglen;
	allgs[allglen] = gp;
	atomic_store_release(&allglen, allglen + 1); // publishes the slot
	unlock(&allglock);
}

// ---- free Gs -------------------------------------------------------------------------
//
// A dead G keeps its stack, on its P or on the global list. When many are there, the scavenger
// frees the stacks of those that are not needed for a while; these Gs are used last.

// Moves free Gs from pp to the global list until keep remain.
static COLD void gfmove(P *pp, int32_t keep)
{
	lock(&sched.gFree.lock);
	for (; pp->gFree.n > keep; pp->gFree.n--, sched.gFree.n++) {
		G *gp = glistPop(&pp->gFree.list);

		if (gp->stack.lo != 0) {
			glistPush(&sched.gFree.stack, gp);
			sched.gFree.nstack++;
		} else {
			glistPush(&sched.gFree.noStack, gp);
		}
	}
	unlock(&sched.gFree.lock);
}

COLD void wakescavenger(void)
{
	G *gp;

	lock(&sched.gFree.lock);
	gp = sched.gFree.scavenger;
	sched.gFree.scavenger = NULL;
	unlock(&sched.gFree.lock);
	if (gp) {
		Gqueue list = { gp, gp };

		gp->schedlink = NULL;
		injectglist(&list);
	}
}

// Puts gp, which is dead, on the list of pp, with its stack.
void gfput(P *pp, G *gp)
{
	if (readgstatus(gp) != Gdead)
		throw("gfput: bad status (not Gdead)");
	if (freshstacks()) {
		stackfree(gp->stack);
		gp->stack = gp->segment = (Stack){ 0 };
	} else if (!Libc && gp->stack.hi - gp->stack.lo != goroutineStack) {
		stackfree(gp->stack); // it started with many arguments
		gp->stack = (Stack){ 0 };
	}
	glistPush(&pp->gFree.list, gp);
	pp->gFree.n++;
	if (pp->gFree.n >= GFreeMax) {
		gfmove(pp, GFreeKeep);
		if (atomic_load_relaxed(&sched.gFree.nstack) > ScavengeAbove)
			wakescavenger();
	}
}

// Refills pp's list from the global ones, Gs with stacks first.
static COLD void gfrefill(P *pp)
{
	lock(&sched.gFree.lock);
	while (pp->gFree.n < GFreeMax / 2) {
		G *gp = glistPop(&sched.gFree.stack);

		if (gp)
			sched.gFree.nstack--;
		else
			gp = glistPop(&sched.gFree.noStack);
		if (!gp)
			break;
		glistPush(&pp->gFree.list, gp);
		sched.gFree.n--;
		pp->gFree.n++;
	}
	sched.gFree.nunused = min(sched.gFree.nunused, sched.gFree.nstack);
	unlock(&sched.gFree.lock);
}

// Returns a dead G with a stack, or NULL.
HOTSTEP G *gfget(P *pp)
{
	G *gp;

	// The load without the lock may miss a G that is just put there: then we make one.
	if (!pp->gFree.list.head && atomic_load_relaxed(&sched.gFree.n) > 0)
		gfrefill(pp);
	gp = glistPop(&pp->gFree.list);
	if (!gp)
		return NULL;
	pp->gFree.n--;
	if (unlikely(gp->stack.lo == 0))
		gstack(gp, goroutineStack);
	return gp;
}

void gfpurge(P *pp)
{
	gfmove(pp, 0);
}

// ---- scavenging ---------------------------------------------------------------------

// Begins to count which stacks are not needed.
COLD void gfscavengebegin(void)
{
	lock(&sched.gFree.lock);
	sched.gFree.nunused = sched.gFree.nstack;
	unlock(&sched.gFree.lock);
}

// Runs on g0: frees the stack of one dead G that was not needed since gfscavengebegin. Returns
// false if there is none.
COLD bool gfscavenge(void)
{
	G *gp = NULL;

	lock(&sched.gFree.lock);
	if (sched.gFree.nunused > 0) {
		gp = glistPop(&sched.gFree.stack);
		sched.gFree.nunused--;
		sched.gFree.nstack--;
		sched.gFree.n--; // in our hands
	}
	unlock(&sched.gFree.lock);
	if (!gp)
		return false;
	if (Libc)
		freearea(gp);
	stackfree(gp->stack);
	gp->stack = gp->segment = (Stack){ 0 };
	lock(&sched.gFree.lock);
	glistPush(&sched.gFree.noStack, gp);
	sched.gFree.n++;
	unlock(&sched.gFree.lock);
	return true;
}

static COLD bool scavengepark(G *gp, void *unused)
{
	bool park;

	(void)unused;
	lock(&sched.gFree.lock);
	park = sched.gFree.nstack <= ScavengeAbove && !scavengewanted();
	if (park)
		sched.gFree.scavenger = gp; // gfput or sysmon wakes it
	unlock(&sched.gFree.lock);
	return park;
}

// Parks the scavenger until many stacks are unused, or much memory is free.
void gfscavengewait(void)
{
	gopark(scavengepark, NULL, WaitReasonGCScavengeWait);
}

// ---- the end ------------------------------------------------------------------------

// Ends the goroutine, on its stack, after its function has returned.
void goexit1(void)
{
	if (Libc)
		endarea();
	LEAVE(mcallexit(goexit0));
}

// On g0: makes gp a free G and schedules the next.
void goexit0(G *gp)
{
	M *mp = getg()->m;
	bool locked = gp->lockedm != NULL;

	if (unlikely(gp->_panic))
		gp->_panic->recovered(gp, gp->_panic, UINTPTR_MAX); // frees it
	gp->_panic = NULL;
	gp->_defer = NULL;
	gp->allocs = NULL;
	if (unlikely(gp->segment.lo != 0))
		freesegment(gp);
	traceg(TraceGoEnd, gp);
	fastcasgstatus(gp, Grunning, Gdead);
	if (gp->issystem)
		atomic_xadd(&sched.ngsys, -1u);
	gp->lockedm = NULL;
	mp->lockedg = NULL;
	endstop(gp);
	gp->waitreason = WaitReasonZero;
	gp->param = NULL;
	if (unlikely(gp->ancestors)) {
		rt_free(gp->ancestors);
		gp->ancestors = NULL;
	}
	if (unlikely(gp->asyncState)) {
		freeasyncstate(gp->asyncState);
		gp->asyncState = NULL;
	}
	dropg(mp, gp);
	fiberend(gp);
	if (mp->lockedInt != 0)
		throw("internal lockOSThread error");
	gfput(mp->p, gp);
	if (unlikely(locked)) {
		// It locked its thread and did not unlock it, so the thread may be in any
		// state. End the thread: back to mstart, which calls mexit. lockedExt stays,
		// so that no thread is cloned from this one on the way.
		valgrindMakeMemDefined(mp->g0->sched.sp, PtrSize); // gogo compares it
		LEAVE(gogo(&mp->g0->sched));
	}
	LEAVE(schedule());
}

// Returns how many goroutines of the program there are; at least 1, because the counts are read
// one after the other.
int32_t gcount(void)
{
	int32_t n = (int32_t)atomic_load_acquire(&allglen) -
	            atomic_load_relaxed(&sched.gFree.n) -
	            (int32_t)atomic_load_relaxed(&sched.ngsys);

	for (int32_t i = 0; i < gomaxprocs; i++)
		n -= atomic_load_relaxed(&allp[i]->gFree.n);
	return max(n, 1);
}

// ---- interface ----------------------------------------------------------------------

uint64_t rt_goid(void)
{
	return callerg()->goid;
}

int rt_num_goroutine(void)
{
	preemptcheck();
	return gcount();
}

int rt_num_cpu(void)
{
	return ncpu;
}
