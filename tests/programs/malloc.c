// tests/programs/malloc.c - objects keep their contents, on whatever P they are
// allocated and freed.
//
// Promises: objects are aligned to 16 and as large as asked for; live objects of 0 to
// 200 KB never overlap; rt_realloc keeps the contents, growing and shrinking; rt_calloc
// zeroes reused memory, too; objects are freed by other goroutines than they came from.
// matrix: GOMAXPROCS=1,2,4
// stdout: sizes ok
// stdout: calloc ok
// stdout: realloc ok
// stdout: churn ok
// stdout: handover ok
#include "../lib/rounds.h"

enum {
	Slots = 500, // live objects of each churning goroutine
	Churns = 6000,
	Workers = 4,
	Messages = 20000, // from each sender
};

typedef struct {
	unsigned char *p;
	size_t n;
	uint64_t seed; // of the contents
} Block;

static void check(bool ok, const char *what, size_t n)
{
	if (ok)
		return;
	rt_printf("FAIL %s: %zu\n", what, n);
	rt_exit(1);
}

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

// 0 to 200 KB; as often small as large.
static size_t randomsize(uint64_t *seed)
{
	static const size_t limit[] = { 200, 4000, 40000, 200000 };
	uint64_t r = next(seed);

	return (r >> 8) % (limit[r % 4] + 1);
}

static unsigned char byteat(const Block *b, size_t i)
{
	return (unsigned char)(b->seed + i * 7 + (i >> 8));
}

static void fill(Block *b, uint64_t seed)
{
	b->seed = seed;
	for (size_t i = 0; i < b->n; i++)
		b->p[i] = byteat(b, i);
}

static void verify(const Block *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(b->p[i] == byteat(b, i), "contents of an object of", b->n);
}

static void checkshape(const void *p, size_t n)
{
	check(p != NULL, "an object of", n);
	check((uintptr_t)p % 16 == 0, "alignment of an object of", n);
	check(rt_malloc_usable_size(p) >= n, "usable size of an object of", n);
}

// The whole usable size can be written without harm to the neighbours.
static void sizes(void)
{
	static Block b[2000];

	for (size_t i = 0; i < 2000; i++) {
		size_t n = i < 1000 ? i : i * i / 20;

		b[i].p = rt_malloc(n);
		checkshape(b[i].p, n);
		b[i].n = rt_malloc_usable_size(b[i].p);
		fill(&b[i], i);
	}
	for (size_t i = 0; i < 2000; i++) {
		verify(&b[i], b[i].n);
		rt_free(b[i].p);
	}
	rt_free(NULL);
	check(rt_malloc_usable_size(NULL) == 0, "usable size of NULL", 0);
	rt_printf("sizes ok\n");
}

static void dirty(size_t n)
{
	void *p[20];

	for (int i = 0; i < 20; i++) {
		p[i] = rt_malloc(n);
		__builtin_memset(p[i], 0xa5, n);
	}
	for (int i = 0; i < 20; i++)
		rt_free(p[i]);
}

static void zeroes(void)
{
	for (size_t n = 1; n < 300000; n += n / 3 + 1) {
		unsigned char *p[20];

		dirty(n);
		for (int i = 0; i < 20; i++) {
			p[i] = rt_calloc(n, 1);
			checkshape(p[i], n);
			for (size_t k = 0; k < n; k++)
				check(p[i][k] == 0, "zeroes in an object of", n);
		}
		for (int i = 0; i < 20; i++)
			rt_free(p[i]);
	}
	rt_free(rt_calloc(0, 100));
	rt_free(rt_calloc(100, 0));
	rt_printf("calloc ok\n");
}

static void resize(Block *b, size_t n)
{
	size_t kept = n < b->n ? n : b->n;

	b->p = rt_realloc(b->p, n);
	checkshape(b->p, n);
	verify(b, kept);
	b->n = n;
	fill(b, b->seed + 1);
}

static void reallocs(void)
{
	Block b = { 0 };

	for (size_t n = 1; n < 1000; n += 7)
		resize(&b, n);
	for (size_t n = 1000; n < 2000000; n += n / 2)
		resize(&b, n);
	for (size_t n = b.n; n > 0; n -= n / 5 + 1)
		resize(&b, n);
	resize(&b, 0);
	rt_free(b.p);
	rt_printf("realloc ok\n");
}

static void churnone(Block *b, uint64_t *seed)
{
	if (!b->p) {
		b->n = randomsize(seed);
		b->p = rt_malloc(b->n);
		checkshape(b->p, b->n);
		fill(b, *seed);
	} else if (*seed & 1) {
		resize(b, randomsize(seed));
	} else {
		verify(b, b->n);
		rt_free(b->p);
		b->p = NULL;
	}
}

static rt_waitgroup done;

// Yields now and then, to continue on another P.
static void churner(void *arg)
{
	uint64_t seed = (uintptr_t)arg;
	Block *b = rt_calloc(Slots, sizeof *b);

	for (int i = 0, n = rounds(Churns); i < n; i++) {
		churnone(&b[next(&seed) % Slots], &seed);
		if (i % 64 == 0)
			rt_gosched();
	}
	for (int i = 0; i < Slots; i++) {
		if (b[i].p)
			verify(&b[i], b[i].n);
		rt_free(b[i].p);
	}
	rt_free(b);
	rt_waitgroup_done(&done);
}

static void churn(void)
{
	rt_waitgroup_add(&done, Workers);
	for (uintptr_t i = 1; i <= Workers; i++)
		rt_go(churner, (void *)(i * 0x9e3779b97f4a7c15));
	rt_waitgroup_wait(&done);
	rt_printf("churn ok\n");
}

static rt_chan *blocks;

static void sender(void *arg)
{
	uint64_t seed = (uintptr_t)arg;

	for (int i = 0, n = rounds(Messages); i < n; i++) {
		Block b = { .n = i % 1000 == 0 ? 100000 : next(&seed) % 1500 };

		b.p = rt_malloc(b.n);
		fill(&b, seed);
		rt_chan_send(blocks, &b);
	}
	rt_waitgroup_done(&done);
}

static void receiver(void *arg)
{
	size_t *count = arg;
	Block b;

	while (rt_chan_recv(blocks, &b)) {
		verify(&b, b.n);
		rt_free(b.p);
		++*count;
	}
	rt_waitgroup_done(&done);
}

static void handover(void)
{
	static size_t count[Workers];
	size_t all = 0;

	blocks = rt_chan_make(sizeof(Block), 100);
	rt_waitgroup_add(&done, Workers);
	for (uintptr_t i = 0; i < Workers; i++)
		rt_go(sender, (void *)(i + 1));
	for (int i = 0; i < Workers; i++)
		rt_go(receiver, &count[i]);
	rt_waitgroup_wait(&done); // the receivers run until the channel is closed
	rt_waitgroup_add(&done, Workers);
	rt_chan_close(blocks);
	rt_waitgroup_wait(&done);
	for (int i = 0; i < Workers; i++)
		all += count[i];
	check(all == (size_t)(Workers * rounds(Messages)), "objects handed over", all);
	rt_chan_free(blocks);
	rt_printf("handover ok\n");
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	sizes();
	zeroes();
	reallocs();
	churn();
	handover();
	return 0;
}
