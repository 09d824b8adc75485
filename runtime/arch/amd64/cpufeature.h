// cpufeature.h - amd64: what the processor can do.
#ifndef RT0_ARCH_CPUFEATURE_H
#define RT0_ARCH_CPUFEATURE_H

#include "runtime/base/types.h"

// Those that GODEBUG can deny come first, in the order of their names in CPUOPTIONS.
typedef struct {
	bool HasADX, HasAES, HasAVX, HasAVX2, HasBMI1, HasBMI2, HasERMS, HasFMA, HasPCLMULQDQ,
		HasPOPCNT, HasSSE3, HasSSSE3, HasSSE41, HasSSE42;
	bool HasOSXSAVE, HasSSE2;
} X86;

extern X86 x86;

#define CPUOPTIONS                                                                     \
	"adx", "aes", "avx", "avx2", "bmi1", "bmi2", "erms", "fma", "pclmulqdq", "popcnt", \
	"sse3", "ssse3", "sse41", "sse42"
enum { NumCpuOptions = offsetof(X86, HasOSXSAVE) };

// Fills x86.
void cpudetect(void);

// Returns the feature that option i denies.
ALWAYS_INLINE bool *cpuoption(uint32_t i)
{
	return (bool *)&x86 + i;
}

// Has the processor instructions for a hash?
ALWAYS_INLINE bool hasaeshash(void)
{
	return x86.HasAES && x86.HasSSSE3 && x86.HasSSE41;
}

#endif
