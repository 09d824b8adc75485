// sema.c - semaphores for goroutines: a counter anywhere in memory, waiters by its
// address.
//
// The addresses hash to roots. A root is a treap: a binary tree ordered by address (prev,
// next are the smaller and the greater ones) and a heap of random priorities, which keeps it
// flat. The node of an address is the Sudog that waits longest for it; the others hang on
// it, in order of arrival:
//
//	node:    priority != 0, behind the second, last the last of them
//	others:  priority == 0, behind the next, prev the one before
//
// A waiter increments nwait and then checks the counter again; a release increments the
// counter and then checks nwait. Both are read-modify-writes and then seqcst loads, so that
// one of the two sees the other.
//
// A woken waiter competes with newly arriving ones for the permit, unless the release hands
// over: then it takes the permit for the waiter, which is handedover.
//
// Follows Go's sema.go.
//
// built: hot
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/proc.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

enum { TableSize = 251 }; // prime, so that strides of addresses spread

static SemaRoot semtable[TableSize] LATERANKED = {
	[0 ... TableSize - 1] = { .lock.rank = RANKED(RankSemaRoot) },
};

SemaRoot *semroot(const uint32_t *addr)
{
	return &semtable[(uintptr_t)addr / PtrSize % TableSize];
}

// ---- the treap, under root->lock ----------------------------------------------------

// Returns where the pointer to the node of addr is, or would be; *parent is the node above.
static Sudog **findnode(SemaRoot *root, const void *addr, Sudog **parent)
{
	Sudog **at = &root->treap, *s;

	*parent = NULL;
	while ((s = *at) && s->addr != addr) {
		*parent = s;
		at = (uintptr_t)addr < (uintptr_t)s->addr ? &s->prev : &s->next;
	}
	return at;
}

static Sudog **above(SemaRoot *root, const Sudog *s)
{
	Sudog *p = s->parent;

	return !p ? &root->treap : p->prev == s ? &p->prev : &p->next;
}

// Puts s in the place of node t in the tree.
static void replace(SemaRoot *root, Sudog *t, Sudog *s)
{
	*above(root, t) = s;
	s->priority = t->priority;
	s->parent = t->parent;
	s->prev = t->prev;
	s->next = t->next;
	if (s->prev)
		s->prev->parent = s;
	if (s->next)
		s->next->parent = s;
	t->priority = 0;
	t->parent = t->prev = t->next = NULL;
}

// Rotates s up by one: its parent becomes its child.
static void rotate(SemaRoot *root, Sudog *s)
{
	Sudog *p = s->parent, *between;

	*above(root, p) = s;
	s->parent = p->parent;
	p->parent = s;
	if (p->prev == s) {
		between = p->prev = s->next;
		s->next = p;
	} else {
		between = p->next = s->prev;
		s->prev = p;
	}
	if (between)
		between->parent = p;
}

static void insertnode(SemaRoot *root, Sudog **at, Sudog *parent, Sudog *s)
{
	*at = s;
	s->parent = parent;
	s->priority = fastrand() | 1; // 0 is for those that hang on a node
	while (s->parent && s->parent->priority > s->priority)
		rotate(root, s);
}

static void removenode(SemaRoot *root, Sudog *s)
{
	while (s->prev || s->next) {
		bool left = s->prev && (!s->next || s->prev->priority < s->next->priority);

		rotate(root, left ? s->prev : s->next);
	}
	*above(root, s) = NULL;
}

void semqueue(SemaRoot *root, const void *addr, Sudog *s, bool lifo)
{
	Sudog *parent, **at = findnode(root, addr, &parent), *t = *at, *last;

	s->queued = true;
	s->success = false;
	s->priority = 0;
	s->addr = addr;
	s->prev = s->next = s->parent = s->behind = s->last = NULL;
	if (!t) {
		insertnode(root, at, parent, s);
	} else if (lifo) {
		replace(root, t, s);
		s->behind = t;
		s->last = t->last ? t->last : t;
		t->last = NULL;
		t->prev = s;
	} else {
		last = t->last ? t->last : t;
		last->behind = s;
		s->prev = last;
		t->last = s;
	}
}

// Removes s, wherever it is.
void semunqueue(SemaRoot *root, Sudog *s)
{
	Sudog *t = s->behind, *last = s->last, *before = s->prev, *parent, *node;

	if (s->priority == 0) {
		node = *findnode(root, s->addr, &parent);
		must(node && before);
		before->behind = t;
		if (t)
			t->prev = before;
		else
			node->last = before == node ? NULL : before;
	} else if (t) {
		replace(root, s, t);
		t->last = t->behind ? last : NULL;
	} else {
		removenode(root, s);
	}
	s->queued = false;
}

