// gate_stop.c - a signal ends what the main goroutine waits for, as it ends a thread's
// system call in POSIX.
//
// The kernel hands a signal for the process to any of its threads, mostly to one that the
// main goroutine does not run on. So a handler of the program's that has run without
// SA_RESTART, wherever, ends the main goroutine's call with EINTR: whether it is parked
// or in the kernel. (pause and sigsuspend end after any handler.) The call of another
// goroutine ends only if the handler ran on its thread while that was in the kernel.
//
// The handler increments a count. The main goroutine has read it before its call:
//
//	main goroutine                         handler
//	 1 stopfd, mainthread or its watch      1 increments the count
//	 2 compares the count; waits            2 looks at mainthread, stopfd; wakes
//
// Each side's first step is a locked instruction or followed by one, so one of them sees
// the other's. A parked goroutine watches an eventfd, which the handler writes. In the
// kernel, its thread gets SIGURG: if that comes between the comparison and the end of the
// system call, its handler sends it to the way out (gatesignal), so nothing is lost
// there.
//
// Unyielding: handlers run it.
//
// built: unyielding
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
static uint32_t mainthread;                    // the thread, while in the kernel
int32_t stopfd = -1;                           // an eventfd
static Fd *stopentry;

static bool ismain(const G *gp)
{
	return gp->goid == 1;
}

// ---- the call -----------------------------------------------------------------------

void gateenter(int64_t nr)
{
	if (!ismain(getg()))
		return;
	mainword = nr == __NR_pause || nr == __NR_rt_sigsuspend ? &handled : &interrupts;
	mainhandled = atomic_load_acquire(&handled);
	mainseen = atomic_load_acquire(mainword);
}

bool gatestopped(void)
{
	return ismain(getg()) && atomic_load_seqcst(mainword) != mainseen;
}

int64_t gatekernel(const Call *c)
{
	G *gp = getg();
	int64_t r;

	if (!ismain(gp))
		return gatesyscall(c, &never, 0);
	(void)atomic_xchg(&mainthread, (uint32_t)gp->m->procid); // pairs with gatehandled
	do
		r = gatesyscall(c, mainword, mainseen);
	while (r == -EINTR && !gatestopped() &&
	       atomic_load_acquire(&handled) == mainhandled);
	atomic_store_release(&mainthread, 0);
	return r;
}

PollDesc *gatestop(void)
{
	int64_t fd;

	if (!ismain(getg()))
		return NULL;
	if (!stopentry) {
		fd = syscall3(__NR_eventfd2, 0, O_CLOEXEC | O_NONBLOCK, 0);
		if (fd < 0 || fdhold((int32_t)fd, &stopentry) < 0)
			return NULL;
		gatewatch((int32_t)fd, stopentry);
		(void)atomic_xchg(&stopfd, (int32_t)fd); // pairs with gatehandled
	}
	return &stopentry->pd;
}

// ---- handlers -----------------------------------------------------------------------

// A handler of the program's has run.
void gatehandled(bool restarts)
{
	uint64_t one = 1;
	int32_t fd;
	uint32_t tid;

	if (inforkedchild) // the eventfd is the parent's
		return;
	(void)atomic_xadd(&handled, 1);
	if (!restarts)
		(void)atomic_xadd(&interrupts, 1);
	tid = atomic_load_seqcst(&mainthread);
	if (tid)
		killthread((int32_t)tid, SIGURG);
	fd = atomic_load_seqcst(&stopfd);
	if (fd >= 0)
		write1(fd, &one, sizeof one);
}

// SIGURG has come to gp's thread.
void gatesignal(const G *gp, Sigcontext *c)
{
	uintptr_t pc = ctxpc(c);

	if (pc >= (uintptr_t)gatesyscall && pc < (uintptr_t)gatesyscall_end &&
	    ismain(gp) && atomic_load_acquire(mainword) != mainseen)
		ctxgoto(c, (uintptr_t)gatesyscall_stopped);
}
