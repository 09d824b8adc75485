// sigqueue.c - from signal handlers to the goroutine that passes signals on.
//
// A handler must not lock anything: it counts its signal and, if the receiver sleeps on its
// note, wakes it.
//
//	sigIdle       the receiver runs, and will check again
//	sigReceiving  it sleeps, or is about to: the next sender wakes it
//	sigSending    there is something new; it checks again without sleeping
//
// Follows Go's sigqueue.go; but signals are counted: as many are delivered as were caught.
#include "runtime/sig/sigqueue.h"

#include "runtime/base/replay.h"
#include "runtime/lock/lock.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sig/sig.h"

enum { sigIdle, sigReceiving, sigSending };

static struct {
	Note note;
	uint32_t state;
	uint32_t delivering; // handlers in sigsend
	Sigset pending;      // signals with a count
	uint32_t count[NSIG];
} queue;

// The caller has set a bit of pending; pairs with signal_recv, which changes state and then
// takes pending.
void wakereceiver(void)
{
	for (;;) {
		switch (atomic_load_seqcst(&queue.state)) {
		case sigIdle:
			if (atomic_cas(&queue.state, sigIdle, sigSending))
				return;
			break;
		case sigSending:
			return;
		case sigReceiving:
			if (atomic_cas(&queue.state, sigReceiving, sigIdle)) {
				notewakeup(&queue.note);
				return;
			}
		}
	}
}

// Passes sig on, in a handler; returns false if it is not wanted any more.
bool sigsend(uint32_t sig)
{
	bool wanted;

	atomic_xadd(&queue.delivering, 1); // before the look; see signalidle
	wanted = atomic_load_seqcst(&sigwanted) & sigbit(sig);
	if (wanted) {
		atomic_xadd(&queue.count[sig], 1);
		atomic_or(&queue.pending, sigbit(sig)); // pairs with signal_recv's xchg
		wakereceiver();
	}
	atomic_xadd(&queue.delivering, -1u);
	return wanted;
}

// Parks the receiver until it is woken. Returns the signals that have come, if any.
Sigset signal_recv(void)
{
	for (;;) {
		if (atomic_cas(&queue.state, sigIdle, sigReceiving)) {
			if (REPLAYING)
				replayawait(&queue.note);
			else
				notetsleepg(&queue.note, -1);
			noteclear(&queue.note);
			break;
		}
		if (atomic_cas(&queue.state, sigSending, sigIdle))
			break;
	}
	return atomic_xchg(&queue.pending, 0);
}

uint32_t signal_count(uint32_t sig)
{
	return atomic_xchg(&queue.count[sig], 0);
}

// Returns true if no handler that found its signal wanted before this call is still
// running, and the receiver has passed on what it got. The caller has changed sigwanted;
// pairs with sigsend.
bool signalidle(void)
{
	return atomic_load_seqcst(&queue.delivering) == 0 &&
	       atomic_load_seqcst(&queue.state) == sigReceiving;
}
