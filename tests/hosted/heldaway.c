// tests/hosted/heldaway.c - no leaks are what goroutines have that have called functions by rt_cgocall,
// which wait in the kernel or as goroutines, and what these have; nor a context that only a descriptor
// keeps, and its timer.
// sanitizer: address
// stdout: all wait
// repeat: 5
#include <rt.h>
#include <sys/syscall.h>

static int raw[2], pipes[2];
static _Atomic(int) waiting;

// It only has to be somewhere until here: in a register, on whatever stack.
static __attribute__((noinline)) void keep(void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

static __attribute__((noinline)) void in_kernel(void *arg)
{
	void *own = rt_malloc(20);
	char x;

	waiting++;
	rt_syscall(SYS_read, raw[0], &x, 1);
	keep(own), keep(arg);
}

static __attribute__((noinline)) void as_goroutine(void *arg)
{
	void *own = rt_malloc(21);
	char x;

	waiting++;
	rt_read(pipes[0], &x, 1);
	keep(own), keep(arg);
}

static void within(rt_func *fn, void *arg)
{
	void *own = rt_malloc(22);

	rt_cgocall(fn, rt_malloc(23));
	keep(own), keep(arg);
}

static void calls(void *arg)
{
	within(in_kernel, arg);
}

static void becomes(void *arg)
{
	within(as_goroutine, arg);
}

static __attribute__((noinline)) void binds(void)
{
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), 1000 * RT_SECOND);
	rt_ctx *d = rt_ctx_with_cancel(rt_ctx_background());

	rt_ctx_bind(c, pipes[0]);
	rt_ctx_bind(d, pipes[1]);
	rt_ctx_free(c);
	rt_ctx_free(d);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (rt_syscall(SYS_pipe2, raw, 0) < 0 || rt_pipe(pipes) < 0)
		return 1;
	rt_go(calls, rt_malloc(24));
	rt_go(becomes, rt_malloc(25));
	while (waiting < 2)
		rt_gosched();
	binds();
	rt_sleep(RT_SECOND / 50);
	rt_printf("all wait\n");
	return 0;
}
