// bench/peers/mutex_pthread.c - bench/mutex.c with 8 threads and the C library's mutex.
#include "peer.h"

enum { Crowd = 8 };

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int64_t n, total;

static void add(int64_t times)
{
	for (int64_t i = 0; i < times; i++) {
		pthread_mutex_lock(&m);
		total++;
		pthread_mutex_unlock(&m);
	}
}

static void contend(int unused)
{
	(void)unused;
	add(n / Crowd);
}

static void alone(int unused)
{
	(void)unused;
	add(n);
}

static void measure(const char *name, int threads, void (*work)(int))
{
	int64_t start = nanotime();

	parallel(threads, work);
	metric(name, (double)(nanotime() - start) / (double)n, "ns");
}

int main(int argc, char **argv)
{
	n = count(argc, argv, 20000000);
	// On a thread: the library leaves out the locked instructions while there is only one.
	measure("uncontended", 1, alone);
	measure("contended8", Crowd, contend);
	return total != n + n / Crowd * Crowd;
}
