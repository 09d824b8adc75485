// tests/crash/double_free.c - freeing an object a second time is fatal, although others
// were freed in between and nothing has written to it.
// stderr: fatal error: free of a free object
// exit: 2
#include <rt.h>

int rt_main(int argc, char **argv)
{
	void *p[100];

	(void)argc, (void)argv;
	for (int i = 0; i < 100; i++)
		p[i] = rt_malloc(64);
	for (int i = 0; i < 100; i++)
		rt_free(p[i]);
	rt_free(p[50]);
	return 0;
}
