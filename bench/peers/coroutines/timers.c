// bench/peers/coroutines/timers.c - bench/timers.c. libdill's clock is one of milliseconds.
#include "coroutines.h"

#include "../../late.h"

typedef struct {
	int64_t when, late; // ns
} Sleeper;

static Group group;

COROUTINE(sleeper, Sleeper, s)
{
	int64_t begun = nanotime();

	nap(s->when);
	s->late = nanotime() - begun - s->when;
	leave(&group);
}

static int64_t cputime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int bench_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000), begun, cpu;
	Sleeper *s = calloc((size_t)n, sizeof *s);
	int64_t *late = calloc((size_t)n, sizeof *late);
	uint32_t lcg = 12345;
#ifndef NECO
	char *stacks = aligned_alloc(4096, (size_t)n * Stack);
#endif

	for (int64_t i = 0; i < n; i++) {
		lcg = lcg * 1664525 + 1013904223;
		s[i].when = (int64_t)(1000 + (lcg >> 8) % 99000) * 1000;
	}
	group_init(&group);
	begun = nanotime();
	cpu = cputime();
	for (int64_t i = 0; i < n; i++)
		many_in(&group, sleeper, &s[i], stacks + i * Stack);
	group_wait(&group);
	metric("wall", (double)(nanotime() - begun) / 1e6, "ms");
	metric("cpu", (double)(cputime() - cpu) / 1e6, "ms");
	for (int64_t i = 0; i < n; i++)
		late[i] = s[i].late;
	lateness(late, n);
	return 0;
}
