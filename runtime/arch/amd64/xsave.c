// xsave.c - how this processor saves its vector state.
// built: unchecked
#include <cpuid.h>

#include "machine.h"
#include "runtime/os/os.h"

enum {
	FxsaveOnly = 0, Xsave = 1, Xsavec = 2,
	// x87, SSE, AVX and the three parts of AVX-512: what a C function may have live.
	// Not PKRU, which belongs to the thread, and not AMX's tiles.
	WantedState = 0xe7,
};

uint32_t xsaveKind, xsaveMask;

static void findstate(void)
{
	uint32_t a, b, c, d, xcr0, high;

	if (!(cpuidFeatures[0] & bit_OSXSAVE))
		return;
	__asm__ volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
	xsaveMask = xcr0 & WantedState;
	__cpuid_count(0xd, 1, a, b, c, d);
	xsaveKind = a & 2 ? Xsavec : Xsave;
}

// Reads leaf 0xd when the first goroutine is preempted, not at every start, because CPUID is
// slow in a virtual machine. Several Ms may read it at once: all get one answer.
void xsaveinit(void)
{
	static uint32_t known;

	if (atomic_load_acquire(&known)) // pairs with the store below
		return;
	findstate();
	atomic_store_release(&known, 1);
}
