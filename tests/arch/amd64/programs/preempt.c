// tests/arch/amd64/programs/preempt.c - a goroutine that calls nothing is preempted at any
// instruction, with every register, the flags, the red zone and the vector, x87 and MMX state
// intact.
// matrix: GOMAXPROCS=1,2,4
// hosted: not thread/clang: a loop without calls keeps its processor there
#include <rt.h>

static _Atomic(uint32_t) failures, stop;
static _Atomic(uint64_t) rounds[8];

// One round: fills the registers with values of seed, spins with the carry flag set and the
// red zone in use, and returns what differs at the end (0: nothing). rcx counts. Everything
// is in one asm statement: the compiler cannot be told to leave so much alone.
__attribute__((naked, noinline)) static uint64_t canary(uint64_t seed, uint64_t spins)
{
	__asm__(
		"push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
		"mov %rsi, %rcx\n"
		"lea 1(%rdi), %rax; lea 2(%rdi), %rbx; lea 3(%rdi), %rdx; lea 4(%rdi), %rsi\n"
		"lea 5(%rdi), %rbp; lea 6(%rdi), %r8; lea 7(%rdi), %r9; lea 8(%rdi), %r10\n"
		"lea 9(%rdi), %r11; lea 10(%rdi), %r12; lea 11(%rdi), %r13\n"
		"lea 12(%rdi), %r14; lea 13(%rdi), %r15\n"
		"movq %rax, %xmm0; movq %rbx, %xmm1; movq %rdx, %xmm2; movq %rsi, %xmm3\n"
		"movq %rbp, %xmm4; movq %r8, %xmm5; movq %r9, %xmm6; movq %r10, %xmm7\n"
		"movq %r11, %xmm8; movq %r12, %xmm9; movq %r13, %xmm10; movq %r14, %xmm11\n"
		"movq %r15, %xmm12; movq %rdi, %xmm13; movq %rax, %xmm14; movq %rbx, %xmm15\n"
		"mov %rax, -8(%rsp); mov %r15, -120(%rsp); mov %r8, -128(%rsp)\n"
		"fldpi; fld1\n" // as any C function: without an fninit
		"stc\n"
		"1: lea -1(%rcx), %rcx\n" // lea and jrcxz leave the flags alone
		"jrcxz 2f\n"
		"jmp 1b\n"
		"2: jnc 9f\n"
		"cmp %rax, -8(%rsp); jne 9f; cmp %r15, -120(%rsp); jne 9f\n"
		"cmp %r8, -128(%rsp); jne 9f\n"
		"lea 1(%rdi), %rcx; cmp %rcx, %rax; jne 9f\n"
		"lea 2(%rdi), %rcx; cmp %rcx, %rbx; jne 9f\n"
		"lea 3(%rdi), %rcx; cmp %rcx, %rdx; jne 9f\n"
		"lea 4(%rdi), %rcx; cmp %rcx, %rsi; jne 9f\n"
		"lea 5(%rdi), %rcx; cmp %rcx, %rbp; jne 9f\n"
		"lea 6(%rdi), %rcx; cmp %rcx, %r8; jne 9f\n"
		"lea 7(%rdi), %rcx; cmp %rcx, %r9; jne 9f\n"
		"lea 8(%rdi), %rcx; cmp %rcx, %r10; jne 9f\n"
		"lea 9(%rdi), %rcx; cmp %rcx, %r11; jne 9f\n"
		"lea 10(%rdi), %rcx; cmp %rcx, %r12; jne 9f\n"
		"lea 11(%rdi), %rcx; cmp %rcx, %r13; jne 9f\n"
		"lea 12(%rdi), %rcx; cmp %rcx, %r14; jne 9f\n"
		"lea 13(%rdi), %rcx; cmp %rcx, %r15; jne 9f\n"
		"movq %xmm0, %rcx; cmp %rcx, %rax; jne 9f; movq %xmm1, %rcx; cmp %rcx, %rbx; jne 9f\n"
		"movq %xmm2, %rcx; cmp %rcx, %rdx; jne 9f; movq %xmm3, %rcx; cmp %rcx, %rsi; jne 9f\n"
		"movq %xmm4, %rcx; cmp %rcx, %rbp; jne 9f; movq %xmm5, %rcx; cmp %rcx, %r8; jne 9f\n"
		"movq %xmm6, %rcx; cmp %rcx, %r9; jne 9f; movq %xmm7, %rcx; cmp %rcx, %r10; jne 9f\n"
		"movq %xmm8, %rcx; cmp %rcx, %r11; jne 9f; movq %xmm9, %rcx; cmp %rcx, %r12; jne 9f\n"
		"movq %xmm10, %rcx; cmp %rcx, %r13; jne 9f; movq %xmm11, %rcx; cmp %rcx, %r14; jne 9f\n"
		"movq %xmm12, %rcx; cmp %rcx, %r15; jne 9f; movq %xmm13, %rcx; cmp %rcx, %rdi; jne 9f\n"
		"movq %xmm14, %rcx; cmp %rcx, %rax; jne 9f; movq %xmm15, %rcx; cmp %rcx, %rbx; jne 9f\n"
		// st(0) = 1, st(1) = pi still
		"fld1; fcomip %st(1), %st; jne 9f; fstp %st(0)\n"
		"fldpi; fcomip %st(1), %st; jne 9f; fstp %st(0)\n"
		"xor %eax, %eax; jmp 10f\n"
		"9: mov $1, %eax\n"
		"10: pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
		"ret\n");
}

