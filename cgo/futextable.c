// futextable.c - waiting on an address, for goroutines and threads side by side: what pthread's
// types are made of.
//
// Addresses hash to buckets, each with a lock and a list of waiters in order of arrival. A
// goroutine parks; what cannot park (a thread of the program's, a function of rt_cgocall's)
// sleeps in the kernel on a word of its own stack. Wakers are
//
//	goroutines           ready the waiter on their P
//	an M without a P     puts it on the global queue
//	threads without a G  push it on outside, and break the poller's wait
//	signal handlers      mark the bucket, and break the poller's wait
//
// No wake-up is lost. Under the bucket's lock a waiter looks at its word and queues up; the waker
// has changed the word before it takes that lock. So the waiter sees the change, or the waker the
// waiter. A waiter is queued before it is parked, and may be found in between. Then it does not
// park: parkcommit looks, under the lock, whether it is queued still, and only one that is parked
// by then is readied.
//
// The deadline of a goroutine is a timer, which starts when it is parked. Timer and waker claim
// the wait (sync/waiter.c), and one succeeds. If the timer does, the waker that has taken the
// waiter off the queue takes the next one.
//
// Threads and handlers can touch no run queue: they need an M for that. It is the one that polls.
// outsiders() has made sure, before there were any, that the last M without work polls, whatever
// there is to wait for. They publish first and then break its wait; it looks after each wait
// and before it sleeps (takeoutside, outsidework). If no M polls at that moment then some M runs:
// it will poll, as it does for descriptors.
//
// A handler takes no lock, since it may have interrupted a holder. It wakes all in the bucket:
// they look at their words again. Nothing allocates, so that it needs no memory either.
//
// Unyielding: a holder of a bucket's lock is never off its thread.
//
// built: unyielding hot
#include "cgo/futextable.h"
#include "cgo/area.h"
#include "cgo/gate.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/timer.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

enum { TableBits = 9, TableSize = 1 << TableBits };

static FutexBucket table[TableSize] LATERANKED = {
	[0 ... TableSize - 1] = { .lock.rank = RANKED(RankFutex) },
};

// Goroutines that threads without a G have woken: through schedlink, the last one first.
static G *outside;
static uint32_t deferred; // a bucket's wakeall is set
static uint32_t sending;  // a handler has sent a signal to a goroutine that may be in the table
static uint32_t anyoutsiders;

// Of a thread without a G: it has a bucket's lock, or is about to take one.
THREADLOCAL bool holding;

// ---- the caller ---------------------------------------------------------------------

bool inhandler(void)
{
	const G *gp = getg();

	return gp ? gp == gp->m->gsignal || onsignalstack(gp->m) : OFTHREAD(holding);
}

// ---- the buckets --------------------------------------------------------------------

FutexBucket *futexbucket(const uint32_t *addr)
{
	uint64_t hash = (uint64_t)(uintptr_t)addr * 0x9e3779b97f4a7c15u;

	return &table[hash >> (64 - TableBits)];
}

// A thread without a G takes the lock as lock does (lock/lock.c), but has no M to count on.
UNCHECKED_LOCKS static void bucketlock(FutexBucket *b)
{
	if (likely(getg() != NULL)) {
		lock(&b->lock);
		return;
	}
	OFTHREAD(holding) = true;
	compilerbarrier(); // a handler on this thread sees it
	if (atomic_cas(&b->lock.key, 0, 1)) // acquire: pairs with release
		return;
	while (atomic_xchg(&b->lock.key, 2) != 0)
		futexsleep(&b->lock.key, 2, -1);
}

UNCHECKED_LOCKS static void bucketunlock(FutexBucket *b)
{
	if (likely(getg() != NULL)) {
		unlock(&b->lock);
		return;
	}
	if (atomic_xchg(&b->lock.key, 0) == 2)
		futexwakeup(&b->lock.key, 1);
	compilerbarrier();
	OFTHREAD(holding) = false;
}

