// bench/peers/alloc_mimalloc.c - bench/alloc.c on threads, with mi_malloc and mi_free:
// GOMAXPROCS threads in place of goroutines on as many Ps.
#include <mimalloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { Slots = 4096, Batch = 256, MaxWorkers = 64 };

static long n;
static size_t low, high;
static int workers;

static inline uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(*seed >> 33);
}

static inline void *object(uint64_t *seed)
{
	size_t size = low == high ? low : low + next(seed) % (high - low + 1);
	char *p = mi_malloc(size);

	*p = 1;
	return p;
}

static void *churn(void *arg)
{
	uint64_t seed = (uintptr_t)arg + 12345;
	void **slot = mi_malloc(Slots * sizeof *slot);

	for (int i = 0; i < Slots; i++)
		slot[i] = object(&seed);
	for (long i = 0; i < n; i++) {
		void **s = &slot[next(&seed) % Slots];

		mi_free(*s);
		*s = object(&seed);
	}
	for (int i = 0; i < Slots; i++)
		mi_free(slot[i]);
	mi_free(slot);
	return NULL;
}

typedef struct {
	void *p[16][Batch];
	_Alignas(64) unsigned head;
	_Alignas(64) unsigned tail;
} Ring;
static Ring rings[MaxWorkers / 2];

static void *produce(void *arg)
{
	Ring *r = arg;
	uint64_t seed = 12345;

	for (long i = 0; i < n / Batch; i++) {
		unsigned t = r->tail;

		while (t - __atomic_load_n(&r->head, __ATOMIC_ACQUIRE) == 16)
			sched_yield();
		for (int k = 0; k < Batch; k++)
			r->p[t % 16][k] = object(&seed);
		__atomic_store_n(&r->tail, t + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void *consume(void *arg)
{
	Ring *r = arg;

	for (long i = 0; i < n / Batch; i++) {
		unsigned h = r->head;

		while (__atomic_load_n(&r->tail, __ATOMIC_ACQUIRE) == h)
			sched_yield();
		for (int k = 0; k < Batch; k++)
			mi_free(r->p[h % 16][k]);
		__atomic_store_n(&r->head, h + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static double nanotime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void measure(const char *name, size_t from, size_t to)
{
	pthread_t thread[MaxWorkers];
	double t;

	low = from;
	high = to;
	t = nanotime();
	for (intptr_t i = 0; i < workers; i++)
		pthread_create(&thread[i], NULL, churn, (void *)i);
	for (int i = 0; i < workers; i++)
		pthread_join(thread[i], NULL);
	printf("%s %.2f ns\n", name, (nanotime() - t) / (double)n);
}

static void remote(void)
{
	int pairs = (workers + 1) / 2;
	pthread_t thread[2 * MaxWorkers];
	double t;

	low = 16;
	high = 1024;
	t = nanotime();
	for (int i = 0; i < pairs; i++) {
		pthread_create(&thread[2 * i], NULL, produce, &rings[i]);
		pthread_create(&thread[2 * i + 1], NULL, consume, &rings[i]);
	}
	for (int i = 0; i < 2 * pairs; i++)
		pthread_join(thread[i], NULL);
	printf("remote %.2f ns\n", (nanotime() - t) / (double)n);
}

int main(int argc, char **argv)
{
	const char *procs = getenv("GOMAXPROCS");

	n = argc > 1 ? atol(argv[1]) : 10000000;
	workers = procs ? atoi(procs) : 2;
	measure("size16", 16, 16);
	measure("size64", 64, 64);
	measure("size256", 256, 256);
	measure("size1024", 1024, 1024);
	measure("mix16_1024", 16, 1024);
	remote();
	return 0;
}
