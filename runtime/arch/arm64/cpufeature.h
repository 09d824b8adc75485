// cpufeature.h - arm64: what the processor can do.
#ifndef RT0_ARCH_CPUFEATURE_H
#define RT0_ARCH_CPUFEATURE_H

#include "runtime/base/types.h"

// Those that GODEBUG can deny come first, in the order of their names in CPUOPTIONS.
typedef struct {
	bool HasAES, HasATOMICS, HasCRC32, HasPMULL, HasSHA1, HasSHA2;
	bool HasASIMD, HasFP;
} Arm64;

extern Arm64 arm64;

#define CPUOPTIONS "aes", "atomics", "crc32", "pmull", "sha1", "sha2"
enum { NumCpuOptions = offsetof(Arm64, HasASIMD) };

// Fills arm64.
void cpudetect(void);

// Returns the feature that option i denies.
ALWAYS_INLINE bool *cpuoption(uint32_t i)
{
	return (bool *)&arm64 + i;
}

// Has the processor instructions for a hash?
ALWAYS_INLINE bool hasaeshash(void)
{
	return arm64.HasAES;
}

#endif