FutexBucket *futexlock(uint32_t *addr)
{
	FutexBucket *b = futexbucket(addr);

	bucketlock(b);
	return b;
}

void futexunlock(FutexBucket *b)
{
	bucketunlock(b);
}

static void offqueue(FutexBucket *b, FutexWaiter *w)
{
	*(w->prev ? &w->prev->next : &b->first) = w->next;
	*(w->next ? &w->next->prev : &b->last) = w->prev;
	w->queued = false;
	if (w->counted)
		atomic_store_relaxed(w->counted, *w->counted - 1);
}

void futexbegin(FutexWaiter *w, uint32_t *addr, int64_t when, WaitReason reason)
{
	w->addr = addr;
	w->gp = atgate() ? getg() : NULL;
	w->area = getarea();
	w->word = 0;
	w->counted = NULL;
	w->cancels = w->cancelled = w->sent = w->interrupted = w->jumps = false;
	w->queued = w->parked = w->woken = w->handed = w->exact = false;
	w->when = when;
	w->claims = when != Never;
	w->reason = (uint8_t)reason;
	if (w->gp && when != Never) {
		beginwait(w->gp);
		settimer(&w->timer, w->gp, when);
	}
}

void futexunqueue(FutexBucket *b, FutexWaiter *w)
{
	if (w->queued)
		offqueue(b, w);
}

void futexqueue(FutexBucket *b, FutexWaiter *w, bool first)
{
	w->queued = true;
	w->prev = first ? NULL : b->last;
	w->next = first ? b->first : NULL;
	*(w->prev ? &w->prev->next : &b->first) = w;
	*(w->next ? &w->next->prev : &b->last) = w;
}

// ---- waiting ------------------------------------------------------------------------

// On g0. The timer, too, may only find a goroutine that is parked. One that is to jump out of its wait
// does not park.
static bool parkcommit(G *gp, void *arg)
{
	FutexWaiter *w = arg;
	FutexBucket *b = futexbucket(w->addr);
	bool parks;

	lock(&b->lock);
	if (w->jumps && jumpwanted(gp))
		futexunqueue(b, w);
	parks = w->parked = w->queued;
	if (parks && w->when != Never)
		addtimer(&w->timer);
	unlock(&b->lock);
	return parks;
}

// Takes w off the queue at its deadline, unless a waker was quicker: true.
static bool dequeued(FutexWaiter *w)
{
	FutexBucket *b = futexbucket(w->addr);
	bool was;

	bucketlock(b);
	was = !w->queued;
	if (!was)
		offqueue(b, w);
	bucketunlock(b);
	return was;
}

// A waker that has taken w off the queue will write to it: w must be there until then.
static void threadsleep(FutexWaiter *w)
{
	int64_t when = w->when, ns = -1;

	while (atomic_load_acquire(&w->word) == 0) { // pairs with wakethreads
		if (when != Never) {
			ns = when - librarynow();
			if (ns <= 0) {
				if (!dequeued(w))
					return;
				when = Never;
				ns = -1;
			}
		}
		futexsleep(&w->word, 0, ns);
	}
	w->woken = true;
}

// A signal was sent to the waiter before it was in the queue, or after that, and then it may have been
// found there: pairs with pthread_kill. Takes w off, unless it was.
static bool sentbefore(FutexWaiter *w)
{
	if (likely(!anysent(w->area)) || w->exact || dequeued(w))
		return false;
	w->woken = w->sent = true;
	return true;
}

