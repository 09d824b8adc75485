// notify.c - rt_signal_notify: signals on channels.
//
// One goroutine of the runtime takes what the handlers have caught and sends it to the
// channels that want it. It sleeps in a system call, so its thread counts as running: a
// program that has once asked for a signal is never found dead, as in Go.
//
// Where the process was started with signals blocked, all threads have them blocked, and
// the goroutine is tied to its thread and unblocks there those that are wanted: they wait
// in the kernel until then.
//
// Follows Go's os/signal/signal.go and signal_unix.go (sigenable, sigdisable, ensureSigM).
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/sigtable.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/m.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sig/sig.h"
#include "runtime/sig/sigqueue.h"
#include "runtime/sync/sync.h"

typedef struct Listener Listener;
struct Listener {
	Listener *next;
	Hchan *c;
	Sigset want;
	bool stopping; // takes what is on its way, no more
};

static Mutex lk = { .rank = RANKED(RankSignal) };

// lk protects:
static Listener *listeners;
static bool started;

// ---- the goroutine ------------------------------------------------------------------

static void deliver(uint32_t sig, uint32_t n)
{
	int64_t v = sig; // an int for the channel, whatever the size of its elements

	happensafter(&__rt0_io); // the signal may be the program's own
	lock(&lk);
	for (Listener *l = listeners; l; l = l->next) {
		if (!(l->want & sigbit(sig)))
			continue;
		happensbefore(chanclock(l->c));
		for (uint32_t i = 0; i < n && rt_chan_try_send(l->c, &v); i++)
			;
	}
	racereleases(&lk); // a channel may be freed once it gets no more
	unlock(&lk);
}

// This thread alone takes the wanted signals that the others have blocked.
static void setmask(void)
{
	static Sigset unblocked;
	Sigset old = unblocked;

	unblocked = atomic_load_acquire(&sigwanted) & initSigmask;
	sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
	old &= ~unblocked;
	sigprocmask(SIG_BLOCK, &old, NULL);
}

static void signalloop(void *unused)
{
	(void)unused;
	if (initSigmask != 0)
		lockOSThread();
	for (;;) {
		Sigset set;

		if (initSigmask != 0)
			setmask();
		set = signal_recv();
		for (uint32_t sig = 1; set != 0; sig++) {
			if (set & sigbit(sig))
				deliver(sig, signal_count(sig));
			set &= ~sigbit(sig);
		}
	}
}

// ---- handlers -----------------------------------------------------------------------

// Has sig handled. Returns false if the kernel refuses to let any process handle it.
static bool enable(uint32_t sig) HOLDS(lk);
static bool enable(uint32_t sig)
{
	sigsendp = sigsend;
	atomic_or(&sigwanted, sigbit(sig));
	if (!sigenable(sig)) {
		atomic_and(&sigwanted, ~sigbit(sig));
		return false;
	}
	wakereceiver(); // for setmask
	return true;
}

// Removes the handler first: with it, an unwanted signal would be swallowed.
static void disable(uint32_t sig) HOLDS(lk);
static void disable(uint32_t sig)
{
	sigdisable(sig);
	atomic_and(&sigwanted, ~sigbit(sig));
	wakereceiver();
}

// ---- interface ----------------------------------------------------------------------

static Listener *listening(const Hchan *c) HOLDS(lk);
static Listener *listening(const Hchan *c)
{
	for (Listener *l = listeners; l; l = l->next) {
		if (l->c == c && !l->stopping)
			return l;
	}
	return NULL;
}

int rt_signal_notify(int sig, rt_chan *c)
{
	Listener *l, *spare;
	bool first;

	preemptcheck();
	if (c)
		checkchan(c);
	if (sig < 1 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP || sig == SIGURG || !c ||
	    librarysig((uint32_t)sig) || chanelemsize(c) > sizeof(int64_t))
		return -EINVAL;
	spare = rt_malloc(sizeof *spare);
	lock(&lk);
	if (!enable((uint32_t)sig)) {
		unlock(&lk);
		rt_free(spare);
		return -EINVAL;
	}
	// What is caught meanwhile waits for lk in deliver.
	l = listening(c);
	if (!l) {
		l = spare;
		spare = NULL;
		*l = (Listener){ .next = listeners, .c = c };
		listeners = l;
	}
	l->want |= sigbit((uint32_t)sig);
	first = !started;
	started = true;
	unlock(&lk);
	rt_free(spare);
	if (first)
		rt_go(signalloop, NULL);
	return 0;
}

// Removes c's listeners from the list, for good.
static Listener *unlink(const Hchan *c) HOLDS(lk);
static Listener *unlink(const Hchan *c)
{
	Listener **link = &listeners, *l, *gone = NULL;

	while ((l = *link)) {
		if (l->c != c || !l->stopping) {
			link = &l->next;
			continue;
		}
		*link = l->next;
		l->next = gone;
		gone = l;
	}
	return gone;
}

void rt_signal_stop(rt_chan *c)
{
	Sigset gone = 0, wanted = 0;
	Listener *l;
	bool found = false;

	preemptcheck();
	if (c)
		checkchan(c);
	lock(&lk);
	for (l = listeners; l; l = l->next) {
		if (l->c == c) {
			l->stopping = true;
			found = true;
		}
		if (l->stopping)
			gone |= l->want;
		else
			wanted |= l->want;
	}
	gone &= ~wanted & sigwanted;
	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if (gone & sigbit(sig))
			disable(sig);
	}
	unlock(&lk);
	if (!found)
		return;
	// What was caught until now is c's.
	while (!signalidle())
		rt_gosched();
	lock(&lk);
	raceacquires(&lk);
	l = unlink(c);
	unlock(&lk);
	while (l) {
		Listener *next = l->next;

		rt_free(l);
		l = next;
	}
}
