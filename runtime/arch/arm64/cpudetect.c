// cpudetect.c - arm64: what the kernel says of the processor, in the auxiliary vector.
//
// built: unchecked
#include "cpufeature.h"
#include "runtime/os/os.h"
#include "tls.h"

enum { AT_NULL = 0, AT_HWCAP = 16 };

enum {
	HwcapFP = 1 << 0, HwcapASIMD = 1 << 1, HwcapAES = 1 << 3, HwcapPMULL = 1 << 4,
	HwcapSHA1 = 1 << 5, HwcapSHA2 = 1 << 6, HwcapCRC32 = 1 << 7, HwcapATOMICS = 1 << 8,
};

Arm64 arm64;
uintptr_t __stack_chk_guard; // until sysauxv: for the few functions before

static uintptr_t hwcap(void)
{
	char **p = argv + argc + 1;
	const uintptr_t *auxv;

	while (*p)
		p++;
	for (auxv = (const uintptr_t *)(p + 1); auxv[0] != AT_NULL; auxv += 2) {
		if (auxv[0] == AT_HWCAP)
			return auxv[1];
	}
	return 0;
}

void cpudetect(void)
{
	uintptr_t caps = hwcap();

	arm64.HasFP = caps & HwcapFP;
	arm64.HasASIMD = caps & HwcapASIMD;
	arm64.HasAES = caps & HwcapAES;
	arm64.HasPMULL = caps & HwcapPMULL;
	arm64.HasSHA1 = caps & HwcapSHA1;
	arm64.HasSHA2 = caps & HwcapSHA2;
	arm64.HasCRC32 = caps & HwcapCRC32;
	arm64.HasATOMICS = caps & HwcapATOMICS;
}