int64_t futexpark(FutexWaiter *w)
{
	Area *a = w->area;
	Handlers before = handlersof(a);
	bool looks = w->gp && !w->exact;

	if (looks)
		beginlook(a);
	if (!w->gp) {
		threadsleep(w);
	} else if (!sentbefore(w)) {
		gopark(parkcommit, w, (WaitReason)w->reason);
		if (w->when != Never) {
			if (w->woken)
				deltimer(&w->timer);
			else
				dequeued(w);
		}
	}
	if (looks) {
		endlook(a);
		if (anysent(a))
			takesent();
		w->interrupted = w->sent && endedsince(a, before);
	}
	return w->cancelled ? -ECANCELED : w->woken ? 0 : -ETIMEDOUT;
}

// ---- waking -------------------------------------------------------------------------

// Takes w off the queue. Returns whether it is woken by that; it may have given up.
static bool take(FutexBucket *b, FutexWaiter *w, FutexWoken *list)
{
	offqueue(b, w);
	if (!w->gp) {
		w->next = NULL;
		*list->end = w;
		list->end = &w->next;
	} else if (!w->parked) {
		w->woken = true; // the waiter returns as soon as it has the lock
	} else {
		if (w->claims && !claim(w->gp))
			return false;
		w->woken = true;
		gqueuePushBack(&list->parked, w->gp);
	}
	return true;
}

void futextake(FutexBucket *b, const uint32_t *addr, int32_t n, FutexWoken *list)
{
	for (FutexWaiter *w = b->first, *next; w && n > 0; w = next) {
		next = w->next;
		if (w->addr == addr && take(b, w, list))
			n--;
	}
}

FutexWaiter *futextakeone(FutexBucket *b, const uint32_t *addr, FutexWoken *list)
{
	for (FutexWaiter *w = b->first, *next; w; w = next) {
		next = w->next;
		if (w->addr == addr && take(b, w, list))
			return w;
	}
	return NULL;
}

bool futexhas(const FutexBucket *b, const uint32_t *addr)
{
	for (const FutexWaiter *w = b->first; w; w = w->next) {
		if (w->addr == addr)
			return true;
	}
	return false;
}

// From the word on, w may be gone. Its address may be something else's by then, which
// is woken for nothing.
static void wakethreads(FutexWaiter *w)
{
	for (FutexWaiter *next; w; w = next) {
		uint32_t *word = &w->word;

		next = w->next;
		atomic_xchg(word, 1); // pairs with threadsleep
		threadwake(word, 1);
	}
}

static void inject(void *list)
{
	injectglist(list);
}

// From a thread without a G. netpoll's break comes after the push; pairs with takeoutside.
static void pushoutside(Gqueue *list)
{
	G *gp;

	while ((gp = gqueuePop(list))) {
		G *old = atomic_load_relaxed(&outside);

		do
			gp->schedlink = old;
		while (!atomic_cas_or_load(&outside, &old, gp));
	}
	netpollBreak();
}

void futexready(FutexWoken *list)
{
	const G *gp = getg();

	wakethreads(list->threads);
	if (gqueueEmpty(&list->parked))
		return;
	if (!gp)
		pushoutside(&list->parked);
	else if (gp == gp->m->curg && gp->m->p)
		readywaiters(&list->parked);
	else
		systemstack(inject, &list->parked);
}

// ---- from outside of the Ms ---------------------------------------------------------

// The flag of the bucket, the flag of all, the poller; pairs with takeoutside.
void futexdefer(uint32_t *addr)
{
	atomic_store_relaxed(&futexbucket(addr)->wakeall, true);
	atomic_xchg(&deferred, true);
	netpollBreak();
}

bool outsidework(void)
{
	return atomic_load_relaxed(&deferred) || atomic_load_relaxed(&outside) ||
	       atomic_load_relaxed(&sending);
}

// Puts what threads have readied on the list, in their order. The exchange is a full barrier: it
// comes after the poller has taken the break, so that a waker which found the break there
// already has published before.
static void takepushed(Gqueue *list)
{
	G *gp = atomic_xchg(&outside, NULL), *first = NULL, *next;

	for (; gp; gp = next) {
		next = gp->schedlink;
		gp->schedlink = first;
		first = gp;
	}
	for (gp = first; gp; gp = next) {
		next = gp->schedlink;
		gqueuePushBack(list, gp);
	}
}

