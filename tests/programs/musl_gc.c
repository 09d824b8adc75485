// tests/programs/musl_gc.c - with a C library, what its malloc has given out keeps objects of
// rt_gc_alloc alive, like its data and a thread's.
// cflags: --musl
// arch: not qemu: the pages that it shows as present are the emulator's
// env: GODEBUG=clobberfree=1
// hosted: not any: nothing is collected there
#include "../lib/test.h"

#include <stdlib.h>

static uint64_t **small, **large;
static __thread uint64_t *local;

static __attribute__((noinline)) uint64_t *make(uint64_t value)
{
	uint64_t *p = rt_gc_alloc(64);

	p[7] = value;
	return p;
}

static __attribute__((noinline)) void fill(void)
{
	small = malloc(10 * sizeof *small);
	large = malloc(1 << 20);
	small[9] = make(1);
	large[100000] = make(2);
	local = make(3);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	fill();
	for (int i = 0; i < 3; i++)
		rt_gc();
	equal(small[9][7], 1);
	equal(large[100000][7], 2);
	equal(local[7], 3);
	rt_printf("ok\n");
	return 0;
}
