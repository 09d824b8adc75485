// bench/peers/yield_jump.c - what a switch between two stacks costs at the least: the
// compiler saves what it needs, the switch itself exchanges stack pointer, frame pointer
// and program counter.
#include "peer.h"

typedef struct {
	void *sp, *pc, *bp;
} Context;

static Context mine, theirs;

// Leaves from and continues in to. Every register but these three is lost.
static inline __attribute__((always_inline)) void jump(Context *from, Context *to)
{
	__asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
	                 "movq %%rsp, (%0)\n\t"
	                 "movq %%rax, 8(%0)\n\t"
	                 "movq %%rbp, 16(%0)\n\t"
	                 "movq (%1), %%rsp\n\t"
	                 "movq 16(%1), %%rbp\n\t"
	                 "jmpq *8(%1)\n"
	                 "1:"
	                 : "+D"(from), "+S"(to)
	                 :
	                 : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13",
	                   "r14", "r15", "memory", "cc");
}

static void other(void)
{
	for (;;)
		jump(&theirs, &mine);
}

int main(int argc, char **argv)
{
	static _Alignas(16) char stack[65536];
	int64_t n = count(argc, argv, 10000000), start;

	theirs.sp = stack + sizeof stack - 8; // as after a call
	theirs.pc = (void *)other;
	start = nanotime();
	for (int64_t i = 0; i < n; i++)
		jump(&mine, &theirs);
	metric("switch", (double)(nanotime() - start) / (2.0 * (double)n), "ns");
	return 0;
}
