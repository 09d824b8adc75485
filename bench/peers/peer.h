// peer.h - what bench.h gives to workloads, for programs of an ordinary C library; and
// threads, as many as GOMAXPROCS says, in place of goroutines.
#ifndef PEER_H
#define PEER_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// The first argument, or normally.
static inline int64_t count(int argc, char **argv, int64_t normally)
{
	int64_t n = argc > 1 ? atoll(argv[1]) : 0;

	return n > 0 ? n : normally;
}

static inline void metric(const char *name, double value, const char *unit)
{
	printf("%s %.2f %s\n", name, value, unit);
}

static inline int64_t nanotime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int procs(void)
{
	const char *value = getenv("GOMAXPROCS");
	int n = value ? atoi(value) : 0;

	return n > 0 ? n : 2;
}

typedef struct {
	pthread_t thread;
	void (*work)(int);
	int i;
} Worker;

static inline void *run(void *arg)
{
	Worker *w = arg;

	w->work(w->i);
	return NULL;
}

// Calls work(0) ... work(n - 1), each on a thread of its own, and waits for them.
static inline void parallel(int n, void (*work)(int))
{
	Worker *w = calloc((size_t)n, sizeof *w);

	for (int i = 0; i < n; i++) {
		w[i].work = work;
		w[i].i = i;
		if (pthread_create(&w[i].thread, NULL, run, &w[i]) != 0)
			abort();
	}
	for (int i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
	free(w);
}

#endif
