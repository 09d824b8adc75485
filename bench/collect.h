// collect.h - workloads for collectors, for ours and Boehm's. The includer has allocate(size), zeroed, and
// nanotime().
//
//	trees   complete binary trees that are dropped, beside a large one that stays
//	list    queues of nodes that are dropped at one end as they grow at the other
//	cache   a table of a million objects that are replaced in random order
#ifndef COLLECT_H
#define COLLECT_H

// The longest time between two of the allocations that look at the clock: about the longest stop.
static int64_t before, longest;

static inline void look(void)
{
	int64_t now = nanotime();

	if (before != 0 && now - before > longest)
		longest = now - before;
	before = now;
}

static inline void *node(size_t size)
{
	static uint32_t n;

	if (n++ % 64 == 0)
		look();
	return allocate(size);
}

typedef struct Tree Tree;
struct Tree {
	Tree *left, *right;
};

static Tree *tree(int depth)
{
	Tree *t = node(sizeof *t);

	if (depth > 0) {
		t->left = tree(depth - 1);
		t->right = tree(depth - 1);
	}
	return t;
}

static int64_t nodes(const Tree *t)
{
	return t->left ? 1 + nodes(t->left) + nodes(t->right) : 1;
}

static int64_t trees(int64_t depth)
{
	Tree *volatile stays = tree((int)depth);
	int64_t sum = nodes(tree((int)depth + 1));

	for (int64_t d = 4; d <= depth; d += 4) {
		for (int64_t i = 0; i < (int64_t)1 << (depth - d + 4); i++)
			sum += nodes(tree((int)d));
	}
	return sum + nodes(stays);
}

typedef struct Link Link;
struct Link {
	Link *next;
	uint64_t value[3];
};

static int64_t list(int64_t n)
{
	enum { Live = 100000 };
	static Link *first, *last;
	int64_t sum = 0;

	for (int64_t i = 0; i < n; i++) {
		Link *l = node(sizeof *l);

		l->value[0] = (uint64_t)i;
		if (last)
			last->next = l;
		else
			first = l;
		last = l;
		if (i >= Live) {
			sum += (int64_t)first->value[0];
			first = first->next;
		}
	}
	return sum;
}

typedef struct {
	uint64_t value[8];
} Entry;

static int64_t cache(int64_t n)
{
	enum { Entries = 1 << 20 };
	static Entry **table;
	uint64_t seed = 1;
	int64_t sum = 0;

	table = node(Entries * sizeof *table);
	for (int64_t i = 0; i < n; i++) {
		Entry **e;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		e = &table[seed % Entries];
		if (*e)
			sum += (int64_t)(*e)->value[3];
		*e = node(sizeof **e);
		(*e)->value[3] = (uint64_t)i;
	}
	return sum;
}

#endif
