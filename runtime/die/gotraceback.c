// gotraceback.c - how much a dying program tells: GOTRACEBACK.
//
// A set-user-ID program tells nothing, whatever anybody asks for: the user that started it can
// make it die at any instruction, by a signal, and must not read its memory that way.
//
// built: unchecked
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/die/die.h"

enum { TracebackCrash = 1, TracebackAll = 2, TracebackShift = 2 };

static uint32_t traceback_cache = 1 << TracebackShift; // level, all, crash

void setTraceback(const char *level)
{
	static const struct {
		char name[7];
		uint8_t value;
	} names[] = {
		{ "none", 0 },
		{ "single", 1 << TracebackShift },
		{ "", 1 << TracebackShift },
		{ "all", 1 << TracebackShift | TracebackAll },
		{ "system", 2 << TracebackShift | TracebackAll },
		{ "crash", 2 << TracebackShift | TracebackAll | TracebackCrash },
	};
	int32_t n;

	if (!level)
		return;
	for (uint32_t i = 0; i < nelem(names); i++) {
		if (streq(level, names[i].name)) {
			traceback_cache = names[i].value;
			return;
		}
	}
	traceback_cache = TracebackAll;
	if (atoi32(level, &n) && n >= 0)
		traceback_cache |= (uint32_t)min(n, 2) << TracebackShift;
}

Traceback gotraceback(void)
{
	const M *mp = getg()->m;
	Traceback t = {
		.level = (int32_t)(traceback_cache >> TracebackShift),
		.all = mp->throwing != 0 || (traceback_cache & TracebackAll),
		.crash = traceback_cache & TracebackCrash,
	};

	if (auxvSecure)
		return (Traceback){ 0 };
	if (mp->throwing > 0)
		t.level = 2; // the runtime is broken: show all of it
	if (mp->traceback != 0)
		t.level = mp->traceback;
	return t;
}