static void spin(void *arg)
{
	uint64_t id = (uint64_t)(uintptr_t)arg;

	while (!stop) {
		if (canary(id << 32 | rounds[id] << 8, 200000) != 0)
			failures++;
		rounds[id]++;
	}
}

// The wide vector registers, where there are any: all of ymm in a loop without calls, or of
// zmm with the mask registers.
static void cpuid(uint32_t leaf, uint32_t *b, uint32_t *c)
{
	uint32_t a = leaf, d;

	*c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(*b), "+c"(*c), "=d"(d));
}

// Does the kernel keep all of these states (XCR0)?
static bool enabled(uint32_t states)
{
	enum { Osxsave = 1 << 27 };
	uint32_t a, b, c, d;

	cpuid(1, &b, &c);
	if (!(c & Osxsave))
		return false;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return (a & states) == states;
}

static bool hasavx2(void)
{
	uint32_t b, c;

	cpuid(7, &b, &c);
	return enabled(0x6) && (b & 1u << 5);
}

static bool hasavx512(void)
{
	uint32_t b, c;

	cpuid(7, &b, &c);
	return enabled(0xe6) && (b & 1u << 16);
}

__attribute__((naked, noinline)) static uint64_t widecanary(uint64_t seed, uint64_t spins)
{
	__asm__(
		"movq %rdi, %xmm0; vpbroadcastq %xmm0, %ymm0\n"
		"vpaddq %ymm0, %ymm0, %ymm1; vpaddq %ymm1, %ymm0, %ymm2\n"
		"vpaddq %ymm2, %ymm0, %ymm15; vmovdqa %ymm15, %ymm14\n"
		"1: dec %rsi; jnz 1b\n"
		"movq %rdi, %xmm8; vpbroadcastq %xmm8, %ymm8\n" // upper halves too are the seed's
		"vpsubq %ymm2, %ymm15, %ymm3; vpcmpeqq %ymm3, %ymm8, %ymm4\n"
		"vpcmpeqq %ymm0, %ymm8, %ymm9; vpand %ymm9, %ymm4, %ymm4\n"
		"vpsubq %ymm0, %ymm2, %ymm5; vpcmpeqq %ymm5, %ymm1, %ymm6\n"
		"vpcmpeqq %ymm14, %ymm15, %ymm7\n"
		"vpand %ymm4, %ymm6, %ymm6; vpand %ymm6, %ymm7, %ymm7\n"
		"vpmovmskb %ymm7, %eax; not %eax; vzeroupper\n"
		"ret\n");
}

// zmm8 and zmm31 hold other multiples of the seed, k1 and k7 parts of it.
__attribute__((naked, noinline)) static uint64_t widestcanary(uint64_t seed, uint64_t spins)
{
	__asm__(
		"vpbroadcastq %rdi, %zmm8; vpaddq %zmm8, %zmm8, %zmm31\n"
		"vpaddq %zmm31, %zmm8, %zmm30\n"
		"kmovw %edi, %k1; knotw %k1, %k7\n"
		"1: dec %rsi; jnz 1b\n"
		"xor %eax, %eax\n"
		"kmovw %k1, %edx; cmp %dx, %di; jne 9f\n"
		"kxnorw %k1, %k7, %k2; kmovw %k2, %edx; test %edx, %edx; jnz 9f\n"
		"vpbroadcastq %rdi, %zmm9\n" // what was lost may be consistent in itself
		"vpsubq %zmm31, %zmm30, %zmm29; vpcmpeqq %zmm29, %zmm9, %k3\n"
		"kmovw %k3, %edx; cmp $0xff, %dl; jne 9f\n"
		"vpsubq %zmm8, %zmm31, %zmm29; vpcmpeqq %zmm29, %zmm9, %k3\n"
		"kmovw %k3, %edx; cmp $0xff, %dl; je 10f\n"
		"9: mov $1, %eax\n"
		"10: vzeroupper; ret\n");
}

static void spinwide(void *arg)
{
	uint64_t id = (uint64_t)(uintptr_t)arg;
	uint64_t (*wide)(uint64_t, uint64_t) = hasavx512() ? widestcanary : widecanary;

	while (!stop) {
		if (wide(id << 32 | rounds[id], 200000) != 0)
			failures++;
		rounds[id]++;
	}
}

static uint32_t differ(const uint64_t a[8], const uint64_t b[8])
{
	uint32_t n = 0;

	for (int i = 0; i < 8; i++)
		n += a[i] != b[i];
	return n;
}

static void fill(uint64_t a[8], uint64_t seed)
{
	for (int i = 0; i < 8; i++)
		a[i] = seed * 3 + (uint64_t)i;
}

