// gate_stop.c - what ends a call that waits: signals, as in POSIX, and pthread_cancel.
//
// The kernel hands a signal for the process to any of its threads, mostly to one that the
// main goroutine does not run on. So a handler of the program's that has run without
// SA_RESTART, wherever, ends the main goroutine's call with EINTR: whether it is parked
// or in the kernel. (Some calls end after any handler: endsbyany.) The call of another
// goroutine ends only if the handler ran on its thread while that was in the kernel, or if
// the signal was sent to it: pthread_kill.c.
//
// The handler increments a count. The main goroutine has read it before its call:
//
//	main goroutine                         handler
//	 1 stopword, stopfd, mainthread or      1 increments the count
//	   its watch
//	 2 compares the count; waits            2 looks at stopword, mainthread, stopfd; wakes
//
// Each side's first step is a locked instruction or followed by one, so one of them sees
// the other's. A parked goroutine watches an eventfd, which the handler writes, or is in a
// bucket of futextable.c, which the handler has the poller wake. In the kernel, its thread
// gets SIGURG: if that comes between the comparison and the end of the system call, its
// handler sends it to the way out (gatesignal), so nothing is lost there.
//
// pthread_cancel stores its request in the goroutine's area, by a locked instruction. Calls
// that are cancellation points (atpoint) end by it, with -EINTR, and gate.c cancels:
//
//	parked    it is in a bucket as well, by the address of the request, and looks at that
//	          under the bucket's lock, which futexcancel takes after the store
//	in the    it looks at the request right before the system call, behind a barrier. The
//	kernel    canceller, after the store, sends SIGURG to the thread that it finds the
//	          goroutine on. If it finds none or an old one, the goroutine is switched to
//	          later, and looks after that
//
// A handler's jump (jump.c) ends the call as a handler without SA_RESTART does.
//
// SIGURG may also come for no reason, and end a call that the kernel does not restart. If no
// handler has run by then, and no request is there, the call is made again.
//
// Unyielding: handlers run it.
//
// built: unyielding
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "runtime/runtime.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/poll.h"

// Handlers that have run, and those of them without SA_RESTART.
static uint32_t handled, interrupts;
static const uint32_t never;

// Of the main goroutine's call.
static const uint32_t *mainword = &interrupts; // what ends it
static uint32_t mainseen, mainhandled;         // the counts when it began
static bool mainalways;                        // it is made in any case
static uint32_t mainthread;                    // the thread, while in the kernel
int32_t stopfd = -1;                           // an eventfd
static Fd *stopentry;
static uint32_t *stopword; // what it waits for in the table

static bool ismain(const G *gp)
{
	return gp->goid == 1;
}

// It is the first of all, and stays.
G *maingoroutine(void)
{
	// Pairs with allgadd.
	return atomic_load_acquire(&allglen) ? atomic_load_acquire(&allgs)[0] : NULL;
}

// ---- the call -----------------------------------------------------------------------

void gateenter(Area *a, bool any)
{
	a->flags = (uint8_t)((a->flags & ~AreaEndsByAny) | (any ? AreaEndsByAny : 0));
	if (!ismain(getg()))
		return;
	mainword = any ? &handled : &interrupts;
	mainhandled = atomic_load_acquire(&handled); // this and the next: pair with gatehandled
	mainseen = atomic_load_acquire(mainword);
}

void gateendsbyany(void)
{
	getarea()->flags |= AreaEndsByAny;
	if (!ismain(getg()))
		return;
	mainword = &handled;
	mainseen = mainhandled;
}

static bool interruptedmain(const G *gp)
{
	return ismain(gp) && atomic_load_seqcst(mainword) != mainseen; // pairs with gatehandled
}

static bool cancels(const Area *a)
{
	return a->atpoint && a->canceldisable != CancelDisabled;
}

bool gatecancels(void)
{
	return cancels(getarea());
}

