// chan.c - channels.
//
// Invariants, under c->lock:
//
//	one of recvq and sendq is empty
//	qcount > 0          =>  recvq is empty
//	qcount < dataqsiz   =>  sendq is empty
//
// A sender that finds a waiting receiver hands its element over directly, past the buffer,
// and readies it; a receiver likewise takes from a waiting sender. Who waits is served
// first come, first served. c->lock also protects the Sudogs on its queues.
//
// Follows Go's chan.go.
#include "include/rt.h"
#include "runtime/sync/sync.h"

typedef struct {
	Sudog *first, *last;
} Waitq;

struct rt_chan {
	// Set when made.
	uint64_t dataqsiz; // elements the buffer holds
	uint64_t elemsize;

	Mutex lock;

	// lock protects; the try operations and len also read the first two without it.
	uint32_t closed;
	uint64_t qcount; // elements in the buffer
	uint64_t sendx, recvx; // next slot to fill, to empty
	Waitq recvq, sendq;

	char buf[] __attribute__((aligned(16)));
};

// ---- elements -----------------------------------------------------------------------

// Small elements are copied without a call.
ALWAYS_INLINE void copyelem(void *dst, const void *src, uint64_t n)
{
	if (likely(n == 8))
		__builtin_memcpy(dst, src, 8);
	else if (n == 4)
		__builtin_memcpy(dst, src, 4);
	else if (n == 16)
		__builtin_memcpy(dst, src, 16);
	else if (n != 0)
		__builtin_memcpy(dst, src, n);
}

ALWAYS_INLINE void *slot(Hchan *c, uint64_t i)
{
	return c->buf + i * c->elemsize;
}

ALWAYS_INLINE uint64_t after(const Hchan *c, uint64_t i)
{
	return i + 1 == c->dataqsiz ? 0 : i + 1;
}

static void putbuf(Hchan *c, const void *ep)
{
	copyelem(slot(c, c->sendx), ep, c->elemsize);
	c->sendx = after(c, c->sendx);
	atomic_store_relaxed(&c->qcount, c->qcount + 1);
}

static void takebuf(Hchan *c, void *ep)
{
	if (ep)
		copyelem(ep, slot(c, c->recvx), c->elemsize);
	c->recvx = after(c, c->recvx);
	atomic_store_relaxed(&c->qcount, c->qcount - 1);
}

// ---- wait queues, under c->lock -----------------------------------------------------

static void enqueue(Waitq *q, Sudog *s)
{
	s->next = NULL;
	s->prev = q->last;
	if (q->last)
		q->last->next = s;
	else
		q->first = s;
	q->last = s;
}

static Sudog *dequeue(Waitq *q)
{
	Sudog *s = q->first;

	if (!s)
		return NULL;
	q->first = s->next;
	if (s->next)
		s->next->prev = NULL;
	else
		q->last = NULL;
	s->next = NULL;
	return s;
}

static bool chanparkcommit(G *gp, void *l) UNCHECKED_LOCKS;
static bool chanparkcommit(G *gp, void *l)
{
	(void)gp;
	unlock(l);
	return true;
}

// Waits on q with the element at ep. Called with c->lock held, returns without it: false
// when the channel was closed meanwhile.
static bool waiton(Hchan *c, Waitq *q, void *ep, WaitReason reason) RELEASES(c->lock);
static UNCHECKED_LOCKS bool waiton(Hchan *c, Waitq *q, void *ep, WaitReason reason)
{
	G *gp = getg();
	Sudog *s = acquireSudog();
	bool success;

	s->g = gp;
	s->elem = ep;
	s->c = c;
	s->success = false;
	gp->waiting = s;
	gp->param = NULL;
	enqueue(q, s);
	gopark(chanparkcommit, &c->lock, reason); // unlocks when it is parked

	if (s != gp->waiting)
		throw("G waiting list is corrupted");
	gp->waiting = NULL;
	gp->param = NULL;
	success = s->success;
	s->elem = NULL;
	s->c = NULL;
	s->g = NULL;
	releaseSudog(s);
	return success;
}

// Unlocks c and lets the owner of s go on, its operation done.
static void finish(Hchan *c, Sudog *s) RELEASES(c->lock);
static void finish(Hchan *c, Sudog *s)
{
	G *gp = s->g;

	s->success = true;
	gp->param = s;
	unlock(&c->lock);
	goready(gp);
}

static COLD NORETURN void blockforever(WaitReason reason)
{
	gopark(NULL, NULL, reason);
	throw("unreachable");
}

// ---- send ---------------------------------------------------------------------------

// Sends, or returns false if that would block and block is not wanted.
ALWAYS_INLINE bool chansend(Hchan *c, const void *ep, bool block)
{
	Sudog *s;

	lock(&c->lock);
	if (unlikely(c->closed)) {
		unlock(&c->lock);
		rt_panic("send on closed channel");
	}
	s = dequeue(&c->recvq);
	if (s) {
		if (s->elem)
			copyelem(s->elem, ep, c->elemsize); // onto the receiver's stack
		finish(c, s);
		return true;
	}
	if (c->qcount < c->dataqsiz) {
		putbuf(c, ep);
		unlock(&c->lock);
		return true;
	}
	if (!block) {
		unlock(&c->lock);
		return false;
	}
	if (!waiton(c, &c->sendq, (void *)(uintptr_t)ep, WaitReasonChanSend))
		rt_panic("send on closed channel");
	return true;
}

