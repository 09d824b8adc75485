// tests/programs/musl_errno.c - with musl: rt_cgocall returns errno as its function left it,
// and errno belongs to the goroutine, on whatever thread it continues.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { Goroutines = 64, Rounds = 500 };

static rt_waitgroup all;

static void open_none(void *arg)
{
	equal(open(arg, O_RDONLY), -1);
}

static void both(void *arg)
{
	equal(close(-1), -1);
	equal(rt_cgocall(open_none, arg), ENOENT);
}

// errno before and after it may have changed threads, in one function: the compiler assumes
// that the address does not change.
static void own(int i)
{
	static const int numbers[] = { EAGAIN, ENOENT, ERANGE, ETIMEDOUT, EXDEV };
	int mine = numbers[i % 5];

	errno = mine;
	for (int n = 0; n < 5; n++) {
		rt_gosched();
		equal(errno, mine);
		for (volatile int spin = 0; spin < 100; spin++)
			;
		equal(errno, mine);
	}
	switch (i % 3) {
	case 0:
		equal(close(-1), -1);
		rt_gosched();
		equal(errno, EBADF);
		break;
	case 1:
		strtol("99999999999999999999", NULL, 10);
		rt_gosched();
		equal(errno, ERANGE);
		break;
	case 2:
		equal(rt_cgocall(open_none, "/nowhere"), ENOENT);
		equal(errno, mine);
		break;
	}
}

static void run(void *arg)
{
	for (int i = 0; i < Rounds; i++)
		own((int)(intptr_t)arg + i);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(rt_cgocall(open_none, "/nowhere"), ENOENT);
	equal(rt_cgocall(nothing, NULL), 0);
	equal(rt_cgocall(open_none, "/proc/self/mem/x"), ENOTDIR);
	equal(rt_cgocall(both, "/nowhere"), ENOENT);
	rt_waitgroup_add(&all, Goroutines);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(run, (void *)i);
	rt_waitgroup_wait(&all);
	return 0;
}
