// tests/check/secure.c - a program that says what it sees of its surroundings, and panics.
#include "../test.h"

#include <fcntl.h>

// The word of the auxiliary vector, behind the environment.
static uint64_t auxiliary(char **argv, int argc, uint64_t tag)
{
	uint64_t *p = (uint64_t *)(argv + argc + 1);

	while (*p++)
		;
	while (p[0] && p[0] != tag)
		p += 2;
	return p[1];
}

int rt_main(int argc, char **argv)
{
	enum { AtSecure = 23 };
	int fd = rt_open("/dev/zero", O_RDONLY, 0);

	rt_printf("secure %d, Ps %d, next descriptor %d\n",
	          (int)auxiliary(argv, argc, AtSecure), rt_gomaxprocs(0), fd);
	rt_panic("here");
}
