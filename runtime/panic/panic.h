// panic.h - dying in good order: messages, tracebacks, exit status 2.
#ifndef RT0_PANIC_PANIC_H
#define RT0_PANIC_PANIC_H

#include "runtime/os/os.h"
#include "runtime/panic/dwarf.h"
#include "runtime/runtime.h"

// ---- panic.c: throw and fatal are declared in base/types.h --------------------------

// A place in the code: where the traceback begins. With a stack pointer: code was interrupted
// before the instruction at pc, whether its frame was complete or not. Without: it called, and
// pc is the return address.
typedef struct {
	uintptr_t pc, sp, bp;
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
	}

// Prints the report, with tracebacks as GOTRACEBACK wants them, and exits with status 2.
NORETURN void die(const Report *r);

// ---- traceback.c --------------------------------------------------------------------

extern uintptr_t skipPC;

void tracebackinit(void);
void traceback(G *gp, const Where *w, int32_t level); // frames from w outwards
Where whereparked(const G *gp);                       // where it goes on
// The same with who it is and who created it; without w its stack cannot be read.
void printgoroutine(G *gp, const Where *w, int32_t level);
void tracebackothers(const G *me, int32_t level);

// ---- gotraceback.c ------------------------------------------------------------------

void setTraceback(const char *level); // GOTRACEBACK's value, or NULL
// 0: none, 1: the program's frames, 2: the runtime's too. *all: of every goroutine.
// *crash: end by SIGABRT.
int32_t gotraceback(bool *all, bool *crash);

// ---- symtab.c -----------------------------------------------------------------------

// The function that pc is in, and where it starts; NULL when unknown.
const char *funcname(uintptr_t pc, uintptr_t *start);
// After funcname: what is at pc, from the function inwards, *n >= 1; "?" when unknown.
const Place *funcplaces(uintptr_t pc, int32_t *n);

#endif
