// hosted.h - what the runtime tells the sanitizers, in the build that is linked into a program
// of glibc's. hosted/fiber.c and hosted/memory.c have the functions; in all other builds these
// are nothing.
//
// The runtime itself is compiled without sanitizers. They must know on whose stack the program's
// code runs, since they keep a history of calls and accesses for each: a fiber is what
// ThreadSanitizer knows a goroutine by.
#ifndef RT0_BASE_HOSTED_H
#define RT0_BASE_HOSTED_H

#include "runtime/base/race.h"
#include "runtime/runtime.h"

void __rt0_fibernew(G *newg);
void __rt0_fiberenter(G *gp);
void __rt0_fiberleave(G *gp);
void __rt0_fiberend(G *gp);
bool __rt0_freshstacks(void);
void __rt0_unmap(uintptr_t p, uintptr_t n);
void __rt0_framesleft(void);
void __rt0_leavestack(G *gp, Stack stk);
void __rt0_returntostack(G *gp);
const void *__rt0_chanclock(const Hchan *c);
void __rt0_before(const void *p);
void __rt0_after(const void *p);
void __rt0_dying(void);
int *__rt0_errno(void);
int64_t __rt0_libfork(void); // the child's number, or an error below 0
void __rt0_forget(void); // on g0: what functions below have left on the stack
void __rt0_expected(void);
bool __rt0_otherthreads(void);
void __rt0_threadends(void);
void __rt0_expectforeign(void); // cgo/foreign.c, and the next four
bool __rt0_entercall(void);
void __rt0_leavecall(void);
void __rt0_comeback(G *gp);
extern uint32_t __rt0_nspares;
extern const char __rt0_left; // by its address, what goroutines did before they ended
extern const char __rt0_io; // by its address, all output happens before all input
bool __rt0_interruptible(void); // is what is between the program's text bounds its own?

// newg has been made, by the code that is running.
ALWAYS_INLINE void fibernew(G *newg)
{
	if (Hosted)
		__rt0_fibernew(newg);
	if (RACING)
		racenew(newg);
}

// On g0: gp continues next.
ALWAYS_INLINE void fiberenter(G *gp)
{
	if (Hosted)
		__rt0_fiberenter(gp);
}

// On g0: this M leaves gp, which no other M may have yet.
ALWAYS_INLINE void fiberleave(G *gp)
{
	if (Hosted)
		__rt0_fiberleave(gp);
}

// On g0, after fiberleave: gp has ended.
ALWAYS_INLINE void fiberend(G *gp)
{
	if (Hosted)
		__rt0_fiberend(gp);
	if (RACING)
		raceend(gp);
}

// Must each goroutine have a new stack, of which nobody remembers a use?
ALWAYS_INLINE bool freshstacks(void)
{
	return Hosted && __rt0_freshstacks();
}

// The frames from here on up to some caller's are left for good, without returning.
ALWAYS_INLINE void framesleft(void)
{
	if (Hosted)
		__rt0_framesleft();
}

// The code that gp calls next is on stk; then it is on gp's own stack again.
ALWAYS_INLINE void leavestack(G *gp, Stack stk)
{
	if (Hosted)
		__rt0_leavestack(gp, stk);
}

ALWAYS_INLINE void returntostack(G *gp)
{
	if (Hosted)
		__rt0_returntostack(gp);
}

// ---- threads that are not the runtime's -------------------------------------------------------

// Makes such threads welcome, when the runtime has started.
ALWAYS_INLINE void expectthreads(void)
{
	if (Hosted)
		__rt0_expectforeign();
}

// The Ms that wait for such a thread.
ALWAYS_INLINE int64_t sparems(void)
{
	return Hosted ? atomic_load_relaxed(&__rt0_nspares) : 0;
}

// Is there a thread, besides the one that calls, that may still call rt.h, and is no goroutine?
ALWAYS_INLINE bool otherthreads(void)
{
	return Hosted && __rt0_otherthreads();
}

// The calling thread is at its end, and belongs to no M.
ALWAYS_INLINE void threadleaves(void)
{
	if (Hosted)
		__rt0_threadends();
}

// A function of rt.h begins, which nothing in hosted/ is before. Returns whether callleft is to
// be called at its end: if code calls that is not a goroutine's own.
ALWAYS_INLINE bool callentered(void)
{
	return Hosted && __rt0_entercall();
}

ALWAYS_INLINE void callleft(bool entered)
{
	if (Hosted && entered)
		__rt0_leavecall();
}

// gp, which calls a function that is for goroutines, may be such a thread.
ALWAYS_INLINE void comeback(G *gp)
{
	if (Hosted && gp->m->isextra)
		__rt0_comeback(gp);
}

// ---- order ------------------------------------------------------------------------------------

// The report of a panic or a fatal error is complete, and the process ends now.
ALWAYS_INLINE void dying(void)
{
	if (Hosted)
		__rt0_dying();
}

// What the running code has done so far comes before what is done after happensafter(p).
ALWAYS_INLINE void happensbefore(const void *p)
{
	if (Hosted)
		__rt0_before(p);
	if (RACING)
		racebefore(p);
}

ALWAYS_INLINE void happensafter(const void *p)
{
	if (Hosted)
		__rt0_after(p);
	if (RACING)
		raceafter(p);
}

// What the two above take for a channel.
ALWAYS_INLINE const void *chanclock(const Hchan *c)
{
	return Hosted ? __rt0_chanclock(c) : c;
}

#endif
