// tests/arch/amd64/programs/x87_fault.c - a fault amid x87 or MMX code is a panic whose
// deferred calls and whose rt_recover find the registers empty, the upper halves of the vector
// registers zero, and the goroutine's own control words.
#include "../../../lib/test.h"

enum { Fcw = 0xf7f, UsualFcw = 0x37f, Upper = 2 }; // xinuse's bit for AVX

static int deferred;

typedef struct {
	uint32_t control, status, tag, rest[4];
} x87_env;

static x87_env environment(void)
{
	x87_env env;

	__asm__ volatile("fnstenv %0; fldenv %0" : "=m"(env));
	return env;
}

// Can XGETBV say which states are in use?
static bool hasxinuse(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c & 1u << 28)) // AVX
		return false;
	a = 0xd, c = 1;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return a & 4;
}

static uint32_t xinuse(void)
{
	uint32_t a, d;

	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(1));
	return a;
}

static void looks(void *arg)
{
	volatile long double one = 1, third = one / 3;
	x87_env env = environment();

	(void)arg;
	equal(env.tag & 0xffff, 0xffff);
	equal(env.control & 0xffff, Fcw);
	if (hasxinuse())
		equal(xinuse() & 1 << Upper, 0);
	check(third > 0.333L && third < 0.334L);
	deferred++;
}

static void nilread(void *arg)
{
	(void)arg;
	rt_defer(looks, NULL);
	__asm__ volatile("fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1\n"
	                 "movl 8, %%eax" : : : "eax", "memory");
}

static void nilread_mmx(void *arg)
{
	(void)arg;
	rt_defer(looks, NULL);
	__asm__ volatile("pcmpeqd %%mm0, %%mm0; movl 8, %%eax" : : : "eax", "mm0", "memory");
}

static void nilread_avx(void *arg)
{
	(void)arg;
	rt_defer(looks, NULL);
	__asm__ volatile("vxorps %%xmm0, %%xmm0, %%xmm0; vcmptrueps %%ymm0, %%ymm0, %%ymm0\n"
	                 "movl 8, %%eax" : : : "eax", "xmm0", "memory");
}

// A division by zero that is raised by the next x87 instruction, its registers in use.
static void unmasked(void *arg)
{
	uint16_t fcw = Fcw & ~4;

	(void)arg;
	__asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(fcw) : "st", "memory");
}

static void catch(rt_func *fn, const char *wanted)
{
	char text[80];

	check(rt_recover(fn, NULL, text, sizeof text));
	check(same(text, wanted));
	equal(environment().tag & 0xffff, 0xffff);
	equal(environment().control & 0xffff, Fcw);
}

int rt_main(int argc, char **argv)
{
	const char *nil = "runtime error: invalid memory address or nil pointer dereference";
	uint16_t fcw = Fcw;

	(void)argc, (void)argv;
	__asm__ volatile("fldcw %0" : : "m"(fcw));
	catch(nilread, nil);
	catch(nilread_mmx, nil);
	equal(deferred, 2);
	if (hasxinuse()) {
		catch(nilread_avx, nil);
		equal(deferred, 3);
	}
	catch(unmasked, "runtime error: floating point error");
	return 0;
}
