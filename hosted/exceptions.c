// exceptions.c - which exceptions of C++ a goroutine is handling.
//
// The C++ library keeps them, and the number of those that are under way, in two words of the
// thread: __cxa_eh_globals of the Itanium ABI, which libstdc++ and libc++abi share. They are the
// goroutine's while it runs, and in its G while it does not; so it may park in a catch block, or
// in a destructor that an exception runs, and continue on another thread.
//
// Preemption at any instruction could hit the library between its two accesses: the library is a
// shared object, or rtcc turns that preemption off.
#define _GNU_SOURCE // RTLD_DEFAULT
#include <dlfcn.h>

#include "hosted/report.h"
#include "hosted/sanitizer.h"
#include "runtime/runtime.h"

IFTHERE uintptr_t *__cxa_get_globals(void);

static uintptr_t *(*globals)(void); // NULL: nothing is in C++
static __thread uintptr_t *words;   // this thread's

// A program of C may use a library of C++, which the linker does not bind it to.
void exceptionsinit(void)
{
	globals = __cxa_get_globals;
	if (!globals)
		globals = (uintptr_t *(*)(void))dlsym(RTLD_DEFAULT, "__cxa_get_globals");
}

void exceptionsenter(const G *gp)
{
	if (!globals)
		return;
	if (!words)
		words = globals();
	words[0] = gp->exceptions[0];
	words[1] = gp->exceptions[1];
}

// g0's code has none.
void exceptionsleave(G *gp)
{
	if (!globals)
		return;
	if (!words)
		words = globals(); // of a thread that becomes a goroutine
	gp->exceptions[0] = words[0];
	gp->exceptions[1] = words[1];
	words[0] = words[1] = 0;
}
