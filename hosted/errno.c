// errno.c - races on errno that are none: it is the thread's, and a goroutine's while that runs
// there (fiber.c), but ThreadSanitizer takes it for one variable of all those goroutines.
//
// Old versions take a variable on which no race is one. Of others the report is left out;
// what they do for it may change errno.
#include <errno.h>

#include "hosted/report.h"
#include "hosted/sanitizer.h"

enum { Threads = 1 << 12 };

// Where each thread's is. A thread that has ended leaves its place to another one.
static uintptr_t places[Threads];
static uint32_t nplaces;

// Called by each thread of the runtime's.
void noteerrno(void)
{
	uint32_t i;

	if (!__tsan_get_report_mop)
		return;
	if (AnnotateBenignRaceSized)
		AnnotateBenignRaceSized(__FILE__, __LINE__, &errno, sizeof errno, "errno");
	i = __atomic_fetch_add(&nplaces, 1, __ATOMIC_RELAXED);
	if (i < Threads)
		__atomic_store_n(&places[i], (uintptr_t)&errno, __ATOMIC_RELAXED);
}

static bool iserrno(uintptr_t p)
{
	uint32_t n = __atomic_load_n(&nplaces, __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < n && i < Threads; i++) {
		if (p - __atomic_load_n(&places[i], __ATOMIC_RELAXED) < sizeof(int))
			return true;
	}
	return false;
}

// ThreadSanitizer asks whether to leave a report out; in C++, its name would be
// __tsan::OnReport(const ReportDesc *, bool).
bool _ZN6__tsan8OnReportEPKNS_10ReportDescEb(void *report, bool suppressed);
bool _ZN6__tsan8OnReportEPKNS_10ReportDescEb(void *report, bool suppressed)
{
	void *p = NULL, *trace[1];
	const char *what;
	int n[6], naccesses = 0, tid, size, write, atomic;

	if (suppressed)
		return true;
	__tsan_get_report_data(report, &what, &n[0], &n[1], &naccesses, &n[2], &n[3], &n[4], &n[5],
	                       trace, 1);
	if (naccesses == 0)
		return false;
	__tsan_get_report_mop(report, 0, &tid, &p, &size, &write, &atomic, trace, 1);
	return iserrno((uintptr_t)p);
}
