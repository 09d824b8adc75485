// m.c - a thread's life: allocated, started by clone, running mstart, ended by mexit.
//
// An M is [thread-local block of the program][M]: the thread pointer is &m->tls[1], and
// the program's __thread variables are below it. m0's place is in the linker script.
//
// Follows Go's proc.go (mcommoninit, allocm, newm, mstart1, mexit) and os_linux.go
// (newosproc).
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/own.h"
#include "runtime/sched/p.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/wake.h"

enum {
	CloneFlags = 0x50f00, // VM | FS | FILES | SIGHAND | SYSVSEM | THREAD
	G0StackSize = 64 << 10,
	GsignalStackSize = 32 << 10,
};

M m0 __attribute__((section(".bss.m0"), aligned(8)));
M *allm;
static M *mfree; // ended Ms, to be used again; through freelink, under sched.lock
uint64_t initSigmask;

// Laid down by linker.ld: the program's thread-local data and its alignment.
extern const char __tdata_start[], __tdata_end[], __tls_end[];
HIDDEN extern const char __rt0_tls_align[]; // __image_start + the alignment

// ---- making an M --------------------------------------------------------------------

int64_t mcount(void)
{
	return sched.mnext - sched.nmfreed;
}

STEP void checkmcount(void)
{
	if (mcount() > sched.maxmcount) {
		print("runtime: program exceeds %d-thread limit\n", sched.maxmcount);
		throw("thread exhaustion");
	}
}

STEP int64_t mReserveID(void)
{
	int64_t id = sched.mnext++;

	checkmcount();
	return id;
}

static uint32_t hash32(uint64_t x)
{
	x = (x ^ fastrandseed) * 0x9e3779b97f4a7c15;
	return (uint32_t)(x >> 32);
}

// Records the callers' return addresses, by frame pointers, as far as they lead upwards on the
// stack: a program may use the register for something else.
static void callers(uintptr_t *pcs, uint32_t n)
{
	uintptr_t bp = (uintptr_t)__builtin_frame_address(0), last = 0;
	const G *gp = getg();

	for (uint32_t i = 0; i < n; i++) {
		bool good = bp > last && bp % PtrSize == 0 && onstacks(gp, bp + 2 * PtrSize);

		pcs[i] = good ? ((uintptr_t *)bp)[1] : 0;
		last = good ? bp : UINTPTR_MAX;
		bp = good ? ((uintptr_t *)bp)[0] : 0;
	}
}

// Sets up what every M needs; id < 0 means the next. Runs on g0, or with a P.
STEP void mcommoninit(M *mp, int64_t id)
{
	if (getg() != getg()->m->g0)
		callers(mp->createstack, nelem(mp->createstack));
	lock(&sched.lock);
	mp->id = id >= 0 ? id : mReserveID();
	mp->pinned = getg()->m->pinned;
	mp->fastrand[0] = hash32((uint64_t)mp->id);
	mp->fastrand[1] = hash32(~(uint64_t)cputicks());
	if ((mp->fastrand[0] | mp->fastrand[1]) == 0)
		mp->fastrand[1] = 1;
	mpreinit(mp);
	fixguard(mp->gsignal, StackGuard, 0);
	mp->alllink = allm;
	atomic_store_release(&allm, mp); // an M that walks the list sees mp complete
	unlock(&sched.lock);
}

// Returns a G for the M's own use. An M that is used again has its old one, without a stack.
static G *msystemg(G *gp, M *mp, uint32_t stacksize)
{
	if (gp)
		gstack(gp, stacksize);
	else
		gp = malg(stacksize);
	gp->m = mp;
	return gp;
}

// The signal stack holds the kernel's frame, which grows with the vector registers, and
// what the handler needs.
STEP void mpreinit(M *mp)
{
	enum { CgoStackSize = (SignalGap ? 4 : 2) * GsignalStackSize }; // with the program's handlers
	uint32_t size = iscgo ? CgoStackSize : GsignalStackSize;

	while (size < auxvMinSigStkSz + (16 << 10))
		size *= 2;
	mp->gsignal = msystemg(mp->gsignal, mp, size);
}

// Returns the size of a thread's block, with g's word.
static uintptr_t tlssize(void)
{
	return (uintptr_t)(__tls_end - __tdata_start);
}

