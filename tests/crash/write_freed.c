// tests/crash/write_freed.c - in a debug build a write to a free object is found when its
// memory is used again, and by rt_memstats; the error says where it was allocated and where
// freed. An object that was never allocated is free, too.
// env: HOW=again
// env: HOW=stats
// env: HOW=never
// stderr~: ^fatal error: write to a free object: 0x[0-9a-f]+, (64 bytes\nallocated by goroutine 1:\nmake\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\nfreed by goroutine 1:\nunmake\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\n\n|never allocated\n\n)goroutine 1 \[running\]:$
// exit: 2
// variants: debug stress
#include <rt.h>

static int made;

// Not by a jump to rt_malloc, which would leave no trace of it.
static __attribute__((noipa)) char *make(void)
{
	char *p = rt_malloc(64);

	made++;
	return p;
}

static __attribute__((noipa)) void unmake(char *p)
{
	rt_free(p);
	made--;
}

int rt_main(int argc, char **argv)
{
	struct rt_memstats m;
	char *p = make();

	(void)argc, (void)argv;
	switch (rt_getenv("HOW")[0]) {
	case 'n': // far behind it, in its span
		for (int i = 0; i < 16; i++)
			((volatile uint64_t *)(p + 2048))[i] = 1;
		break;
	case 's':
		unmake(p);
		*(volatile char *)(p + 63) = 1;
		rt_memstats(&m);
		return 0;
	default:
		unmake(p);
		*(volatile char *)(p + 63) = 1;
	}
	for (int i = 0; i < 1000; i++)
		make();
	return 0;
}
