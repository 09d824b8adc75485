// tests/lib/morestack.h - calling every case at every depth of a goroutine's small stack, so
// that it is each of its functions in turn that crosses to the segment.
//
// A depth is a place of the caller's stack pointer, a multiple of 16 as the ABI has it, with a
// number of frames above it. Of the 2 KiB some 1,100 bytes are above the guard: there are
// about 70 places, less what the goroutine's first functions and the caller itself need; with
// 0 to 15 frames more above, there are several hundred depths. At each a case runs twice: after
// the goroutine has given its segment back, so that the call attaches one, and with the
// segment there.
//
// A callee whose frame, with ROOM bytes in it, does not fit on any small stack crosses at all
// depths: each such call must have crossed at Depths different ones, both ways, with its
// results right each time. Callees with small frames cross only where their caller is the
// last that fits: built with -DROOM=0, each case must have crossed somewhere. A leaf's caller
// without a check of its own goes further down, and the leaf crosses at Depths, too.
//
// With MORESTACK_DEPTHS in the environment the program tells the numbers.
#ifndef MORESTACK_H
#define MORESTACK_H

#include "test.h"

#define NOINLINE __attribute__((noinline, noclone))
#define INLINE static inline __attribute__((always_inline))

#ifndef ROOM
#define ROOM 1200
#endif
#ifndef FRAMES
#define FRAMES 16
#endif

enum {
	DepthStep = 16,
	DepthEnd = 1136, // the part of a small stack above the guard, and a bit
	MostFrames = FRAMES,
	BelowGuard = 160,   // how far callers' stack pointers go, if they check
	FarBelowGuard = 480, // if they do not, and are small: code without checks has 928 bytes
	Depths = 300,
	Hogs = 1,
};

typedef void test_func(void);

typedef struct {
	const char *name;
	test_func *run;
	int kind; // Often, Silent, Unchecked
} test_case;

enum {
	Often = 1, // cheap
	Silent = 2, // does not tell whether it crosses, or its caller does not fit either
	Unchecked = 4, // does not check for room itself
};

// A call that tells whether it has crossed.
typedef struct call_site call_site;
struct call_site {
	const char *function;
	int line;
	bool everywhere; // at Depths
	bool listed;
	call_site *next;
	int last[2], count[2]; // depths; without a segment, and with one
};

static volatile uintptr_t callee_guard;
static volatile bool crossed, skipped, done;
static volatile int64_t naps;
static rt_waitgroup workers;

// While solo runs.
static bool counting, with_segment;
static int depth; // its number
static call_site *sites;

// The guard of the stack in use: what prologues compare the stack pointer with.
INLINE uintptr_t stack_guard(void)
{
	uintptr_t guard;

	__asm__ volatile("mov %%fs:0x70, %0" : "=r"(guard));
	return guard;
}

static NOINLINE void count(call_site *site, bool crossing)
{
	if (crossing)
		crossed = true;
	if (!counting)
		return;
	if (!site->listed) {
		site->listed = true;
		site->next = sites;
		sites = site;
	}
	if (crossing && site->last[with_segment] != depth) {
		site->last[with_segment] = depth;
		site->count[with_segment]++;
	}
}

// When a request to yield has just come, nothing is known.
static NOINLINE void count_guards(call_site *site, uintptr_t caller_guard)
{
	const uintptr_t preempt = 0x7ffffffffffffade;

	count(site, callee_guard != preempt && caller_guard != preempt &&
	                    callee_guard != caller_guard);
}

// In the function that should cross; its frame is what the rest of it needs.
INLINE void here_small(void)
{
	callee_guard = stack_guard();
}

// As here_small, in a frame of ROOM bytes more.
#define here()                                                                         \
	volatile char room[ROOM + 1];                                                  \
	room[0] = room[ROOM] = 0;                                                      \
	here_small()

#define CALL_SITE(where)                                                               \
	{                                                                              \
		.function = __func__, .line = __LINE__, .everywhere = where            \
	}

#define returned_to(everywhere_)                                                       \
	do {                                                                           \
		static call_site site_ = CALL_SITE(everywhere_);                       \
		count_guards(&site_, stack_guard());                                   \
	} while (0)

// In its caller, when it has returned: from a frame that fits nowhere; from any.
#define returned() returned_to(ROOM >= DepthEnd)
#define returned_near() returned_to(false)
#define returned_always() returned_to(true)

// In a function that has got n bytes at p: are they on another stack than its frame?
#define allocated(p, n, everywhere_)                                                   \
	do {                                                                           \
		static call_site site_ = CALL_SITE(everywhere_);                       \
		uintptr_t frame_ = (uintptr_t)__builtin_frame_address(0);              \
		count(&site_, frame_ - (uintptr_t)(p) - (n) > 4096);                   \
	} while (0)

// Hides where a value comes from.
INLINE int64_t opaque(int64_t x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

// Calls fn with n bytes less on the stack, which 16 divides, in so many more frames.
__attribute__((naked, noinline, no_split_stack, no_stack_protector)) static void
lower(__attribute__((unused)) test_func *fn, __attribute__((unused)) size_t n,
      __attribute__((unused)) size_t frames)
{
	__asm__("0: push %rbp; mov %rsp, %rbp; sub $1, %rdx; jc 1f\n"
	        "sub $16, %rsi; call 0b; pop %rbp; ret\n"
	        "1: sub %rsi, %rsp; call *%rdi; leave; ret");
}

// Bytes from here to the guard.
static NOINLINE size_t above_guard(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);

	while (sp - stack_guard() >= 2048)
		rt_gosched(); // it is to yield
	return sp - stack_guard();
}

// A goroutine that yields leaves its segment: the next crossing is the slow one.
static NOINLINE void at_all_depths(const test_case *c)
{
	size_t end = above_guard() + (c->kind & Unchecked ? FarBelowGuard : BelowGuard);

	for (size_t frames = 0; frames < (c->kind & Silent ? 1 : MostFrames); frames++) {
		for (size_t n = DepthStep * frames; n < end; n += DepthStep) {
			depth++;
			rt_gosched();
			with_segment = false;
			lower(c->run, n, frames);
			with_segment = true;
			lower(c->run, n, frames);
		}
	}
}

static NOINLINE void at_all_places(const test_case *c)
{
	for (size_t n = 0; n < DepthEnd; n += DepthStep)
		lower(c->run, n, 0);
}

static const test_case *all_cases;

// Did the calls of the case cross, and where they should?
static void judge(const test_case *c)
{
	if (rt_getenv("MORESTACK_DEPTHS")) {
		for (const call_site *s = sites; s; s = s->next)
			rt_eprintf("%s:%d: %d and %d depths\n", s->function, s->line,
			           s->count[0], s->count[1]);
	}
	if (!crossed && !skipped && !(c->kind & Silent)) {
		rt_eprintf("FAILED: %s never crossed\n", c->name);
		rt_exit(1);
	}
	for (const call_site *s = sites; s; s = s->next) {
		if (!s->everywhere || (s->count[0] >= Depths && s->count[1] >= Depths))
			continue;
		rt_eprintf("FAILED: %s, line %d, crossed at %d and %d depths only\n",
		           s->function, s->line, s->count[0], s->count[1]);
		rt_exit(1);
	}
}

static void solo(void *unused)
{
	(void)unused;
	counting = true;
	for (const test_case *c = all_cases; c->name; c++) {
		crossed = skipped = false;
		sites = NULL;
		at_all_depths(c);
		judge(c);
	}
	counting = false;
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
			at_all_places(c);
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