static uintptr_t tlsalign(void)
{
	return (uintptr_t)__rt0_tls_align - (uintptr_t)__image_start;
}

static M *newmemory(void)
{
	uintptr_t align = tlsalign();
	uintptr_t off = moffset(tlssize(), align);
	char *p = persistentalloc(off + sizeof(M), align);

	touchpage(p + off); // inittls reads it first, and some of it is on the next page
	touchpage(p + off + sizeof(M) - 1);
	return (M *)(p + off);
}

// Gives mp the program's initial thread-local data, and the words the ABI wants.
static void inittls(M *mp)
{
	uintptr_t ndata = (uintptr_t)(__tdata_end - __tdata_start);
	char *block = tlsblock(mp, tlssize());
	G *oldg0 = mp->g0, *oldgsignal = mp->gsignal;
	AsyncState *oldspare = mp->asyncSpare;

	__builtin_memset(block, 0, (uintptr_t)((char *)(mp + 1) - block));
	mp->g0 = oldg0;
	mp->gsignal = oldgsignal;
	mp->asyncSpare = oldspare;
	__builtin_memcpy(block, __tdata_start, ndata);
	tlsinit(mp->tls, m0.tls, block, tlsalign());
	INITCACHE(mp);
}

// Takes apart the Ms that have left their stacks: frees the stack, keeps the M in mfree.
static void reapms(void)
{
	M **link = &sched.freem;

	while (*link) {
		M *mp = *link;

		if (atomic_load_acquire(&mp->freeWait) != 0) { // pairs with exitThread's store
			link = &mp->freelink;
			continue;
		}
		*link = mp->freelink;
		if (!iscgo)
			stackfree(mp->g0->stack);
		mp->freelink = mfree;
		mfree = mp;
	}
}

static void reapfn(void *arg)
{
	M **mp = arg;

	lock(&sched.lock);
	reapms();
	*mp = mfree;
	if (mfree)
		mfree = mfree->freelink;
	unlock(&sched.lock);
}

// Returns a new M that will run fn (or NULL) and then schedule. All its memory is allocated
// without a P.
STEP M *allocm(P *pp, void (*fn)(void), int64_t id)
{
	M *self = acquirem(), *mp;

	(void)pp; // Go borrows it to allocate
	systemstack(reapfn, &mp);
	if (!mp)
		mp = newmemory();
	inittls(mp);
	mp->mstartfn = fn;
	mcommoninit(mp, id);
	mp->g0 = msystemg(mp->g0, mp, iscgo ? 0 : G0StackSize);
	releasem(self);
	return mp;
}

// Starts a thread that runs fn, then takes pp and schedules. id < 0: any. In a forked child there
// is none: it would run the parent's goroutines.
STEP void newm(void (*fn)(void), P *pp, int64_t id)
{
	M *mp;

	if (inforkedchild)
		return;
	mp = allocm(pp, fn, id);
	leavefor(mp, pp);
	mp->sigmask = initSigmask;
	// A locked thread may be in a state that a new one must not inherit.
	if (getg()->m->lockedExt != 0 && newmHandoffTo(mp))
		return;
	newm1(mp);
}

STEP void newm1(M *mp)
{
	newosproc(mp);
}

