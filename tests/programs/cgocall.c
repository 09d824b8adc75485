// tests/programs/cgocall.c - rt_cgocall without a C library: the function runs on a stack of
// 8 MiB, which only takes memory where it is touched; the goroutine comes back with its
// registers, others run meanwhile, and there is no errno. A call from within is a plain one.
// matrix: GOMAXPROCS=1,2,4,64
// cflags: -fno-stack-clash-protection
// hosted: not thread memory: stacks have shadows
// arch: not qemu: the resident memory is the emulator's
#include "../lib/bare.h"
#include "../lib/test.h"

enum { Deep = 48 << 10, Deepest = 7900 << 10, Goroutines = 50, Rounds = 200 };

static rt_waitgroup all;

typedef struct {
	int64_t sum;
	int n;
	char *stack;
} Call;

static void innermost(void *arg)
{
	((Call *)arg)->sum++;
}

// Touches the stack from here down, and looks where it is.
static void deep(void *arg)
{
	volatile char room[Deep];
	Call *c = arg;

	for (int i = 0; i < Deep; i += 512)
		room[i] = (char)i;
	c->sum = 0;
	for (int i = 0; i < c->n; i++)
		c->sum += i + (room[Deep - 512] - (char)(Deep - 512));
	c->stack = (char *)__builtin_frame_address(0);
	equal(rt_cgocall(innermost, c), 0);
}

static __attribute__((noinline)) void one(int n)
{
	Call c = { .n = n };
	char *here = __builtin_frame_address(0);
	double f = n * 0.5;

	equal(rt_cgocall(deep, &c), 0);
	equal(c.sum, (int64_t)n * (n - 1) / 2 + 1);
	check(c.stack > here + 1024 || c.stack < here - 1024);
	check(f * 2 == n);
}

static void run(void *arg)
{
	(void)arg;
	for (int i = 0; i < Rounds; i++) {
		one(i);
		if (i % 10 == 0)
			rt_gosched();
	}
	rt_waitgroup_done(&all);
}

// In frames of all sizes, arrays of a variable length among them.
static __attribute__((noinline)) size_t dig(const char *top, size_t depth)
{
	const char *here = __builtin_frame_address(0);
	volatile char array[depth % 3000 + 1];

	array[depth % 3000] = 1;
	if ((size_t)(top - here) >= depth)
		return (size_t)(top - here);
	return dig(top, depth) + array[depth % 3000] - 1;
}

static void dig_deep(void *arg)
{
	*(size_t *)arg = dig(__builtin_frame_address(0), Deepest);
}

// One frame of nearly all of it; only its ends are touched, by no probes either.
static void one_frame(void *arg)
{
	volatile char big[Deepest];

	big[0] = 1;
	big[Deepest - 1] = 2;
	*(int *)arg = big[0] + big[Deepest - 1];
}

static size_t resident(void)
{
	char text[200];
	int fd = rt_open("/proc/self/statm", 0, 0);
	int64_t n = rt_read(fd, text, sizeof text - 1);
	char *p = text;

	check(n > 0);
	text[n] = '\0';
	rt_close(fd);
	while (*p++ != ' ')
		;
	for (char *end = p; *end; end++)
		*end = *end == ' ' ? '\0' : *end;
	return (size_t)number(p) * 4096;
}

static void room(void *done)
{
	size_t depth = 0, before;
	int n = 0;

	rt_lock_os_thread();
	before = resident();
	equal(rt_cgocall(one_frame, &n), 0);
	equal(n, 3);
	check(resident() < before + (1 << 20));
	equal(rt_cgocall(dig_deep, &depth), 0);
	check(depth >= Deepest);
	rt_chan_send(done, NULL); // locked to it still, so the thread ends, too
}

static void room_once(rt_chan *done)
{
	rt_go(room, done);
	rt_chan_recv(done, NULL);
}

// A thread's stack goes with it.
static void stacks_go(void)
{
	rt_chan *done = rt_chan_make(0, 0);
	size_t before;

	room_once(done);
	before = resident();
	for (int i = 0; i < 10; i++)
		room_once(done);
	for (int i = 0; resident() >= before + (20 << 20); i++) {
		check(i < 10000);
		rt_sleep(RT_MILLISECOND);
	}
	rt_chan_free(done);
}

// Waits in the kernel for what another goroutine writes.
static void take(void *arg)
{
	int *fd = arg;
	char c;

	// rt_read is for goroutines.
	bare(SYS_read, fd[0], (int64_t)(intptr_t)&c, 1);
	fd[0] = c;
}

static void give(void *arg)
{
	equal(rt_write(*(int *)arg, "x", 1), 1);
}

static void others_go_on(void)
{
	int fd[2];

	equal(rt_syscall(SYS_pipe2, fd, 0), 0);
	rt_go(give, &fd[1]);
	equal(rt_cgocall(take, fd), 0);
	equal(fd[0], 'x');
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	stacks_go();
	rt_waitgroup_add(&all, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(run, NULL);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Rounds; i++)
		others_go_on();
	return 0;
}
