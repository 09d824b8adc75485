// tests/morestack.h - calling every case at every depth of a goroutine's small stack, so
// that it is each of its functions in turn that crosses to the segment.
#ifndef MORESTACK_H
#define MORESTACK_H

#include "test.h"

#define NOINLINE __attribute__((noinline, noclone))
#define INLINE static inline __attribute__((always_inline))

enum {
	DepthStep = 16,
	DepthEnd = 1136, // the part of a small stack above the guard, and a bit
	Hogs = 1,
};

typedef void test_func(void);

typedef struct {
	const char *name;
	test_func *run;
	int kind; // Often, Silent
} test_case;

enum {
	Often = 1, // cheap
	Silent = 2, // does not tell whether it crosses, or its caller does not fit either
};

static volatile uintptr_t callee_guard;
static volatile bool crossed, done;
static volatile int64_t naps;
static rt_waitgroup workers;

// The guard of the stack in use: what prologues compare the stack pointer with.
INLINE uintptr_t stack_guard(void)
{
	uintptr_t guard;

	__asm__ volatile("mov %%fs:0x70, %0" : "=r"(guard));
	return guard;
}

// In the function that should cross.
INLINE void here(void)
{
	callee_guard = stack_guard();
}

// In its caller, when it has returned. (Somebody may just have asked us to yield.)
INLINE void returned(void)
{
	const uintptr_t preempt = 0x7ffffffffffffade;
	uintptr_t guard = stack_guard();

	if (callee_guard != preempt && guard != preempt && callee_guard != guard)
		crossed = true;
}

// Hides where a value comes from.
INLINE int64_t opaque(int64_t x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

// Calls fn with n bytes less on the stack; 16 divides n.
__attribute__((naked, noinline, no_split_stack, no_stack_protector)) static void
lower(__attribute__((unused)) test_func *fn, __attribute__((unused)) size_t n)
{
	__asm__("push %rbp; mov %rsp, %rbp; sub %rsi, %rsp; call *%rdi; leave; ret");
}

// A goroutine that yields leaves its segment: the next crossing is the slow one.
static NOINLINE void at_all_depths(const test_case *c, bool slowly)
{
	for (size_t n = 0; n < DepthEnd; n += DepthStep) {
		if (slowly)
			rt_gosched();
		lower(c->run, n);
	}
}

static const test_case *all_cases;

static void solo(void *unused)
{
	(void)unused;
	for (const test_case *c = all_cases; c->name; c++) {
		crossed = false;
		at_all_depths(c, true);
		at_all_depths(c, false);
		if (!crossed && !(c->kind & Silent)) {
			rt_eprintf("FAILED: %s never crossed\n", c->name);
			rt_exit(1);
		}
	}
	rt_waitgroup_done(&workers);
}

static void among_others(void *unused)
{
	(void)unused;
	for (const test_case *c = all_cases; c->name; c++) {
		if (!(c->kind & Often))
			continue;
		if ((c - all_cases) % 8 == 0)
			rt_gosched(); // the hogs take what they can
		for (int i = 0; i < 5; i++)
			at_all_depths(c, false);
	}
	rt_waitgroup_done(&workers);
}

static NOINLINE void step(void)
{
	__asm__ volatile("");
}

static void hog(void *unused)
{
	(void)unused;
	while (!done)
		step();
}

static void nap(void *unused)
{
	(void)unused;
	while (!done) {
		rt_sleep(RT_MILLISECOND);
		naps++;
	}
}

// Runs all cases, the last of which has no name: alone, and while others want the
// processors, from several places on the first page of a stack.
static inline void at_the_boundary(const test_case *cases)
{
	static const char filler[512];

	all_cases = cases;
	rt_waitgroup_add(&workers, 1);
	rt_go(solo, NULL);
	rt_waitgroup_wait(&workers);

	for (int i = 0; i < Hogs; i++)
		rt_go(hog, NULL);
	rt_go(nap, NULL);
	rt_waitgroup_add(&workers, 4);
	for (size_t i = 0; i < 4; i++)
		rt_go_copy(among_others, filler, 8 + i * 168);
	rt_waitgroup_wait(&workers);
	done = true;
}

#endif
