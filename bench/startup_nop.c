// bench/startup_nop.c - a program that does nothing. bench/peers/spawner.c measures it.
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}
