// tests/crash/stack_smashed.c - a function with a stack protector whose frame was overrun does not
// return.
// cflags: -fstack-protector-all
// hosted: not any: the C library reports it
// stderr: fatal error: stack smashing detected
// stderr: goroutine 1 [running]:
// exit: 2
#include <rt.h>

static __attribute__((noinline)) void overrun(size_t n)
{
	char text[16];

	for (size_t i = 0; i < n; i++)
		((volatile char *)text)[i] = 'x';
}

int rt_main(int argc, char **argv)
{
	size_t n = 40;

	(void)argc, (void)argv;
	__asm__("" : "+r"(n)); // the compiler must not know
	overrun(n);
	return 0;
}
