// tests/programs/cgocall.c - rt_cgocall without a C library: the function runs on the
// thread's stack with 48 KiB and more, the goroutine comes back with its registers, others
// go on meanwhile, and there is no errno. A call from within is a plain one.
// matrix: GOMAXPROCS=1,2,4,64
#include "../test.h"

enum { Deep = 48 << 10, Goroutines = 50, Rounds = 200 };

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

// Waits in the kernel for what another goroutine writes.
static void take(void *arg)
{
	int *fd = arg;
	char c;

	// rt_read is for goroutines.
	__asm__ volatile("syscall" : : "a"(SYS_read), "D"(fd[0]), "S"(&c), "d"(1)
	                 : "rcx", "r11", "memory");
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
	rt_waitgroup_add(&all, Goroutines);
	for (int i = 0; i < Goroutines; i++)
		rt_go(run, NULL);
	rt_waitgroup_wait(&all);
	for (int i = 0; i < Rounds; i++)
		others_go_on();
	return 0;
}
