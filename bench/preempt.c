// bench/preempt.c - N sleeps of 1 ms beside a goroutine in a loop without calls: how late
// the sleeper wakes, and what that costs the loop, against a sleeper of 100 ms.
#include <time.h>

#include "bench.h"
#include "late.h"

static volatile uint64_t turns; // of the loop
static volatile bool stop;
static rt_waitgroup wg;

static void hog(void *arg)
{
	(void)arg;
	while (!stop)
		turns++;
	rt_waitgroup_done(&wg);
}

// The processor time that this process has used.
static int64_t cputime(void)
{
	enum { ClockGettime = 228 };
	struct timespec t;

	rt_syscall(ClockGettime, CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * RT_SECOND + t.tv_nsec;
}

// Turns in a nanosecond of processor time while the sleeper sleeps n times d.
static double rate(int64_t n, rt_duration d, int64_t *late)
{
	uint64_t from = turns;
	int64_t cpu = cputime();

	for (int64_t i = 0; i < n; i++) {
		int64_t start = rt_nanotime();

		rt_sleep(d);
		if (late)
			late[i] = rt_nanotime() - start - d;
	}
	return (double)(turns - from) / (double)(cputime() - cpu);
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 2000);
	int64_t *late = rt_malloc((size_t)n * sizeof *late);
	double alone, together;

	rt_waitgroup_add(&wg, 1);
	rt_go(hog, NULL);
	alone = rate(n / 100 + 1, 100 * RT_MILLISECOND, NULL);
	together = rate(n, RT_MILLISECOND, late);
	stop = true;
	rt_waitgroup_wait(&wg);

	lateness(late, n);
	metric("loop_loss", 100 * (1 - together / alone), "%");
	rt_free(late);
	return 0;
}
