// tests/programs/cgocallback.c - a function that rt_cgocall runs may call all of rt.h, on 100
// goroutines at once: it parks, locks, recovers, is preempted, calls rt_cgocall within; while
// the world stops, too. Then its goroutine continues where it was.
// matrix: GOMAXPROCS=1,2,4
// timeout: 120
#include "cgocallback.h"

static void sort(int *row, int n, void *job)
{
	for (int i = 1; i < n; i++) {
		for (int k = i; k > 0 && before(row[k], row[k - 1], job); k--) {
			int v = row[k];

			row[k] = row[k - 1];
			row[k - 1] = v;
		}
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	all_callbacks();
	return 0;
}
