// bench/alloc.c - rt_malloc and rt_free: one goroutine for each P, N allocations each, over
// 4096 live slots that are replaced in random order.
//
//	size16 size64 size256 size1024 mix16_1024  ns for a free and an allocation
//	remote                                     the same, allocated by one, freed by another
//
// bench/peers/alloc_mimalloc.c is the same program on threads.
#include <rt.h>

enum { Slots = 4096, Batch = 256, MaxWorkers = 64 };

static long n;
static size_t low, high; // sizes, both included
static rt_waitgroup done;

static inline uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(*seed >> 33);
}

static inline void *object(uint64_t *seed)
{
	size_t size = low == high ? low : low + next(seed) % (high - low + 1);
	char *p = rt_malloc(size);

	*p = 1;
	return p;
}

static void churn(void *arg)
{
	uint64_t seed = (uintptr_t)arg + 12345;
	void **slot = rt_malloc(Slots * sizeof *slot);

	for (int i = 0; i < Slots; i++)
		slot[i] = object(&seed);
	for (long i = 0; i < n; i++) {
		void **s = &slot[next(&seed) % Slots];

		rt_free(*s);
		*s = object(&seed);
	}
	for (int i = 0; i < Slots; i++)
		rt_free(slot[i]);
	rt_free(slot);
	rt_waitgroup_done(&done);
}

// Batches that are on the way: a ring with one writer and one reader.
typedef struct {
	void *p[16][Batch];
	_Alignas(64) unsigned head;
	_Alignas(64) unsigned tail;
} Ring;
static Ring rings[MaxWorkers / 2];

static void produce(void *arg)
{
	Ring *r = arg;
	uint64_t seed = 12345;

	for (long i = 0; i < n / Batch; i++) {
		unsigned t = r->tail;

		while (t - __atomic_load_n(&r->head, __ATOMIC_ACQUIRE) == 16)
			rt_gosched();
		for (int k = 0; k < Batch; k++)
			r->p[t % 16][k] = object(&seed);
		__atomic_store_n(&r->tail, t + 1, __ATOMIC_RELEASE);
	}
	rt_waitgroup_done(&done);
}

static void consume(void *arg)
{
	Ring *r = arg;

	for (long i = 0; i < n / Batch; i++) {
		unsigned h = r->head;

		while (__atomic_load_n(&r->tail, __ATOMIC_ACQUIRE) == h)
			rt_gosched();
		for (int k = 0; k < Batch; k++)
			rt_free(r->p[h % 16][k]);
		__atomic_store_n(&r->head, h + 1, __ATOMIC_RELEASE);
	}
	rt_waitgroup_done(&done);
}

static void measure(const char *name, size_t from, size_t to)
{
	int workers = rt_gomaxprocs(0);
	int64_t t;

	low = from;
	high = to;
	rt_waitgroup_add(&done, workers);
	t = rt_nanotime();
	for (intptr_t i = 0; i < workers; i++)
		rt_go(churn, (void *)i);
	rt_waitgroup_wait(&done);
	rt_printf("%s %.2f ns\n", name, (double)(rt_nanotime() - t) / (double)n);
}

static void remote(void)
{
	int pairs = (rt_gomaxprocs(0) + 1) / 2;
	int64_t t;

	low = 16;
	high = 1024;
	rt_waitgroup_add(&done, 2 * pairs);
	t = rt_nanotime();
	for (int i = 0; i < pairs; i++) {
		rt_go(produce, &rings[i]);
		rt_go(consume, &rings[i]);
	}
	rt_waitgroup_wait(&done);
	rt_printf("remote %.2f ns\n", (double)(rt_nanotime() - t) / (double)n);
}

int rt_main(int argc, char **argv)
{
	n = 10000000;
	if (argc > 1) {
		n = 0;
		for (const char *s = argv[1]; *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (*s - '0');
	}
	measure("size16", 16, 16);
	measure("size64", 64, 64);
	measure("size256", 256, 256);
	measure("size1024", 1024, 1024);
	measure("mix16_1024", 16, 1024);
	remote();
	return 0;
}
