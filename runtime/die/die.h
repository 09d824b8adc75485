// die.h - the end of a process that cannot continue.
#ifndef RT0_DIE_DIE_H
#define RT0_DIE_DIE_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"

// ---- die.c: throw and fatal are declared in base/types.h ----------------------------

// Where a traceback begins. With sp set, the code was interrupted before the instruction at pc,
// its frame complete or not. With sp 0 it made a call, and pc is the return address; calledsp
// is the stack pointer after the return, and is only printed.
typedef struct {
	uintptr_t pc, sp, bp, calledsp;
	Link link; // of the interrupted code
} Where;

// Why the process ends. before and after (or NULL) print around the tracebacks.
typedef struct {
	void (*before)(void *arg);
	void (*after)(void *arg);
	void *arg;
	Where where;
	G *gp; // the G that it is about; NULL: the running one
} Report;

// The caller's place, as an initialiser of a Where.
#define HERE                                                                           \
	{                                                                              \
		.pc = (uintptr_t)__builtin_return_address(0),                          \
		.bp = *(uintptr_t *)__builtin_frame_address(0),                        \
		.calledsp = (uintptr_t)__builtin_dwarf_cfa(),                          \
	}

// Prints the report, with tracebacks as GOTRACEBACK wants them, and exits with status 2.
NORETURN void die(Report *r);
void dopanic(void *arg); // panic/report.c: does it, on g0 or gsignal; arg is the Report

// ---- gotraceback.c ------------------------------------------------------------------

void setTraceback(const char *level); // GOTRACEBACK's value, or NULL

typedef struct {
	int32_t level; // 0: nothing, 1: the program's frames, 2: the runtime's too
	bool all;      // of every goroutine
	bool crash;    // end by SIGABRT
} Traceback;

Traceback gotraceback(void);

#endif
