// hchan.h - the inside of a channel, for chan.c and select.c.
//
// Invariants, under c->lock; Sudogs whose wait has been claimed by another do not count:
//
//	one of recvq and sendq is empty, or a select waits on both
//	qcount > 0          =>  recvq is empty
//	qcount < dataqsiz   =>  sendq is empty
//
// c->lock also protects the Sudogs on its queues.
#ifndef RT0_SYNC_HCHAN_H
#define RT0_SYNC_HCHAN_H

#include "runtime/base/race.h"
#include "runtime/lock/lock.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

struct rt_chan {
	// Set when made.
	uint64_t dataqsiz; // elements the buffer holds
	uint64_t elemsize;

	Mutex lock;

	// lock protects; closed, qcount and the queues' first are also read without it.
	uint32_t closed;
	uint64_t qcount; // elements in the buffer
	uint64_t sendx, recvx; // next slot to fill, to empty
	Waitq recvq, sendq;

	void *waiters[Hosted];    // hosted/leak.c
	RaceChan *order[Replay]; // replay/sync.c

	char buf[] __attribute__((aligned(16)));
};

// A channel of the runtime's own for the start, with room for two words: the heap of a program
// that allocates nothing stays without objects, and their pages.
typedef union {
	Hchan chan;
	char bytes[sizeof(Hchan) + 2 * sizeof(int64_t)];
} StartChan;

rt_chan *startchan(StartChan *room, size_t elem_size, size_t cap);

// With one P they only see to it that nothing yields between them (onep).
void chanlock(Hchan *c) ACQUIRES(c->lock);
void chanunlock(Hchan *c) RELEASES(c->lock);

// As chanlock and chanunlock where nothing yields in between: in an unyielding file, after
// acquirem, or with no call of a function that checks the stack.
ALWAYS_INLINE void takechan(Hchan *c) ACQUIRES(c->lock);
ALWAYS_INLINE UNCHECKED_LOCKS void takechan(Hchan *c)
{
	if (!onep())
		lock(&c->lock);
}

ALWAYS_INLINE void leavechan(Hchan *c) RELEASES(c->lock);
ALWAYS_INLINE UNCHECKED_LOCKS void leavechan(Hchan *c)
{
	if (!onep())
		unlock(&c->lock);
}

// ---- elements -----------------------------------------------------------------------

// The program may have brought its own memcpy, which may be made to yield.
static NOSPLIT NOINLINE void copylong(void *dst, const void *src, uint64_t n)
{
	M *mp = acquirem();

	__builtin_memcpy(dst, src, n);
	releasem(mp);
}

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
		copylong(dst, src, n);
}

ALWAYS_INLINE void *slot(Hchan *c, uint64_t i)
{
	return c->buf + i * c->elemsize;
}

ALWAYS_INLINE uint64_t after(const Hchan *c, uint64_t i)
{
	return i + 1 == c->dataqsiz ? 0 : i + 1;
}

static NOINLINE void putbuf(Hchan *c, const void *ep)
{
	copyelem(slot(c, c->sendx), ep, c->elemsize);
	c->sendx = after(c, c->sendx);
	atomic_store_relaxed(&c->qcount, c->qcount + 1);
}

static NOINLINE void takebuf(Hchan *c, void *ep)
{
	if (ep)
		copyelem(ep, slot(c, c->recvx), c->elemsize);
	c->recvx = after(c, c->recvx);
	atomic_store_relaxed(&c->qcount, c->qcount - 1);
}

// Debug builds: c may be used, and ep have its elements.
ALWAYS_INLINE void checksend(const Hchan *c, const void *ep)
{
	checkchan(c);
	checkmemory(ep, c->elemsize, "an element to send");
}

ALWAYS_INLINE void checkrecv(const Hchan *c, const void *ep)
{
	checkchan(c);
	checkmemory(ep, c->elemsize, "a received element");
}

// A send reads what a close writes: if nothing orders the two, they are a race.
ALWAYS_INLINE void racesends(const Hchan *c, const void *ep)
{
	if (!RACING)
		return;
	raceread(c, 1);
	raceread(ep, c->elemsize);
}

// ---- operations, under c->lock ------------------------------------------------------

// Sends, if it can be done now and the channel is open. *wake: a goroutine to ready.
ALWAYS_INLINE bool sendnow(Hchan *c, const void *ep, G **wake)
{
	Sudog *s = dequeue(&c->recvq);

	*wake = NULL;
	if (s) {
		if (s->elem)
			copyelem(s->elem, ep, c->elemsize); // onto the receiver's stack
		if (RACING)
			racehandover(c->order[0], NULL, s->g);
		*wake = partner(s);
		return true;
	}
	if (c->qcount == c->dataqsiz)
		return false;
	putbuf(c, ep);
	if (RACING)
		racesent(c->order[0], NULL);
	return true;
}

// Receives while a sender waits. Without a buffer takes its element; with one, which is full,
// takes the buffer's first and puts the sender's at the end, which is the slot just emptied.
static NOINLINE void recvfrom(Hchan *c, const Sudog *s, void *ep)
{
	if (c->dataqsiz == 0) {
		if (ep)
			copyelem(ep, s->elem, c->elemsize);
	} else {
		takebuf(c, ep);
		putbuf(c, s->elem);
	}
	if (RACING)
		racehandover(c->order[0], s->g, NULL);
}

// Receives, if an element is there or offered.
ALWAYS_INLINE bool recvnow(Hchan *c, void *ep, G **wake)
{
	Sudog *s = dequeue(&c->sendq);

	*wake = NULL;
	if (s) {
		recvfrom(c, s, ep);
		*wake = partner(s);
		return true;
	}
	if (c->qcount == 0)
		return false;
	takebuf(c, ep);
	if (RACING)
		racereceived(c->order[0], NULL);
	return true;
}

#endif
