// bench/timers.c - N goroutines that sleep once each, 1 to 100 ms.
#include <sys/syscall.h>
#include <time.h>

#include "bench.h"
#include "late.h"

typedef struct {
	int64_t when, *late;
} Sleeper;

static rt_waitgroup wg;

static void sleeper(void *arg)
{
	const Sleeper *s = arg;
	int64_t start = rt_nanotime();

	rt_sleep(s->when);
	*s->late = rt_nanotime() - start - s->when;
	rt_waitgroup_done(&wg);
}

static int64_t cputime(void)
{
	struct timespec t;

	rt_syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * RT_SECOND + t.tv_nsec;
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 100000), start, cpu;
	Sleeper *s = rt_calloc((size_t)n, sizeof *s);
	int64_t *late = rt_calloc((size_t)n, sizeof *late);
	uint32_t lcg = 12345;

	for (int64_t i = 0; i < n; i++) {
		lcg = lcg * 1664525 + 1013904223;
		s[i].when = (1000 + (lcg >> 8) % 99000) * RT_MICROSECOND;
		s[i].late = &late[i];
	}
	rt_waitgroup_add(&wg, (int)n);
	start = rt_nanotime();
	cpu = cputime();
	for (int64_t i = 0; i < n; i++)
		rt_go(sleeper, &s[i]);
	rt_waitgroup_wait(&wg);
	metric("wall", (double)(rt_nanotime() - start) / 1e6, "ms");
	metric("cpu", (double)(cputime() - cpu) / 1e6, "ms");
	lateness(late, n);
	return 0;
}
