// tests/check/refused.c - a bit of everything, for a kernel that refuses something. Prints the
// name of each part that has worked; "NAME refused" when what the program itself asked of
// the kernel there was refused. Anything else is a failure.
#include "../lib/test.h"

enum { Goroutines = 100, Rounds = 20 };

static rt_chan *c;

static void add(void *arg)
{
	int n = (int)(intptr_t)arg;

	for (int i = 0; i < Rounds; i++) {
		rt_chan_send(c, &n);
		rt_gosched();
	}
}

static bool channels(void)
{
	int sum = 0, n;

	c = rt_chan_make(sizeof n, 0);
	for (intptr_t i = 0; i < Goroutines; i++)
		rt_go(add, (void *)i);
	for (int i = 0; i < Goroutines * Rounds; i++) {
		rt_chan_recv(c, &n);
		sum += n;
	}
	equal(sum, Rounds * Goroutines * (Goroutines - 1) / 2);
	return true;
}

static bool timers(void)
{
	int64_t start = rt_nanotime();

	for (int i = 0; i < 5; i++)
		rt_sleep(2 * RT_MILLISECOND);
	check(rt_nanotime() - start >= 10 * RT_MILLISECOND);
	return true;
}

static volatile bool stop;

static void spin(void *arg)
{
	(void)arg;
	while (!stop)
		;
	rt_chan_send(c, NULL);
}

// A loop that calls nothing has the only processor, and is to give it back.
static bool preemption(void)
{
	int procs = rt_gomaxprocs(1);

	c = rt_chan_make(0, 0);
	for (int i = 0; i < 3; i++) {
		stop = false;
		rt_go(spin, NULL);
		rt_gosched();
		stop = true;
		rt_chan_recv(c, NULL);
	}
	rt_gomaxprocs(procs);
	return true;
}

// Does sysmon sleep? This thread does, and the process has used next to no time.
static bool idleness(void)
{
	enum { ClockProcess = 2 };
	int64_t before[2], after[2];

	equal(rt_syscall(SYS_clock_gettime, ClockProcess, before), 0);
	for (int i = 0; i < 3; i++)
		rt_sleep(20 * RT_MILLISECOND);
	equal(rt_syscall(SYS_clock_gettime, ClockProcess, after), 0);
	check((after[0] - before[0]) * RT_SECOND + after[1] - before[1] < 30 * RT_MILLISECOND);
	return true;
}

// Big enough that the kernel is asked each time.
static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[10000];

	frame[n % 10000] = 1;
	return n == 0 ? 0 : deep(n - 1) + frame[n % 10000];
}

static bool memory(void)
{
	for (size_t size = 1; size < (size_t)1 << 26; size *= 3) {
		char *p = rt_malloc(size);

		check(p);
		p[0] = p[size - 1] = 1;
		rt_free(p);
	}
	equal(deep(1000), 1000);
	return true;
}

// Was a call refused?
static bool refused(int64_t r)
{
	return r == -1 || r == -38; // EPERM, ENOSYS
}

// By a timer of the kernel's. Never by kill: a process number that was refused is -1 there,
// and that is everybody.
static bool signals(void)
{
	enum { Alarm = 14 };
	int64_t soon[4] = { 0, 0, 0, 1000 }; // not again; after 1 ms
	int sig = 0;

	c = rt_chan_make(sizeof sig, 1);
	equal(rt_signal_notify(Alarm, c), 0);
	equal(rt_syscall(SYS_setitimer, 0, soon, NULL), 0);
	rt_chan_recv(c, &sig);
	equal(sig, Alarm);
	rt_signal_stop(c);
	return true;
}

static bool file(void)
{
	char buf[64];
	int fd = rt_open("/proc/self/status", 0, 0);
	int64_t n;

	if (refused(fd))
		return false;
	check(fd >= 0);
	n = rt_read(fd, buf, sizeof buf);
	check(refused(n) || n == sizeof buf);
	return !refused(rt_close(fd)) && !refused(n);
}

static void echo(void *arg)
{
	int listener = (int)(intptr_t)arg, fd = rt_accept(listener);
	char buf[16];
	int64_t n;

	while ((n = rt_read(fd, buf, sizeof buf)) > 0 && rt_write(fd, buf, (size_t)n) == n)
		;
	rt_close(fd < 0 ? listener : fd); // the dialler must hear of it
}

static bool network(void)
{
	char address[64], buf[16];
	int listener = rt_listen("tcp", "127.0.0.1:0"), fd;
	int64_t n;

	if (refused(listener) || refused(rt_local_address(listener, address, sizeof address)))
		return false;
	rt_go(echo, (void *)(intptr_t)listener);
	fd = rt_dial("tcp", address);
	if (refused(fd))
		return false;
	for (int i = 0; i < 10; i++) {
		n = rt_write(fd, "0123456789", 10);
		if (n == 10)
			n = rt_read(fd, buf, sizeof buf);
		if (n <= 0)
			return false;
		equal(n, 10);
	}
	rt_close(fd);
	rt_close(listener);
	return true;
}

int rt_main(int argc, char **argv)
{
	static const struct {
		const char *name;
		bool (*run)(void);
	} parts[] = {
		{ "channels", channels }, { "timers", timers },         { "memory", memory },
		{ "signals", signals },   { "preemption", preemption }, { "idleness", idleness },
		{ "file", file },         { "network", network },
	};

	(void)argc, (void)argv;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		rt_printf("%s%s\n", parts[i].name, parts[i].run() ? "" : " refused");
	return 0;
}
