// types.h - words that every room uses: fixed-width types, attributes, constants.
#ifndef RT0_BASE_TYPES_H
#define RT0_BASE_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define nelem(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define alignup(n, a) (((n) + (a)-1) & ~((__typeof__(n))(a)-1))
// These evaluate what they return twice.
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

// The function does not return. rt.h, which cannot take a program's word, has RT_NORETURN.
#define NORETURN _Noreturn
// A function with a frame of its own, for one of these reasons: its callers are short and rarely
// need a frame as large; they are many; the frame's address or its place in tracebacks matters.
#define NOINLINE __attribute__((noinline))
// Never called: for the speed, or because its prologue could yield, or because a word of the
// caller's frame is taken. Also in builds without optimization.
#define ALWAYS_INLINE static inline __attribute__((always_inline))
// A function that the program may replace; or a symbol whose address is 0 where it is not linked.
#define WEAK __attribute__((weak))
// A symbol of the linker script's that is reached without a table of addresses: there a number
// would stay one.
#define HIDDEN __attribute__((visibility("hidden")))
// Rarely run, though its file is: compiled for size, away from the rest.
#define COLD __attribute__((cold, noinline))
// Does not check for room on the stack, nor for a request to yield: a small frame, whose
// caller or callees check. Not with "...": gcc's va_start takes from the check where the
// arguments are.
#define NOSPLIT __attribute__((no_split_stack))

// The symbol of a function in which a function of the interface ends when it waits. Tracebacks print
// the latter's name (panic/traceback.c).
#define WAITOF(function) __asm__(#function ".wait")

// A step of the documented start-up: a real symbol that gdb can break on, never inlined
// or cloned, in every build.
#ifdef __clang__
#define STEP __attribute__((noinline))
#else
#define STEP __attribute__((noipa))
#endif

// A step that is also on a hot path: a real symbol in the build that check-startup
// uses, the compiler's choice elsewhere.
#ifdef RT0_DEBUG
#define HOTSTEP STEP
#else
#define HOTSTEP
#endif

enum {
#ifdef RT0_DEBUG
	Debug = 1,
#else
	Debug = 0,
#endif
#ifdef RT0_STRESS
	Stress = 1,
#else
	Stress = 0,
#endif
#ifdef RT0_REPLAY
	Replay = 1, // with GODEBUG=seed=N all choices are drawn from the seed (replay/)
#else
	Replay = 0,
#endif
#ifdef RT0_NO_SPLIT
	Split = 0, // prologues do not check the guard
#else
	Split = 1,
#endif
#ifdef RT0_LIBC
	Libc = 1, // a C library beside the runtime: goroutines are its threads
#else
	Libc = 0,
#endif
#ifdef RT0_HOSTED
	Hosted = 1, // linked into a dynamic program of glibc's, for sanitizers (hosted/)
#else
	Hosted = 0,
#endif
	CacheLineSize = 64,
	PtrSize = 8,
};

// Written before the program runs, by the steps of the start-up up to relroinit, and
// read-only from then on.
#define RELRO __attribute__((section(".data.rel.ro.late")))
// Zeroed data behind the rest of the runtime's: what a start touches is on few pages.
#define LATEBSS __attribute__((section(".bss..late")))
// LATEBSS for data with locks: in the debug build their ranks are not zero.
#ifdef RT0_DEBUG
#define LATERANKED
#else
#define LATERANKED LATEBSS
#endif

// An invariant: checked in the debug build, an assumption elsewhere.
#define must(cond)                                                                     \
	do {                                                                           \
		if (Debug && unlikely(!(cond)))                                        \
			throw("must: " #cond);                                         \
	} while (0)

// The two functions that every room may call though they live above it (die/).
NORETURN void throw(const char *s); // a broken invariant of the runtime
NORETURN void fatal(const char *s); // an error of the program that cannot be recovered

// clang's thread-safety analysis checks these; gcc ignores them. UNCHECKED_LOCKS is for a function
// whose own code it cannot follow; the callers are checked. Such a function makes a lock, or
// acquires one under a condition (onep) or several in a loop, or releases what clang does not
// know by that name; or its comment says why.
#ifdef __clang__
#define LOCKTYPE(name) __attribute__((capability(name)))
#define HOLDS(...) __attribute__((requires_capability(__VA_ARGS__)))
#define ACQUIRES(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASES(...) __attribute__((release_capability(__VA_ARGS__)))
#define GUARDED(x) __attribute__((guarded_by(x)))
#define UNCHECKED_LOCKS __attribute__((no_thread_safety_analysis))
#else
#define LOCKTYPE(name)
#define HOLDS(...)
#define ACQUIRES(...)
#define RELEASES(...)
#define GUARDED(x)
#define UNCHECKED_LOCKS
#endif

#endif
