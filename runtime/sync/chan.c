// chan.c - channels.
//
// A sender that finds a waiting receiver hands its element over directly, past the buffer,
// and readies it; a receiver takes the element of a waiting sender. Waiters are served
// first come, first served. hchan.h has the structure and its invariants.
//
// rt_chan_send and rt_chan_recv do not park themselves but end in sendwait and recvwait. These return
// by waitreturn (WAITRETURNS), which is for functions that have parked.
//
// Unyielding: with one P, takechan acquires no lock. What keeps other goroutines away
// from the channel until leavechan is that this one keeps its P.
//
// Follows Go's chan.go.
//
// built: unyielding hot
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/runq.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/hchan.h"

WAITRETURNS;

NOSPLIT UNCHECKED_LOCKS NOINLINE void chanlock(Hchan *c)
{
	if (onep())
		acquirem();
	else
		lock(&c->lock);
}

NOSPLIT UNCHECKED_LOCKS NOINLINE void chanunlock(Hchan *c)
{
	if (onep())
		releasem(getg()->m);
	else
		unlock(&c->lock);
}

static bool chanparkcommit(G *gp, void *c) RELEASES(((Hchan *)c)->lock);
static NOSPLIT bool chanparkcommit(G *gp, void *c)
{
	(void)gp;
	leavechan(c);
	return true;
}

// Waits on q with the element at ep. Called with c->lock held, returns without it: false
// when the channel was closed meanwhile.
ALWAYS_INLINE bool waiton(Hchan *c, Waitq *q, void *ep, WaitReason reason) RELEASES(c->lock);
ALWAYS_INLINE bool waiton(Hchan *c, Waitq *q, void *ep, WaitReason reason)
{
	G *gp = getg();
	Sudog *s = newwaiter(gp, false);
	bool success;

	s->elem = ep;
	s->c = c;
	gp->waiting = s;
	gp->param = NULL;
	enqueue(q, s);
	gp->m->leftcaller = (uintptr_t)__builtin_return_address(0);
	goparkreleasing(&c->lock, chanparkcommit, c, reason);

	if (s != gp->waiting)
		throw("G waiting list is corrupted");
	gp->waiting = NULL;
	gp->param = NULL;
	success = s->success;
	endwaiter(s);
	return success;
}

static NOINLINE JUMPBACK void sendwait(Hchan *c, void *ep) RELEASES(c->lock)
	WAITOF(rt_chan_send);
static NOINLINE JUMPBACK void sendwait(Hchan *c, void *ep)
{
	if (!waiton(c, &c->sendq, ep, WaitReasonChanSend))
		rt_panic("send on closed channel");
}

static NOINLINE JUMPBACK bool recvwait(Hchan *c, void *ep) RELEASES(c->lock)
	WAITOF(rt_chan_recv);
static NOINLINE JUMPBACK bool recvwait(Hchan *c, void *ep)
{
	return waiton(c, &c->recvq, ep, WaitReasonChanReceive);
}

static COLD NORETURN void blockforever(WaitReason reason)
{
	gopark(NULL, NULL, reason);
	throw("unreachable");
}

// Sends, or returns false if that would block and block is not wanted.
ALWAYS_INLINE bool chansend(Hchan *c, const void *ep, bool block)
{
	bool done;
	G *wake;

	takechan(c);
	if (unlikely(c->closed)) {
		leavechan(c);
		rt_panic("send on closed channel");
	}
	done = sendnow(c, ep, &wake);
	if (!done && block) {
		sendwait(c, (void *)(uintptr_t)ep);
		return true;
	}
	leavechan(c);
	if (wake)
		goready(wake);
	return done;
}

// *ok: an element was received, not the zero of a closed channel. Returns false if it
// would block and block is not wanted.
ALWAYS_INLINE bool chanrecv(Hchan *c, void *ep, bool block, bool *ok)
{
	bool done;
	G *wake;

	takechan(c);
	*ok = done = recvnow(c, ep, &wake);
	if (!done && c->closed) {
		raceacquires(c);
		leavechan(c);
		if (ep)
			__builtin_memset(ep, 0, c->elemsize);
		return true;
	}
	if (!done && block) {
		*ok = recvwait(c, ep);
		return true;
	}
	leavechan(c);
	if (wake)
		goready(wake);
	return done;
}

// ---- close --------------------------------------------------------------------------

// The program may have brought its own memset, too (copylong).
static void clearlong(void *dst, uint64_t n)
{
	M *mp = acquirem();

	__builtin_memset(dst, 0, n);
	releasem(mp);
}

