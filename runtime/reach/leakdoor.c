// leakdoor.c - the door to the search for leaks, where nothing else says whether it is there:
// programs with debug information contain it, and those that call rt_leaks.
//
// GODEBUG=leaks=1 writes what is leaked when the program ends. main's variables are gone by then, and
// what only they led to is lost.
#include "include/rt.h"
#include "runtime/base/leakhook.h"
#include "runtime/reach/leaks.h"

enum {
	FailMode = 2, // GODEBUG=leaks=2: an otherwise successful program with leaks fails
	LeakStatus = 23,
};

static int leaksatexit(int mode, int status)
{
	int64_t n = rt_leaks(2, NULL);

	return n > 0 && mode >= FailMode && status == 0 ? LeakStatus : status;
}

const Leakfinder __rt0_leakfinder = {
	.exit = leaksatexit,
	.dying = __rt0_leaksdying,
};
