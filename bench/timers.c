// bench/timers.c - N goroutines that sleep once each, 1 to 100 ms.
#include "bench.h"

#include <sys/syscall.h>

typedef struct {
	int64_t when, late;
} Sleeper;

static rt_waitgroup wg;

static void sleeper(void *arg)
{
	Sleeper *s = arg;
	int64_t start = rt_nanotime();

	rt_sleep(s->when);
	s->late = rt_nanotime() - start - s->when;
	rt_waitgroup_done(&wg);
}

static int64_t cputime(void)
{
	int64_t ts[2];

	rt_syscall(SYS_clock_gettime, 2 /* CLOCK_PROCESS_CPUTIME_ID */, ts);
	return ts[0] * 1000000000 + ts[1];
}

// Heap sort by lateness.
static void sift(Sleeper *s, int64_t i, int64_t n)
{
	int64_t v = s[i].late;

	for (int64_t c; (c = 2 * i + 1) < n; i = c) {
		if (c + 1 < n && s[c + 1].late > s[c].late)
			c++;
		if (s[c].late <= v)
			break;
		s[i].late = s[c].late;
	}
	s[i].late = v;
}

static void sort(Sleeper *s, int64_t n)
{
	for (int64_t i = n / 2; i-- > 0;)
		sift(s, i, n);
	while (n-- > 1) {
		int64_t v = s[n].late;

		s[n].late = s[0].late;
		s[0].late = v;
		sift(s, 0, n);
	}
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000), start, cpu;
	Sleeper *s = rt_calloc((size_t)n, sizeof *s);
	uint32_t lcg = 12345;

	for (int64_t i = 0; i < n; i++) {
		lcg = lcg * 1664525 + 1013904223;
		s[i].when = (1000 + (lcg >> 8) % 99000) * RT_MICROSECOND;
	}
	rt_waitgroup_add(&wg, (int)n);
	start = rt_nanotime();
	cpu = cputime();
	for (int64_t i = 0; i < n; i++)
		rt_go(sleeper, &s[i]);
	rt_waitgroup_wait(&wg);
	metric("wall", (double)(rt_nanotime() - start) / 1e6, "ms");
	metric("cpu", (double)(cputime() - cpu) / 1e6, "ms");
	sort(s, n);
	metric("late_p50", (double)s[n / 2].late / 1e3, "us");
	metric("late_p99", (double)s[n * 99 / 100].late / 1e3, "us");
	return 0;
}