// Takes all waiters off q onto list; receivers get the zero element.
static COLD void releasewaiters(Hchan *c, Waitq *q, bool zero, Gqueue *list)
{
	Sudog *s;

	while ((s = dequeue(q))) {
		if (zero && s->elem)
			clearlong(s->elem, c->elemsize);
		s->success = false;
		if (RACING)
			raceafterof(s->g, c);
		s->g->param = s;
		gqueuePushBack(list, s->g);
	}
}

COLD void closechan(Hchan *c)
{
	Gqueue list = { 0 };

	takechan(c);
	if (c->closed) {
		leavechan(c);
		rt_panic("close of closed channel");
	}
	atomic_store_relaxed(&c->closed, 1);
	racereleases(c);
	releasewaiters(c, &c->recvq, true, &list);
	releasewaiters(c, &c->sendq, false, &list); // they will panic
	leavechan(c);
	readywaiters(&list);
}

COLD void (rt_chan_close)(rt_chan *c)
{
	goroutinecheck();
	if (!c)
		rt_panic("close of nil channel");
	checkobject(c, KindChan);
	if (RACING)
		racewritten(c, 1); // as a send reads it
	closechan(c);
}

uint64_t chanelemsize(const Hchan *c)
{
	return c->elemsize;
}

// ---- interface ----------------------------------------------------------------------

static void initchan(Hchan *c, size_t elem_size, size_t cap)
{
	*c = (Hchan){ .dataqsiz = cap, .elemsize = elem_size };
	lockInit(&c->lock, RankHchan);
}

COLD rt_chan *rt_chan_make(size_t elem_size, size_t cap)
{
	size_t size;
	Hchan *c;

	if (__builtin_mul_overflow(elem_size, cap, &size) ||
	    size > PTRDIFF_MAX - sizeof *c || cap > PTRDIFF_MAX)
		rt_panic("makechan: size out of range");
	c = rt_malloc(sizeof *c + size);
	initchan(c, elem_size, cap);
	setkind(c, KindChan);
	if (RACING)
		c->order[0] = racechan(cap);
	return c;
}

rt_chan *startchan(StartChan *room, size_t elem_size, size_t cap)
{
	if (Debug)
		return rt_chan_make(elem_size, cap); // its checks know objects of the heap
	initchan(&room->chan, elem_size, cap);
	return &room->chan;
}

COLD void freechan(Hchan *c, ObjectKind kind)
{
	retire(c, kind);
	if (c->recvq.first || c->sendq.first)
		fatal("rt_chan_free: goroutines wait on the channel");
	if (RACING)
		racechanfree(c->order[0]);
	rt_free(c);
}

COLD void (rt_chan_free)(rt_chan *c)
{
	if (c)
		freechan(c, KindChan);
}

void rt_chan_send(rt_chan *c, const void *elem)
{
	preemptcheck();
	if (!c)
		blockforever(WaitReasonChanSendNil);
	checksend(c, elem);
	racesends(c, elem);
	chansend(c, elem, true);
}

bool rt_chan_recv(rt_chan *c, void *elem)
{
	uint64_t size;
	bool ok;

	preemptcheck();
	if (!c)
		blockforever(WaitReasonChanReceiveNil);
	checkrecv(c, elem);
	raceuses(&c->elemsize);
	size = c->elemsize;
	chanrecv(c, elem, true, &ok);
	racegets(elem, size);
	return ok;
}

// A look without the lock is enough to refuse: at that moment the channel was open and
// full, which is a moment within the call.
bool rt_chan_try_send(rt_chan *c, const void *elem)
{
	preemptcheck();
	if (!c)
		return false;
	checksend(c, elem);
	racesends(c, elem);
	if (!atomic_load_relaxed(&c->closed) && c->dataqsiz > 0 &&
	    atomic_load_relaxed(&c->qcount) == c->dataqsiz)
		return false;
	return chansend(c, elem, false);
}

bool rt_chan_try_recv(rt_chan *c, void *elem, bool *ok)
{
	bool received = false, done;
	uint64_t size;

	preemptcheck();
	if (!c)
		return false;
	checkrecv(c, elem);
	raceuses(&c->elemsize);
	size = c->elemsize;
	done = chanrecv(c, elem, false, &received);
	if (done)
		racegets(elem, size);
	if (done && ok)
		*ok = received;
	if (done)
		racegets(ok, sizeof *ok);
	return done;
}

size_t (rt_chan_len)(rt_chan *c)
{
	if (!c)
		return 0;
	checkchan(c);
	return atomic_load_relaxed(&c->qcount);
}

size_t (rt_chan_cap)(rt_chan *c)
{
	if (!c)
		return 0;
	checkchan(c);
	return c->dataqsiz;
}