static void takemarked(FutexBucket *b, Gqueue *list)
{
	FutexWoken woken = FUTEXWOKEN(woken);

	lock(&b->lock);
	for (FutexWaiter *w = b->first, *next; w; w = next) {
		next = w->next;
		if (!w->exact)
			take(b, w, &woken);
	}
	unlock(&b->lock);
	wakethreads(woken.threads);
	gqueuePushBackAll(list, &woken.parked);
}

static void takesending(Gqueue *list)
{
	FutexWoken woken = FUTEXWOKEN(woken);

	for (int32_t i = 0; i < TableSize; i++) {
		FutexBucket *b = &table[i];

		lock(&b->lock);
		for (FutexWaiter *w = b->first, *next; w; w = next) {
			next = w->next;
			if (w->gp && !w->exact && anysent(w->area)) {
				w->sent = true;
				take(b, w, &woken);
			}
		}
		unlock(&b->lock);
	}
	gqueuePushBackAll(list, &woken.parked);
}

void takeoutside(Gqueue *list)
{
	takepushed(list);
	if (unlikely(atomic_load_relaxed(&sending)) && atomic_xchg(&sending, false))
		takesending(list); // pairs with futexsendlater
	if (!atomic_xchg(&deferred, false)) // as there
		return;
	for (int32_t i = 0; i < TableSize; i++) {
		if (atomic_load_relaxed(&table[i].wakeall) && atomic_xchg(&table[i].wakeall, false))
			takemarked(&table[i], list);
	}
}

void outsiders(void)
{
	if (atomic_load_relaxed(&anyoutsiders) || atomic_xchg(&anyoutsiders, true))
		return;
	if (getg()) // a function of rt_cgocall's, too
		netpollGenericInit();
	netpollcount(1); // as if a goroutine always waited for events
}

void futexforked(void)
{
	for (int32_t i = 0; i < TableSize; i++) {
		table[i].lock.key = 0;
		table[i].first = table[i].last = NULL;
	}
	outside = NULL;
	deferred = sending = false;
	OFTHREAD(holding) = false;
}

// ---- cancelling ---------------------------------------------------------------------

bool cancelable(const FutexWaiter *w)
{
	return w->gp ? !borrowedof(w->gp) : !getg();
}

// Looks into all buckets: this is rare, and a waiter needs no record of where it waits.
void futexcancel(const Area *a)
{
	FutexWoken list = FUTEXWOKEN(list);

	for (int32_t i = 0; i < TableSize; i++) {
		FutexBucket *b = &table[i];

		bucketlock(b);
		for (FutexWaiter *w = b->first, *next; w; w = next) {
			next = w->next;
			if (w->area == a && w->cancels && take(b, w, &list))
				w->cancelled = true;
		}
		bucketunlock(b);
	}
	futexready(&list);
}

bool futexsend(const Area *a)
{
	FutexWoken list = FUTEXWOKEN(list);
	bool any = false;

	for (int32_t i = 0; i < TableSize && !any; i++) {
		FutexBucket *b = &table[i];

		bucketlock(b);
		for (FutexWaiter *w = b->first; w && !any; w = w->next) {
			if (w->area == a && w->gp && !w->exact)
				any = w->sent = true;
			if (any)
				take(b, w, &list);
		}
		bucketunlock(b);
	}
	futexready(&list);
	return any;
}

// The flag, then the poller; the signal is stored already.
void futexsendlater(void)
{
	(void)atomic_xchg(&sending, true); // pairs with takeoutside
	netpollBreak();
}

void futexreadyone(G *gp)
{
	FutexWoken list = FUTEXWOKEN(list);

	gqueuePushBack(&list.parked, gp);
	if (inhandler())
		pushoutside(&list.parked);
	else
		futexready(&list);
}
