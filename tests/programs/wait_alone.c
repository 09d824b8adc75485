// tests/programs/wait_alone.c - rt_wait_alone returns when the others have ended, and names those
// that have not.
// stdout: ok
// matrix: GOMAXPROCS=1,2,4
// repeat: 3
#include "../lib/waiting.h"

enum { Many = 300, Generations = 200 };

static rt_chan *gate;

static void passes(void *passed)
{
	rt_chan_recv(gate, NULL);
	__atomic_store_n((bool *)passed, true, __ATOMIC_RELAXED); // the call above needs a frame
}

// Each starts the next and ends: at no time is the first alone, but hardly ever are there two.
static void generation(void *left)
{
	if ((intptr_t)left > 1)
		rt_go(generation, (void *)((intptr_t)left - 1));
	else
		rt_chan_close(gate);
}

static void sleeps(void *until)
{
	rt_sleep_until(*(int64_t *)until);
}

static void *tasks(void *arg)
{
	return arg;
}

// Returns what rt_wait_alone has written to a pipe.
static const char *written(int64_t when, int result)
{
	static char text[1 << 18];
	int fd[2];
	int64_t n;

	equal(rt_pipe(fd), 0);
	equal(rt_syscall(SYS_fcntl, fd[1], 1031 /* F_SETPIPE_SZ */, 1 << 18), 1 << 18);
	equal(rt_wait_alone(when, fd[1]), result);
	rt_close(fd[1]);
	for (n = 0; n < (int64_t)sizeof text - 1;) {
		int64_t r = rt_read(fd[0], text + n, sizeof text - 1 - (size_t)n);

		if (r <= 0)
			break;
		n += r;
	}
	text[n] = 0;
	rt_close(fd[0]);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	while ((text = find(text, what))) {
		text++;
		n++;
	}
	return n;
}

int rt_main(int argc, char **argv)
{
	static int64_t until;
	static bool passed;
	const char *text;

	(void)argc;
	(void)argv;
	equal(rt_wait_alone(0, 2), 0); // it is alone: the deadline does not matter
	gate = rt_chan_make(0, 0);
	for (int i = 0; i < Many; i++)
		rt_go(passes, &passed);
	equal(rt_wait_alone(0, -1), -ETIMEDOUT);
	await_in(Many, "chan receive");
	text = written(rt_nanotime() + RT_MILLISECOND, -ETIMEDOUT);
	equal(count(text, "\ngoroutine "), Many - 1);
	equal(starts_with(text, "goroutine "), 1);
	equal(count(text, " [chan receive]:\n"), Many);
	equal(count(text, "\npasses(...)\n"), Many);
	equal(count(text, "\ncreated by rt_main in goroutine 1\n"), Many);

	rt_go(generation, (void *)(intptr_t)Generations);
	equal(rt_wait_alone(INT64_MAX, 2), 0);
	equal(rt_num_goroutine(), 1);
	check(passed);
	check(!rt_chan_recv(gate, NULL)); // the last generation has ended

	until = rt_nanotime() + 20 * RT_MILLISECOND;
	rt_go(sleeps, &until);
	equal(rt_wait_alone(INT64_MAX, 2), 0);
	check(rt_nanotime() >= until);

	rt_detach(rt_spawn(tasks, NULL));
	equal(*written(INT64_MAX, 0), 0); // nothing to say
	rt_printf("ok\n");
	return 0;
}