static bool cancelled(const Area *a)
{
	return cancels(a) && atomic_load_acquire(&a->cancel); // pairs with pthread_cancel
}

bool gatestopped(void)
{
	Area *a = getarea();

	// A jump that another thread records pairs with releasejumps: here it need not be seen.
	return interruptedmain(getg()) || cancelled(a) || atomic_load_relaxed(&a->jumping);
}

// Does the call wait for nothing that a program could be in doubt about? Linux never ends it with
// EINTR, and programs do not expect that: so it is made in any case. (open may wait for a FIFO's
// other end. A handler that comes before the call begins does not end it, as without a runtime.)
static bool madealways(const Call *c)
{
	enum { F_SETLKW = 7, F_OFD_SETLKW = 38 };

	switch (c->nr) {
	case __NR_fcntl:
		return c->arg[1] != F_SETLKW && c->arg[1] != F_OFD_SETLKW;
	case __NR_close:
	case __NR_dup2:
	case __NR_dup3:
	case __NR_open:
	case __NR_openat:
	case __NR_openat2:
	case __NR_creat:
	case __NR_ioctl:
	case __NR_pread64:
	case __NR_pwrite64:
	case __NR_preadv:
	case __NR_pwritev:
	case __NR_preadv2:
	case __NR_pwritev2:
	case __NR_copy_file_range:
	case __NR_fsync:
	case __NR_fdatasync:
	case __NR_sync:
	case __NR_syncfs:
	case __NR_sync_file_range:
	case __NR_msync:
	case __NR_fallocate:
	case __NR_truncate:
	case __NR_ftruncate:
	case __NR_getdents:
	case __NR_getdents64:
		return true;
	default:
		return false;
	}
}

// Is the call one of those for a file? Then -EINTR means that it has not been made.
static bool offile(const Call *c)
{
	return (c->nr == __NR_read || c->nr == __NR_write || c->nr == __NR_readv ||
	        c->nr == __NR_writev) &&
	       findgatekind((int32_t)c->arg[0]) == GateFile;
}

// word: besides a request to cancel, or a jump's, what ends the call when it is not seen.
static int64_t kernelcall(const Call *c, const uint32_t *word, uint32_t seen)
{
	Area *a = getarea();
	bool counts = goroutineof(a) != NULL;
	Handlers handlers = handlersof(a); // changed on this thread
	const int32_t *request = (const int32_t *)&a->jumping;
	bool always = madealways(c);
	int64_t r;

	a->flags = (uint8_t)((a->flags & ~AreaAlways) | (always ? AreaAlways : 0));
	if (always)
		word = &never, seen = 0;
	if (cancels(a)) { // gp->m was stored before; pairs with gatecancel
		(void)atomic_xchg(&a->atpoint, true);
		request = &a->cancel;
		// The main goroutine's jump from before gateenter: word tells of later ones.
		if (atomic_load_relaxed(&a->jumping))
			return -EINTR;
	}
	do {
		if (anysent(a)) {
			takesent();
			if (!always && endedsince(a, handlers)) {
				r = -EINTR;
				break;
			}
		}
		r = gatesyscall(c, word, seen, request);
	} while (r == -EINTR && counts && !gatestopped() &&
	       atomic_load_relaxed(&a->handled) == handlers.any &&
	       (!ismain(getg()) || atomic_load_acquire(&handled) == mainhandled)); // gatehandled
	if (unlikely(r == -EINTR) && !cancelled(a) && offile(c))
		r = plaincall(c);
	return r;
}

int64_t gatekernel(const Call *c)
{
	G *gp = getg();
	int64_t r;

	if (!ismain(gp))
		return kernelcall(c, &getarea()->jumping, 0);
	mainalways = madealways(c);
	(void)atomic_xchg(&mainthread, (uint32_t)gp->m->procid); // pairs with gatehandled
	r = kernelcall(c, mainword, mainseen);
	atomic_store_release(&mainthread, 0); // a signal that comes now does no harm
	return r;
}

