// tests/programs/signals.c - rt_signal_notify: every signal that is caught is delivered, to all
// that want it, while they want it; then it does again what it did before.
// matrix: GOMAXPROCS=1,2,4
// hosted: not any: signals 32 and 33 are the C library's there
// arch: not qemu: it keeps some signals for itself
#include "../lib/test.h"

enum {
	SIGHUP = 1, SIGQUIT = 3, SIGILL = 4, SIGABRT = 6, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9,
	SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGTERM = 15, SIGCHLD = 17, SIGSTOP = 19,
	SIGTSTP = 20, SIGURG = 23, SIGWINCH = 28, SIGRTMIN = 34, SIGRTMAX = 64,
};

static void send(int sig)
{
	equal(rt_syscall(SYS_kill, rt_syscall(SYS_getpid), sig), 0);
}

static int received(rt_chan *c)
{
	int sig = -1;

	check(rt_chan_recv(c, &sig));
	return sig;
}

static void wrong_arguments(void)
{
	static const int not[] = { -1, 0, SIGKILL, SIGSTOP, SIGURG, 65, 1 << 30 };
	rt_chan *c = rt_chan_make(sizeof(int), 1), *big = rt_chan_make(64, 1);

	for (size_t i = 0; i < sizeof not / sizeof not[0]; i++)
		equal(rt_signal_notify(not[i], c), -EINVAL);
	equal(rt_signal_notify(SIGUSR1, NULL), -EINVAL);
	equal(rt_signal_notify(SIGUSR1, big), -EINVAL);
	rt_signal_stop(NULL);
	rt_signal_stop(c);
	rt_chan_free(c);
	rt_chan_free(big);
}

static void all_signals(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 4);

	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		if (sig == SIGKILL || sig == SIGSTOP || sig == SIGURG)
			continue;
		equal(rt_signal_notify(sig, c), 0);
		send(sig);
		equal(received(c), sig);
		equal(rt_chan_len(c), 0);
	}
	rt_signal_stop(c);
	rt_chan_free(c);
}

static void two_channels(void)
{
	rt_chan *a = rt_chan_make(sizeof(int), 4), *b = rt_chan_make(sizeof(int), 4);

	rt_signal_notify(SIGUSR1, a);
	rt_signal_notify(SIGUSR2, a);
	rt_signal_notify(SIGUSR1, b);
	rt_signal_notify(SIGUSR1, b); // twice is once
	send(SIGUSR1);
	equal(received(a), SIGUSR1);
	equal(received(b), SIGUSR1);
	send(SIGUSR2);
	equal(received(a), SIGUSR2);
	equal(rt_chan_len(b), 0);
	rt_signal_stop(a);
	send(SIGUSR1);
	send(SIGUSR2); // swallowed
	equal(received(b), SIGUSR1);
	equal(rt_chan_len(a), 0);
	rt_signal_stop(b);
	send(SIGUSR1);
	nothing_within(RT_MILLISECOND);
	equal(rt_chan_len(a), 0);
	equal(rt_chan_len(b), 0);
	rt_chan_free(a);
	rt_chan_free(b);
}

// Those from 34 on the kernel queues; it coalesces the others.
static void none_is_lost(void)
{
	enum { Times = 1000 };
	rt_chan *c = rt_chan_make(sizeof(int), 64 * Times);
	int counts[65] = { 0 };

	for (int sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		rt_signal_notify(sig, c);
	for (int i = 0; i < Times; i++) {
		send(SIGRTMIN + i % 31);
		counts[SIGRTMIN + i % 31]++;
	}
	for (int i = 0; i < Times; i++)
		counts[received(c)]--;
	rt_signal_stop(c);
	for (int sig = 0; sig <= 64; sig++)
		equal(counts[sig], 0);
	rt_chan_free(c);
}

static void dropped_when_full(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);

	rt_signal_notify(SIGUSR1, c);
	for (int i = 0; i < 10; i++)
		send(SIGUSR1);
	while (rt_chan_len(c) == 0)
		rt_gosched();
	rt_signal_stop(c);
	equal(rt_chan_len(c), 1);
	rt_chan_free(c);
}

// From sender: signals until told to stop.
static volatile bool stop;

static void sends(void *wg)
{
	while (!stop) {
		send(SIGUSR1);
		rt_gosched();
	}
	rt_waitgroup_done(wg);
}

static void nothing_after_stop(void)
{
	rt_waitgroup wg = { 0 };

	rt_waitgroup_add(&wg, 2);
	stop = false;
	rt_go(sends, &wg);
	rt_go(sends, &wg);
	for (int i = 0; i < 200; i++) {
		rt_chan *c = rt_chan_make(sizeof(int), 100000);
		size_t n;

		rt_signal_notify(SIGUSR1, c);
		equal(received(c), SIGUSR1);
		rt_signal_stop(c);
		n = rt_chan_len(c);
		for (int k = 0; k < 20; k++)
			rt_gosched();
		equal(rt_chan_len(c), n);
		rt_chan_free(c);
	}
	stop = true;
	rt_waitgroup_wait(&wg);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	wrong_arguments();
	two_channels();
	all_signals();
	none_is_lost();
	dropped_when_full();
	nothing_after_stop();
	while (rt_num_goroutine() > 1) // the runtime's do not count; the senders are ending
		rt_gosched();
	return 0;
}
