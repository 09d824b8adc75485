// tests/programs/test_older.c - what a goroutine from before rt_test waits for is on its way: no time is
// skipped until it has come, whether it waits for a descriptor or in a system call. Not so in the replay build:
// what blocks in the kernel is real time, which a seed does not decide.
// stdout: ok
// variants: release debug stress hosted coverage
// matrix: GOMAXPROCS=1,2,4
#include "../lib/test.h"

enum { Rounds = 200 };

static const int64_t Hour = 3600 * RT_SECOND;

// An echo, which answers on a channel.
typedef struct {
	int ends[2];
	rt_chan *answers;
} Echo;

static void reads(void *arg)
{
	Echo *e = arg;
	char c;

	while (rt_read(e->ends[0], &c, 1) == 1)
		rt_chan_send(e->answers, &c);
}

static void calls(void *arg)
{
	Echo *e = arg;
	char c;

	while (rt_syscall(SYS_read, e->ends[0], &c, 1) == 1)
		rt_chan_send(e->answers, &c);
}

static void asks(void *arg)
{
	Echo *e = arg;

	for (int i = 0; i < Rounds; i++) {
		char c = (char)i, answer;

		equal(rt_syscall(SYS_write, e->ends[1], &c, 1), 1);
		equal(rt_chan_recv_until(e->answers, &answer, rt_nanotime() + Hour), 1);
		equal(answer, c);
	}
}

// Nothing comes: then it is skipped, too.
static void sleeps(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		rt_sleep(Hour);
}

int rt_main(int argc, char **argv)
{
	Echo waits, blocks;

	(void)argc, (void)argv;
	equal(rt_pipe(waits.ends), 0);
	equal(rt_syscall(SYS_pipe2, blocks.ends, 0), 0);
	waits.answers = rt_chan_make(1, 0);
	blocks.answers = rt_chan_make(1, 0);
	rt_go(reads, &waits);
	rt_go(calls, &blocks);
	equal(rt_test(asks, &waits), 0);
	equal(rt_test(asks, &blocks), 0);
	equal(rt_test(sleeps, NULL), 0);
	rt_printf("ok\n");
	return 0;
}
