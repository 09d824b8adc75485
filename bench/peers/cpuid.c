// bench/peers/cpuid.c - what CPUID costs: virtual machines trap it.
#include <cpuid.h>

#include "peer.h"

int main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 1000), start = nanotime();
	unsigned a, b, c, d;

	for (int64_t i = 0; i < n; i++)
		__cpuid(0, a, b, c, d);
	metric("cpuid", (double)(nanotime() - start) / (double)n, "ns");
	return 0;
}
