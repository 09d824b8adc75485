// tests/programs/segments.c - what a goroutine has needed for deep calls it gives back when
// it waits on its small stack: 10,000 that wait, each of which was in a frame of 10 KiB, have
// less than 80 MiB together. Those that wait inside such a frame keep what is in it.
//
//	segments [N]	N of these (default 500): each has a segment
// matrix: GOMAXPROCS=1,2,4
// compilers: gcc
// hosted: not any: all goroutines start on segments there
// arch: not arm64: a goroutine begins on its segment, and stays there
#include "../lib/test.h"

enum { Many = 10000, Inside = 500, Rounds = 3, Frame = 10 << 10, MostPages = 80 << 8 };

static rt_chan *gate;
static rt_waitgroup arrived, over;

// Pages in memory.
static int64_t resident(void)
{
	int fd = rt_open("/proc/self/statm", 0, 0);
	char text[64];
	const char *p = text;
	int64_t n = 0;

	check(rt_read(fd, text, sizeof text) > 0);
	rt_close(fd);
	while (*p++ != ' ')
		;
	for (; *p != ' '; p++)
		n = n * 10 + (*p - '0');
	return n;
}

static void await(void)
{
	rt_waitgroup_done(&arrived);
	check(!rt_chan_recv(gate, NULL)); // until it is closed
}

// Waits with the frame in use, if it shall.
static __attribute__((noinline)) void deep(intptr_t i, bool inside)
{
	volatile intptr_t frame[Frame / sizeof(intptr_t)];

	for (intptr_t j = 0; j < (intptr_t)(sizeof frame / sizeof *frame); j++)
		frame[j] = i ^ j;
	if (inside)
		await();
	for (intptr_t j = 0; j < (intptr_t)(sizeof frame / sizeof *frame); j++)
		equal(frame[j], i ^ j);
}

static void wait_outside(void *arg)
{
	deep((intptr_t)arg, false);
	await();
	deep((intptr_t)arg, false);
	rt_waitgroup_done(&over);
}

static void wait_inside(void *arg)
{
	deep((intptr_t)arg, true);
	deep((intptr_t)arg, false);
	rt_waitgroup_done(&over);
}

static void start(rt_func *fn, int n)
{
	gate = rt_chan_make(0, 0);
	rt_waitgroup_add(&arrived, n);
	rt_waitgroup_add(&over, n);
	for (intptr_t i = 0; i < n; i++)
		rt_go(fn, (void *)i);
	rt_waitgroup_wait(&arrived);
}

static void finish(void)
{
	rt_chan_close(gate);
	rt_waitgroup_wait(&over);
}

int rt_main(int argc, char **argv)
{
	int64_t inside = argument(argc, argv, Inside);

	for (int i = 0; i < Rounds; i++) {
		start(wait_outside, Many);
		// Dead goroutines keep their small stacks: many would hide the others.
		if (resident() > MostPages && (i == 0 || inside <= Inside))
			equal(resident(), MostPages);
		finish();
		start(wait_inside, (int)inside);
		finish();
	}
	return 0;
}
