// bench/peers/alloc_mimalloc.c - bench/alloc.c on threads, with mi_malloc and mi_free.
#include <mimalloc.h>
#include <sched.h>

#include "peer.h"

static inline void *allocate(size_t size)
{
	return mi_malloc(size);
}

static inline void release(void *p)
{
	mi_free(p);
}

static inline void yield(void)
{
	sched_yield();
}

#include "../alloc.h"

int main(int argc, char **argv)
{
	measure_all(count(argc, argv, 10000000));
	return 0;
}
