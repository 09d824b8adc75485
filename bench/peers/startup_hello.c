// bench/peers/startup_hello.c - bench/startup_hello.c for a C library, linked statically.
#include <stdio.h>

int main(void)
{
	puts("hello, world");
	return 0;
}
