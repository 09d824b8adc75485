// bench/peers/alloc_glibc.c - bench/alloc.c on threads, with the C library's malloc.
#include <sched.h>

#include "peer.h"

static inline void *allocate(size_t size)
{
	return malloc(size);
}

static inline void release(void *p)
{
	free(p);
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
