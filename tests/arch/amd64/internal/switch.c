// tests/arch/amd64/internal/switch.c - from a goroutine to g0 and back: mcall with gogo,
// systemstack.
//
// Promises: the registers that a callee must preserve, and the floating-point control
// words, survive both, whatever is done on g0; the function finds itself on g0's stack,
// always at one place and aligned, with its argument; while it runs the goroutine's
// place is in g->sched, and afterwards no stack pointer stays there; systemstack on g0 is
// a plain call.
// matrix: GOMAXPROCS=1,4
#include "../../../internal/internal.h"
#include "runtime/sched/switch.h"

enum { Rounds = 100000, OtherMxcsr = 0x7f80, OtherX87 = 0xf7f };

// Loads rbx, rbp, r12 ... r15 with in, calls fn(a, b), and stores what they are then to
// out.
void call_with(const uint64_t in[6], uint64_t out[6], void *fn, void *a, void *b);

__asm__(".text\n"
        ".globl call_with\n"
        ".type call_with, @function\n"
        "call_with:\n"
        "	pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
        "	pushq %rsi\n" // aligns the stack, too
        "	movq (%rdi), %rbx; movq 8(%rdi), %rbp; movq 16(%rdi), %r12\n"
        "	movq 24(%rdi), %r13; movq 32(%rdi), %r14; movq 40(%rdi), %r15\n"
        "	movq %rdx, %rax; movq %rcx, %rdi; movq %r8, %rsi\n"
        "	call *%rax\n"
        "	popq %rsi\n"
        "	movq %rbx, (%rsi); movq %rbp, 8(%rsi); movq %r12, 16(%rsi)\n"
        "	movq %r13, 24(%rsi); movq %r14, 32(%rsi); movq %r15, 40(%rsi)\n"
        "	popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
        "	ret\n"
        ".size call_with, . - call_with\n");

static G *me;         // the goroutine that makes the calls
static uintptr_t g0sp; // where g0's functions begin; 0 for not known yet
static uint64_t seed = 88172645463325252;

static bool within(uintptr_t p, const G *gp)
{
	return gp->stack.lo <= p && p < gp->stack.hi;
}

static void samecalls(void *fn, void *a, void *b)
{
	uint64_t in[6], out[6];

	for (int i = 0; i < 6; i++)
		in[i] = next_random(&seed);
	call_with(in, out, fn, a, b);
	for (int i = 0; i < 6; i++)
		equal(out[i], in[i]);
	check(getg() == me);
	check(me->m->curg == me);
	equal(me->sched.sp, 0);
}

static uint32_t mxcsr(void)
{
	uint32_t word;

	__asm__ volatile("stmxcsr %0" : "=m"(word));
	return word;
}

static void setwords(uint32_t m, uint16_t x)
{
	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(m), "m"(x));
}

static uint16_t x87(void)
{
	uint16_t word;

	__asm__ volatile("fnstcw %0" : "=m"(word));
	return word;
}

// What holds for every function that is called on g0, whose frame is at frame.
static void ong0(uintptr_t frame)
{
	M *mp = me->m;

	check(getg() == mp->g0);
	check(mp->curg == me);
	check(within(frame, mp->g0));
	equal(frame % 16, 0);
	check(me->sched.g == me);
	check(within(me->sched.sp, me));
	check(me->sched.sp < (uintptr_t)me->stktopsp);
	check(me->sched.pc != 0);
	if (!g0sp)
		g0sp = frame;
	equal(frame, g0sp);
}

#define SPOIL                                                                          \
	__asm__ volatile("movq $-1, %%rbx; movq $-2, %%r12; movq $-3, %%r13;"          \
	                 "movq $-4, %%r14; movq $-5, %%r15"                             \
	                 : : : "rbx", "r12", "r13", "r14", "r15", "memory")

static __attribute__((noinline)) void back(G *gp)
{
	check(gp == me);
	ong0((uintptr_t)__builtin_frame_address(0));
	setwords(DefaultMxcsr, 0x37f);
	getg()->m->fpcontrol.mxcsr = DefaultMxcsr; // gogo goes by these
	getg()->m->fpcontrol.fcw = 0x37f;
	SPOIL;
	// A fresh stack pointer and all the registers come from here.
	gogo(&gp->sched);
}

static __attribute__((noinline)) void mcalls(void)
{
	setwords(OtherMxcsr, OtherX87);
	for (int i = 0; i < Rounds; i++) {
		samecalls(mcall, back, NULL);
		equal(mxcsr(), OtherMxcsr);
		equal(x87(), OtherX87);
	}
	setwords(DefaultMxcsr, 0x37f);
}

static int calls, depth;

static __attribute__((noinline)) void count(void *arg)
{
	ong0((uintptr_t)__builtin_frame_address(0));
	check(arg == &calls);
	check(me->sched.pc == (uintptr_t)systemstack_switch);
	calls++;
	SPOIL;
}

// On g0 already: called at once, deeper on this stack.
static __attribute__((noinline)) void nest(void *arg)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	uintptr_t outer = *(uintptr_t *)arg, sp = me->sched.sp;

	check(getg() == me->m->g0);
	check(within(frame, me->m->g0));
	equal(frame % 16, 0);
	check(outer == 0 || frame < outer);
	if (++depth < 10)
		systemstack(nest, &frame);
	else
		depth = 100;
	check(getg() == me->m->g0); // a return does not switch
	equal(me->sched.sp, sp);
	__asm__ volatile("" ::: "memory"); // no tail call
}

static void systemstacks(void)
{
	uintptr_t outer = 0;

	g0sp = 0;
	calls = 0;
	for (int i = 0; i < Rounds; i++)
		samecalls(systemstack, count, &calls);
	equal(calls, Rounds);
	for (int i = 0; i < 100; i++) {
		depth = 0;
		samecalls(systemstack, nest, &outer);
		equal(depth, 100);
	}
	g0sp = 0;
	samecalls(mcall, back, NULL); // and mcall begins where it did
}

static rt_waitgroup all;

static void other(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	acquirem(); // stays on this M, by itself
	me = getg();
	g0sp = 0;
	mcalls();
	systemstacks();
	releasem(getg()->m);
	rt_unlock_os_thread();
	rt_waitgroup_done(&all);
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	for (int i = 0; i < 4; i++) { // on m0 and elsewhere, one after the other
		rt_waitgroup_add(&all, 1);
		rt_go(other, NULL);
		if (i % 2)
			perhaps_later(RT_MILLISECOND);
		rt_waitgroup_wait(&all);
	}
	return 0;
}
