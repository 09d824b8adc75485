// polldesc.c - a goroutine that waits for a descriptor: no edge, no deadline and no close is
// missed, and it is readied once.
//
// source: runtime/sched/polldesc.c
// run: --memory tso
// run: --memory ra --stale 2 edgeclose
// run: --memory ra --bound 2 --stale 1
// large: --memory ra
// mutant: the waiter looks at info before its word is Wait
// - if (netpollcheckerr(pd, mode) == 0)\n\t\tgopark
// + if (true)\n\t\tgopark
// mutant: the waiter looks at info by an acquire alone
// - uint32_t info = atomic_load_seqcst(&pd->info);
// + uint32_t info = atomic_load_acquire(&pd->info);
// mutant: the waker looks at the word by an acquire alone
// - uintptr_t old = atomic_load_seqcst(&s->g);
// + uintptr_t old = atomic_load_acquire(&s->g);
// mutant: the close wakes first
// - atomic_or(&pd->info, PollClosing); // then looks at the words; pairs with netpollblock\n\tnetpollwake(pd);
// + netpollwake(pd); atomic_or(&pd->info, PollClosing);
// mutant: the commit overwrites what came meanwhile
// - if (atomic_cas((uintptr_t *)word, PollWait, (uintptr_t)gp))
// + if (atomic_store_release((uintptr_t *)word, (uintptr_t)gp), true)
// mutant: an edge finds nobody waiting and leaves no mark
// - if (old == PollReady || (old == PollNil && !ready))
// + if (old == PollReady || old == PollNil)
// mutant: two wakers take the waiter
// - if (atomic_cas(&s->g, old, ready ? PollReady : PollNil))
// + if (atomic_store_release(&s->g, ready ? PollReady : PollNil), true)
// mutant: a deadline that has been moved expires
// - expired = s->when <= s->timer->t.when;
// + expired = true;
// mutant: the deadline's timer does not look whether it was started again or stopped
// - if (s->timer && s->timer->t.seq == seq) {
// + if (s->timer) {
// mutant: a deadline that has passed wakes nobody
// - unlock(&pd->lock);\n\tif (expired)\n\t\twake(pd, mode);\n}\n\nvoid
// + unlock(&pd->lock);\n}\n\nvoid
#include "tests/model/gworld.h"
#include "runtime/sched/polldesc.c"

static PollDesc pd;
static PollTimer timers[2];
static int usedtimers, arrived, result = 1;
uint32_t netpollWaiters;
int32_t (*netpollevent)(const EpollEvent *ev, Gqueue *list) = pollevent;

void *persistentalloc(uintptr_t n, uintptr_t align)
{
	(void)n;
	(void)align;
	mc_assert(usedtimers < 2);
	return &timers[usedtimers++];
}

int64_t netpollTryInit(void)
{
	return 0;
}

int64_t netpollctl(int32_t fd, EpollEvent *ev)
{
	(void)fd;
	(void)ev;
	return 0;
}

static PollDesc *thepd(int32_t fd)
{
	(void)fd;
	return &pd;
}

// Reads: tries the call, and waits while there is nothing.
static void reader(void *arg)
{
	(void)arg;
	for (;;) {
		// The kernel's read, a full barrier.
		if (atomic_xadd(&arrived, 0) > 0) {
			result = 0;
			break;
		}
		result = (int)netpollwait(&pd, PollRead);
		if (result != 0)
			break;
	}
	ends();
}

static uint64_t tag;

// The kernel has data, and another M gets the event.
static void event(void *arg)
{
	EpollEvent ev = { .events = EPOLLIN, .data = tag };
	Gqueue list = { 0 };
	int32_t n;

	(void)arg;
	atomic_xadd(&arrived, 1);
	n = pollevent(&ev, &list);
	netpollcount(-n);
	if (list.head)
		goready(list.head);
	ends();
}

static void evict(void *arg)
{
	(void)arg;
	netpollevict(&pd);
	ends();
}

static void setdeadline(void *arg)
{
	(void)arg;
	netpolldeadline(&pd, PollRead, Soon);
	ends();
}

// A deadline, which is taken back or moved on.
static void movedeadline(void *arg)
{
	(void)arg;
	netpolldeadline(&pd, PollRead, Soon);
	netpolldeadline(&pd, PollRead, Soon + 1000);
	ends();
}

