// tests/programs/cpu_options.c - what GODEBUG cannot deny or allow of the processor is said, and
// costs nothing else.
// env: GODEBUG=cpu.nosuch=on,cpu.all,cpu.all=perhaps,asyncpreemptoff=1
// stdout: it runs
// stderr: GODEBUG: unknown cpu feature "nosuch"
// stderr: GODEBUG: no value specified for "cpu.all"
// stderr: GODEBUG: value "perhaps" not supported for cpu option "all"
#include <rt.h>

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_printf("it runs\n");
	return 0;
}
