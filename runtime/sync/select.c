// select.c - waiting on several channels at once, with or without a deadline.
//
// Executing a case needs its channel's lock, so one that is ready can be executed under
// that lock alone. To find that none is ready, and to wait, needs the locks of all the
// channels, in the order of their addresses: otherwise two channels that are ready in turns
// could both be missed.
//
//	1. without locks: are some cases ready, by the look of them? Choose one, lock its
//	   channel, do it. It may be too late for that: then
//	2. lock all channels; look again; done, or default, or
//	3. put a Sudog on the queue of each channel; park, unlock; be woken by the waker that
//	   claimed the wait (waiter.c) and executed the case whose Sudog it stores in gp->param
//	4. take the other Sudogs off their queues
//
// Among the cases that are ready each is chosen with equal probability, by drawing a number
// for the first, the second and so on: the k-th takes the place of the one chosen before with
// probability 1/k. So there is no order to shuffle.
//
// rt_select ends in selectwait, as rt_chan_recv ends in recvwait (chan.c).
//
// Follows Go's select.go (selectgo).
//
// built: hot
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/base/replay.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/hchan.h"

WAITRETURNS;

enum { FewCases = 8 };

// As a lock for clang: all of its channels, from sellock to selunlock or waitall.
typedef struct LOCKTYPE("channels of a select") {
	rt_case *cases;
	uint32_t n;         // cases with a channel
	rt_case **order;    // those, by the address of the channel
	rt_case *few[FewCases];
	WaitReason reason;
	int64_t when;
} Select;

// ---- a single case ------------------------------------------------------------------

// Returns whether a case looks ready, without the lock: a hint. But a case that does not
// look ready was not ready when one of these words was read: a closed channel stays closed,
// and with a buffer the count decides, without one the queue. So the reads stay in order.
ALWAYS_INLINE bool looksready(const rt_case *k)
{
	const Hchan *c = k->chan;

	if (!c)
		return false;
	if (k->kind == RT_CASE_RECV)
		return atomic_load_acquire(&c->sendq.first) ||
		       atomic_load_acquire(&c->qcount) || atomic_load_acquire(&c->closed);
	if (k->kind == RT_CASE_SEND)
		return atomic_load_acquire(&c->recvq.first) ||
		       atomic_load_acquire(&c->qcount) < c->dataqsiz ||
		       atomic_load_acquire(&c->closed);
	return false;
}

// Executes a case under its channel's lock; returns false if it is not ready. A send on a
// closed channel counts as executed, with *closed set: the caller panics, without locks.
ALWAYS_INLINE bool docase(rt_case *k, G **wake, bool *closed)
{
	Hchan *c = k->chan;

	*closed = false;
	*wake = NULL;
	if (k->kind == RT_CASE_SEND) {
		*closed = c->closed;
		return *closed || sendnow(c, k->elem, wake);
	}
	k->ok = recvnow(c, k->elem, wake);
	if (k->ok)
		return true;
	if (c->closed && k->elem)
		__builtin_memset(k->elem, 0, c->elemsize);
	if (c->closed)
		raceacquires(c);
	return c->closed;
}

static void casedone(G *wake, bool closed)
{
	if (unlikely(closed))
		rt_panic("send on closed channel");
	if (wake)
		goready(wake);
}

// Returns one of the cases that look ready, or NULL.
static rt_case *choose(rt_case *cases, int n)
{
	rt_case *chosen = NULL;
	uint32_t ready = 0;

	for (rt_case *k = cases; k < cases + n; k++) {
		if (looksready(k) && (ready++ == 0 || fastrandn(ready) == 0))
			chosen = k;
	}
	if (REPLAYING && chosen)
		replaymix((uint64_t)(chosen - cases));
	return chosen;
}

// Step 1.
static rt_case *doone(rt_case *cases, int n)
{
	rt_case *k = choose(cases, n);
	bool done, closed;
	G *wake;

	if (!k)
		return NULL;
	chanlock(k->chan);
	done = docase(k, &wake, &closed);
	chanunlock(k->chan);
	if (!done)
		return NULL;
	casedone(wake, closed);
	return k;
}

// ---- all channels -------------------------------------------------------------------

static bool before(const rt_case *a, const rt_case *b)
{
	return (uintptr_t)a->chan < (uintptr_t)b->chan;
}

static void sortfew(rt_case **order, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		rt_case *k = order[i];
		uint32_t j = i;

		for (; j > 0 && before(k, order[j - 1]); j--)
			order[j] = order[j - 1];
		order[j] = k;
	}
}

// Heap sort: no recursion, no bad cases.
static void sortmany(rt_case **order, uint32_t n)
{
	for (uint32_t start = n / 2, end = n; end > 1;) {
		uint32_t i, c;
		rt_case *k;

		if (start > 0) {
			k = order[--start];
		} else {
			k = order[--end];
			order[end] = order[0];
		}
		for (i = start; (c = 2 * i + 1) < end; i = c) {
			if (c + 1 < end && before(order[c], order[c + 1]))
				c++;
			if (!before(k, order[c]))
				break;
			order[i] = order[c];
		}
		order[i] = k;
	}
}

