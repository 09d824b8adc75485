// area.h - what musl knows of one of its threads: struct pthread, and the program's
// thread-local data below it. Each goroutine has one of its own, and so has each thread.
//
// With x86-64, musl finds it by the word at %fs:0, and so does code that rtcc --musl compiles
// (-mno-tls-direct-seg-refs). %fs itself stays the thread's, with the runtime's own words at
// fixed distances: g, the guard, the canary, curcache. So a switch of goroutines stores one word.
// Elsewhere the thread pointer itself leads to the area, and a switch changes it (tls.h).
//
// Which area is in force?
//	a goroutine runs			its own: gogo (asm.h, ENTER_AREA)
//	the scheduler, on g0			the thread's: mcall, asyncPreempt, preemptprologue
//	g0 on behalf of a goroutine		the goroutine's: systemstack, newstack and
//						allocspace leave it. asthread changes it
//	a function of rt_cgocall's		the goroutine's
//	a handler of the runtime's		whatever was; it calls nothing of the library
//	a handler of the program's		the goroutine's that was interrupted, or whose
//						function of rt_cgocall's was; else the thread's
//	a handler of the library's own		the thread's
//	a new thread				the thread's: musl's clone
//	a thread at its end			the thread's: gogo to g0
// A signal may come between the two stores of a switch, of g and of this word. The handlers
// go by g, and put back the word that they found.
//
// The layout is that of musl 1.2.3 to 1.2.6; tests/programs/musl_area.c compares.
#ifndef RT0_CGO_AREA_H
#define RT0_CGO_AREA_H

#include "runtime/base/getg.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/setarea.h"

enum { AreaNameSize = 16 }; // the kernel's limit, too

// struct pthread.
struct Area {
	Area *self;
	AREABEGINS
	Area *prev, *next; // musl's threads; a goroutine's area is alone
	union {
		uintptr_t sysinfo;
		Sigset sent; // to a goroutine, for it to take: cgo/pthread_kill.c
	};
	AREACANARY
	int32_t tid; // a goroutine's is AreaTid or above
	int32_t error; // errno
	int32_t detachstate;
	int32_t cancel;
	uint8_t canceldisable, cancelasync;
	uint8_t flags; // AreaUsesKeys ...
	bool atpoint;  // a goroutine's: in a call that pthread_cancel may end; gate_stop.c
	union {
		struct {
			uint8_t *mapbase;
			size_t mapsize;
		};
		char name[AreaNameSize]; // a goroutine's, which has no such mapping
	};
	void *stack;
	size_t stacksize;
	union {
		size_t guardsize;
		struct { // a goroutine's
			uint32_t wait;        // AwaitsSignals, or the number of one that these end
			uint32_t interrupted; // handlers without SA_RESTART, as handled
		};
	};
	void *result; // on a thread: the guard of the stack checks
	void *cancelbuf;
	void **values; // of pthread_getspecific
	void *robusthead; // of a list of musl's for mutexes that it does not have here
	// Jumps out of signal handlers; cgo/jump.c. (The rest of that list's head.)
	uint16_t held; // changed by its goroutine alone
	uint16_t pins;
	uint32_t jumping;
	uintptr_t *jump;
	int32_t herror;
	union {
		int32_t timerid;
		uint32_t handled; // a goroutine's: handlers that have run on its thread
	};
	void *locale;
	uint32_t killlock;
	char *dlerror;
	void *files; // locked by flockfile
	AREAENDS
};

enum {
	AreaUsesKeys = 1, // flags: a value may be set
	AreaHasDlerror = 2,
	AreaCounted = 4, // a thread of the program's: cgo/pthread_create.c
	AreaOfM = 8,    // a thread's
	AreaEnding = 8, // a goroutine's: by pthread_exit, or its function has returned: the result is stored
	AreaMasked = 16, // has a signal mask of its own; mask.c
	AreaLeaving = 32, // no code of the program's runs on it any more
	AreaEndsByAny = 64, // any handler ends its call, also one with SA_RESTART
	AreaAlways = 128, // none does: gate_stop.c
	CancelEnabled = 0, CancelDisabled = 1, CancelMasked = 2, // canceldisable
	AreaExited = 0, AreaJoinable = 2, AreaDetached = 3, // detachstate
};

_Static_assert(sizeof(Area) == AreaBytes, "struct pthread");
AREACHECKS;
_Static_assert(offsetof(Area, error) == AreaError, "errno_val");
_Static_assert(offsetof(Area, name) == AreaError + 20, "behind the padding");
_Static_assert(offsetof(Area, values) == AreaError + 76, "tsd");
_Static_assert(offsetof(Area, held) == AreaHeld && offsetof(Area, pins) == AreaPins &&
               offsetof(Area, jumping) == AreaJumping && offsetof(Area, jump) == AreaJump,
               "library.h");
_Static_assert(offsetof(Area, locale) == AreaError + 116, "locale");
_Static_assert(offsetof(Area, files) == AreaError + 140, "stdio_locks");

