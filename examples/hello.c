// examples/hello.c - the smallest program.
//
//	tools/rtcc examples/hello.c -o hello && ./hello
//
// There is no main and no C library: the runtime starts at the ELF entry, brings up
// its scheduler and calls rt_main on the main goroutine.

#include <rt.h>

int
rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rt_printf("hello, world\n");
	return 0;
}
