// allthreads.c - rt_syscall_all: a system call on every thread of the process.
//
// The kernel keeps identity, capabilities, filters and namespaces for each thread. A goroutine
// runs on any of them, so what changes one thread must change all of them.
//
// The world is stopped first. No goroutine runs then, so none sees a thread that has made the
// call and later one that has not. And allm does not change then:
//
//	An M comes to allm in newm. Either a P for it is in its creator's hands, and the stop
//	waits for that P until the new M has it and gives it up; or the creator is a goroutine,
//	and the stop waits for the creator's P. (Without a P sysmon, the poller and others find
//	no idle one to start an M for.)
//	An M leaves allm in mexit, before it gives its P up.
//
// A thread that has left allm runs no more than the rest of mexit, and makes no thread: it has
// no P left to make one for. For the moment until it has ended the kernel shows it as it was.
//
// Some Ms of allm may have no thread yet: the template thread has still to start them, or a
// goroutine's newm has, without a P for them. A thread sets its procid after it was cloned, so
// the caller waits for every procid before it sends a signal. From then on nothing is cloned
// until the world starts again, so each thread makes the call once: none inherits it and makes
// it again. A thread made later is cloned by one that has made the call.
//
// Each other thread makes the call in the handler of SIGURG, which no thread has blocked for
// long: around its own clone, until minit, in another handler and at its end, and at none of
// these does it wait for the caller. The handler takes no lock, so it does not matter which
// ones the thread holds or waits for; the caller holds none. It does not matter either whether
// the thread sleeps, is in a system call, or runs C code by rt_cgocall. SIGURG may come as well
// for a preemption, and two that are pending are one: the M's needPerThreadSyscall says
// whether the call is wanted, and is set before the signal is sent.
//
// Follows Go's os_linux.go (syscall_runtime_doAllThreadsSyscall, runPerThreadSyscall).
#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sig/sig.h"

static const int64_t Pause = 10 * 1000 * 1000;             // ns between two looks
static const int64_t Patience = 10 * (int64_t)1000000000; // ns without any progress

typedef struct {
	int64_t nr;
	uint64_t arg[6];
	int64_t result;
} AllThreadsCall;

// Written by the caller while no M needs it; one caller at a time, since the world is stopped.
static struct {
	AllThreadsCall call;
	uint32_t left; // threads that have still to make it
	// The first thread that had another result:
	uint64_t otherid;
	int64_t other;
} perThread;

static int64_t perform(const AllThreadsCall *c)
{
	return syscall6(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]);
}

// Makes the call in SIGURG's handler on mp.
static void runPerThreadSyscall(M *mp)
{
	int64_t r;

	if (!atomic_load_acquire(&mp->needPerThreadSyscall)) // pairs with signalothers
		return;
	r = perform(&perThread.call);
	if (r != perThread.call.result && atomic_cas(&perThread.otherid, 0, mp->procid))
		perThread.other = r;
	atomic_store_relaxed(&mp->needPerThreadSyscall, 0);
	// Publishes the result; pairs with awaitanswers's load. The caller may be gone before
	// the wake-up, and the next one wakes early then, which does no harm.
	if (atomic_xadd(&perThread.left, -1u) == 0)
		futexwakeup(&perThread.left, 1);
}

// ---- the caller's -------------------------------------------------------------------

// Counts the time that has passed without progress. A process that was stopped for an hour
// has not waited for an hour.
typedef struct {
	int64_t now, waited;
} Waiting;

static bool toolong(Waiting *w)
{
	int64_t now = nanotime();

	if (atomic_load_acquire(&sched.freezing))
		haltm(); // another M has found a reason to die
	if (w->now != 0)
		w->waited += min(now - w->now, 2 * Pause);
	w->now = now;
	return w->waited > Patience;
}

static void awaitthreads(void)
{
	for (M *mp = allm; mp; mp = mp->alllink) {
		Waiting w = { 0 };

		// Pairs with clone and minit on the new thread. Where a filter refuses gettid,
		// it is an errno between the two.
		while ((int32_t)atomic_load_acquire(&mp->procid) <= 0) {
			if (toolong(&w))
				fatalf("rt_syscall_all: thread of M %ld does not start", mp->id);
			usleep(20);
		}
	}
}

static void signalothers(void)
{
	const M *self = getg()->m;
	uint32_t n = 0;

	for (M *mp = allm; mp; mp = mp->alllink)
		n += mp != self;
	perThread.left = n;
	for (M *mp = allm; mp; mp = mp->alllink) {
		int64_t r;

		if (mp == self)
			continue;
		// Publishes perThread; pairs with runPerThreadSyscall's load.
		atomic_store_release(&mp->needPerThreadSyscall, 1);
		r = killthread((int32_t)mp->procid, SIGURG);
		if (r < 0)
			fatalf("rt_syscall_all: cannot signal thread %lu (errno %ld)", mp->procid,
			       -r);
	}
}

static uint64_t unanswered(void)
{
	for (M *mp = allm; mp; mp = mp->alllink) {
		if (atomic_load_relaxed(&mp->needPerThreadSyscall))
			return mp->procid;
	}
	return 0;
}

static void awaitanswers(void)
{
	uint32_t last = 0, left;
	Waiting w = { 0 };

	while ((left = atomic_load_acquire(&perThread.left)) != 0) {
		if (left != last)
			w = (Waiting){ 0 };
		last = left;
		if (toolong(&w))
			fatalf("rt_syscall_all: no answer from thread %lu: does it block SIGURG?",
			       unanswered());
		futexsleep(&perThread.left, left, Pause);
	}
}

// Makes the call on all threads, with the world stopped. If it fails at once, nothing has
// changed.
static void allthreads(void *arg)
{
	AllThreadsCall *c = arg;

	c->result = perform(c);
	if (c->result < 0 && c->result > -4096)
		return;
	awaitthreads();
	perThread.call = *c;
	perThread.otherid = 0;
	atomic_store_release(&runPerThreadSyscallp, runPerThreadSyscall);
	signalothers();
	awaitanswers();
	if (perThread.otherid != 0)
		fatalf("rt_syscall_all: call %ld returned %ld, but %ld on thread %lu", c->nr,
		       c->result, perThread.other, perThread.otherid);
}

// ---- interface ----------------------------------------------------------------------

int64_t rt_raw_syscall_all(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f)
{
	AllThreadsCall call = { .nr = nr, .arg = { a, b, c, d, e, f } };

	preemptcheckas("rt_syscall_all");
	if (iscgo)
		return -EOPNOTSUPP; // there may be threads that are not in allm
	stopTheWorld("rt_syscall_all");
	systemstack(allthreads, &call);
	startTheWorld();
	return call.result;
}

// Does the call change the rights of the process, as POSIX has it? For the kernel it is the
// thread alone, and goroutines on other threads would keep what the program gives up.
static bool identity(int64_t nr)
{
	switch (nr) {
	case __NR_setuid:
	case __NR_setgid:
	case __NR_setreuid:
	case __NR_setregid:
	case __NR_setresuid:
	case __NR_setresgid:
	case __NR_setgroups:
		return true;
	default:
		return false;
	}
}

// rt_syscall of the numbers that concern more than the calling thread, or of any.
int64_t rt_raw_syscall_any(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                           uint64_t e, uint64_t f)
{
	if (forks(nr))
		return forkcall(nr, a, b, c, d, e);
	return (identity(nr) ? rt_raw_syscall_all : rt_raw_syscall)(nr, a, b, c, d, e, f);
}