// Changes the thread's signal mask; old may be NULL.
ALWAYS_INLINE void changemask(int32_t how, Sigset set, Sigset *old)
{
	syscall4(__NR_rt_sigprocmask, (uint64_t)how, ptrarg(&set), ptrarg(old), sizeof set);
}

// Calls fn(arg) as the thread, on g0: for what musl must do as one of its threads. fn's errno
// is the caller's. Also on threads without a G.
HIDDEN void asthread(void (*fn)(void *), void *arg);

// Returns the goroutine whose area that is, or NULL.
HIDDEN G *goroutineof(const Area *a);

// foreign.c: threads that are not the runtime's.
void __rt0_expectforeign(void);
void __rt0_release(void); // ends the goroutine that the thread is
HIDDEN void __rt0_foreignforked(void); // in a forked child; for hosted/, too
// foreign_musl.c, hosted/foreign.c: gives gp the bounds of the calling thread's stack, and both
// what else the library has of it.
HIDDEN void meetthread(G *system, G *gp);
// foreign_musl.c: the thread ends.
HIDDEN void releaseforeign(void);

// mask.c: sets the caller's signal mask, as pthread_sigmask does.
HIDDEN Sigset changemine(int how, Sigset set);
// Has the calling goroutine a mask of its own? Then it is in *mask.
HIDDEN bool ownmask(Sigset *mask);
// The calling goroutine, whose area is a, is at its end: its thread has the common mask again.
HIDDEN void endmask(Area *a);
// The calling goroutine has sent itself a signal that mask blocks: it keeps the thread.
HIDDEN void keepsignal(uint32_t sig, Sigset mask);
// Does the common mask block sig? What has been sent to a thread without one of its own goes
// to the process then, where every goroutine finds it.
HIDDEN bool commonblocks(int32_t sig);
// In SIGURG's handler.
HIDDEN void maskurg(M *mp, Ucontext *ctx);
// kerneltid.c: sets the thread's mask; a handler may leave by siglongjmp there.
HIDDEN void leavemask(Sigset set);
// Makes a call that wants the number of a's thread first; if change, not for one that goroutines share.
HIDDEN int64_t threadcall(Area *a, bool change, int64_t nr, uint64_t b, uint64_t c);
// Makes a call that sends sig. A handler may leave by siglongjmp there, too.
HIDDEN int64_t killcall(int64_t nr, uint64_t to, int sig);
// Sends sig to the calling thread, whose goroutine keeps it while it is blocked. Returns 0 or -errno.
HIDDEN int64_t killself(int sig);

enum { AwaitsSignals = 1 }; // wait: the goroutine waits, and looks at what was sent behind that

// Handlers that have run for a goroutine.
typedef struct {
	uint32_t any, interrupting;
} Handlers;

ALWAYS_INLINE Handlers handlersof(const Area *a)
{
	return (Handlers){ atomic_load_relaxed(&a->handled), a->interrupted };
}

// Must the call end that the goroutine made before them?
ALWAYS_INLINE bool endedsince(const Area *a, Handlers before)
{
	return a->interrupted != before.interrupting ||
	       ((a->flags & AreaEndsByAny) && atomic_load_relaxed(&a->handled) != before.any);
}

// pthread_kill.c: makes the caller's sent signals the thread's, which handles them now, unless it
// has them blocked.
HIDDEN void takesent(void);
// Are there any?
ALWAYS_INLINE bool anysent(const Area *a)
{
	return unlikely(atomic_load_relaxed(&a->sent) != 0);
}
// The goroutine is about to wait, and behind that looks at what was sent.
ALWAYS_INLINE void beginlook(Area *a)
{
	if (likely(a->tid >= AreaTid))
		(void)atomic_xchg(&a->wait, AwaitsSignals); // pairs with sendtogoroutine
}
ALWAYS_INLINE void endlook(Area *a)
{
	if (likely(a->tid >= AreaTid))
		(void)atomic_xchg(&a->wait, 0); // as there; then the caller looks
}
// pthread_create.c: a call of the library's yields, if the goroutine is to.
HIDDEN void yieldwhenwanted(void);
// In SIGURG's handler, which has interrupted gp.
HIDDEN void sentsignal(const G *gp, Sigset blocked);

// keys.c: the values of a new goroutine's keys; frees them; in a forked child.
HIDDEN void initvalues(Area *a);
HIDDEN void freevalues(Area *a);
HIDDEN void keysforked(void);
void __pthread_tsd_run_dtors(void);

// area.c: is the caller's goroutine the only one that may run code of the program's?
HIDDEN bool alone(void);
// The calling goroutine will run no more code of the program's.
HIDDEN void leaveprogram(Area *a);
// area.c: makes the destructors' calls for the caller's area, and takes what is the library's.
HIDDEN void endvalues(Area *a);
// pthread_create.c: so ends a thread of pthread_create's, after its deferred calls. Returns
// when it has been joined or is detached.
HIDDEN void endpthread(Area *a);

#endif
