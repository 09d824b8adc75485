// ctx.c - contexts: all goroutines that work for one purpose learn that it is over.
//
// Contexts are a tree. One is over when it is cancelled, its deadline comes, or its parent
// is over; then err says why and done is closed, in this order. The lock of the tree's root
// (the ancestor whose parent is the background) protects all of it. A whole subtree ends
// under one hold of it, by a walk without recursion: trees may be deep, and deadlines end
// them on g0.
//
// A context is on its parent's list until it is freed. refs: one for each handle, each
// child, and the deadline's timer while it is started or fires. So the way up to the root
// exists as long as one has a context below it. A timer that is the only one left is
// stopped.
//
// A CtxWatch is on the list of its context until it is taken off. The walk that ends the context
// calls it under the lock of the root, so that none is called after ctxunwatch has returned.
//
// In the spirit of Go's context/context.go.
#include "include/rt.h"
#include "runtime/base/hosted.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/timer.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

struct rt_ctx {
	// Set when made.
	rt_ctx *parent, *root; // NULL for the background
	int64_t deadline;
	rt_chan *done;

	Mutex lock; // the root's is used

	// root->lock protects; err is read without it.
	int err;
	uint32_t refs;
	rt_ctx *first;       // child
	rt_ctx *next, *prev; // on the parent's list
	CtxWatch *watches;
	Timer t;
};

static rt_ctx background = { .deadline = Never };

// ---- the tree, under root->lock -----------------------------------------------------

static void link(rt_ctx *parent, rt_ctx *c)
{
	c->next = parent->first;
	if (c->next)
		c->next->prev = c;
	parent->first = c;
}

static void delink(rt_ctx *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else if (c->parent->first == c)
		c->parent->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

// Returns the one after n in the walk through top's subtree; below: including n's children.
static rt_ctx *following(rt_ctx *top, rt_ctx *n, bool below)
{
	if (below && n->first)
		return n->first;
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

// Ends the contexts of top's subtree that are not over. If one is over, so are all below it.
static void endall(rt_ctx *top, int err)
{
	bool ends;

	for (rt_ctx *n = top; n; n = following(top, n, ends)) {
		ends = n->err == 0;
		if (!ends)
			continue;
		happensbefore(chanclock(n->done));
		atomic_store_release(&n->err, err); // for readers of done, and of err
		if (deltimer(&n->t))
			n->refs--; // not the last: n has a handle or a child
		closechan(n->done);
		for (CtxWatch *w = n->watches; w; w = w->next)
			w->over(w, err);
	}
}

// Drops a reference of c, and frees what depended on it.
static void ctxunref(rt_ctx *c)
{
	rt_ctx *root = c->root, *freed = NULL, *parent;

	lock(&root->lock);
	for (; c != &background; c = parent) {
		racereleases(c);
		if (--c->refs == 1 && deltimer(&c->t))
			c->refs = 0;
		if (c->refs != 0)
			break;
		parent = c->parent;
		if (parent != &background)
			delink(c);
		c->next = freed;
		freed = c;
	}
	unlock(&root->lock); // of which nobody else knows any more, if it is among them
	while ((c = freed)) {
		freed = c->next;
		raceacquires(c); // all that others have done with it
		freechan(c->done, KindCtxChan);
		retire(c, KindCtx);
		rt_free(c);
	}
}

static void end(rt_ctx *c, int err)
{
	lock(&c->root->lock);
	endall(c, err);
	unlock(&c->root->lock);
}

// Ends a context at its deadline. Runs on g0; the timer holds a reference.
static void expire(void *arg, uintptr_t seq)
{
	(void)seq;
	end(arg, -ETIMEDOUT);
	ctxunref(arg);
}

static void checkctx(const rt_ctx *c)
{
	if (c != &background)
		checkobject(c, KindCtx);
}

static rt_ctx *newctx(rt_ctx *parent, int64_t when)
{
	rt_ctx *c;
	bool timed;

	checkctx(parent);
	c = rt_calloc(1, sizeof *c);
	timed = when < parent->deadline;
	c->parent = parent;
	c->root = parent == &background ? c : parent->root;
	c->deadline = min(when, parent->deadline);
	c->done = rt_chan_make(0, 0);
	setkind(c, KindCtx);
	setkind(c->done, KindCtxChan);
	c->refs = 1;
	lockInit(&c->lock, RankCtx);

	lock(&c->root->lock);
	if (parent != &background) {
		parent->refs++;
		link(parent, c);
	}
	if (parent->err != 0) {
		happensafter(chanclock(parent->done)); // c tells what its parent tells
		endall(c, parent->err);
	} else if (timed && when <= nanotime()) {
		endall(c, -ETIMEDOUT);
	} else if (timed) {
		c->refs++;
		c->t = (Timer){ .when = when, .f = expire, .arg = c, .stoppable = true };
		addtimer(&c->t);
	}
	unlock(&c->root->lock);
	return c;
}

// ---- for other rooms ----------------------------------------------------------------

int ctxerr(const rt_ctx *c)
{
	return atomic_load_acquire(&c->err); // pairs with endall's store
}

void ctxwatch(rt_ctx *c, CtxWatch *w)
{
	w->ctx = rt_ctx_ref(c);
	w->prev = NULL;
	lock(&c->root->lock);
	w->next = c->watches;
	if (w->next)
		w->next->prev = w;
	c->watches = w;
	unlock(&c->root->lock);
}

void ctxunwatch(CtxWatch *w)
{
	rt_ctx *c = w->ctx;

	lock(&c->root->lock);
	if (w->prev)
		w->prev->next = w->next;
	else
		c->watches = w->next;
	if (w->next)
		w->next->prev = w->prev;
	unlock(&c->root->lock);
	ctxunref(c);
}

// ---- interface ----------------------------------------------------------------------

rt_ctx *rt_ctx_background(void)
{
	return &background;
}

rt_ctx *rt_ctx_with_cancel(rt_ctx *parent)
{
	preemptcheck();
	return newctx(parent, Never);
}

rt_ctx *rt_ctx_with_deadline(rt_ctx *parent, int64_t when)
{
	preemptcheck();
	return newctx(parent, when);
}

rt_ctx *rt_ctx_with_timeout(rt_ctx *parent, rt_duration d)
{
	preemptcheck();
	return newctx(parent, whenafter(d));
}

void rt_ctx_cancel(rt_ctx *c)
{
	preemptcheck();
	checkctx(c);
	if (c != &background)
		end(c, -ECANCELED);
}

rt_chan *rt_ctx_done(rt_ctx *c)
{
	checkctx(c);
	return c->done;
}

int rt_ctx_err(rt_ctx *c)
{
	int err;

	preemptcheck();
	checkctx(c);
	err = ctxerr(c);
	if (err != 0)
		happensafter(chanclock(c->done));
	return err;
}

int64_t rt_ctx_deadline(rt_ctx *c)
{
	checkctx(c);
	return c->deadline;
}

rt_ctx *rt_ctx_ref(rt_ctx *c)
{
	preemptcheck();
	checkctx(c);
	if (c != &background) {
		lock(&c->root->lock);
		c->refs++;
		unlock(&c->root->lock);
	}
	return c;
}

void rt_ctx_free(rt_ctx *c)
{
	preemptcheck();
	if (!c || c == &background)
		return;
	checkctx(c);
	if (atomic_load_relaxed(&c->refs) == 0) // as the last ctxunref left it
		fatalf("use of a freed context: %p", c);
	ctxunref(c);
}
