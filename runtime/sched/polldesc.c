// polldesc.c - a goroutine that waits for a descriptor, and its wakers.
//
// Each direction of a descriptor has a word, side[mode].g:
//
//	PollNil     no waiter, nothing is known
//	PollReady   an edge has come that no goroutine has consumed yet
//	PollWait    a goroutine is about to park
//	G           it is parked
//
//	            waiter                      waker (event, deadline, close)
//	Nil   -> Wait    netpollblock       Nil   -> Ready  event
//	Ready -> Nil     netpollblock       Wait  -> Ready  event
//	Wait  -> G       commit, on g0      G     -> Ready  event, and wakes G
//	any   -> Nil     after the park     Wait  -> Nil    deadline, close
//	                                    G     -> Nil    deadline, close; wakes G
//
// Every arrow is a locked instruction, and only one waker can take a G out of the word: no
// wake-up is made twice. None is lost:
//
//   - An edge. The waiter has tried the call and got EAGAIN, or knows that the last call
//     emptied the descriptor. What came in after that makes a new edge, and the edge turns
//     the word to Ready whatever it was. From Wait, the commit's cas fails and gopark
//     comes back. A Ready that was left from before costs one wasted call, because a woken
//     waiter tries again.
//   - A deadline, a close or the end of a context. The waker sets a bit of info and then
//     looks at the word. The waiter sets the word to Wait and then looks at info. Both are
//     locked instructions, so one of the two sees the other.
//
// Goroutines in rt_wait use neither the words nor the rights that io/fd.c gives: they are on
// the list watches, and every waker looks at it after the word (io/ready.c). So are the copies
// of rt_copy, which a deadline or close of the other descriptor stops: that makes the word
// Ready, like an edge.
//
// An event carries the descriptor's number and seq. seq moves on when the descriptor is closed,
// before the kernel can give its number to another, so that earlier events are ignored. An
// event that has been compared already when seq moves makes the new user's word Ready without
// need, which is harmless. PollDescs are never freed.
//
// A side with a deadline has one timer. What counts is side.when: the timer only has it looked
// at, and is started again if that was too early. So moving a deadline on, which is what
// servers do with each request, touches no heap. One that moves back moves its timer, in its
// place in the heap; one that is taken back, or whose descriptor is closed, stops it, so that
// it neither keeps memory nor looks like something that may happen still (checkdead).
//
//	when == 0  =>  timer == NULL
//	the timer is pending  =>  its when <= side.when
//	it is not  =>  the deadline has passed, or its function waits for the lock
//
// The function brings the seq that its timer was started with, and does nothing if the timer
// was started again or stopped since. It gets the PollDesc, not the timer, which may belong to
// the other side by then.
//
// Follows Go's netpoll.go.
//
// built: hot
#include "runtime/sched/poll.h"
#include "runtime/sched/polldesc.h"

#include "runtime/lock/lock.h"
#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/timer.h"

enum { PollNil = 0, PollReady = 1, PollWait = 2 };

struct PollTimer {
	Timer t; // seq: timerseq, and in the lowest bit the mode
	PollTimer *link; // on the free list
};

static struct {
	Mutex lock;
	PollTimer *list;
} freetimers = { .lock = { .rank = RANKED(RankPollTimer) } };

static void unwatch(PollDesc *pd, PollMode mode) HOLDS(pd->lock);

// ---- events -------------------------------------------------------------------------

PollDesc *(*polldescof)(int32_t fd);

// The caller has perhaps set a bit of info before; pairs with netpollblock, which makes the
// word Wait and then looks at info.
G *netpollunblock(PollSide *s, bool ready)
{
	for (;;) {
		uintptr_t old = atomic_load_seqcst(&s->g);

		if (old == PollReady || (old == PollNil && !ready))
			return NULL;
		if (atomic_cas(&s->g, old, ready ? PollReady : PollNil))
			return old > PollWait ? (G *)old : NULL;
	}
}

