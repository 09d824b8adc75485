// tests/check/inject_work.c - a program that uses a little of everything and checks what comes
// back: what inject.py lets fail. Every error that a function returns is one line on standard
// error, and status 3; a result that is wrong without an error is status 4.
#include <rt.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

enum { Workers = 8, Rounds = 20, Bytes = 100000 };

static rt_mutex mu;
static rt_waitgroup all;
static int total, listener;
static volatile bool stop;

static int64_t good(int64_t r, const char *what)
{
	if (r < 0) {
		rt_eprintf("failed: %s: %s\n", what, rt_strerror((int)r));
		rt_exit(3);
	}
	return r;
}

static void sure(bool ok, const char *what)
{
	if (!ok) {
		rt_eprintf("wrong: %s\n", what);
		rt_exit(4);
	}
}

static int deep(int n)
{
	volatile char frame[500];

	frame[0] = (char)n;
	return n == 0 ? 0 : deep(n - 1) + 1 + frame[0] - (char)n;
}

static void worker(void *arg)
{
	for (int i = 0; i < Rounds; i++) {
		rt_mutex_lock(&mu);
		total++;
		rt_mutex_unlock(&mu);
		rt_gosched();
	}
	sure(deep(100) == 100, "deep");
	rt_chan_send(arg, NULL);
}

static void goroutines(void)
{
	rt_chan *c = rt_chan_make(0, 0);

	for (int i = 0; i < Workers; i++)
		rt_go(worker, c);
	for (int i = 0; i < Workers; i++)
		rt_chan_recv(c, NULL);
	sure(total == Workers * Rounds, "the sum");
	rt_chan_free(c);
}

static void loop(void *arg)
{
	while (!stop)
		;
	rt_waitgroup_done(arg);
}

static void onthread(void *arg)
{
	int64_t ts[2] = { 0, RT_MILLISECOND };

	rt_lock_os_thread();
	rt_syscall(SYS_nanosleep, ts, NULL);
	rt_waitgroup_done(arg);
}

static void time_passes(void)
{
	rt_timer *t = rt_timer_chan(RT_MILLISECOND, 0);
	int64_t at;

	rt_waitgroup_add(&all, 3);
	rt_go(loop, &all);
	rt_go(loop, &all);
	rt_go(onthread, &all);
	rt_sleep(RT_MILLISECOND);
	rt_chan_recv(rt_timer_c(t), &at);
	rt_timer_free(t);
	stop = true;
	rt_waitgroup_wait(&all);
}

static void memory(void)
{
	char *big = rt_calloc(20, 1 << 20);

	for (int i = 0; i < 20; i++)
		sure(big[(i << 20) + i] == 0, "clean memory");
	rt_free(big);
}

static void echo(void *arg)
{
	int fd = (int)good(rt_accept(listener), "accept");
	char buf[1000];
	int64_t n;

	while ((n = good(rt_read(fd, buf, sizeof buf), "read")) > 0)
		good(rt_write(fd, buf, (size_t)n), "write");
	good(rt_close(fd), "close");
	rt_waitgroup_done(arg);
}

static void ask(void *fd)
{
	static const char text[Bytes] = { 1, 2, 3 };

	good(rt_write((int)(intptr_t)fd, text, sizeof text), "write");
	good(rt_shutdown((int)(intptr_t)fd, 1), "shutdown");
	rt_waitgroup_done(&all);
}

static void network(void)
{
	static char back[Bytes];
	char name[64];
	int64_t got = 0, n;
	int fd;

	listener = (int)good(rt_listen("tcp4", "127.0.0.1:0"), "listen");
	good(rt_local_address(listener, name, sizeof name), "local address");
	rt_waitgroup_add(&all, 2);
	rt_go(echo, &all);
	fd = (int)good(rt_dial("tcp", name), "dial");
	rt_go(ask, (void *)(intptr_t)fd);
	while ((n = good(rt_read(fd, back + got, sizeof back - (size_t)got), "read")) > 0)
		got += n;
	sure(got == Bytes && back[0] == 1 && back[2] == 3, "the echo");
	rt_waitgroup_wait(&all);
	good(rt_close(fd), "close");
	good(rt_close(listener), "close");
}

static void pipes(void)
{
	int fd[2];
	char c = 0;

	good(rt_pipe(fd), "pipe");
	good(rt_write(fd[1], "x", 1), "write");
	sure(good(rt_read(fd[0], &c, 1), "read") == 1 && c == 'x', "the pipe");
	good(rt_close(fd[0]), "close");
	good(rt_close(fd[1]), "close");
}

static void signals(void)
{
	rt_chan *c = rt_chan_make(sizeof(int), 1);
	int sig = 0;
	// Not kill: of a number that is an error it makes a group of processes, or all there are.
	int64_t pid = good(rt_syscall(SYS_getpid), "getpid"), tid = good(rt_syscall(SYS_gettid), "gettid");

	good(rt_signal_notify(SIGUSR1, c), "notify");
	good(rt_syscall(SYS_tgkill, pid, tid, 10), "tgkill");
	sure(rt_chan_recv(c, &sig) && sig == SIGUSR1, "the signal");
	rt_signal_stop(c);
}

int rt_main(int argc, char **argv)
{
	int fd = (int)good(rt_open(argv[0], O_RDONLY, 0), "open");
	char magic[4];

	(void)argc;
	sure(good(rt_read(fd, magic, 4), "read") == 4 && magic[1] == 'E', "the file");
	good(rt_close(fd), "close");
	goroutines();
	time_passes();
	memory();
	pipes();
	network();
	signals();
	good(rt_printf("done\n"), "printf");
	return 0;
}
