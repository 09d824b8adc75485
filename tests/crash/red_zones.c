// tests/crash/red_zones.c - in a debug build a byte written before or behind an object is found:
// when it is freed, by rt_memstats, when rt_main returns, when the memory is used again; in
// small and large objects.
// The error says where the object was allocated.
// env: WHEN=free AT=100 SIZE=100
// env: WHEN=free AT=-1 SIZE=100
// env: WHEN=free AT=115 SIZE=100
// env: WHEN=free AT=64 SIZE=64
// env: WHEN=free AT=0 SIZE=0
// env: WHEN=free AT=-16 SIZE=1
// env: WHEN=free AT=100000 SIZE=100000
// env: WHEN=free AT=-1 SIZE=100000
// env: WHEN=free AT=32768 SIZE=32768
// env: WHEN=realloc AT=100 SIZE=100
// env: WHEN=stats AT=100 SIZE=100
// env: WHEN=stats AT=-1 SIZE=100
// env: WHEN=stats AT=100000 SIZE=100000
// env: WHEN=stats AT=-1 SIZE=100000
// env: WHEN=later AT=100 SIZE=100
// env: WHEN=end AT=100 SIZE=100
// env: WHEN=end AT=100000 SIZE=100000
// stderr~: ^fatal error: write outside of an object: byte (-1|-16|0|64|100|115|32768|100000) of 0x[0-9a-f]+, which has (0|1|64|100|32768|100000) bytes\nallocated by goroutine 1:\nrt_main\(\.\.\.\)\n\t.*\n(freed by goroutine 1:\nrt_main\(\.\.\.\)\n\t.*\n)?\ngoroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include "../lib/test.h"

static int64_t integer(const char *text)
{
	return *text == '-' ? -number(text + 1) : number(text);
}

int rt_main(int argc, char **argv)
{
	const char *when = rt_getenv("WHEN");
	size_t size = (size_t)number(rt_getenv("SIZE"));
	volatile char *p = rt_malloc(size), *at = p + integer(rt_getenv("AT"));
	struct rt_memstats m;

	(void)argc, (void)argv;
	if (same(when, "later"))
		rt_free((void *)(uintptr_t)p);
	*at = *at + 1;
	if (same(when, "free"))
		rt_free((void *)(uintptr_t)p);
	else if (same(when, "realloc"))
		rt_realloc((void *)(uintptr_t)p, size + 1000);
	else if (same(when, "stats"))
		rt_memstats(&m);
	for (int i = 0; i < 1000 && same(when, "later"); i++)
		rt_malloc(size);
	return 0;
}
