// check.c - does the compiler's and the processor's idea of the basics agree with ours?
//
// Follows Go's runtime1.go (check). The values are read through volatile, or the compiler
// would do the checking.
//
// built: unchecked floats
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"

_Static_assert(sizeof(int8_t) == 1 && sizeof(int16_t) == 2 && sizeof(int32_t) == 4, "");
_Static_assert(sizeof(int64_t) == 8 && sizeof(float) == 4 && sizeof(double) == 8, "");
_Static_assert(sizeof(void *) == PtrSize && sizeof(uintptr_t) == PtrSize, "");

typedef struct {
	uint8_t a;
} X1;
typedef struct {
	X1 x;
	uint8_t b;
} Y1;
_Static_assert(sizeof(X1) == 1 && offsetof(Y1, b) == 1 && sizeof(Y1) == 2, "");

static void checktimediv(void)
{
	int32_t rem;

	if (timediv((int64_t)12345 * 1000000000 + 54321, 1000000000, &rem) != 12345 ||
	    rem != 54321)
		throw("bad timediv");
}

static void checkcas32(void)
{
	uint32_t z = 1;

	if (!atomic_cas(&z, 1, 2) || z != 2)
		throw("cas1");
	z = 4;
	if (atomic_cas(&z, 5, 6) || z != 4)
		throw("cas2");
	z = 0xffffffff;
	if (!atomic_cas(&z, 0xffffffff, 0xfffffffe) || z != 0xfffffffe)
		throw("cas3");
}

static void checkbytes(void)
{
	uint8_t m[4] = { 1, 1, 1, 1 };

	atomic_or(&m[1], 0xf0);
	if (m[0] != 1 || m[1] != 0xf1 || m[2] != 1 || m[3] != 1)
		throw("atomicor8");
	m[1] = 0xff;
	atomic_and(&m[1], 0x1);
	if (m[0] != 1 || m[1] != 1 || m[2] != 1 || m[3] != 1)
		throw("atomicand8");
}

static void check64(void)
{
	uint64_t z = 42;

	if (atomic_cas(&z, 0, 1) || z != 42)
		throw("cas64 failed");
	if (!atomic_cas(&z, 42, 1) || atomic_load_acquire(&z) != 1)
		throw("cas64 failed");
	atomic_store_release(&z, ((uint64_t)1 << 40) + 1);
	if (atomic_load_acquire(&z) != ((uint64_t)1 << 40) + 1)
		throw("store64 failed");
	if (atomic_xadd(&z, ((uint64_t)1 << 40) + 1) != ((uint64_t)2 << 40) + 2)
		throw("xadd64 failed");
	if (atomic_xchg(&z, ((uint64_t)3 << 40) + 3) != ((uint64_t)2 << 40) + 2)
		throw("xchg64 failed");
}

// A NaN is different from everything, itself included.
static void checknan(void)
{
	volatile uint64_t bits = ~(uint64_t)0;
	volatile uint32_t bits1 = ~(uint32_t)0;
	uint64_t b = bits;
	uint32_t b1 = bits1;
	volatile double j, k;
	volatile float i, i1;

	__builtin_memcpy((void *)(uintptr_t)&j, &b, sizeof b);
	k = j;
	if (j == k || !(j != k))
		throw("float64nan");
	__builtin_memcpy((void *)(uintptr_t)&i, &b1, sizeof b1);
	i1 = i;
	if (i == i1 || !(i != i1))
		throw("float32nan");
}

// Checks what the assembly relies on and no compiler checks: m0 is where the linker script puts
// it, directly above its block of thread-local data.
STEP int32_t checkASM(void)
{
	extern char __m0_start[];

	return (char *)&m0 == __m0_start;
}

STEP void check(void)
{
	checktimediv();
	checkcas32();
	checkbytes();
	check64();
	checknan();
	if ((StackMin & (StackMin - 1)) != 0)
		throw("FixedStack is not power-of-2");
	if (!checkASM())
		throw("assembly checks failed");
}
