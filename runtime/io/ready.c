// ready.c - waiting until a descriptor is ready, without using it: rt_wait.
//
// A waiter needs no right to read or write, because it reads nothing. Any number of
// goroutines may wait for one descriptor, for one direction or for different ones, beside
// one that reads and one that writes. A waiter is a user of the entry (fdref), so that
// the number stays its own, and is on the list pd.watches until it returns. Being ready
// is a state, not an edge: so an edge wakes its direction's waiters, and each asks poll(2).
//
//	waiter                                waker (edge, close, deadline, context)
//	 1 adds its PollWatch, not fired       1 fd becomes ready, or info gets a bit
//	 2 looks at info, asks poll(2)         2 is the list empty? then it is done
//	 3 lock: parks, unless fired           3 lock: sets fired; takes parked waiters
//
// No wake-up is lost. Each side stores in step 1, by a read-modify-write or in the
// kernel, and looks at the other's word in step 2. So the waiter's step 2 sees the
// waker's step 1, or the waker's step 2 sees the list. In the second case the waker's
// step 3 comes before the waiter's, which sees fired, or after it, and finds it parked.
//
// An edge that netpoll still handles by pollevent needs no waker: the M got it from the
// kernel before watchevent was installed, and the waiter asks poll(2) after that.
//
// rt_copy waits for one of its two descriptors in netpollwait, as its reader or writer, and is on
// the list of the other one for what stops the copy: a close, a deadline, a context. The waker
// makes the word that the copy waits by Ready, as an edge would. The copy looks at info
// after it has added its PollWatch, and again after each wait; so it sees the waker's bit, or the
// waker sees the PollWatch, and then the copy's next wait returns at once.
//
// Events, closes and the clock compete for a parked waiter by claim (sync/waiter.c):
// exactly one readies it. A PollWatch is on its waiter's stack. Wakers reach it under
// pd.lock only, and the waiter takes it off the list under that lock before it returns.
//
// The poller counts a waiter from before it is parked until it is claimed, because the
// last M must sleep in the poller meanwhile, and there is no deadlock.
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

_Static_assert(RT_READABLE == 1 << PollRead && RT_WRITABLE == 1 << PollWrite,
               "a bit of what is 1 << mode");

// ---- wakers -------------------------------------------------------------------------

// Returns the waiter of w, unless it is not parked or another waker has it. The caller has
// the list's lock.
static G *firewatch(PollWatch *w)
{
	G *gp = w->gp;

	if (w->side)
		return netpollunblock(w->side, true);
	w->fired = true;
	if (!gp || !claim(gp))
		return NULL;
	gp->param = w;
	w->gp = NULL;
	return gp;
}

// Appends the parked waiters for any of what to list, and returns how many there are.
static int32_t firewatches(PollDesc *pd, uint32_t what, Gqueue *list)
{
	int32_t n = 0;

	lockdesc(pd);
	for (PollWatch *w = pd->watches; w; w = w->next) {
		G *gp = w->what & what ? firewatch(w) : NULL;

		if (gp) {
			gqueuePushBack(list, gp);
			n++;
		}
	}
	unlock(&pd->lock);
	return n;
}

static void wakewatches(PollDesc *pd, PollMode mode)
{
	Gqueue list = { 0 };
	int32_t n = firewatches(pd, 1u << mode | WatchStop, &list);

	netpollcount(-n);
	readywaiters(&list);
}

// Is netpollevent from the first rt_wait on. An event of the number's last use wakes
// waiters unnecessarily; they ask poll(2) again.
static int32_t watchevent(const EpollEvent *ev, Gqueue *list)
{
	PollDesc *pd = polldescof(pollfd(ev));
	int32_t n = pollevent(ev, list);
	uint32_t what = 0;

	if (likely(!atomic_load_seqcst(&pd->watches))) // pairs with addwatch's exchange
		return n;
	if (ev->events & ~(uint32_t)EPOLLOUT)
		what |= RT_READABLE;
	if (ev->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		what |= RT_WRITABLE;
	return n + firewatches(pd, what, list);
}

// ---- the waiter ---------------------------------------------------------------------

void addwatch(PollWatch *w)
{
	PollDesc *pd = w->pd;

	atomic_store_release(&watchhook, wakewatches);
	// Pairs with netpoll's load. Edges are nothing to those that watch for stops alone.
	if (w->what != WatchStop && atomic_load_acquire(&netpollevent) != watchevent)
		(void)atomic_xchg(&netpollevent, watchevent);
	lockdesc(pd);
	w->next = pd->watches;
	if (w->next)
		w->next->prev = w;
	(void)atomic_xchg(&pd->watches, w); // then looks at info; pairs with wake
	unlock(&pd->lock);
}

void removewatch(PollWatch *w)
{
	PollDesc *pd = w->pd;

	lockdesc(pd);
	if (w->prev)
		w->prev->next = w->next;
	else
		atomic_store_relaxed(&pd->watches, w->next);
	if (w->next)
		w->next->prev = w->prev;
	unlock(&pd->lock);
}

// Parks until a waker or the instant comes.
static UNCHECKED_LOCKS void awaitfire(PollWatch *w, int64_t when)
{
	PollDesc *pd = w->pd;
	G *gp = getg();

	lockdesc(pd);
	if (w->fired) {
		w->fired = false;
		unlock(&pd->lock);
		return;
	}
	beginwait(gp);
	w->gp = gp;
	netpollcount(1);
	if (when == Never)
		goparkunlock(&pd->lock, WaitReasonIOWait);
	else if (!parkuntil(&pd->lock, WaitReasonIOWait, when))
		netpollcount(-1); // the clock came first
	lockdesc(pd);
	w->gp = NULL;
	w->fired = false;
	unlock(&pd->lock);
}

// The bits of what that are ready now, or why no call would wait.
static int64_t readynow(int32_t fd, const PollDesc *pd, uint32_t what)
{
	uint32_t events = 0, got;
	int64_t err;

	for (PollMode mode = PollRead; mode <= PollWrite; mode++) {
		if (!(what & 1u << mode))
			continue;
		err = netpollcheckerr(pd, mode);
		if (err)
			return err;
		events |= mode == PollRead ? EPOLLIN : EPOLLOUT;
	}
	got = pollevents(fd, events);
	if (got & (EPOLLERR | EPOLLHUP))
		return what;
	return (got & EPOLLIN ? RT_READABLE : 0) | (got & EPOLLOUT ? RT_WRITABLE : 0);
}

static int64_t watchuntil(int32_t fd, PollDesc *pd, uint32_t what, int64_t when)
{
	PollWatch w = { .pd = pd, .what = what };
	int64_t r;

	addwatch(&w);
	while ((r = readynow(fd, pd, what)) == 0) {
		if (when <= nanotime()) {
			r = -ETIMEDOUT;
			break;
		}
		awaitfire(&w, when);
	}
	removewatch(&w);
	return r;
}

// ---- the interface ------------------------------------------------------------------

int rt_wait(int fd, int what, int64_t when)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	if (what == 0 || (what & ~(RT_READABLE | RT_WRITABLE)))
		return -EINVAL;
	r = fdref(fd, &d);
	if (r < 0)
		return (int)r;
	r = fdwatch(fd, d);
	if (r == 0)
		r = watchuntil(fd, &d->pd, (uint32_t)what, when);
	raceinput();
	fdunref(fd, d);
	return (int)r;
}
