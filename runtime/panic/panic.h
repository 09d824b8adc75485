// panic.h - panics and deferred calls; tracebacks, and where they have names and lines from.
#ifndef RT0_PANIC_PANIC_H
#define RT0_PANIC_PANIC_H

#include "runtime/die/die.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"
#include "runtime/panic/dwarf.h"
#include "runtime/runtime.h"

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
NORETURN void goexit2(G *gp);              // rt_goexit, begun or continued

// ---- traceback.c --------------------------------------------------------------------

extern uintptr_t skipPC;

void tracebackinit(void);
void traceback(G *gp, const Where *w, int32_t level); // frames from w outwards
Where whereparked(const G *gp);                       // where it will continue
Where wherehalted(const G *gp, const Halted *b);      // while it runs; sched/halt.c
// Is traceback with the G's header and its creator; without w its stack cannot be read.
void printgoroutine(G *gp, const Where *w, int32_t level);
void tracebackothers(const G *me, int32_t level);
bool intext(uintptr_t pc);
bool readable(const G *gp, uintptr_t bp, uintptr_t n); // n words of gp's stacks

#ifdef RT0_REPLAY
void printcall(uintptr_t pc);
void printmaker(uintptr_t pc, uint64_t parent);
#endif

// ---- rtstack.c ----------------------------------------------------------------------

// On g0: calls fn(arg), whose messages go to out.
void printinto(Printbuf *out, void (*fn)(void *arg), void *arg);

// ---- symtab.c -----------------------------------------------------------------------

// The function that pc is in, and where it starts; NULL when unknown.
const char *funcname(uintptr_t pc, uintptr_t *start);
// After funcname: what is at pc, from the function inwards, *n >= 1; "?" when unknown.
const Place *funcplaces(uintptr_t pc, int32_t *n);
#ifdef RT0_REPLAY
// The variable that p is in, where it begins, and its size; NULL when there is none. After
// funcname.
const char *varname(uintptr_t p, uintptr_t *start, uintptr_t *size);
#endif

#endif
