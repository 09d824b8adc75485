// bench/startup_hello.c - a program that says one thing. bench/peers/spawner.c measures it.
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_printf("hello, world\n");
	return 0;
}
