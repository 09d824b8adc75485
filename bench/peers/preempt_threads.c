// bench/peers/preempt_threads.c - bench/preempt.c with threads: how late a sleep of 1 ms
// ends beside a thread that computes.
#include "peer.h"
#include "../late.h"

static volatile uint64_t turns;
static volatile int stop;
static int64_t n;

static void doze(void)
{
	int64_t *late = malloc((size_t)n * sizeof *late);
	const struct timespec ms = { .tv_nsec = 1000000 };

	for (int64_t i = 0; i < n; i++) {
		int64_t start = nanotime();

		nanosleep(&ms, NULL);
		late[i] = nanotime() - start - ms.tv_nsec;
	}
	stop = 1;
	lateness(late, n);
	free(late);
}

static void work(int worker)
{
	if (worker == 0) {
		doze();
		return;
	}
	while (!stop)
		turns++;
}

int main(int argc, char **argv)
{
	n = count(argc, argv, 2000);
	parallel(2, work);
	return 0;
}