// All eight x87 registers, another rounding and precision, a status word that tells of an
// inexact result and of a comparison; and the direction flag, which nobody else must find set.
static uint32_t x87canary(uint64_t seed, uint64_t spins)
{
	uint16_t usual = 0x37f, other = 0xe7f, cw = 0, before = 0, after = 0;
	uint64_t in[8], out[8], *down;

	fill(in, seed);
	__asm__ volatile("fldcw %[other]; fld1; fldpi; fdivp; fistpll (%[out])\n"
	                 "fildll 56(%[in]); fildll 48(%[in]); fildll 40(%[in]); fildll 32(%[in])\n"
	                 "fildll 24(%[in]); fildll 16(%[in]); fildll 8(%[in]); fildll (%[in])\n"
	                 "fcom %%st(1); fnstsw %[before]\n"
	                 "std\n"
	                 "1: dec %[spins]; jnz 1b\n"
	                 "lea 8(%[in]), %%rsi; lodsq; cld; mov %%rsi, %[down]\n"
	                 "fnstsw %[after]; fnstcw %[cw]\n"
	                 "fistpll (%[out]); fistpll 8(%[out]); fistpll 16(%[out]); fistpll 24(%[out])\n"
	                 "fistpll 32(%[out]); fistpll 40(%[out]); fistpll 48(%[out]); fistpll 56(%[out])\n"
	                 "fnclex; fldcw %[usual]"
	                 : [before] "=m"(before), [after] "=m"(after),
	                   [cw] "=m"(cw), [spins] "+r"(spins), [down] "=&r"(down)
	                 : [in] "r"(in), [out] "r"(out), [other] "m"(other), [usual] "m"(usual)
	                 : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)",
	                   "rax", "rsi", "memory");
	return differ(in, out) + (before != after) + (cw != other) + (down != in);
}

static uint32_t mmxcanary(uint64_t seed, uint64_t spins)
{
	uint64_t in[8], out[8];

	fill(in, seed);
	__asm__ volatile("movq (%[in]), %%mm0; movq 8(%[in]), %%mm1; movq 16(%[in]), %%mm2\n"
	                 "movq 24(%[in]), %%mm3; movq 32(%[in]), %%mm4; movq 40(%[in]), %%mm5\n"
	                 "movq 48(%[in]), %%mm6; movq 56(%[in]), %%mm7\n"
	                 "1: dec %[spins]; jnz 1b\n"
	                 "movq %%mm0, (%[out]); movq %%mm1, 8(%[out]); movq %%mm2, 16(%[out])\n"
	                 "movq %%mm3, 24(%[out]); movq %%mm4, 32(%[out]); movq %%mm5, 40(%[out])\n"
	                 "movq %%mm6, 48(%[out]); movq %%mm7, 56(%[out]); emms"
	                 : [spins] "+r"(spins)
	                 : [in] "r"(in), [out] "r"(out)
	                 : "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "memory");
	return differ(in, out);
}

// What the compiler makes of long double: four sums in registers, of numbers that a double
// cannot hold.
static uint32_t sumcanary(uint64_t seed, uint64_t spins)
{
	long double odd = 1 + 0x1p-62L, a = 0, b = 0, c = 0, d = (long double)(seed & 0xff);

	for (uint64_t i = 0; i < spins; i++) {
		a += 1;
		b -= 2;
		c += odd - 1;
		d += 3;
	}
	return (a != (long double)spins) + (b != -2 * (long double)spins) +
	       (c != (long double)spins * 0x1p-62L) +
	       (d != (long double)(seed & 0xff) + 3 * (long double)spins);
}

static void spinx87(void *arg)
{
	static uint32_t (*const canaries[])(uint64_t, uint64_t) = {
		sumcanary, x87canary, mmxcanary,
	};
	uint64_t id = (uint64_t)(uintptr_t)arg;

	while (!stop) {
		if (canaries[id % 3](id << 32 | rounds[id], 200000) != 0)
			failures++;
		rounds[id]++;
	}
}

enum { Loops = 8 };

// Two loops of the first kind, two with wide registers where there are such, four with those of
// the x87.
static void startloops(void)
{
	for (uintptr_t i = 0; i < Loops; i++)
		rt_go(i >= 4                  ? spinx87
		      : i >= 2 && hasavx2() ? spinwide
		                            : spin,
		      (void *)i);
}

int rt_main(int argc, char **argv)
{
	int ms = 300;

	(void)argv;
	if (argc > 1)
		ms = 10000;
	startloops();
	// Each wake-up here took a loop off its processor, or found one idle.
	for (int i = 0; i < ms; i++)
		rt_sleep(RT_MILLISECOND);
	stop = 1;
	for (int i = 0; i < Loops; i++) {
		if (rounds[i] == 0) {
			rt_eprintf("goroutine %d never ran\n", i);
			return 1;
		}
	}
	if (failures != 0)
		rt_eprintf("%u rounds with a changed register\n", failures);
	return failures != 0;
}
