// fiber.c - on whose stack the program's code runs.
//
// Each goroutine is a fiber of ThreadSanitizer's, and each M has its thread's own, which is the
// current one while g0 runs. AddressSanitizer only wants the bounds of the stack that is in use.
//
// ThreadSanitizer would take a stack that is used again for a race between its two goroutines. If
// the second came after the first, races between them elsewhere would be hidden. So no stack is
// used again: munmap, which the sanitizer knows, lets it forget the accesses, and the locks that
// were there.
#include <sys/mman.h>

#include "hosted/sanitizer.h"
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"

enum { Unordered = 1 }; // a switch says nothing of what comes before what

static __thread void *ownfiber; // this thread's

void __rt0_fibernew(G *newg)
{
	char name[32];

	if (!__tsan_create_fiber)
		return;
	__tsan_func_entry((void *)newg->gopc); // "created by"
	newg->fiber[0] = __tsan_create_fiber(0);
	__tsan_func_exit();
	rt_snprintf(name, sizeof name, "goroutine %lu", (unsigned long)newg->goid);
	__tsan_set_fiber_name(newg->fiber[0], name);
}

bool __rt0_freshstacks(void)
{
	return __tsan_create_fiber;
}

void __rt0_unmap(uintptr_t p, uintptr_t n)
{
	munmap((void *)p, n);
}

void __rt0_stackis(Stack stk)
{
	if (!__sanitizer_start_switch_fiber)
		return;
	__sanitizer_start_switch_fiber(NULL, (void *)stk.lo, stk.hi - stk.lo);
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
}

void __rt0_fiberenter(const G *gp)
{
	__rt0_stackis(gp->stack);
	if (!__tsan_switch_to_fiber)
		return;
	if (!ownfiber)
		ownfiber = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(gp->fiber[0], Unordered);
}

void __rt0_fiberleave(const G *gp)
{
	__rt0_stackis(gp->m->g0->stack);
	if (__tsan_switch_to_fiber)
		__tsan_switch_to_fiber(ownfiber, Unordered);
}

void __rt0_fiberend(G *gp)
{
	if (!__tsan_destroy_fiber)
		return;
	__tsan_destroy_fiber(gp->fiber[0]);
	gp->fiber[0] = NULL;
}

// AddressSanitizer forgets the variables of the frames that nobody will return to.
void __rt0_framesleft(void)
{
	if (__asan_handle_no_return)
		__asan_handle_no_return();
}
