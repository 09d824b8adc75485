// ctxbind.c - contexts that end the waits for descriptors: rt_ctx_bind.
//
// A Bond binds one descriptor to one context. The Bond that counts is d->bond. pd.lock
// protects it, together with the bits PollCanceled and PollOverdue of info, which the
// descriptor's calls check as they check a deadline. A context that ends calls all its
// Bonds, under the lock of its root.
//
// The races, and why each is harmless:
//
//   - Bind and the context's end. Bind puts the Bond on the context's list, then acquires
//     pd.lock, makes the Bond the one that counts and checks whether the context is over.
//     The end sets err, then acquires pd.lock and sets a bit if the Bond counts. The second
//     to have pd.lock sees the other.
//   - Two binds, or a bind and the end of the replaced context. The pointer and the bits
//     change together under pd.lock, so the bits belong to the Bond that counts. A replaced
//     Bond that is called does nothing. It is freed after ctxunwatch, when it cannot be
//     called any more.
//   - Close. A bind has a use of the entry. The last user drops the Bond before the entry
//     is cleared. ctxunwatch waits for an end that runs meanwhile, so that its bit and its
//     wake-up come before the number's next use.
//   - A wait. The bits are set before the words and the list of waiters are looked at, as
//     for a deadline (sched/polldesc.c, io/ready.c).
//
// The end calls into the poller under the lock of a root: lock order Ctx, PollDesc. No
// function here acquires a root's lock under pd.lock.
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/io/fd.h"
#include "runtime/lock/lock.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

typedef struct {
	Bond bond;
	CtxWatch watch;
	Fd *d;
} CtxBond;

static CtxBond *bondof(CtxWatch *w)
{
	return (CtxBond *)((char *)w - offsetof(CtxBond, watch));
}

static uint32_t overbit(int err)
{
	return err == 0 ? 0 : err == -ECANCELED ? PollCanceled : PollOverdue;
}

// The context is over, and its root is locked.
static void ctxover(CtxWatch *w, int err)
{
	CtxBond *b = bondof(w);
	PollDesc *pd = &b->d->pd;
	bool counts;

	happensbefore(&__rt0_io);
	lockdesc(pd);
	counts = b->d->bond == &b->bond;
	if (counts)
		atomic_or(&pd->info, overbit(err)); // then wakes; pairs with netpollblock
	unlock(&pd->lock);
	if (counts)
		netpollwake(pd);
}

static void dropbond(Bond *bond)
{
	CtxBond *b = (CtxBond *)bond;

	ctxunwatch(&b->watch);
	rt_free(b);
}

static Bond *newbond(rt_ctx *c, Fd *d)
{
	CtxBond *b = rt_malloc(sizeof *b);

	*b = (CtxBond){ .bond = { dropbond }, .watch = { .over = ctxover }, .d = d };
	ctxwatch(c, &b->watch);
	return &b->bond;
}

// Makes b, the Bond with c, the one that counts; both may be NULL. Once the lock is
// released, another call may drop b.
static void rebind(Fd *d, Bond *b, const rt_ctx *c)
{
	uint32_t bit;
	Bond *old;

	lockdesc(&d->pd);
	old = d->bond;
	d->bond = b;
	bit = c ? overbit(ctxerr(c)) : 0;
	atomic_and(&d->pd.info, ~(uint32_t)PollOver);
	if (bit)
		atomic_or(&d->pd.info, bit);
	unlock(&d->pd.lock);
	if (bit)
		netpollwake(&d->pd);
	if (old)
		old->drop(old);
}

int rt_ctx_bind(rt_ctx *c, int fd)
{
	Fd *d;
	int64_t r;

	preemptcheck();
	if (c == rt_ctx_background())
		c = NULL; // it is never over
	if (c)
		rt_ctx_err(c); // the debug build checks here that it is a context
	r = fdref(fd, &d);
	if (r < 0)
		return (int)r;
	if (d->kind == FdFile)
		r = -EOPNOTSUPP;
	else
		rebind(d, c ? newbond(c, d) : NULL, c);
	fdunref(fd, d);
	return (int)r;
}
