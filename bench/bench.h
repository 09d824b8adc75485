// bench.h - what every workload needs: its N, and its line of output.
#ifndef BENCH_H
#define BENCH_H

#include <rt.h>

// The first argument, or normally.
static inline int64_t count(int argc, char **argv, int64_t normally)
{
	int64_t n = 0;

	if (argc < 2)
		return normally;
	for (const char *p = argv[1]; *p >= '0' && *p <= '9'; p++)
		n = 10 * n + (*p - '0');
	return n > 0 ? n : normally;
}

static inline void metric(const char *name, double value, const char *unit)
{
	rt_printf("%s %.2f %s\n", name, value, unit);
}

#endif
