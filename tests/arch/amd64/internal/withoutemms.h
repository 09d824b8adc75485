// tests/arch/amd64/internal/withoutemms.h - takes the emms out of asyncPreempt.
#ifndef WITHOUTEMMS_H
#define WITHOUTEMMS_H

#include "../../../internal/internal.h"
#include "runtime/sched/preempt.h"

static void withoutemms(void)
{
	enum { Size = 256, ReadWriteExec = 7 };
	uint8_t *p = (uint8_t *)asyncPreempt;
	uintptr_t page = (uintptr_t)p & ~(physPageSize - 1);

	equal(rt_syscall(SYS_mprotect, page, Size + physPageSize, ReadWriteExec), 0);
	for (int i = 0; i < Size; i++) {
		if (p[i] == 0x0f && p[i + 1] == 0x77) {
			p[i] = p[i + 1] = 0x90; // two nops
			return;
		}
	}
	failed(__FILE__, __LINE__, "asyncPreempt has an emms");
}

#endif