// No signal may come in before the thread has set up its signal stack (minit unblocks them).
static int64_t startthread(M *mp)
{
	CgoThreadStart ts = { .g = mp->g0, .tls = mp->tls, .fn = mstart };
	Sigset all = ~(Sigset)0, old;
	int64_t r;

	if (iscgo) {
		systemstack(_cgo_thread_start, &ts);
		return -ts.error;
	}
	sigprocmask(SIG_SETMASK, &all, &old);
	r = clone(CloneFlags, (void *)mp->g0->stack.hi, mp, mp->g0, mstart);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

// Tries clone again after pauses of 1 to 19 ms, because the kernel may lack something for a
// moment, above all near a limit on processes. The signals are not blocked meanwhile. This M's
// P waits, and so do Ms that want a lock that this one holds: that of a timer, a descriptor or
// a queue, if addtimer is waking another M, but never the scheduler's. What the kernel lacks
// does not depend on those.
static int64_t startthreadpatiently(M *mp)
{
	enum { Tries = 20 };
	int64_t r;

	for (uint32_t ms = 1; (r = startthread(mp)) == -EAGAIN && ms < Tries; ms++)
		usleep(ms * 1000);
	return r;
}

STEP void newosproc(M *mp)
{
	int64_t r = startthreadpatiently(mp), n;

	if (r >= 0)
		return;
	lock(&sched.lock);
	n = mcount();
	unlock(&sched.lock);
	print("runtime: failed to create new OS thread (have %ld already; errno=%ld)\n",
	      n, -r);
	if (r == -EAGAIN)
		print("runtime: may need to increase max user processes (ulimit -u)\n");
	throw("newosproc");
}

// ---- running ------------------------------------------------------------------------

// Saves a G's context without the registers: for tracebacks, and for gogo to g0.
HOTSTEP void save(uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	G *gp = getg();

	gp->sched.pc = pc;
	gp->sched.sp = sp;
	gp->sched.bp = bp;
	gp->sched.g = gp;
	if (gp->sched.ctxt)
		throw("save on system g not allowed");
}

// Runs on g0, called by mstart; ends in schedule.
STEP void mstart1(void)
{
	G *gp = getg();
	M *mp = gp->m;

	if (gp != mp->g0)
		throw("bad runtime·mstart");
	// mcall and systemstack reuse the stack from here down; goexit0 of a locked
	// goroutine comes back into mstart.
	// A clone has the control words of its parent, whatever goroutine that ran.
	readfpcontrol(&mp->fpcontrol);
	gp->sched.fpcontrol = mp->fpcontrol;
	save((uintptr_t)__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa(), 0);
	asminit();
	minit();
	trace(TraceThreadStart, mp->procid);

	if (mp == &m0)
		mstartm0();
	if (mp->mstartfn)
		mp->mstartfn();
	if (mp != &m0)
		acquirep(takeleft(mp));
	LEAVE(schedule());
}

void initsig(void); // sig/sig.c

// Installs the process's signal handlers, on the first thread.
STEP void mstartm0(void)
{
	initsig();
}

// ---- ending -------------------------------------------------------------------------

static void unlinkm(M *mp)
{
	for (M **p = &allm; *p; p = &(*p)->alllink) {
		if (*p == mp) {
			atomic_store_release(p, mp->alllink);
			return;
		}
	}
	throw("m not found in allm");
}

// Ends this thread, on g0; returns if it is a C library's to end. The first thread cannot end
// without confusing the system: it hands off its P and sleeps forever.
void mexit(void)
{
	M *mp = getg()->m;
	P *pp;

	freegcgo(mp);
	if (mp == &m0) {
		if (Libc) { // what is pending for its last goroutine is lost
			sigblock();
			atomic_store_release(&mp->sigmask, EndedMask); // pairs with anyasked
		}
		handoffp(releasep());
		lock(&sched.lock);
		sched.nmfreed++;
		checkdead();
		unlock(&sched.lock);
		for (;;) {
			noteclear(&mp->park);
			notesleep(&mp->park);
		}
	}

	sigblock();
	threadleaves();
	unminit();
	stackfree(mp->gsignal->stack);
	pp = releasep();

	lock(&sched.lock);
	if (unlikely(mp->tracebuf))
		__rt0_tracer.endthread(); // the last that finds it: rt_trace_stop looks at allm
	unlinkm(mp);
	mp->freeWait = 1; // until exitThread; allocm then takes it apart
	mp->freelink = sched.freem;
	sched.freem = mp;
	unlock(&sched.lock);

	handoffp(pp);

	lock(&sched.lock);
	sched.nmfreed++;
	checkdead();
	unlock(&sched.lock);
	if (!iscgo)
		exitThread(&mp->freeWait);
	// Nothing of the M is used on the way back into the C library.
	atomic_store_release(&mp->freeWait, 0);
}

// ---- interface ----------------------------------------------------------------------

int rt_set_max_threads(int n)
{
	int32_t old;

	nothandler("rt_set_max_threads");
	lock(&sched.lock);
	old = sched.maxmcount;
	if (n > 0)
		sched.maxmcount = n;
	checkmcount();
	unlock(&sched.lock);
	return old;
}
