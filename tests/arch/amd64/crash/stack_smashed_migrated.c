// tests/arch/amd64/crash/stack_smashed_migrated.c - the canary that a goroutine's frame begins
// with is the one that it is compared with on another thread and on the goroutine's segment; a
// frame that was overrun there is the end, and the traceback says where.
// cflags: -fstack-protector-strong
// matrix: GOMAXPROCS=1,4
// hosted: not any: the C library reports it
// stderr: fatal error: stack smashing detected
// stderr~: ^goroutine ([2-9]|[1-9][0-9]+) \[running\]:\n(.*\n)*overrun\(\.\.\.\)\n
// exit: 2
#include "../../../lib/test.h"

enum { Big = 100000 }; // no small stack has room for it

static rt_chan *at, *go;

static __attribute__((noinline)) uint64_t canary(void)
{
	uint64_t value;

	__asm__ volatile("movq %%fs:0x28, %0" : "=r"(value));
	return value;
}

// Parks, comes back on another thread, and writes one bit too far if it shall.
static __attribute__((noinline)) long overrun(bool far)
{
	volatile uint64_t words[Big / 8];
	volatile uint64_t *p = words + Big / 8;
	long thread = (long)rt_syscall(SYS_gettid);

	words[0] = 0;
	rt_chan_send(at, &thread);
	rt_chan_recv(go, NULL);
	while (*p != canary())
		p++;
	*p ^= far;
	return thread == rt_syscall(SYS_gettid) ? 0 : thread;
}

static void run(void *arg)
{
	(void)arg;
	while (overrun(false) == 0)
		;
	overrun(true);
	rt_printf("it returned\n");
}

int rt_main(int argc, char **argv)
{
	long thread;

	(void)argc, (void)argv;
	at = rt_chan_make(sizeof thread, 0);
	go = rt_chan_make(0, 0);
	rt_go(run, NULL);
	for (;;) {
		rt_chan_recv(at, &thread);
		if (thread == rt_syscall(SYS_gettid))
			rt_lock_os_thread(); // nobody else runs here until this one is back
		rt_chan_send(go, NULL);
		rt_gosched();
		rt_unlock_os_thread();
	}
}
