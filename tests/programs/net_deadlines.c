// tests/programs/net_deadlines.c - many deadlines.
//
// Promises: a million that move back, or on, or are taken back and set again cost no memory; nor
// do those of a hundred thousand descriptors, one after the other. Though others move them
// during the wait, and whatever descriptor had the number before, a read ends with -ETIMEDOUT,
// not before the earliest that was set and soon after the last.
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

enum { Workers = 8, Rounds = 150 };

static int64_t memory(void)
{
	struct rt_memstats m;

	rt_memstats(&m);
	return (int64_t)(m.heap + m.other);
}

static void manymoves(void)
{
	int64_t far = rt_nanotime() + 3600 * RT_SECOND, before;
	int p[2];

	equal(rt_pipe(p), 0);
	before = memory();
	for (int i = 0; i < 500000; i++)
		equal(rt_set_deadline(p[1], 0, far - (int64_t)i * RT_MICROSECOND), 0);
	for (int i = 0; i < 500000; i++)
		equal(rt_set_deadline(p[0], far + (int64_t)i * RT_MICROSECOND, 0), 0);
	for (int i = 0; i < 200000; i++)
		equal(rt_set_deadline(p[0], i & 1 ? far : 0, 0), 0);
	check(memory() - before < 1 << 20);
	rt_close(p[0]);
	rt_close(p[1]);
}

static void manydescriptors(void)
{
	int64_t before = memory();
	int p[2];

	for (int i = 0; i < 50000; i++) {
		equal(rt_pipe(p), 0);
		rt_set_deadline(p[0], rt_nanotime() + 3600 * RT_SECOND, 0);
		rt_set_deadline(p[1], 0, rt_nanotime() + 3600 * RT_SECOND);
		rt_close(p[0]);
		rt_close(p[1]);
	}
	check(memory() - before < 2 << 20);
}

// ---- moved by another ----------------------------------------------------------------------

typedef struct {
	int fd;
	int64_t earliest, last;
	rt_waitgroup done;
} Moves;

static void move(void *arg)
{
	Moves *m = arg;
	uint64_t seed = (uint64_t)rt_nanotime() | 1;

	for (int i = 0; i < 8; i++) {
		uint64_t r = next_random(&seed);
		int64_t when = rt_nanotime() + (int64_t)(r % 3000) * RT_MICROSECOND;

		if (i < 7 && r >> 20 & 1)
			when = (r >> 21 & 1) ? 0 : when + 3600 * RT_SECOND;
		if (when != 0 && when < m->earliest)
			m->earliest = when;
		rt_set_deadline(m->fd, when, 0);
		m->last = when;
		if (r >> 22 & 1)
			rt_gosched();
	}
	rt_waitgroup_done(&m->done);
}

static void reader(void *arg)
{
	for (int round = 0; round < Rounds; round++) {
		Moves m = { .earliest = INT64_MAX };
		int64_t end;
		int p[2];
		char c;

		equal(rt_pipe(p), 0);
		m.fd = p[0];
		rt_waitgroup_add(&m.done, 1);
		rt_go(move, &m);
		equal(rt_read(p[0], &c, 1), -ETIMEDOUT);
		end = rt_nanotime();
		rt_waitgroup_wait(&m.done);
		check(end >= m.earliest);
		check(end - m.last < 10 * RT_SECOND);
		rt_close(p[round & 1]);
		rt_close(p[!(round & 1)]);
	}
	rt_waitgroup_done(arg);
}

int rt_main(int argc, char **argv)
{
	static rt_waitgroup readers;

	(void)argc, (void)argv;
	manymoves();
	manydescriptors();
	rt_waitgroup_add(&readers, Workers);
	for (int i = 0; i < Workers; i++)
		rt_go(reader, &readers);
	rt_waitgroup_wait(&readers);
	return 0;
}
