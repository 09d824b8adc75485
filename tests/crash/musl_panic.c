// tests/crash/musl_panic.c - with musl, a panic in a function that the C library calls. The
// report shows it and the creator of the goroutine; what printf has kept is lost, and the
// handlers of atexit do not run.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// stderr: panic: compared
// stderr~: \Apanic: compared\n\ngoroutine ([2-9]|[1-9][0-9]+) \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?compare\(\.\.\.\)\n\t/.*\/musl_panic\.c:[0-9]+ \+0x[0-9a-f]+\n(.*\n)*created by rt_main in goroutine 1\n
// stdout~: \A\Z
// exit: 2
#include <rt.h>

#include <stdio.h>
#include <stdlib.h>

static void never(void)
{
	puts("a handler ran");
	fflush(stdout);
}

static int compare(const void *a, const void *b)
{
	if (*(const int *)a == *(const int *)b)
		return 0;
	rt_panic("compared");
}

static void sorter(void *arg)
{
	int v[] = { 3, 1, 2 };

	qsort(v, 3, sizeof v[0], compare);
	*(int *)arg = v[0];
}

int rt_main(int argc, char **argv)
{
	(void)argv;
	atexit(never);
	setvbuf(stdout, NULL, _IOFBF, 4096);
	printf("kept\n");
	rt_go(sorter, &argc);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
