// fiber.c - on whose stack the program's code runs.
//
// Each goroutine is a fiber of ThreadSanitizer's, and each M has its thread's own, which is the
// current one while g0 runs. AddressSanitizer wants the bounds of the stack that is in use, and
// gives a second stack to each, for the variables whose use after their function's return it
// sees: fiber[AsanStack] has it while the goroutine does not run. The G keeps it when the goroutine
// ends: so its variables are watched a while longer.
//
// ThreadSanitizer would take a stack that is used again for a race between its two goroutines. If
// the second came after the first, races between them elsewhere would be hidden. So no stack is
// used again: munmap, which the sanitizer knows, lets it forget the accesses, and the locks that
// were there.
//
// errno, which is the thread's, changes with the goroutine.
#define _GNU_SOURCE // RTLD_DEFAULT
#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>

#include "hosted/report.h"
#include "hosted/sanitizer.h"
#include "include/rt.h"
#include "runtime/base/atomic.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/g.h"

void droppanics(G *gp, const Panic *last); // panic/defer.c
// Touches no memory that is watched.
int __real_rt_snprintf(char *buf, size_t size, const char *format, ...);

enum { Unordered = 1 }; // a switch says nothing of what comes before what

enum { NumStacks = (1ul << 47) / StackSegment };

static __thread void *ownfiber; // this thread's
static __thread void *ownstack; // AddressSanitizer's second stack for it, while it is on a G's

// The lower end of the stack that begins in each 64 MiB of the address space; 0 if there is none.
static uintptr_t stackin[NumStacks];

void __rt0_fibernew(G *newg)
{
	char name[64];

	newg->error[0] = 0;
	newg->exceptions[0] = newg->exceptions[1] = 0;
	if (!__tsan_create_fiber)
		return;
	newg->mutexes->nheld = newg->mutexes->more = 0;
	atomic_store_relaxed(&stackin[newg->stack.lo / StackSegment], newg->stack.lo);
	__tsan_func_entry((void *)newg->gopc); // "created by"
	newg->fiber[TsanFiber] = __tsan_create_fiber(0);
	__tsan_func_exit();
	if (newg->parentGoid)
		__real_rt_snprintf(name, sizeof name, "goroutine %lu, by goroutine %lu",
		                   (unsigned long)newg->goid, (unsigned long)newg->parentGoid);
	else
		__real_rt_snprintf(name, sizeof name, "goroutine %lu", (unsigned long)newg->goid);
	__tsan_set_fiber_name(newg->fiber[TsanFiber], name);
}

// Is p on a goroutine's stack?
bool onstack(const void *p)
{
	uintptr_t i = (uintptr_t)p / StackSegment;

	if (i == 0 || i >= (uintptr_t)NumStacks)
		return false;
	return (uintptr_t)p - atomic_load_relaxed(&stackin[i]) < StackSegment ||
	       (uintptr_t)p - atomic_load_relaxed(&stackin[i - 1]) < StackSegment;
}

bool __rt0_freshstacks(void)
{
	return __tsan_create_fiber;
}

void __rt0_unmap(uintptr_t p, uintptr_t n)
{
	munmap((void *)p, n);
}

// The code that runs next is on stk. Of the second stacks, *from is left and to is entered.
// Without from, the one that is left is gone for good.
static void stackis(Stack stk, void **from, void *to)
{
	if (!__sanitizer_start_switch_fiber)
		return;
	__sanitizer_start_switch_fiber(from, (void *)stk.lo, stk.hi - stk.lo);
	__sanitizer_finish_switch_fiber(to, NULL, NULL);
}

enum { ResultSize = 4 * PtrSize };

static intptr_t resultoffset; // from the thread pointer, of what is known of a call's result

// MemorySanitizer has no function to set it, but shows where it is.
void fiberinit(void)
{
	char *shadow = __msan_unpoison_param ? dlsym(RTLD_DEFAULT, "__msan_retval_tls") : NULL;

	if (shadow)
		resultoffset = shadow - (char *)__builtin_thread_pointer();
}

void __rt0_leavestack(G *gp, Stack stk)
{
	stackis(stk, &gp->fiber[CallerStack], ownstack);
}

// What the function has recovered is over.
void __rt0_returntostack(G *gp)
{
	G *recovered = gp->m->incgo == CgoGoroutine ? gp : gp->m->gcgo;

	stackis(gp->stack, &ownstack, gp->fiber[CallerStack]);
	droppanics(recovered, NULL);
}

// Its arguments and the result of the call in which it parked are not another goroutine's,
// which MemorySanitizer has seen last on this thread.
static void forgetvalues(void)
{
	if (!__msan_unpoison_param)
		return;
	__msan_unpoison_param(2);
	if (resultoffset)
		__builtin_memset((char *)__builtin_thread_pointer() + resultoffset, 0, ResultSize);
}

static void switchto(void *fiber)
{
	if (fiber != __tsan_get_current_fiber())
		__tsan_switch_to_fiber(fiber, Unordered);
}

void __rt0_fiberenter(G *gp)
{
	stackis(gp->stack, &ownstack, gp->fiber[AsanStack]);
	forgetvalues();
	if (__tsan_switch_to_fiber) {
		if (!ownfiber)
			ownfiber = __tsan_get_current_fiber();
		switchto(gp->fiber[TsanFiber]);
	}
	exceptionsenter(gp);
	errno = gp->error[0]; // last, since what a sanitizer does may fail
}

const char __rt0_left;
bool __rt0_testing;

// What a goroutine did comes before what one does after it that has waited for its end. In a test
// so does what it did before it parked: rt_test_wait.
static void ordersleave(const G *gp)
{
	if (__tsan_release && (__rt0_testing || readgstatus(gp) == Gdead))
		__tsan_release((void *)&__rt0_left);
}

void __rt0_fiberleave(G *gp)
{
	ordersleave(gp); // still as its fiber
	gp->error[0] = errno;
	exceptionsleave(gp);
	stackis(gp->m->g0->stack, &gp->fiber[AsanStack], ownstack);
	if (__tsan_switch_to_fiber)
		switchto(ownfiber);
}

// A thread that is not the runtime's is its goroutine's fiber, and its g0's.
void meetfiber(G *gp)
{
	gp->fiber[AsanStack] = gp->fiber[CallerStack] = NULL;
	gp->mutexes->nheld = gp->mutexes->more = 0;
	if (__tsan_get_current_fiber)
		gp->fiber[TsanFiber] = ownfiber = __tsan_get_current_fiber();
}

void __rt0_fiberend(G *gp)
{
	if (!__tsan_destroy_fiber)
		return;
	atomic_store_relaxed(&stackin[gp->stack.lo / StackSegment], 0);
	__tsan_destroy_fiber(gp->fiber[TsanFiber]);
	gp->fiber[TsanFiber] = NULL;
}

// AddressSanitizer forgets the variables of the frames that nobody will return to.
void __rt0_framesleft(void)
{
	if (__asan_handle_no_return)
		__asan_handle_no_return();
}
