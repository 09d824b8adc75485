// tests/internal/semaroot.c - the queues of a semaphore root against plain lists.
//
// Promises: the waiters for an address are dequeued in order of arrival, those queued lifo
// first; one taken out of the middle is gone and the others stay in order; the tree is
// ordered by address, a heap by priority, and empty in the end.
#include "internal.h"
#include "runtime/sync/sync.h"

enum { Addresses = 60, Most = 400, Operations = 200000 };

static SemaRoot root;
static uint32_t address[Addresses];
static Sudog pool[Most];
static G owner[Most];

// The model: for each address the Sudogs in order.
static Sudog *line[Addresses][Most];
static int32_t length[Addresses];

static int32_t nodes;

static void checktree(Sudog *s, Sudog *parent, uintptr_t lo, uintptr_t hi)
{
	const Sudog *before = s;
	int32_t n = 1;

	if (!s)
		return;
	nodes++;
	check(s->parent == parent);
	check(s->priority & 1);
	check(!parent || parent->priority <= s->priority);
	check((uintptr_t)s->addr > lo && (uintptr_t)s->addr < hi);
	for (const Sudog *t = s->behind; t; t = t->behind, n++) {
		check(t->priority == 0 && t->prev == before && !t->next && !t->parent);
		check(t->addr == s->addr && !t->last);
		before = t;
	}
	check(s->last == (n > 1 ? before : NULL));
	equal(length[(const uint32_t *)s->addr - address], n);
	checktree(s->prev, s, lo, (uintptr_t)s->addr);
	checktree(s->next, s, (uintptr_t)s->addr, hi);
}

static void wellformed(void)
{
	int32_t n = 0;

	nodes = 0;
	checktree(root.treap, NULL, 0, UINTPTR_MAX);
	for (int i = 0; i < Addresses; i++)
		n += length[i] > 0;
	equal(nodes, n);
}

static void take(int a, int32_t at)
{
	for (length[a]--; at < length[a]; at++)
		line[a][at] = line[a][at + 1];
}

static void add(int a, Sudog *s, bool lifo)
{
	int32_t at = length[a]++;

	if (lifo) {
		for (; at > 0; at--)
			line[a][at] = line[a][at - 1];
	}
	line[a][at] = s;
	semqueue(&root, &address[a], s, lifo);
}

int rt_main(int nargs, char **args)
{
	int32_t nfree = Most;
	Sudog *unused[Most];

	(void)nargs, (void)args;
	for (int i = 0; i < Most; i++) {
		pool[i].g = &owner[i];
		unused[i] = &pool[i];
	}
	for (int op = 0; op < Operations; op++) {
		// Few addresses at one time, many at another.
		int a = (int)fastrandn(op / 1000 % 2 ? Addresses : 4);
		int32_t at;
		Sudog *s;

		switch (fastrandn(op / 5000 % 2 ? 3 : 5)) {
		case 0:
			s = semdequeue(&root, &address[a]);
			check(s == (length[a] > 0 ? line[a][0] : NULL));
			if (!s)
				break;
			check(s->success && s->g->param == s);
			check(!s->queued);
			take(a, 0);
			unused[nfree++] = s;
			break;
		case 1:
			if (length[a] == 0)
				break;
			at = (int32_t)fastrandn((uint32_t)length[a]);
			s = line[a][at];
			semunqueue(&root, s);
			check(!s->queued);
			take(a, at);
			unused[nfree++] = s;
			break;
		default:
			if (nfree > 0)
				add(a, unused[--nfree], fastrandn(4) == 0);
		}
		check(semwaits(&root, &address[a]) == (length[a] > 0));
		if (op % 64 == 0)
			wellformed();
	}
	for (int a = 0; a < Addresses; a++) {
		while (length[a] > 0) {
			check(semdequeue(&root, &address[a]) == line[a][0]);
			take(a, 0);
		}
	}
	check(!root.treap);
	return 0;
}
