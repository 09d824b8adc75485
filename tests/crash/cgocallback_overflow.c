// tests/crash/cgocallback_overflow.c - a function that rt_cgocall runs and that is its goroutine
// has no more stack than before; that of the goroutine is not asked for.
// stderr~: \Aruntime: stack of rt_cgocall exceeds 8[0-9]+-byte limit \(see ulimit -s\)\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\ngoroutine 1 \[running, locked to thread\]:\ndig.*\(\.\.\.\)\n(.*\n)*rt_cgocall\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// hosted: not any: there it is its goroutine only during calls of rt.h
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

static __attribute__((noinline)) int64_t dig(int64_t n)
{
	volatile char room[1000];

	room[0] = 1;
	return dig(n + 1) + room[0];
}

static void digs(void *unused)
{
	(void)unused;
	rt_gosched();
	rt_printf("%ld\n", (long)dig(0));
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_cgocall(digs, NULL);
	return 0;
}