static void sortcases(Select *l, int n)
{
	l->order = n <= FewCases ? l->few : rt_malloc((size_t)n * sizeof *l->order);
	l->n = 0;
	for (rt_case *k = l->cases; k < l->cases + n; k++) {
		if (k->kind != RT_CASE_DEFAULT && k->chan)
			l->order[l->n++] = k;
	}
	if (l->n <= FewCases)
		sortfew(l->order, l->n);
	else
		sortmany(l->order, l->n);
}

static void freeorder(Select *l)
{
	if (unlikely(l->order != l->few))
		rt_free(l->order);
}

// With one P a single count keeps the goroutine from yielding, for all channels.
static void sellock(const Select *l) ACQUIRES(*l);
static UNCHECKED_LOCKS void sellock(const Select *l)
{
	if (onep())
		acquirem();
	for (uint32_t i = 0; i < l->n; i++) {
		if (i == 0 || l->order[i]->chan != l->order[i - 1]->chan)
			takechan(l->order[i]->chan);
	}
}

static void selunlock(const Select *l) RELEASES(*l);
static UNCHECKED_LOCKS void selunlock(const Select *l)
{
	for (uint32_t i = l->n; i-- > 0;) {
		if (i == 0 || l->order[i]->chan != l->order[i - 1]->chan)
			leavechan(l->order[i]->chan);
	}
	if (onep())
		releasem(getg()->m);
}

// Does step 2. A case that looks ready need not be: its waiters may all have been claimed by
// others. They are off the queue then, and the case does not look ready any more.
static rt_case *dolocked(const Select *l, int n, G **wake, bool *closed) HOLDS(*l);
static rt_case *dolocked(const Select *l, int n, G **wake, bool *closed)
{
	rt_case *k;

	while ((k = choose(l->cases, n))) {
		if (docase(k, wake, closed))
			return k;
	}
	*wake = NULL;
	return NULL;
}

// ---- waiting ------------------------------------------------------------------------

typedef struct {
	Timer timer;
	bool timed;
} Parking;

// Runs on g0 when gp is parked: starts the timer before the first unlock (waiter.c), then
// unlocks the channels. A channel's Sudogs may be gone as soon as it is unlocked, and gp
// with its stack as soon as all are, so the list is walked a step ahead. gp acquires the
// locks one by one before it touches the Sudogs, so those of locked channels stay.
static UNCHECKED_LOCKS bool selparkcommit(G *gp, void *arg)
{
	Parking *p = arg;
	Sudog *first = gp->waiting; // gp clears it as soon as the timer wakes it
	Hchan *last = NULL;

	if (p->timed)
		addtimer(&p->timer);
	for (Sudog *s = first; s; s = s->waitlink) {
		if (last && s->c != last)
			leavechan(last);
		last = s->c;
	}
	leavechan(last);
	if (onep())
		releasem(getg()->m);
	return true;
}

ALWAYS_INLINE Waitq *queueof(rt_case *k)
{
	return k->kind == RT_CASE_SEND ? &k->chan->sendq : &k->chan->recvq;
}

// Does the first half of step 3, with all channels locked.
static void enqueueall(const Select *l, G *gp) HOLDS(*l);
static void enqueueall(const Select *l, G *gp)
{
	Sudog **link = &gp->waiting;

	beginwait(gp);
	for (uint32_t i = 0; i < l->n; i++) {
		rt_case *k = l->order[i];
		Sudog *s = newwaiter(gp, true);

		s->elem = k->elem;
		s->c = k->chan;
		s->waitlink = NULL;
		*link = s;
		link = &s->waitlink;
		enqueue(queueof(k), s);
	}
}

// Does step 4. Returns the case that was executed.
static rt_case *dequeueall(const Select *l, G *gp, bool *success)
{
	const Sudog *winner = gp->param;
	Sudog *s = gp->waiting, *next;
	rt_case *done = NULL;

	gp->param = NULL;
	gp->waiting = NULL;
	for (uint32_t i = 0; i < l->n; i++, s = next) {
		must(s != NULL);
		if (s == winner) {
			done = l->order[i];
			*success = s->success;
		} else {
			takechan(s->c);
			unqueue(queueof(l->order[i]), s);
			leavechan(s->c);
		}
		next = s->waitlink;
		endwaiter(s);
	}
	return done;
}

// Does steps 3 and 4, with all channels locked. Returns NULL if the deadline came. *closed: a
// send that panics.
ALWAYS_INLINE rt_case *waitall(const Select *l, bool *closed) RELEASES(*l);
ALWAYS_INLINE UNCHECKED_LOCKS rt_case *waitall(const Select *l, bool *closed)
{
	G *gp = getg();
	Parking p = { .timed = l->when != Never };
	bool success = true;
	rt_case *k;

	enqueueall(l, gp);
	if (p.timed)
		settimer(&p.timer, gp, l->when);
	gopark(selparkcommit, &p, l->reason);
	if (p.timed && gp->param)
		deltimer(&p.timer);
	k = dequeueall(l, gp, &success);
	*closed = k && k->kind == RT_CASE_SEND && !success;
	if (k)
		k->ok = success;
	return k;
}