// ---- receive ------------------------------------------------------------------------

// A sender waits. Without a buffer take its element; with one, which is full, take the
// first of the buffer and put the sender's at the end: the same slot.
static void recvfrom(Hchan *c, Sudog *s, void *ep) RELEASES(c->lock);
static void recvfrom(Hchan *c, Sudog *s, void *ep)
{
	if (c->dataqsiz == 0) {
		if (ep)
			copyelem(ep, s->elem, c->elemsize);
	} else {
		takebuf(c, ep);
		putbuf(c, s->elem);
	}
	finish(c, s);
}

// *ok: an element was received, not the zero of a closed channel. Returns false if it
// would block and block is not wanted.
ALWAYS_INLINE bool chanrecv(Hchan *c, void *ep, bool block, bool *ok)
{
	Sudog *s;

	lock(&c->lock);
	if (c->closed && c->qcount == 0) {
		unlock(&c->lock);
		if (ep)
			__builtin_memset(ep, 0, c->elemsize);
		*ok = false;
		return true;
	}
	*ok = true;
	s = dequeue(&c->sendq);
	if (s) {
		recvfrom(c, s, ep);
		return true;
	}
	if (c->qcount > 0) {
		takebuf(c, ep);
		unlock(&c->lock);
		return true;
	}
	if (!block) {
		unlock(&c->lock);
		return false;
	}
	*ok = waiton(c, &c->recvq, ep, WaitReasonChanReceive);
	return true;
}

// ---- close --------------------------------------------------------------------------

// Takes all waiters off q onto list; receivers get the zero element.
static COLD void releasewaiters(Hchan *c, Waitq *q, bool zero, Gqueue *list)
{
	Sudog *s;

	while ((s = dequeue(q))) {
		if (zero && s->elem)
			__builtin_memset(s->elem, 0, c->elemsize);
		s->success = false;
		s->g->param = s;
		gqueuePushBack(list, s->g);
	}
}

COLD void rt_chan_close(rt_chan *c)
{
	Gqueue list = { 0 };
	G *gp;

	if (!c)
		rt_panic("close of nil channel");
	lock(&c->lock);
	if (c->closed) {
		unlock(&c->lock);
		rt_panic("close of closed channel");
	}
	atomic_store_relaxed(&c->closed, 1);
	releasewaiters(c, &c->recvq, true, &list);
	releasewaiters(c, &c->sendq, false, &list); // they will panic
	unlock(&c->lock);

	while ((gp = gqueuePop(&list))) {
		gp->schedlink = NULL;
		goready(gp);
	}
}

// ---- interface ----------------------------------------------------------------------

COLD rt_chan *rt_chan_make(size_t elem_size, size_t cap)
{
	size_t size;
	Hchan *c;

	if (__builtin_mul_overflow(elem_size, cap, &size) ||
	    size > PTRDIFF_MAX - sizeof *c || cap > PTRDIFF_MAX)
		rt_panic("makechan: size out of range");
	c = rt_malloc(sizeof *c + size);
	*c = (Hchan){ .dataqsiz = cap, .elemsize = elem_size };
	lockInit(&c->lock, RankHchan);
	return c;
}

COLD void rt_chan_free(rt_chan *c)
{
	if (c && (c->recvq.first || c->sendq.first))
		throw("rt_chan_free: goroutines wait on the channel");
	rt_free(c);
}

void rt_chan_send(rt_chan *c, const void *elem)
{
	preemptcheck();
	if (!c)
		blockforever(WaitReasonChanSendNil);
	chansend(c, elem, true);
}

bool rt_chan_recv(rt_chan *c, void *elem)
{
	bool ok;

	preemptcheck();
	if (!c)
		blockforever(WaitReasonChanReceiveNil);
	chanrecv(c, elem, true, &ok);
	return ok;
}

// A look without the lock is enough to refuse: at that moment the channel was open and
// full, which is a moment within the call.
bool rt_chan_try_send(rt_chan *c, const void *elem)
{
	preemptcheck();
	if (!c)
		return false;
	if (!atomic_load_relaxed(&c->closed) && c->dataqsiz > 0 &&
	    atomic_load_relaxed(&c->qcount) == c->dataqsiz)
		return false;
	return chansend(c, elem, false);
}

bool rt_chan_try_recv(rt_chan *c, void *elem, bool *ok)
{
	bool received = false, done;

	preemptcheck();
	if (!c)
		return false;
	done = chanrecv(c, elem, false, &received);
	if (done && ok)
		*ok = received;
	return done;
}

size_t rt_chan_len(rt_chan *c)
{
	return c ? atomic_load_relaxed(&c->qcount) : 0;
}

size_t rt_chan_cap(rt_chan *c)
{
	return c ? c->dataqsiz : 0;
}