static void canceldeadline(void *arg)
{
	(void)arg;
	netpolldeadline(&pd, PollRead, Soon);
	netpolldeadline(&pd, PollRead, 0);
	event(arg);
}

static void named(int n, bool clock)
{
	makegoroutines(n, clock);
	mc_name(&pd, sizeof pd, "pd", -1);
	mc_name(&arrived, sizeof arrived, "arrived", -1);
	mc_ignore(&result, sizeof result);
	polldescof = thepd;
	tag = polltag(3, &pd);
}

static void edge(void)
{
	named(2, false);
	threadong(reader, 0);
	threadong(event, 1);
}

static void edges(void)
{
	named(3, false);
	threadong(reader, 0);
	threadong(event, 1);
	threadong(event, 2);
}

static void got(void)
{
	mc_assert(result == 0 && netpollWaiters == 0);
}

static void closing(void)
{
	named(2, false);
	threadong(reader, 0);
	threadong(evict, 1);
}

static void closed(void)
{
	mc_assert(result == -EBADF && netpollWaiters == 0);
}

static void edgeclose(void)
{
	named(3, false);
	threadong(reader, 0);
	threadong(event, 1);
	threadong(evict, 2);
}

static void ended1(void)
{
	mc_assert((result == 0 || result == -EBADF) && netpollWaiters == 0);
}

static void deadline(void)
{
	named(2, true);
	threadong(reader, 0);
	threadong(setdeadline, 1);
	makeclock(2, 2);
}

static void deadlinemoved(void)
{
	named(2, true);
	threadong(reader, 0);
	threadong(movedeadline, 1);
	makeclock(2, 2);
}

static void late(void)
{
	mc_assert(result == -ETIMEDOUT && netpollWaiters == 0);
}

// Not before the deadline that counts.
static void latemoved(void)
{
	late();
	mc_assert(modeltime >= Soon);
}

// The deadline is taken back: the reader may have seen it pass, or waits for the event.
static void deadlineback(void)
{
	named(2, true);
	threadong(reader, 0);
	threadong(canceldeadline, 1);
	makeclock(2, 2);
}

static void lateorgot(void)
{
	mc_assert((result == -ETIMEDOUT || result == 0) && netpollWaiters == 0);
	mc_assert(pd.side[0].when == 0 && !pd.side[0].timer && ntimers == 0);
	mc_assert(!(pd.info & PollExpired));
}

// The deadline is moved on before its timer fires: nothing has expired yet, whatever the timer's
// function does meanwhile.
static void clockalone(void *arg)
{
	Timer due;

	(void)arg;
	if (taketimer(NULL, true, &due)) {
		modeltime = due.when;
		due.f(due.arg, due.seq);
	}
}

static void moved(void *arg)
{
	(void)arg;
	netpolldeadline(&pd, PollRead, Soon + 1000);
	if (modeltime < Soon)
		mc_assert(!(pd.info & PollExpired));
}

static void movesetup(void)
{
	named(2, false);
	threadong(moved, 0);
	threadong(clockalone, 1);
	pending[0] = &timers[0].t;
	usedtimers = 1;
	ntimers = 1;
	pd.side[0].when = Soon + 500; // moved on before
	pd.side[0].timer = &timers[0];
	timers[0].t = (Timer){ .when = Soon, .f = deadlinedue, .arg = &pd, .seq = 0, .stoppable = true,
		.pp = &wp[0] };
}

static void notexpired(void)
{
	mc_assert(!(pd.info & PollExpired));
	mc_assert(pd.side[0].when == Soon + 1000 && ntimers == 1);
	mc_assert(pending[0]->when <= Soon + 1000);
}

const Scenario mc_scenarios[] = {
	{ "edge", edge, got, false },
	{ "closing", closing, closed, false },
	{ "edges", edges, got, false },
	{ "edgeclose", edgeclose, ended1, false },
	{ "move", movesetup, notexpired, false },
	{ "deadline", deadline, late, false },
	{ "deadlineback", deadlineback, lateorgot, false },
	{ "deadlinemoved", deadlinemoved, latemoved, false },
	{ 0 },
};
