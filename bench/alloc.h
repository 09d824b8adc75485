// alloc.h - what alloc.c and its peers allocate: a worker for each processor, N allocations
// each, over 4096 live slots that are replaced in random order.
//
//	size16 size64 size256 size1024 mix16_1024  ns for a free and an allocation
//	remote                                     ns, if another worker frees the memory
//
// The file that includes it has defined
//
//	void *allocate(size_t size)
//	void release(void *p)
//	void yield(void)                           the other side of remote has to run
//	void parallel(int n, void (*work)(int))    work(0) ... work(n - 1) at the same time
//	int procs(void)
//
// and nanotime() and metric().
#ifndef ALLOC_H
#define ALLOC_H

#include <stddef.h>
#include <stdint.h>

enum { Slots = 4096, Batch = 256, Depth = 16, MaxWorkers = 64 };

static int64_t n;
static size_t low, high; // sizes, both included

static inline uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(*seed >> 33);
}

static inline void *object(uint64_t *seed)
{
	size_t size = low == high ? low : low + next(seed) % (high - low + 1);
	char *p = allocate(size);

	*p = 1;
	return p;
}

static void churn(int worker)
{
	uint64_t seed = (uint64_t)worker + 12345;
	void **slot = allocate(Slots * sizeof *slot);

	for (int i = 0; i < Slots; i++)
		slot[i] = object(&seed);
	for (int64_t i = 0; i < n; i++) {
		void **s = &slot[next(&seed) % Slots];

		release(*s);
		*s = object(&seed);
	}
	for (int i = 0; i < Slots; i++)
		release(slot[i]);
	release(slot);
}

// Batches that are on the way: a ring with one writer and one reader.
typedef struct {
	void *p[Depth][Batch];
	_Alignas(64) unsigned head;
	_Alignas(64) unsigned tail;
} Ring;
static Ring rings[MaxWorkers / 2];

static void produce(Ring *r)
{
	uint64_t seed = 12345;

	for (int64_t i = 0; i < n / Batch; i++) {
		unsigned t = r->tail;

		while (t - __atomic_load_n(&r->head, __ATOMIC_ACQUIRE) == Depth)
			yield();
		for (int k = 0; k < Batch; k++)
			r->p[t % Depth][k] = object(&seed);
		__atomic_store_n(&r->tail, t + 1, __ATOMIC_RELEASE);
	}
}

static void consume(Ring *r)
{
	for (int64_t i = 0; i < n / Batch; i++) {
		unsigned h = r->head;

		while (__atomic_load_n(&r->tail, __ATOMIC_ACQUIRE) == h)
			yield();
		for (int k = 0; k < Batch; k++)
			release(r->p[h % Depth][k]);
		__atomic_store_n(&r->head, h + 1, __ATOMIC_RELEASE);
	}
}

static void pass(int worker)
{
	if (worker % 2 == 0)
		produce(&rings[worker / 2]);
	else
		consume(&rings[worker / 2]);
}

static void measure(const char *name, size_t from, size_t to, int workers, void (*work)(int))
{
	int64_t start = nanotime();

	low = from;
	high = to;
	parallel(workers, work);
	metric(name, (double)(nanotime() - start) / (double)n, "ns");
}

static void measure_all(int64_t allocations)
{
	int workers = procs() < MaxWorkers ? procs() : MaxWorkers;

	n = allocations;
	measure("size16", 16, 16, workers, churn);
	measure("size64", 64, 64, workers, churn);
	measure("size256", 256, 256, workers, churn);
	measure("size1024", 1024, 1024, workers, churn);
	measure("mix16_1024", 16, 1024, workers, churn);
	measure("remote", 16, 1024, (workers + 1) / 2 * 2, pass);
}

#endif
