// tests/hosted/norace_io.c - what descriptors, processes, signals, timers, contexts and groups order
// is no race.
// sanitizer: thread
// stdout: fine
// matrix: GOMAXPROCS=1,4
#include <rt.h>

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static int shared[32];
static int pipes[2][2];
static rt_ctx *ctx;
static rt_chan *ch;

static void *writes(void *arg)
{
	rt_iovec v = { "x", 1 };

	(void)arg;
	shared[0] = 1;
	rt_writev(pipes[0][1], &v, 1);
	return NULL;
}

static void *copies(void *arg)
{
	return (void *)(intptr_t)rt_copy(pipes[1][1], pipes[0][0], (intptr_t)arg);
}

static void *sends(void *arg)
{
	shared[1] = 1;
	rt_send_to(*(int *)arg, "x", 1, NULL);
	return NULL;
}

static void *kills(void *arg)
{
	(void)arg;
	shared[2] = 1;
	rt_syscall(SYS_kill, getpid(), SIGUSR1);
	return NULL;
}

static void fires(void *arg)
{
	++*(int *)arg;
	rt_chan_send(ch, NULL);
}

static void *cancels(void *arg)
{
	(void)arg;
	shared[4] = 1;
	rt_ctx_cancel(ctx);
	return NULL;
}

static int member(void *arg)
{
	(void)arg;
	shared[6]++; // one at a time
	return 0;
}

static int fails(void *arg)
{
	(void)arg;
	shared[7] = 1;
	return -1;
}

static int waits(void *arg)
{
	rt_chan_recv(rt_ctx_done(arg), NULL);
	return shared[7] == 1 ? 0 : -2;
}

static void *waiter(void *arg)
{
	(void)arg;
	return (void *)(intptr_t)(rt_wait(pipes[0][0], RT_READABLE, INT64_MAX) > 0 && shared[8] == 1);
}

static void check(bool ok, int line)
{
	if (!ok)
		rt_panic("line %d", line);
}
#define check(ok) check(ok, __LINE__)

int rt_main(int argc, char **argv)
{
	rt_chan *signals = rt_chan_make(sizeof(int), 1);
	rt_task *t[2];
	rt_timer *timer;
	rt_group *g;
	char c, text[64];
	int udp, to, sig;

	(void)argc, (void)argv;
	rt_pipe(pipes[0]);
	rt_pipe(pipes[1]);
	ch = rt_chan_make(0, 0);

	t[0] = rt_spawn(copies, (void *)1);
	t[1] = rt_spawn(writes, NULL);
	check(rt_read(pipes[1][0], &c, 1) == 1 && shared[0] == 1);
	shared[0] = 2;
	check(rt_join(t[0]) == (void *)1);
	rt_join(t[1]);

	udp = rt_listen("udp", "127.0.0.1:0");
	rt_local_address(udp, text, sizeof text);
	to = rt_dial("udp", text);
	t[0] = rt_spawn(sends, &to);
	check(rt_recv_message(udp, &(rt_message){ .buf = &c, .n = 1 }) == 0 && shared[1] == 1);
	rt_join(t[0]);

	rt_signal_notify(SIGUSR1, signals);
	t[0] = rt_spawn(kills, NULL);
	check(rt_chan_recv(signals, &sig) && sig == SIGUSR1 && shared[2] == 1);
	rt_join(t[0]);

	shared[3] = 1;
	timer = rt_timer_func(RT_MICROSECOND, 0, fires, &shared[3]);
	rt_chan_recv(ch, NULL);
	check(shared[3] == 2);
	shared[3] = 3;
	rt_timer_reset(timer, RT_MICROSECOND, 0);
	rt_chan_recv(ch, NULL);
	check(shared[3] == 4);
	rt_timer_free(timer);

	ctx = rt_ctx_with_cancel(rt_ctx_background());
	rt_ctx_bind(ctx, udp);
	t[0] = rt_spawn(cancels, NULL);
	check(rt_recv_from(udp, &c, 1, NULL) < 0 && shared[4] == 1);
	rt_join(t[0]);
	rt_ctx_free(ctx);

	g = rt_group_new(rt_ctx_background());
	rt_group_limit(g, 1);
	for (int i = 0; i < 20; i++)
		rt_group_go(g, member, NULL);
	check(rt_group_wait(g) == 0 && shared[6] == 20);
	g = rt_group_new(rt_ctx_background());
	rt_group_go(g, waits, rt_group_ctx(g));
	rt_group_go(g, fails, NULL);
	check(rt_group_wait(g) == -1);

	t[0] = rt_spawn(waiter, NULL);
	shared[8] = 1;
	rt_write(pipes[0][1], "x", 1);
	check(rt_join(t[0]));
	rt_printf("fine\n");
	return 0;
}
