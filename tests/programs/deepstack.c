// tests/programs/deepstack.c - 60 MiB of stack may be used by any goroutine, also in
// frames of 1 MiB, and the frames keep their contents.
// env: GOMAXPROCS=1
// env: GOMAXPROCS=4
#include "../lib/test.h"

enum { Small = 4096, Mib = 1 << 20, Deep = 60 * Mib };

static rt_waitgroup all;

// Frames of about Small bytes. Returns how many there are.
static __attribute__((noinline)) int64_t descend(int depth)
{
	volatile char frame[Small - 64];
	int64_t below = 0;

	frame[0] = frame[sizeof frame - 1] = (char)depth;
	if (depth > 1)
		below = descend(depth - 1);
	equal(frame[0], (char)depth);
	equal(frame[sizeof frame - 1], (char)depth);
	return below + 1;
}

static __attribute__((noinline)) int64_t descend_far(int depth)
{
	volatile char frame[Mib];
	int64_t below = 0;

	frame[0] = frame[Mib - 1] = (char)depth;
	rt_gosched();
	if (depth > 1)
		below = descend_far(depth - 1);
	equal(frame[0], (char)depth);
	equal(frame[Mib - 1], (char)depth);
	return below + 1;
}

static void use_stack(void *arg)
{
	(void)arg;
	equal(descend(Deep / Small), Deep / Small);
	equal(descend_far(50), 50);
	rt_waitgroup_done(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_waitgroup_add(&all, 4);
	use_stack(NULL);
	for (int i = 0; i < 3; i++)
		rt_go(use_stack, NULL);
	rt_waitgroup_wait(&all);
	return 0;
}