static rt_case *finddefault(rt_case *cases, int n)
{
	for (rt_case *k = cases; k < cases + n; k++) {
		if (k->kind == RT_CASE_DEFAULT)
			return k;
	}
	return NULL;
}

ALWAYS_INLINE int indexof(const rt_case *cases, const rt_case *k)
{
	return k ? (int)(k - cases) : -ETIMEDOUT;
}

// Waits, if no case was ready. Returns what rt_select_until returns.
static NOINLINE JUMPBACK int selectwait(rt_case *cases, int n, WaitReason reason, int64_t when)
	WAITOF(rt_select);
static NOINLINE JUMPBACK int selectwait(rt_case *cases, int n, WaitReason reason, int64_t when)
{
	Select l;
	rt_case *k, *otherwise = finddefault(cases, n);
	bool closed, past = when != Never && when <= nanotime();
	G *wake = NULL;

	// Here, too, because not every way parks: if no goroutine does meanwhile, this returns by a ret.
	getg()->m->leftcaller = (uintptr_t)__builtin_return_address(0);
	l.cases = cases;
	l.reason = reason;
	l.when = when;
	sortcases(&l, n);
	if (l.n == 0 && !otherwise) {
		freeorder(&l);
		if (when == Never)
			gopark(NULL, NULL, n == 0 ? WaitReasonSelectNoCases : reason);
		rt_sleep_until(when);
		return -ETIMEDOUT;
	}
	if (l.n <= 1 && otherwise) {
		// When the one channel was read, it was not ready.
		freeorder(&l);
		return indexof(cases, otherwise);
	}
	sellock(&l);
	k = dolocked(&l, n, &wake, &closed);
	if (k || otherwise || past)
		selunlock(&l);
	else
		k = waitall(&l, &closed);
	freeorder(&l);
	if (k)
		casedone(wake, closed);
	return indexof(cases, k ? k : otherwise);
}

// Debug builds.
static void checkcases(const rt_case *cases, int n)
{
	for (const rt_case *k = cases; k < cases + n; k++) {
		if (k->chan && k->kind == RT_CASE_SEND)
			checksend(k->chan, k->elem);
		else if (k->chan && k->kind == RT_CASE_RECV)
			checkrecv(k->chan, k->elem);
	}
}

// What the program's memory is used for, before and after.
static void selecting(const rt_case *cases, int n)
{
	for (const rt_case *k = cases; k < cases + n; k++) {
		raceread(&k->kind, sizeof k->kind); // not ok, nor what is between the members
		raceread(&k->chan, sizeof k->chan + sizeof k->elem);
		if (k->chan && k->kind == RT_CASE_SEND)
			racesends(k->chan, k->elem);
		else if (k->chan && k->kind == RT_CASE_RECV)
			raceuses(&k->chan->elemsize);
	}
}

static void selected(const rt_case *k)
{
	if (k->kind != RT_CASE_RECV)
		return;
	racegets(k->elem, k->chan->elemsize);
	racewritten(&k->ok, sizeof k->ok);
}

ALWAYS_INLINE int selectuntil(rt_case *cases, int n, WaitReason reason, int64_t when)
{
	rt_case *k;
	int i;

	if (Debug)
		checkcases(cases, n);
	if (RACING)
		selecting(cases, n);
	k = doone(cases, n);
	i = k ? indexof(cases, k) : selectwait(cases, n, reason, when);
	if (RACING && i >= 0)
		selected(&cases[i]);
	return i;
}

// ---- interface ----------------------------------------------------------------------

int rt_select(rt_case *cases, int n)
{
	preemptcheck();
	return selectuntil(cases, n, WaitReasonSelect, Never);
}

int rt_select_until(rt_case *cases, int n, int64_t when)
{
	int i;

	preemptcheck();
	i = selectuntil(cases, n, WaitReasonSelect, when);
	inmemory(i); // no jump to selectwait: tracebacks show this frame, too
	return i;
}

int rt_chan_send_until(rt_chan *c, const void *elem, int64_t when)
{
	rt_case k = RT_SEND(c, (uintptr_t)elem);

	preemptcheck();
	return selectuntil(&k, 1, c ? WaitReasonChanSend : WaitReasonChanSendNil, when);
}

int rt_chan_recv_until(rt_chan *c, void *elem, int64_t when)
{
	rt_case k = RT_RECV(c, elem);
	int i;

	preemptcheck();
	i = selectuntil(&k, 1, c ? WaitReasonChanReceive : WaitReasonChanReceiveNil, when);
	return i < 0 ? i : k.ok;
}