int32_t pollevent(const EpollEvent *ev, Gqueue *list)
{
	static const uint32_t wakes[] = {
		[PollRead] = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR,
		[PollWrite] = EPOLLOUT | EPOLLHUP | EPOLLERR,
	};
	int32_t fd = pollfd(ev), n = 0;
	PollDesc *pd = polldescof(fd);
	G *gp;

	if (ev->data != polltag(fd, pd))
		return 0;
	// Before the word turns Ready: a goroutine that finds it Ready sees this too.
	if (ev->events & (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		atomic_or(&pd->info, PollHup);
	for (PollMode mode = PollRead; mode <= PollWrite; mode++) {
		if (!(ev->events & wakes[mode]))
			continue;
		gp = netpollunblock(&pd->side[mode], true);
		if (gp) {
			gqueuePushBack(list, gp);
			n++;
		}
	}
	return n;
}

int64_t netpollopen(int32_t fd, PollDesc *pd)
{
	EpollEvent ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET,
		.data = polltag(fd, pd),
	};

	int64_t err = netpollbegin();

	return err ? err : netpollctl(fd, &ev);
}

void netpollclose(int32_t fd, PollDesc *pd)
{
	// Also when other descriptors share the description and keep it open.
	if (fd >= 0)
		netpollctl(fd, NULL);
	must(!pd->watches);
	lockdesc(pd); // io/fd.c wants seq to stay for a moment
	atomic_store_release(&pd->seq, pd->seq + 1);
	pd->side[PollRead].g = pd->side[PollWrite].g = PollNil;
	unwatch(pd, PollRead);
	unwatch(pd, PollWrite);
	atomic_store_relaxed(&pd->info, 0);
	unlock(&pd->lock);
}

void lockdesc(PollDesc *pd)
{
	if (Debug)
		atomic_store_relaxed(&pd->lock.rank, (uint32_t)RankPollDesc);
	lock(&pd->lock);
}

// ---- waiting ------------------------------------------------------------------------

int64_t netpollcheckerr(const PollDesc *pd, PollMode mode)
{
	uint32_t info = atomic_load_seqcst(&pd->info); // pairs with the wakers' atomic_or

	if (likely(!(info & (PollClosing | PollOver | (uint32_t)PollExpired << mode))))
		return 0;
	if (info & PollClosing)
		return -EBADF;
	return info & PollCanceled ? -ECANCELED : -ETIMEDOUT;
}

// Increments before the word has the G; the code that removes the G decrements.
static bool commit(G *gp, void *word)
{
	netpollcount(1);
	if (atomic_cas((uintptr_t *)word, PollWait, (uintptr_t)gp))
		return true;
	netpollcount(-1);
	return false;
}

// Returns whether an edge has come.
static bool netpollblock(PollDesc *pd, PollMode mode)
{
	uintptr_t *word = &pd->side[mode].g, old;

	for (;;) {
		if (atomic_load_relaxed(word) == PollReady && atomic_cas(word, PollReady, PollNil))
			return true;
		if (atomic_cas(word, PollNil, PollWait))
			break;
		old = atomic_load_relaxed(word);
		if (old != PollReady && old != PollNil)
			throw("netpoll: double wait");
	}
	// The word is Wait; only now look whether to wait at all.
	if (netpollcheckerr(pd, mode) == 0)
		gopark(commit, word, WaitReasonIOWait);
	old = atomic_xchg(word, PollNil);
	if (old > PollWait)
		throw("netpoll: corrupted polldesc");
	return old == PollReady;
}

int64_t netpollwait(PollDesc *pd, PollMode mode)
{
	int64_t err;

	for (;;) {
		err = netpollcheckerr(pd, mode);
		if (err)
			return err;
		if (netpollblock(pd, mode))
			return 0;
		// A deadline woke us; if it has been moved since, it never was.
	}
}

// ---- closing and deadlines ----------------------------------------------------------

void (*watchhook)(PollDesc *pd, PollMode mode);

// Wakes the waiters of a mode, because of a bit that the caller has set.
static void wake(PollDesc *pd, PollMode mode)
{
	G *gp = netpollunblock(&pd->side[mode], false);

	if (unlikely(atomic_load_seqcst(&pd->watches))) // pairs with addwatch's exchange
		watchhook(pd, mode);
	if (!gp)
		return;
	netpollcount(-1);
	goready(gp);
}

void netpollwake(PollDesc *pd)
{
	wake(pd, PollRead);
	wake(pd, PollWrite);
}

void netpollevict(PollDesc *pd)
{
	atomic_or(&pd->info, PollClosing); // then looks at the words; pairs with netpollblock
	netpollwake(pd);
}

static PollTimer *newtimer(void)
{
	PollTimer *pt;

	lock(&freetimers.lock);
	pt = freetimers.list;
	if (pt)
		freetimers.list = pt->link;
	unlock(&freetimers.lock);
	return pt ? pt : persistentalloc(sizeof *pt, PtrSize);
}

static void freetimer(PollTimer *pt)
{
	lock(&freetimers.lock);
	pt->link = freetimers.list;
	freetimers.list = pt;
	unlock(&freetimers.lock);
}

static void deadlinedue(void *arg, uintptr_t seq);

// The side has no deadline any more.
static void unwatch(PollDesc *pd, PollMode mode)
{
	PollSide *s = &pd->side[mode];
	PollTimer *pt = s->timer;

	s->when = 0;
	s->timer = NULL;
	if (!pt)
		return;
	deltimer(&pt->t); // its function, if it is under way, does not look at it
	freetimer(pt);
}

// Sees to it that the deadline is checked when it is due, or earlier.
static void watch(PollDesc *pd, PollMode mode) HOLDS(pd->lock);
static void watch(PollDesc *pd, PollMode mode)
{
	PollSide *s = &pd->side[mode];
	PollTimer *pt = s->timer;

	if (!pt)
		pt = s->timer = newtimer();
	// If it is being taken off the heap now, its function waits for the lock.
	else if ((pt->t.when <= s->when && timerruns(&pt->t)) ||
	         modtimer(&pt->t, s->when))
		return;
	pt->t = (Timer){
		.when = s->when,
		.f = deadlinedue,
		.arg = pd,
		.seq = (uintptr_t)++pd->timerseq << 1 | mode,
		.stoppable = true,
	};
	addtimer(&pt->t);
}

// A timer has come to its time, on g0. The deadline may be another one now.
static void deadlinedue(void *arg, uintptr_t seq)
{
	PollDesc *pd = arg;
	PollMode mode = seq & 1;
	PollSide *s = &pd->side[mode];
	bool expired = false;

	lockdesc(pd);
	if (s->timer && s->timer->t.seq == seq) {
		expired = s->when <= s->timer->t.when;
		if (expired)
			atomic_or(&pd->info, (uint32_t)PollExpired << mode); // as in netpollevict
		else
			watch(pd, mode);
	}
	unlock(&pd->lock);
	if (expired)
		wake(pd, mode);
}

void netpolldeadline(PollDesc *pd, PollMode mode, int64_t when)
{
	uint32_t bit = (uint32_t)PollExpired << mode;
	bool expired = when != 0 && when <= nanotime();

	lockdesc(pd);
	if (expired)
		atomic_or(&pd->info, bit);
	else
		atomic_and(&pd->info, ~bit);
	if (when == 0 || expired) {
		unwatch(pd, mode);
	} else {
		pd->side[mode].when = when;
		watch(pd, mode);
	}
	unlock(&pd->lock);
	if (expired)
		wake(pd, mode);
}
