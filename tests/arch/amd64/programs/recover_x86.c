// tests/arch/amd64/programs/recover_x86.c - rt_recover puts the floating-point control words back
// and leaves the unit and the flags in order; what is below the stack pointer stays as it was.
// matrix: GOMAXPROCS=1,4
#include <rt.h>

#include "../../../lib/test.h"

static char buf[64];
static _Atomic(int) kept;

static void divides(void *arg)
{
	volatile int zero = 0;

	kept = (int)(intptr_t)arg / zero;
}

// ---- the floating-point unit

static void changes_control_words(void *arg)
{
	uint32_t mxcsr = 0x7f80;
	uint16_t fcw = 0x0f7f;

	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw));
	panics(arg);
}

static void faults_with_a_full_stack(void *arg)
{
	__asm__ volatile("fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1\n\t"
	                 "movl (%0), %%eax; fstp %%st(0)" : : "r"(arg) : "eax", "memory");
}

static void faults_backwards(void *arg)
{
	__asm__ volatile("std; movl (%0), %%eax; cld" : : "r"(arg) : "eax", "memory", "cc");
}

static volatile bool forwards;

static void looks_at_the_direction(void *arg)
{
	uint64_t flags;

	(void)arg;
	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	forwards = !(flags & 0x400);
}

static void defers_and_faults_backwards(void *arg)
{
	rt_defer(looks_at_the_direction, NULL);
	faults_backwards(arg);
}

static void floating_point(void)
{
	uint32_t mxcsr = 0x3f80, mxcsr2 = 0;
	uint16_t fcw = 0x0b7f, fcw2 = 0;
	volatile long double x = 2;

	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw));
	check(rt_recover(changes_control_words, "x", buf, sizeof buf));
	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr2), "=m"(fcw2));
	equal(mxcsr2, mxcsr);
	equal(fcw2, fcw);
	mxcsr = 0x1f80, fcw = 0x37f;
	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw));
	for (int i = 0; i < 10; i++) {
		check(rt_recover(faults_with_a_full_stack, NULL, buf, sizeof buf));
		x = x * x + 1 - x * x;
		check(x == 1);
		x = 2;
	}
	check(rt_recover(defers_and_faults_backwards, NULL, buf, sizeof buf));
	check(forwards);
}

// ---- the red zone

uint64_t *zone; // its upper end

void faults_with_a_red_zone(void *p);
__asm__(".pushsection .text\n"
        "faults_with_a_red_zone:\n"
        "	mov %rsp, zone(%rip)\n"
        "	movq $1, -8(%rsp)\n"
        "	movq $16, -128(%rsp)\n"
        "	mov (%rdi), %eax\n"
        "	ret\n"
        ".popsection\n");

static volatile uint64_t zone_first, zone_last;

static void looks_at_the_red_zone(void *arg)
{
	(void)arg;
	zone_first = zone[-1];
	zone_last = zone[-16];
}

static void defers_and_faults(void *arg)
{
	rt_defer(looks_at_the_red_zone, NULL);
	faults_with_a_red_zone(arg);
}

static void the_red_zone_stays(void)
{
	check(rt_recover(defers_and_faults, NULL, buf, sizeof buf));
	equal(zone_first, 1);
	equal(zone_last, 16);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	check(rt_recover(divides, NULL, buf, sizeof buf));
	check(same(buf, "runtime error: integer divide by zero"));
	floating_point();
	the_red_zone_stays();
	return 0;
}
