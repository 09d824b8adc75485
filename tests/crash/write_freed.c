// tests/crash/write_freed.c - in a debug build a write to a free object is found when it is
// used again: by whom had it, or by an overrun of its neighbour.
// env: HOW=late
// env: HOW=overrun
// stderr~: ^fatal error: write to a free object: 0x[0-9a-f]+, class 3 \(64 bytes\)$
// exit: 2
// variants: debug stress
#include <rt.h>

int rt_main(int argc, char **argv)
{
	char *p[3];

	(void)argc, (void)argv;
	for (int i = 0; i < 3; i++)
		p[i] = rt_malloc(64);
	for (int i = 0; i < 3; i++)
		if (p[i] + 64 == p[(i + 1) % 3] && rt_getenv("HOW")[0] == 'o') {
			rt_free(p[(i + 1) % 3]);
			__builtin_memset(p[i], 0, 65);
			rt_malloc(64);
		}
	rt_free(p[1]);
	*(volatile char *)p[1] = 1;
	for (int i = 0; i < 1000; i++)
		rt_malloc(64);
	return 0;
}