Sudog *semdequeue(SemaRoot *root, const void *addr)
{
	Sudog *parent, *s;

	while ((s = *findnode(root, addr, &parent))) {
		semunqueue(root, s);
		if (!s->mustclaim || claim(s->g)) {
			partner(s);
			return s;
		}
		// Its deadline has come.
	}
	return NULL;
}

bool semwaits(SemaRoot *root, const void *addr)
{
	Sudog *parent;

	return *findnode(root, addr, &parent) != NULL;
}

// ---- acquire ------------------------------------------------------------------------

// A waiter has perhaps incremented nwait before; pairs with semrelease1.
static bool cansemacquire(uint32_t *addr)
{
	uint32_t v = atomic_load_seqcst(addr);

	while (v > 0) {
		if (atomic_cas(addr, v, v - 1))
			return true;
		v = atomic_load_seqcst(addr);
	}
	return false;
}

// Takes a permit, or gives up if the deadline has come. The root's lock is held and nwait
// counts this waiter, so no release can miss it.
static bool getorgiveup(uint32_t *addr, const SemaUntil **until, bool late, bool *got)
{
	*got = cansemacquire(addr);
	if (*got)
		return true;
	if (!late)
		return false;
	if (!(*until)->cancel || (*until)->cancel((*until)->arg))
		return true;
	*until = NULL;
	return false;
}

// Waits in the queue. Returns false if the deadline came.
static bool waitonce(SemaRoot *root, WaitReason reason, const SemaUntil *until)
	RELEASES(root->lock);
static bool waitonce(SemaRoot *root, WaitReason reason, const SemaUntil *until)
{
	if (until)
		return parkuntil(&root->lock, reason, until->when);
	goparkunlock(&root->lock, reason);
	return true;
}

static bool semwait(uint32_t *addr, bool lifo, WaitReason reason, const SemaUntil *until)
{
	SemaRoot *root = semroot(addr);
	Sudog *s = newwaiter(getg(), false);
	bool late = until && until->when <= nanotime(), counted = false, got;

	for (;;) {
		lock(&root->lock);
		if (s->queued) // the deadline came, and nobody has taken it off
			semunqueue(root, s);
		if (!counted)
			atomic_xadd(&root->nwait, 1); // then looks at the counter: semrelease1
		if (getorgiveup(addr, &until, late, &got)) {
			atomic_xadd(&root->nwait, -1u);
			unlock(&root->lock);
			break;
		}
		s->mustclaim = until != NULL;
		if (until)
			beginwait(s->g);
		semqueue(root, addr, s, lifo);
		s->g->waiting = s;
		late = counted = !waitonce(root, reason, until); // the waker decrements nwait
		got = !late && (s->handedover || cansemacquire(addr));
		if (got)
			break; // else another was quicker
	}
	s->g->waiting = NULL;
	endwaiter(s);
	return got;
}

bool semacquire1(uint32_t *addr, bool lifo, WaitReason reason, const SemaUntil *until)
{
	if (until && until->when == Never)
		until = NULL;
	return cansemacquire(addr) || semwait(addr, lifo, reason, until);
}

void semacquire(uint32_t *addr, WaitReason reason)
{
	semacquire1(addr, false, reason, NULL);
}

// ---- release ------------------------------------------------------------------------

// Once the permit is there another goroutine may take it, return and free what addr is in. So
// only a hand-over, to a waiter there, reads *addr again.
void semrelease1(uint32_t *addr, bool handoff)
{
	SemaRoot *root = semroot(addr);
	Sudog *s;
	G *gp = NULL;
	bool given = false;

	atomic_xadd(addr, 1); // then looks at nwait; pairs with semwait
	if (atomic_load_seqcst(&root->nwait) == 0)
		return;
	lock(&root->lock);
	s = semdequeue(root, addr);
	if (s) {
		atomic_xadd(&root->nwait, -1u);
		gp = s->g;
		given = handoff && cansemacquire(addr);
		s->handedover = given;
	}
	unlock(&root->lock);
	if (!gp)
		return;
	goready(gp); // s is its own again as soon as it runs
	if (given && getg()->m->locks == 0)
		goyield(); // it is next
}

void semrelease(uint32_t *addr)
{
	semrelease1(addr, false);
}