void gatestopword(uint32_t *addr)
{
	if (ismain(getg()))
		(void)atomic_xchg(&stopword, addr); // pairs with gatehandled
}

// Sets stopentry, if the poller can watch the eventfd; else closes that.
static bool stopwatch(int32_t fd)
{
	Fd *d;

	if (fdhold(fd, &d) < 0) {
		closefd(fd);
		return false;
	}
	if (gatewatch(fd, d) < 0) {
		fdunref(fd, d);
		closefd(fd);
		return false;
	}
	stopentry = d;
	return true;
}

PollDesc *gatestop(void)
{
	int64_t fd;

	if (!ismain(getg()))
		return NULL;
	if (!stopentry) {
		fd = movefdup(syscall3(__NR_eventfd2, 0, O_CLOEXEC | O_NONBLOCK, 0));
		if (fd < 0 || !stopwatch((int32_t)fd))
			return NULL;
		(void)atomic_xchg(&stopfd, (int32_t)fd); // pairs with gatehandled
	}
	return &stopentry->pd;
}

// ---- handlers -----------------------------------------------------------------------

// For the goroutine's call that this thread makes, if any.
static void counthandler(bool restarts)
{
	const G *gp = getg();
	Area *a = gp && gp->m->curg ? gp->m->curg->area : NULL;

	if (a && goroutineof(a)) {
		atomic_store_relaxed(&a->handled, a->handled + 1);
		a->interrupted += !restarts;
	}
}

// A handler of the program's has run.
void gatehandled(bool restarts)
{
	uint64_t one = 1;
	uint32_t tid, *addr;
	int32_t fd;

	if (inforkedchild) // the eventfd is the parent's
		return;
	counthandler(restarts);
	(void)atomic_xadd(&handled, 1); // then looks; pairs with gateenter's readers
	if (!restarts)
		(void)atomic_xadd(&interrupts, 1);
	tid = atomic_load_seqcst(&mainthread);
	if (tid)
		killthread((int32_t)tid, SIGURG);
	addr = atomic_load_seqcst(&stopword);
	if (addr)
		futexdefer(addr);
	fd = atomic_load_seqcst(&stopfd);
	if (fd >= 0)
		write1(fd, &one, sizeof one);
}

// A handler of the program's that has no SA_RESTART returns to ctx. The signal may have come by
// SIGURG (sentsignal), after which the kernel makes the call again.
void gateinterrupt(Ucontext *ctx)
{
	Sigcontext *c = &ctx->mcontext;
	uintptr_t pc = ctxpc(c);

	if (pc >= (uintptr_t)gatesyscall && pc < (uintptr_t)gatesyscall_end &&
	    !(getarea()->flags & AreaAlways))
		ctxgoto(c, (uintptr_t)gatesyscall_stopped);
}

// SIGURG has come to gp's thread.
void gatesignal(const G *gp, Sigcontext *c)
{
	Ucontext *ctx = (Ucontext *)((char *)c - offsetof(Ucontext, mcontext));
	uintptr_t pc = ctxpc(c);

	maskurg(gp->m, ctx);
	sentsignal(gp, ctx->sigmask);
	if (pc >= (uintptr_t)gatesyscall && pc < (uintptr_t)gatesyscall_end &&
	    ((interruptedmain(gp) && !mainalways) || cancelled(gp->area)))
		ctxgoto(c, (uintptr_t)gatesyscall_stopped);
}

// ---- pthread_cancel -----------------------------------------------------------------

void gatecancel(const Area *a, const G *gp)
{
	const M *mp = gp ? atomic_load_seqcst(&gp->m) : NULL;
	int32_t tid = gp ? 0 : atomic_load_relaxed(&a->tid);

	if (mp)
		tid = (int32_t)atomic_load_acquire(&mp->procid);
	if (tid)
		killthread(tid, SIGURG);
}
