// panic.h - dying in good order: messages, tracebacks, exit status 2.
#ifndef RT0_PANIC_PANIC_H
#define RT0_PANIC_PANIC_H

#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/panic/dwarf.h"
#include "runtime/runtime.h"

// ---- panic.c: throw and fatal are declared in base/types.h --------------------------

// Where a traceback begins. With sp set, the code was interrupted before the instruction at pc,
// its frame complete or not. With sp 0 it made a call, and pc is the return address; calledsp
// is the stack pointer after the return, and is only printed.
typedef struct {
	uintptr_t pc, sp, bp, calledsp;
} Where;

// Why the process ends. before and after (or NULL) print around the tracebacks.
typedef struct {
	void (*before)(void *arg);
	void (*after)(void *arg);
	void *arg;
	Where where;
	G *gp; // whom it is about; NULL: the running one
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

// ---- gopanic.c ----------------------------------------------------------------------

// p has its text, and what happened if it is a fault; w says where. Does not return.
NORETURN void gopanic(Panic *p, const Where *w);
void printpanic(const Panic *p, const char *end);

// ---- defer.c ------------------------------------------------------------------------

typedef struct {
	void (*rundefers)(G *gp);     // makes all deferred calls
	void (*printpanics)(Panic *p); // prints p and those before it
} Deferring;

// Not NULL once there has been a deferred call.
extern const Deferring *whendeferring;

void droppanics(G *gp, const Panic *last); // those newer than last: they are over
NORETURN void goexit2(G *gp);              // rt_goexit, begun or gone on with

// ---- traceback.c --------------------------------------------------------------------

extern uintptr_t skipPC;

void tracebackinit(void);
void traceback(G *gp, const Where *w, int32_t level); // frames from w outwards
Where whereparked(const G *gp);                       // where it goes on
Where wherehalted(const G *gp, const Halted *b);      // while it runs; sched/halt.c
// The same with who it is and who created it; without w its stack cannot be read.
void printgoroutine(G *gp, const Where *w, int32_t level);
void tracebackothers(const G *me, int32_t level);
bool intext(uintptr_t pc);
bool readable(const G *gp, uintptr_t bp, uintptr_t n); // n words of gp's stacks
// Where an object was allocated, or whatever what says; nothing if that never happened.
void printsite(const char *what, const Site *s);

// ---- gotraceback.c ------------------------------------------------------------------

void setTraceback(const char *level); // GOTRACEBACK's value, or NULL

typedef struct {
	int32_t level; // 0: nothing, 1: the program's frames, 2: the runtime's too
	bool all;      // of every goroutine
	bool crash;    // end by SIGABRT
} Traceback;

Traceback gotraceback(void);

// ---- symtab.c -----------------------------------------------------------------------

// The function that pc is in, and where it starts; NULL when unknown.
const char *funcname(uintptr_t pc, uintptr_t *start);
// After funcname: what is at pc, from the function inwards, *n >= 1; "?" when unknown.
const Place *funcplaces(uintptr_t pc, int32_t *n);

#endif
