// tests/programs/net_blocking.c - pipes and sockets that another process makes blocking, before
// they are used or while a goroutine waits or copies: one call waits, not the processor; data,
// deadlines and closing come as usual.
// matrix: GOMAXPROCS=1,2,4,64
// matrix: GODEBUG=asyncpreemptoff=0,asyncpreemptoff=1
// timeout: 60
// stdout: ok
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>

enum { Big = 1 << 20 };

typedef struct {
	int in, out;
} Pair;

static int ticks;
static rt_chan *done;

static void ticker(void *arg)
{
	(void)arg;
	for (;;) {
		rt_sleep(RT_MILLISECOND);
		__atomic_fetch_add(&ticks, 1, __ATOMIC_RELAXED);
	}
}

// Others run, and the world can stop.
static void alive(void)
{
	static char text[20000];
	int before = __atomic_load_n(&ticks, __ATOMIC_RELAXED);

	while (__atomic_load_n(&ticks, __ATOMIC_RELAXED) < before + 5)
		rt_sleep(RT_MILLISECOND);
	check(rt_stack(text, sizeof text, true) > 0);
}

// What a shell does with the description that it shares with us.
static void block(int fd)
{
	int64_t flags = rt_syscall(SYS_fcntl, fd, F_GETFL, 0);

	equal(rt_syscall(SYS_fcntl, fd, F_SETFL, flags & ~O_NONBLOCK), 0);
}

static Pair new_pipe(void)
{
	int p[2];

	equal(rt_pipe(p), 0);
	return (Pair){ p[0], p[1] };
}

static Pair new_connection(const char *network, const char *address)
{
	char name[200];
	int listener = rt_listen(network, address);
	Pair p;

	check(listener >= 0);
	check(rt_local_address(listener, name, sizeof name) > 0);
	p.out = rt_dial(network, name);
	p.in = rt_accept(listener);
	check(p.in >= 0 && p.out >= 0);
	equal(rt_close(listener), 0);
	return p;
}

static Pair new_pair(int kind)
{
	char name[60];

	rt_snprintf(name, sizeof name, "@rt0-net-blocking-%d", (int)rt_syscall(SYS_getpid));
	switch (kind) {
	case 0: return new_pipe();
	case 1: return new_connection("tcp", "127.0.0.1:0");
	default: return new_connection("unix", name);
	}
}

static void close_pair(Pair p)
{
	equal(rt_close(p.in), 0);
	equal(rt_close(p.out), 0);
}

// Both ends are used, so that the runtime has seen them as they were.
static void use(Pair p)
{
	char c[2];

	equal(rt_write(p.out, "u", 1), 1);
	equal(rt_read(p.in, c, 2), 1);
}

static void read_one(void *arg)
{
	char c[10];
	int64_t n = rt_read((int)(intptr_t)arg, c, sizeof c);

	rt_chan_send(done, &n);
}

static int64_t result(void)
{
	int64_t n;

	check(rt_chan_recv(done, &n));
	return n;
}

static void read_before(int kind)
{
	Pair p = new_pair(kind);

	use(p);
	block(p.in);
	rt_go(read_one, (void *)(intptr_t)p.in);
	alive();
	equal(rt_write(p.out, "hello", 5), 5);
	equal(result(), 5);
	close_pair(p);
}

// The deadline passes, and then the descriptor is closed, while a goroutine waits.
static void deadline_and_close(int kind)
{
	Pair p = new_pair(kind);

	use(p);
	block(p.in);
	equal(rt_set_deadline(p.in, rt_nanotime() + RT_MILLISECOND, 0), 0);
	rt_go(read_one, (void *)(intptr_t)p.in);
	equal(result(), -ETIMEDOUT);
	equal(rt_set_deadline(p.in, 0, 0), 0);
	rt_go(read_one, (void *)(intptr_t)p.in);
	alive();
	equal(rt_close(p.in), 0);
	equal(result(), -EBADF);
	equal(rt_close(p.out), 0);
}

static char text[Big];

static void write_all(void *arg)
{
	int64_t n = rt_write((int)(intptr_t)arg, text, Big);

	rt_chan_send(done, &n);
}

static void read_all(int fd)
{
	static char buf[5000];
	int64_t at = 0, n;

	while (at < Big) {
		n = rt_read(fd, buf, sizeof buf);
		check(n > 0);
		for (int64_t i = 0; i < n; i++, at++)
			equal(buf[i], text[at]);
	}
}

// More than the kernel keeps, so that the writer waits in the middle.
static void write_before(int kind)
{
	Pair p = new_pair(kind);

	use(p);
	block(p.out);
	rt_go(write_all, (void *)(intptr_t)p.out);
	alive();
	read_all(p.in);
	equal(result(), Big);
	close_pair(p);
}

static void switching(int kind)
{
	Pair p = new_pair(kind);

	use(p);
	rt_go(write_all, (void *)(intptr_t)p.out);
	alive();
	block(p.out); // the writer is parked
	block(p.in);
	read_all(p.in);
	equal(result(), Big);
	rt_go(read_one, (void *)(intptr_t)p.in);
	alive();
	equal(rt_write(p.out, "end", 3), 3);
	equal(result(), 3);
	close_pair(p);
}

static void accept_one(void *arg)
{
	int64_t n = rt_accept((int)(intptr_t)arg);

	rt_chan_send(done, &n);
}

static void accepting(void)
{
	char name[200];
	int listener = rt_listen("tcp", "127.0.0.1:0"), fd;
	int64_t n;

	block(listener);
	rt_go(accept_one, (void *)(intptr_t)listener);
	alive();
	check(rt_local_address(listener, name, sizeof name) > 0);
	fd = rt_dial("tcp", name);
	check(fd >= 0);
	n = result();
	check(n >= 0);
	rt_close((int)n);
	rt_close(fd);
	rt_go(accept_one, (void *)(intptr_t)listener);
	alive();
	equal(rt_close(listener), 0);
	equal(result(), -EBADF);
}

int rt_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	done = rt_chan_make(sizeof(int64_t), 1);
	for (int i = 0; i < Big; i++)
		text[i] = (char)(i % 127);
	rt_go(ticker, NULL);
	for (int kind = 0; kind < 3; kind++) {
		read_before(kind);
		deadline_and_close(kind);
		write_before(kind);
		switching(kind);
	}
	accepting();
	rt_printf("ok\n");
	return 0;
}
