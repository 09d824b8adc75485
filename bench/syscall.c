// bench/syscall.c - getpid N times, bare and by rt_syscall.
#include "bench.h"

enum { Getpid = 39 };

static int64_t raw(void)
{
	int64_t r;

	__asm__ volatile("syscall" : "=a"(r) : "a"((int64_t)Getpid) : "rcx", "r11", "memory");
	return r;
}

int rt_main(int argc, char **argv)
{
	int64_t n = count(argc, argv, 5000000), start;

	start = rt_nanotime();
	for (int64_t i = 0; i < n; i++)
		raw();
	metric("raw_getpid", (double)(rt_nanotime() - start) / (double)n, "ns");
	start = rt_nanotime();
	for (int64_t i = 0; i < n; i++)
		rt_syscall(Getpid);
	metric("managed_getpid", (double)(rt_nanotime() - start) / (double)n, "ns");
	return 0;
}
