// poll.h - the poller's turn: at most one M blocks in netpoll, on behalf of all.
//
//	sched.lastpoll == 0      an M is inside, until sched.pollUntil (0: until an event)
//	sched.lastpoll == time   none is; the network was last polled then
//	netpollWaiters           goroutines that wait for descriptors
//
// An M that has a reason to wait for the network or a timer becomes the poller, or makes sure
// that the poller wakes early enough. Both sides change a word and then read the other's, so
// lastpoll changes by locked instructions.
#ifndef RT0_SCHED_POLL_H
#define RT0_SCHED_POLL_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

extern uint32_t netpollWaiters;

// ---- the turn -----------------------------------------------------------------------

// Is an M inside? A caller that has stored what the poller looks at after takepoll can rely on
// no; for others it is a hint. Acquire, too: pollUntil is not an earlier poller's. It is this
// poller's, or 0, with which the caller wakes it unnecessarily.
ALWAYS_INLINE bool pollerinside(void)
{
	return atomic_load_seqcst(&sched.lastpoll) == 0;
}

// Becomes the poller, unless another M is. Pairs with pollerinside.
ALWAYS_INLINE bool takepoll(void)
{
	return atomic_xchg(&sched.lastpoll, 0) != 0;
}

// The poller is about to wait until when; INT64_MAX: for an event alone.
ALWAYS_INLINE void polluntil(int64_t when)
{
	atomic_store_relaxed(&sched.pollUntil, when == INT64_MAX ? 0 : when);
}

// Ends the poller's turn, before it looks for a P: an M that becomes idle after that does not
// take it for the poller any more.
ALWAYS_INLINE void leavepoll(void)
{
	atomic_store_relaxed(&sched.pollUntil, 0);
	atomic_xchg(&sched.lastpoll, nanotime());
}

// Will the poller sleep for longer than until when?
ALWAYS_INLINE bool polllasts(int64_t when)
{
	int64_t until = atomic_load_relaxed(&sched.pollUntil);

	return until == 0 || until > when;
}

// The network is polled now, without waiting, if no M is inside and none did so for period ns.
// True: the caller must do it.
ALWAYS_INLINE bool pollisdue(int64_t now, int64_t period)
{
	int64_t last = atomic_load_relaxed(&sched.lastpoll);

	if (last == 0 || last + period >= now)
		return false;
	atomic_cas(&sched.lastpoll, last, now); // fails if an M has become the poller
	return true;
}

// No M has polled yet, and none is inside.
ALWAYS_INLINE void pollinit(void)
{
	sched.lastpoll = nanotime();
}

// ---- goroutines that wait -----------------------------------------------------------

ALWAYS_INLINE bool netpollwaiting(void)
{
	return atomic_load_relaxed(&netpollWaiters) != 0;
}

// n more goroutines wait, or -n less.
ALWAYS_INLINE void netpollcount(int32_t n)
{
	atomic_xadd(&netpollWaiters, (uint32_t)n);
}

// ---- netpoll.c ----------------------------------------------------------------------

void netpollGenericInit(void); // so that there is one for timers
int64_t netpollTryInit(void); // 0, or why no descriptor can be watched now
bool netpollinited(void);
bool netpollwatches(void); // descriptors, too
// Returns goroutines whose descriptors are ready. delay < 0 blocks, 0 polls, > 0 is in ns.
Gqueue netpoll(int64_t delay);
void netpollBreak(void);
// Handles a descriptor's event; set before the first one is watched. Puts the waiters on the
// list and returns how many they are.
extern int32_t (*netpollevent)(const EpollEvent *ev, Gqueue *list);
int64_t netpollctl(int32_t fd, EpollEvent *ev);
extern int32_t epfd, netpollBreakFd; // the poller's descriptors, -1 without one
void netpollforked(void); // in a forked child: from now on no descriptor can be watched

// ---- cgo/futextable.c: with a C library --------------------------------------------------

// Goroutines that were woken where there is no M, by threads of the program's and by signal
// handlers. The waker breaks the poller's wait after it has published them.
bool outsidework(void) HIDDEN;
// Puts them on the list.
void takeoutside(Gqueue *list) HIDDEN;

#endif
