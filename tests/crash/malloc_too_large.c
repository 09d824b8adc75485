// tests/crash/malloc_too_large.c - a size above PTRDIFF_MAX panics; one that the machine
// does not have is "out of memory".
// env: SIZE=max
// env: SIZE=more
// stderr~: ^(panic: runtime error: allocation size out of range|fatal error: runtime: out of memory)$
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	size_t n = PTRDIFF_MAX;

	(void)argc, (void)argv;
	if (rt_getenv("SIZE")[2] == 'r')
		n++;
	rt_malloc(n);
	return 0;
}
