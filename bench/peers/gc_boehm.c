// bench/peers/gc_boehm.c - bench/gc.c with Boehm's collector.
#include <gc.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "peer.h"

static inline void *allocate(size_t size)
{
	return GC_MALLOC(size);
}

#include "../collect.h"

int main(int argc, char **argv)
{
	bool named = argc > 1 && (argv[1][0] < '0' || argv[1][0] > '9');
	char what = named ? argv[1][0] : 't';
	int64_t n = count(argc - named, argv + named, 0);
	struct rusage u;

	GC_INIT();
	if (n <= 0)
		n = what == 't' ? 18 : what == 'l' ? 20000000 : 5000000;
	if (what == 't')
		trees(n);
	else
		what == 'l' ? list(n) : cache(n);
	getrusage(RUSAGE_SELF, &u);
	metric("cpu", (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	              (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3, "ms");
	metric("longest", (double)longest / 1e6, "ms");
	metric("peak_rss", (double)u.ru_maxrss / 1024, "MiB");
	return 0;
}
