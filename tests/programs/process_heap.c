// tests/programs/process_heap.c - a start takes as long with half a gigabyte in use as without:
// fork would copy the tables of all that memory.
// timeout: 120
// stdout: ok
// arch: not qemu: a child copies the memory there
#include "../lib/test.h"

enum { Size = 512 << 20, Page = 4096 };

static int64_t best_start(void)
{
	char *args[] = { "true", NULL };
	int64_t best = INT64_MAX;

	for (int i = 0; i < 100; i++) {
		int64_t began = rt_nanotime(), took;
		rt_process *p;

		equal(rt_process_start(&p, "/bin/true", args, NULL), 0);
		took = rt_nanotime() - began;
		best = took < best ? took : best;
		equal(rt_process_wait(p, NULL), 0);
	}
	return best;
}

int rt_main(int argc, char **argv)
{
	int64_t before = best_start(), after = 0;
	char *m = rt_malloc(Size);

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < Size; i += Page)
		m[i] = 1;
	for (int i = 0; i < 10; i++) { // the machine may be busy
		after = best_start();
		if (after < 2 * before)
			break;
	}
	if (after >= 2 * before)
		rt_printf("%d us before, %d after\n", (int)(before / 1000), (int)(after / 1000));
	rt_free(m);
	rt_printf("ok\n");
	return 0;
}
