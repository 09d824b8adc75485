// clock.c - what a goroutine knows of what others have done: vector clocks.
//
// A clock has a number for each slot, and goroutines have the slots (racer.c). It is a tree that is
// never changed once two clocks share it: a change copies the nodes on the way from the root.
// So what two clocks have in common exists once, and is not looked at when they are joined. With
// 100,000 goroutines that share a mutex an unlock copies five nodes.
//
// A missing node is all zeros. On g0, since it calls itself.
//
// built: unchecked
#include "replay/race.h"

#include "runtime/mem/mem.h"

enum { FanBits = 4, Fanout = 1 << FanBits, ChunkBytes = 256 << 10 };

struct Clock {
	uint32_t refs;
	uint32_t height; // of a leaf: 0
	union {
		uint32_t epoch[Fanout];
		Clock *child[Fanout];
	};
};

_Static_assert(offsetof(Clock, epoch) == 8, "a leaf is half of a node");

enum { LeafSize = 8 + Fanout * 4, InnerSize = sizeof(Clock) };

static Clock *freenodes[2]; // leaves, others; through child[0]
static struct {
	char *next, *end;
} fresh;

static void *freshnode(uintptr_t size)
{
	void *c;

	if (fresh.end - fresh.next < (intptr_t)size) {
		fresh.next = persistentalloc(ChunkBytes, PtrSize);
		fresh.end = fresh.next + ChunkBytes;
	}
	c = fresh.next;
	fresh.next += size;
	return c;
}

static Clock *newnode(uint32_t height)
{
	uintptr_t size = height == 0 ? LeafSize : InnerSize;
	Clock **list = &freenodes[height > 0], *c = *list;

	if (c)
		*list = c->child[0];
	else
		c = freshnode(size);
	__builtin_memset(c, 0, size);
	c->refs = 1;
	c->height = height;
	return c;
}

Clock *clockshare(Clock *c)
{
	if (c)
		c->refs++;
	return c;
}

void clockdrop(Clock *c)
{
	if (!c || --c->refs > 0)
		return;
	for (uint32_t i = 0; c->height > 0 && i < Fanout; i++)
		clockdrop(c->child[i]);
	c->child[0] = freenodes[c->height > 0];
	freenodes[c->height > 0] = c;
}

uint32_t clockat(const Clock *c, uint32_t slot)
{
	if (!c || (uint64_t)slot >> FanBits * (c->height + 1) != 0)
		return 0;
	while (c->height > 0) {
		c = c->child[slot >> FanBits * c->height & (Fanout - 1)];
		if (!c)
			return 0;
	}
	return c->epoch[slot & (Fanout - 1)];
}

// Returns c, or in its place a copy that is the caller's alone.
static Clock *own(Clock *c)
{
	Clock *copy;

	if (c->refs == 1)
		return c;
	copy = newnode(c->height);
	if (c->height == 0)
		__builtin_memcpy(copy->epoch, c->epoch, sizeof c->epoch);
	for (uint32_t i = 0; c->height > 0 && i < Fanout; i++)
		copy->child[i] = clockshare(c->child[i]);
	c->refs--;
	return copy;
}

static Clock *setbelow(Clock *c, uint32_t height, uint32_t slot, uint32_t epoch)
{
	Clock **child;

	c = c ? own(c) : newnode(height);
	if (height == 0) {
		c->epoch[slot & (Fanout - 1)] = epoch;
		return c;
	}
	child = &c->child[slot >> FanBits * height & (Fanout - 1)];
	*child = setbelow(*child, height - 1, slot, epoch);
	return c;
}

// Takes the place of c.
Clock *clockset(Clock *c, uint32_t slot, uint32_t epoch)
{
	if (!c)
		c = newnode(0);
	while ((uint64_t)slot >> FanBits * (c->height + 1) != 0) {
		Clock *top = newnode(c->height + 1);

		top->child[0] = c;
		c = top;
	}
	return setbelow(c, c->height, slot, epoch);
}

static Clock *joinleaves(Clock *a, Clock *b)
{
	bool isa = true, isb = true;
	Clock *c;

	for (uint32_t i = 0; i < Fanout; i++) {
		isa &= a->epoch[i] >= b->epoch[i];
		isb &= b->epoch[i] >= a->epoch[i];
	}
	if (isa || isb)
		return clockshare(isa ? a : b);
	c = newnode(0);
	for (uint32_t i = 0; i < Fanout; i++)
		c->epoch[i] = max(a->epoch[i], b->epoch[i]);
	return c;
}

// Is high, but with low joined below its first child.
static Clock *joinlower(Clock *high, Clock *low)
{
	Clock *first = clockjoin(high->child[0], low);
	Clock *c;

	if (first == high->child[0]) {
		clockdrop(first);
		return clockshare(high);
	}
	c = own(clockshare(high));
	clockdrop(c->child[0]);
	c->child[0] = first;
	return c;
}

// Returns a clock with the greater of each pair of numbers, and shares with both what it can.
Clock *clockjoin(Clock *a, Clock *b)
{
	bool isa = true, isb = true;
	Clock *c;

	if (a == b || !b)
		return clockshare(a);
	if (!a)
		return clockshare(b);
	if (a->height > b->height)
		return joinlower(a, b);
	if (a->height < b->height)
		return joinlower(b, a);
	if (a->height == 0)
		return joinleaves(a, b);
	c = newnode(a->height);
	for (uint32_t i = 0; i < Fanout; i++) {
		c->child[i] = clockjoin(a->child[i], b->child[i]);
		isa &= c->child[i] == a->child[i];
		isb &= c->child[i] == b->child[i];
	}
	if (!isa && !isb)
		return c;
	clockdrop(c);
	return clockshare(isa ? a : b);
}
