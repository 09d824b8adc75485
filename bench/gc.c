// bench/gc.c - the collector: gc [trees|list|cache] [N].
#include <sys/resource.h>
#include <sys/syscall.h>

#include "bench.h"
#include "status.h"

static inline void *allocate(size_t size)
{
	return rt_gc_alloc(size);
}

static inline int64_t nanotime(void)
{
	return rt_nanotime();
}

#include "collect.h"

// Of the process, in ms.
static double cpu(void)
{
	struct rusage u;

	rt_syscall(SYS_getrusage, RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

int rt_main(int argc, char **argv)
{
	bool named = argc > 1 && (argv[1][0] < '0' || argv[1][0] > '9');
	char what = named ? argv[1][0] : 't';
	int64_t n = count(argc - named, argv + named, 0);

	if (what == 't')
		trees(n ? n : 18);
	else
		what == 'l' ? list(n ? n : 20000000) : cache(n ? n : 5000000);
	metric("cpu", cpu(), "ms");
	metric("longest", (double)longest / 1e6, "ms");
	metric("peak_rss", status("VmHWM:") / (1 << 20), "MiB");
	return 0;
}
