// tests/crash/go_copy_too_large.c - 2008 bytes of arguments are too many.
// env: SIZE=2008
// env: SIZE=1000000000000
// env: SIZE=18446744073709551615
// stderr: fatal error: newproc: function arguments too large for new goroutine
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	static char args[2008];
	size_t size = 0;

	(void)argc, (void)argv;
	for (const char *p = rt_getenv("SIZE"); *p; p++)
		size = size * 10 + (size_t)(*p - '0');
	rt_go_copy(nothing, args, size);
	return 0;
}
