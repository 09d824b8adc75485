// cpudetect.c - amd64: what CPUID says.
//
// Each CPUID instruction costs microseconds in a virtual machine: rt0_go has kept what leaves 0
// and 1 say, leaf 7 is read here, and no other.
//
// built: unchecked
#include <cpuid.h>

#include "cpufeature.h"
#include "machine.h"

X86 x86;
uint32_t processorVersionInfo, cpuidLeaves, cpuidFeatures[2];
uint8_t isIntel, lfenceBeforeRdtsc;

// Does the system save the vector registers that AVX uses?
static bool osavx(bool osxsave)
{
	uint32_t eax = 0, edx;

	if (osxsave)
		__asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	return (eax & 6) == 6;
}

void cpudetect(void)
{
	uint32_t a, b, c = cpuidFeatures[0], d = cpuidFeatures[1];
	bool avx;

	x86.HasSSE2 = d & bit_SSE2;
	x86.HasSSE3 = c & bit_SSE3;
	x86.HasPCLMULQDQ = c & bit_PCLMUL;
	x86.HasSSSE3 = c & bit_SSSE3;
	x86.HasSSE41 = c & bit_SSE4_1;
	x86.HasSSE42 = c & bit_SSE4_2;
	x86.HasPOPCNT = c & bit_POPCNT;
	x86.HasAES = c & bit_AES;
	x86.HasOSXSAVE = c & bit_OSXSAVE;
	avx = osavx(x86.HasOSXSAVE);
	x86.HasFMA = (c & bit_FMA) && avx;
	x86.HasAVX = (c & bit_AVX) && avx;
	if (cpuidLeaves < 7)
		return;
	__cpuid_count(7, 0, a, b, c, d);
	x86.HasBMI1 = b & bit_BMI;
	x86.HasAVX2 = (b & bit_AVX2) && avx;
	x86.HasBMI2 = b & bit_BMI2;
	x86.HasERMS = b & (1u << 9);
	x86.HasADX = b & bit_ADX;
}
