// tests/arch/amd64/programs/getg.c - what belongs to a goroutine stays with it over yields and
// changes of thread, what belongs to a thread stays there.
//
// Promises: the floating-point control words (a new goroutine has the defaults) and the
// callee-saved registers are the goroutine's; a __thread variable has its initial value
// and its alignment on the main thread and on new ones; 16-byte alignment of the stack.
// matrix: GOMAXPROCS=1,2,4,64
// hosted: not thread: a __thread variable is the thread's, and a race of goroutines there
#include "../../../lib/test.h"

enum {
	Goroutines = 12,
	Rounds = 500,
	DefaultMxcsr = 0x1f80,
	DefaultX87 = 0x37f,
};

static rt_waitgroup all;

static uint32_t mxcsr(void)
{
	uint32_t word;

	__asm__ volatile("stmxcsr %0" : "=m"(word));
	return word & 0xffc0; // without what the last computation left
}

static void set_mxcsr(uint32_t word)
{
	__asm__ volatile("ldmxcsr %0" : : "m"(word));
}

static uint16_t x87(void)
{
	uint16_t word;

	__asm__ volatile("fnstcw %0" : "=m"(word));
	return word;
}

static void set_x87(uint16_t word)
{
	__asm__ volatile("fldcw %0" : : "m"(word));
}

// Loads rbx, rbp, r12 ... r15 with in, calls fn, and stores what they are then to out.
void call_with_registers(const uint64_t in[6], uint64_t out[6], void (*fn)(void));

__asm__(".text\n"
        ".globl call_with_registers\n"
        ".type call_with_registers, @function\n"
        "call_with_registers:\n"
        "	pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
        "	pushq %rsi\n" // aligns the stack, too
        "	movq (%rdi), %rbx; movq 8(%rdi), %rbp; movq 16(%rdi), %r12\n"
        "	movq 24(%rdi), %r13; movq 32(%rdi), %r14; movq 40(%rdi), %r15\n"
        "	call *%rdx\n"
        "	popq %rsi\n"
        "	movq %rbx, (%rsi); movq %rbp, 8(%rsi); movq %r12, 16(%rsi)\n"
        "	movq %r13, 24(%rsi); movq %r14, 32(%rsi); movq %r15, 40(%rsi)\n"
        "	popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
        "	ret\n"
        ".size call_with_registers, . - call_with_registers\n");

static void nap(void)
{
	rt_sleep(10 * RT_MICROSECOND);
}

static void call_kernel(void)
{
	rt_syscall(SYS_sched_yield);
}

static void (*const ways[])(void) = { rt_gosched, nap, call_kernel };

static void keep_registers(uint64_t seed, void (*leave)(void))
{
	uint64_t in[6], out[6];

	for (int i = 0; i < 6; i++)
		in[i] = next_random(&seed);
	call_with_registers(in, out, leave);
	for (int i = 0; i < 6; i++)
		equal(out[i], in[i]);
}

static void keep_words(void *arg)
{
	intptr_t me = (intptr_t)arg;
	uint32_t rounding = (uint32_t)me % 4;
	uint32_t m = DefaultMxcsr | rounding << 13 | (me % 2 ? 0x8000 : 0);
	uint16_t x = (uint16_t)(DefaultX87 | rounding << 10);

	check((uintptr_t)__builtin_frame_address(0) % 16 == 0);
	equal(mxcsr(), DefaultMxcsr);
	equal(x87(), DefaultX87);
	set_mxcsr(m);
	set_x87(x);
	for (int i = 0; i < Rounds; i++) {
		uint64_t seed = (uint64_t)(me * Rounds + i + 1);

		keep_registers(seed, ways[i % 10 ? 0 : i / 10 % 3]);
		equal(mxcsr(), m);
		equal(x87(), x);
	}
	rt_waitgroup_done(&all); // and ends with the words changed
}

static void control_words(void)
{
	equal(mxcsr(), DefaultMxcsr);
	equal(x87(), DefaultX87);
	for (int round = 0; round < 3; round++) {
		rt_waitgroup_add(&all, Goroutines);
		for (intptr_t i = 0; i < Goroutines; i++)
			rt_go(keep_words, (void *)i);
		rt_waitgroup_wait(&all);
	}
	equal(mxcsr(), DefaultMxcsr);
	equal(x87(), DefaultX87);
}

static __thread int initialised = 0x12345;
static __thread _Alignas(64) char aligned[64] = "sixty-four";
static __thread char zero[1000];
static __thread int64_t owner;

// On a thread that nobody else has touched these variables on.
static void look_at_variables(void *arg)
{
	(void)arg;
	rt_lock_os_thread();
	equal((uintptr_t)aligned % 64, 0);
	check(same(aligned, "sixty-four"));
	equal(initialised, 0x12345);
	for (size_t i = 0; i < sizeof zero; i++)
		equal(zero[i], 0);
	owner = gettid();
	for (int i = 0; i < 20; i++) {
		initialised++;
		zero[i] = 1;
		aligned[i] = 'x';
		rt_gosched();
		equal(initialised, 0x12345 + i + 1);
		equal(owner, gettid());
	}
	rt_waitgroup_done(&all);
	// Ends locked, so that no other meets the changed variables.
}

static void thread_variables(void)
{
	rt_lock_os_thread();
	rt_waitgroup_add(&all, 2 * Goroutines + 1);
	look_at_variables(NULL);
	for (int i = 0; i < 2 * Goroutines; i++)
		rt_go(look_at_variables, NULL);
	rt_waitgroup_wait(&all);
	rt_unlock_os_thread();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	thread_variables();
	control_words();
	return 0;
}
