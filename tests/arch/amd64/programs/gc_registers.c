// tests/arch/amd64/programs/gc_registers.c - the collector finds objects that only the registers of a
// parked goroutine, or of the caller of rt_gc, lead to. No cycle runs beside the program: nothing leads
// to the objects while their addresses are hidden.
// env: GODEBUG=clobberfree=1,gcstoptheworld=1
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "../../../lib/waiting.h"

enum { Registers = 5, Pattern = 0x5a };

static rt_chan *begun, *go, *ended;

// The complements of the objects' addresses, while they are in no register.
static __attribute__((noinline)) void make(uint64_t *hidden)
{
	for (int i = 0; i < Registers; i++) {
		uint64_t *p = rt_gc_alloc(64);

		p[7] = Pattern;
		hidden[i] = ~(uint64_t)(uintptr_t)p;
	}
}

// Calls fn() with the objects in the registers that it preserves, and nowhere else.
static __attribute__((noinline)) void with(uint64_t *hidden, void (*fn)(void))
{
	__asm__ volatile("push %%rbp\n\t"
	                 "mov %%rdi, %%rbp\n\t"
	                 "mov (%%rdi), %%rbx\n\tmov 8(%%rdi), %%r12\n\tmov 16(%%rdi), %%r13\n\t"
	                 "mov 24(%%rdi), %%r14\n\tmov 32(%%rdi), %%r15\n\t"
	                 "not %%rbx\n\tnot %%r12\n\tnot %%r13\n\tnot %%r14\n\tnot %%r15\n\t"
	                 "push %%rbp\n\tpush %%rbp\n\tpush %%rbp\n\tmov %%rsp, %%rbp\n\t"
	                 "and $-16, %%rsp\n\t"
	                 "call *%%rsi\n\t"
	                 "mov %%rbp, %%rsp\n\tpop %%rbp\n\tpop %%rbp\n\tpop %%rbp\n\t"
	                 "pop %%rbp"
	                 : "+D"(hidden), "+S"(fn)
	                 :
	                 : "rax", "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
	                   "r15", "memory", "cc");
}

static void intact(const uint64_t *hidden, const char *where)
{
	for (int i = 0; i < Registers; i++) {
		if (((uint64_t *)(uintptr_t)~hidden[i])[7] == Pattern)
			continue;
		rt_eprintf("%s: the object in register %d was freed\n", where, i);
		rt_exit(1);
	}
}

static void wait(void)
{
	rt_chan_recv(go, NULL);
}

static void waits(void *unused)
{
	uint64_t hidden[Registers];

	(void)unused;
	make(hidden);
	rt_chan_send(begun, NULL);
	with(hidden, wait);
	intact(hidden, "parked");
	rt_chan_send(ended, NULL);
}

int rt_main(int argc, char **argv)
{
	uint64_t hidden[Registers];

	(void)argc, (void)argv;
	begun = rt_chan_make(0, 0);
	go = rt_chan_make(0, 0);
	ended = rt_chan_make(0, 0);
	make(hidden);
	with(hidden, rt_gc);
	intact(hidden, "the caller");

	rt_go(waits, NULL);
	rt_chan_recv(begun, NULL);
	await_in(1, "chan receive");
	rt_gc();
	rt_chan_send(go, NULL);
	rt_chan_recv(ended, NULL);
	rt_printf("ok\n");
	return 0;
}
