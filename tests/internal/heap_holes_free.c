// tests/internal/heap_holes_free.c - a pointer into a mapping that the heap has grown past is
// not an object's, and rt_free says so.
// stderr~: ^fatal error: free of a pointer that was not allocated: 0x[0-9a-f]+, not in the heap$
// exit: 2
#include "internal.h"

#include "runtime/mem/mheap.h"

enum { Foreign = 1 << 20, Enough = 100 << 20 };

int rt_main(int argc, char **argv)
{
	uintptr_t end = mheap.base + (mheap.reserved << PageShift);

	(void)argc, (void)argv;
	equal(rt_syscall(__NR_mmap, end, Foreign, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE,
	                 -1, 0),
	      end);
	rt_free(rt_malloc(Enough));
	check(mheap.holepages > 0);
	rt_free((void *)(end + PageShift));
	return 0;
}
