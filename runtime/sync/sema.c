// sema.c - semaphores for goroutines: a counter anywhere in memory, waiters by its
// address.
//
// The addresses hash to roots. A root is a treap: a binary tree ordered by address (prev,
// next are the smaller and the greater ones) and a heap of random tickets, which keeps it
// flat. The node of an address is the Sudog that waits longest for it; the others hang on
// it, in order of arrival:
//
//	node:    ticket != 0, waitlink the second, waittail the last of them
//	others:  ticket == 0, waitlink the next, prev the one before
//
// A waiter increments nwait and then checks the counter again; a release increments the
// counter and then checks nwait. Both use locked instructions, so that one of the two sees
// the other.
//
// A woken waiter competes with newly arriving ones for the permit, unless the release hands
// over: then it takes the permit for the waiter, and records that in the waiter's ticket.
//
// Follows Go's sema.go.
//
// built: hot
#include "runtime/os/os.h"
#include "runtime/sync/sync.h"

enum { TableSize = 251 }; // prime, so that strides of addresses spread

static SemaRoot semtable[TableSize] = {
	[0 ... TableSize - 1] = { .lock.rank = RANKED(RankSemaRoot) },
};

SemaRoot *semroot(const uint32_t *addr)
{
	return &semtable[(uintptr_t)addr / PtrSize % TableSize];
}

// ---- the treap, under root->lock ----------------------------------------------------

// Where the pointer to the node of addr is, or would be; *parent is the node above.
static Sudog **findnode(SemaRoot *root, const void *addr, Sudog **parent)
{
	Sudog **at = &root->treap, *s;

	*parent = NULL;
	while ((s = *at) && s->elem != addr) {
		*parent = s;
		at = (uintptr_t)addr < (uintptr_t)s->elem ? &s->prev : &s->next;
	}
	return at;
}

static Sudog **above(SemaRoot *root, const Sudog *s)
{
	Sudog *p = s->parent;

	return !p ? &root->treap : p->prev == s ? &p->prev : &p->next;
}

// s takes the place of node t in the tree.
static void replace(SemaRoot *root, Sudog *t, Sudog *s)
{
	*above(root, t) = s;
	s->ticket = t->ticket;
	s->parent = t->parent;
	s->prev = t->prev;
	s->next = t->next;
	if (s->prev)
		s->prev->parent = s;
	if (s->next)
		s->next->parent = s;
	t->ticket = 0;
	t->parent = t->prev = t->next = NULL;
}

// Lifts s by one, its parent becomes its child.
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
	s->ticket = fastrand() | 1; // 0 is for those that hang on a node
	while (s->parent && s->parent->ticket > s->ticket)
		rotate(root, s);
}

static void removenode(SemaRoot *root, Sudog *s)
{
	while (s->prev || s->next) {
		bool left = s->prev && (!s->next || s->prev->ticket < s->next->ticket);

		rotate(root, left ? s->prev : s->next);
	}
	*above(root, s) = NULL;
	s->parent = NULL;
	s->ticket = 0;
}

void semqueue(SemaRoot *root, void *addr, Sudog *s, bool lifo)
{
	Sudog *parent, **at = findnode(root, addr, &parent), *t = *at, *last;

	s->elem = addr;
	s->success = false;
	if (!t) {
		insertnode(root, at, parent, s);
	} else if (lifo) {
		replace(root, t, s);
		s->waitlink = t;
		s->waittail = t->waittail ? t->waittail : t;
		t->waittail = NULL;
		t->prev = s;
	} else {
		last = t->waittail ? t->waittail : t;
		last->waitlink = s;
		s->prev = last;
		t->waittail = s;
	}
}

// Takes s off, wherever it is.
void semunqueue(SemaRoot *root, Sudog *s)
{
	Sudog *t = s->waitlink, *last = s->waittail, *before = s->prev, *parent, *node;

	if (s->ticket == 0) {
		node = *findnode(root, s->elem, &parent);
		must(node && before);
		before->waitlink = t;
		if (t)
			t->prev = before;
		else
			node->waittail = before == node ? NULL : before;
		s->prev = NULL;
	} else if (t) {
		replace(root, s, t);
		t->waittail = t->waitlink ? last : NULL;
	} else {
		removenode(root, s);
	}
	s->waitlink = s->waittail = NULL;
	s->elem = NULL;
}

Sudog *semdequeue(SemaRoot *root, const void *addr)
{
	Sudog *parent, *s;

	while ((s = *findnode(root, addr, &parent))) {
		semunqueue(root, s);
		if (!s->isSelect || claim(s->g)) {
			s->success = true;
			s->g->param = s;
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

static bool cansemacquire(uint32_t *addr)
{
	uint32_t v = atomic_load_relaxed(addr);

	while (v > 0) {
		if (atomic_cas(addr, v, v - 1))
			return true;
		v = atomic_load_relaxed(addr);
	}
	return false;
}

// With the root's lock held, and counted in nwait, so that nobody can give a permit and
// be done without us: gets one, or gives up if the deadline has come.
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

// Waits in the queue. False: the deadline came.
static bool waitonce(SemaRoot *root, WaitReason reason, const SemaUntil *until)
	RELEASES(root->lock);
static UNCHECKED_LOCKS bool waitonce(SemaRoot *root, WaitReason reason,
                                     const SemaUntil *until)
{
	if (until)
		return parkuntil(&root->lock, reason, until->when);
	goparkunlock(&root->lock, reason);
	return true;
}

static UNCHECKED_LOCKS bool semwait(uint32_t *addr, bool lifo, WaitReason reason,
                                    const SemaUntil *until)
{
	SemaRoot *root = semroot(addr);
	Sudog *s = acquireSudog();
	bool late = until && until->when <= nanotime(), counted = false, got;

	s->g = getg();
	for (;;) {
		lock(&root->lock);
		if (s->elem) // the deadline came, and nobody has taken it off
			semunqueue(root, s);
		if (!counted)
			atomic_xadd(&root->nwait, 1); // then looks at the counter: semrelease1
		if (getorgiveup(addr, &until, late, &got)) {
			atomic_xadd(&root->nwait, -1u);
			unlock(&root->lock);
			break;
		}
		s->isSelect = until != NULL;
		if (until)
			beginwait(s->g);
		semqueue(root, addr, s, lifo);
		late = counted = !waitonce(root, reason, until); // the waker decrements nwait
		got = !late && (s->ticket != 0 || cansemacquire(addr));
		if (got)
			break; // else another was quicker
	}
	s->ticket = 0;
	s->isSelect = false;
	s->g = NULL;
	releaseSudog(s);
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

// Once the permit is there another may take it, return and free what addr is in: nothing
// but a hand-over, to one who waits there, looks at it again.
void semrelease1(uint32_t *addr, bool handoff)
{
	SemaRoot *root = semroot(addr);
	Sudog *s;
	G *gp = NULL;
	bool given = false;

	atomic_xadd(addr, 1); // then looks at nwait; pairs with semwait
	if (atomic_load_relaxed(&root->nwait) == 0)
		return;
	lock(&root->lock);
	s = semdequeue(root, addr);
	if (s) {
		atomic_xadd(&root->nwait, -1u);
		gp = s->g;
		given = handoff && cansemacquire(addr);
		s->ticket = given;
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
