// tests/programs/morestack_park.c - goroutines park on the segment and on the small
// stack, are preempted on both, and continue there on another thread with their frames intact.
// matrix: GOMAXPROCS=1,2,4
#include "../lib/morestack.h"

enum { Goroutines = 12, Rounds = 12, Spins = 3000 };

static rt_chan *ball;
static _Atomic(int64_t) moves; // resumed on another thread

// Down past the boundary, parking on the way down, at the bottom and on the way up.
static NOINLINE double descend(int depth, int64_t a, int64_t b, int64_t c, int64_t d,
                               int64_t e, int64_t f, int64_t g, double x)
{
	volatile char frame[48];
	int64_t thread = gettid(), token = 0;
	double r = x;

	for (int i = 0; i < 48; i++)
		frame[i] = (char)(depth + i);
	if (depth % 7 == 3)
		rt_gosched();
	if (depth % 11 == 5) {
		rt_chan_send(ball, &a);
		rt_chan_recv(ball, &token);
	}
	if (depth > 0)
		r = descend(depth - 1, b, c, d, e, f, g, a, x + 1) + (double)(a - a);
	for (int i = 0; i < Spins / 10; i++)
		step();
	if (depth % 11 == 7)
		rt_sleep(10 * RT_MICROSECOND);
	if (gettid() != thread)
		moves++;
	for (int i = 0; i < 48; i++)
		equal(frame[i], (char)(depth + i));
	return r;
}

// On the segment, with memory of its own.
static NOINLINE double with_array(int64_t n, int depth)
{
	volatile char array[n];
	double r;

	for (int64_t i = 0; i < n; i++)
		array[i] = (char)(i + depth);
	r = descend(depth, 1, 2, 3, 4, 5, 6, 7, 0.5);
	for (int64_t i = 0; i < n; i++)
		equal(array[i], (char)(i + depth));
	return r;
}

static void player(void *unused)
{
	(void)unused;
	for (int i = 0; i < Rounds; i++) {
		check(descend(40, 1, 2, 3, 4, 5, 6, 7, 0.5) == 40.5);
		check(with_array(opaque(1000 + 16 * i), i) == i + 0.5);
		check(with_array(opaque(16 * i + 16), 30) == 30.5);
	}
	rt_waitgroup_done(&workers);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	ball = rt_chan_make(sizeof(int64_t), Goroutines / 2);
	rt_waitgroup_add(&workers, Goroutines);
	rt_go(nap, NULL);
	for (int i = 0; i < Goroutines; i++)
		rt_go(player, NULL);
	rt_waitgroup_wait(&workers);
	// The kernel may have given us one processor only, but not one thread for all that.
	if (rt_gomaxprocs(0) > 1 && rt_num_cpu() > 1)
		check(moves > 0);
	return 0;
}
