// traceback.c - who called whom, by frame pointers.
//
//	bp -> | caller's bp | return address | caller's frame ...
//
// A goroutine's outermost frame was "called" from goexit+1 with a frame pointer of 0. The
// walk believes nothing that does not lie on the goroutine's stacks, and goes upwards
// only, but for the one step from the segment to the small stack: a spoiled stack ends it.
//
// That step is a frame of __morestack: its return address is the stub's in the function
// that runs on the segment already, and its caller's is the next word. A function that has
// memory from alloca in the segment returns to allocreturn; the record has the real place.
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

enum { MaxFrames = 100 };

uintptr_t skipPC; // where tracebacks of goroutines end

extern const char __text_start[], __text_end[];
extern const char __runtime_text_start[], __runtime_text_end[];

STEP void tracebackinit(void)
{
	skipPC = (uintptr_t)goexit + 1;
}

// The program's frames, and the interface it calls.
static bool showframe(uintptr_t pc, const char *name, int32_t level)
{
	if (level >= 2)
		return true;
	if (pc < (uintptr_t)__runtime_text_start || pc >= (uintptr_t)__runtime_text_end)
		return true;
	return name && name[0] == 'r' && name[1] == 't' && name[2] == '_';
}

static void printplace(const Place *p)
{
	const char *const *s = p->path;

	print("\t%s%s%s%s%s:%lu", s[0], s[1], s[2], s[3], s[4], p->line);
}

// An unknown function is the address of its call, as addr2line wants it.
static void printname(uintptr_t pc, const char *name, const char *rest)
{
	if (name)
		print("%s%s", name, rest);
	else
		print("0x%lx%s", pc - 1, rest);
}

static void printoffset(uintptr_t pc, uintptr_t start)
{
	if (start)
		print(" +0x%lx", pc - start);
	else
		print(" pc=0x%lx", pc - 1);
}

// pc is a return address: the call is before it.
static void printframe(uintptr_t pc, int32_t level, uintptr_t bp)
{
	uintptr_t start = 0;
	const char *name = funcname(pc - 1, &start);
	const Place *places;
	int32_t n;

	if (!showframe(pc, name, level))
		return;
	places = funcplaces(pc - 1, &n);
	while (--n > 0) { // what has been inlined, from pc outwards
		if (!showframe(pc, places[n].func, level))
			continue;
		print("%s(...)\n", places[n].func);
		printplace(&places[n]);
		print("\n");
	}
	printname(pc, name, "(...)\n");
	printplace(places);
	printoffset(pc, start);
	if (level >= 2)
		print(" fp=0x%lx pc=0x%lx", bp, pc);
	print("\n");
}

static bool intext(uintptr_t pc)
{
	return pc >= (uintptr_t)__text_start && pc < (uintptr_t)__text_end;
}

extern const char __morestack[], __morestack_non_split[]; // next to each other
void allocreturn(void);

// May n words at bp be read?
static bool readable(const G *gp, uintptr_t bp, uintptr_t n)
{
	if (bp % PtrSize != 0)
		return false;
	// A small stack has no guard to run into, and something else below it.
	return (bp >= gp->stack.lo - (gp->segment.lo != gp->stack.lo ? 0 : StackSlack) &&
	        bp <= gp->stack.hi - n * PtrSize) ||
	       (bp >= gp->segment.lo - StackSlack && bp <= gp->segment.hi - n * PtrSize);
}

static bool inmorestack(uintptr_t pc)
{
	return pc > (uintptr_t)__morestack && pc < (uintptr_t)__morestack_non_split;
}

static uintptr_t returnaddress(const G *gp, const uintptr_t *slot)
{
	if (*slot == (uintptr_t)allocreturn) {
		for (const AllocRecord *a = gp->allocs; a; a = a->prev) {
			if (a->slot == slot)
				return a->retaddr;
		}
	}
	return *slot;
}

void traceback(G *gp, uintptr_t pc, uintptr_t bp, int32_t level)
{
	for (int32_t n = 0; n < MaxFrames; n++) {
		uintptr_t *frame = (uintptr_t *)bp;

		if (pc == skipPC)
			return;
		if ((intext(pc) || n == 0) && !inmorestack(pc))
			printframe(pc, level, bp);
		if (!readable(gp, bp, inmorestack(pc) ? 3 : 2))
			return;
		if (inmorestack(pc)) {
			pc = returnaddress(gp, &frame[2]);
			bp = frame[0];
			continue;
		}
		pc = returnaddress(gp, &frame[1]);
		if (!intext(pc))
			return;
		// Further out lies further up; 0 ends the chain after this frame.
		if (frame[0] != 0 && frame[0] <= bp && !inmorestack(pc))
			return;
		bp = frame[0];
	}
	print("...additional frames elided...\n");
}

// Is pc in a prologue's stub (asm/morestack.S)? Requests to yield are served at its call.
static bool instub(const uint8_t *pc)
{
	enum { Call = 0xe8, CallSize = 5, MovR10 = 0xba41, MovR11 = 0xbb41, XorR11 = 0x3145 };
	enum { Stub = 17 }; // bytes, the longest
	uint16_t op = *(const uint16_t *)pc;

	if (*pc != Call && op != MovR10 && op != MovR11 && op != XorR11)
		return false;
	for (const uint8_t *end = pc + Stub - CallSize; pc <= end; pc++) {
		const char *to = (const char *)pc + CallSize + *(const int32_t *)(pc + 1);

		if (*pc == Call && (to == __morestack || to == __morestack_non_split))
			return true;
	}
	return false;
}

static bool ismovrsprbp(const uint8_t *pc)
{
	return pc[0] == 0x48 && pc[1] == 0x89 && pc[2] == 0xe5;
}

// Where the return address of an interrupted function is, if its frame is not there yet, or
// no more. Otherwise NULL, or a word that does not point into the text. An end of a function
// whose instructions the compiler has mixed with others is not recognised.
static const uintptr_t *returnslot(const AsyncState *a)
{
	enum { Ret = 0xc3, PushRbp = 0x55, Prologue = 64, Between = 16 };
	const uintptr_t *sp = (const uintptr_t *)a->rsp;
	const uint8_t *pc = (const uint8_t *)a->rip, *push, *mov;
	uintptr_t start = 0;

	if (*pc == Ret || instub(pc))
		return sp;
	if (!funcname(a->rip, &start))
		return NULL;
	for (push = (uint8_t *)start; push < (uint8_t *)start + Prologue; push++) {
		for (mov = push + 1; *push == PushRbp && mov <= push + Between; mov++) {
			if (ismovrsprbp(mov))
				return pc <= push ? sp : pc <= mov ? sp + 1 : NULL;
		}
	}
	return NULL;
}

// gp was preempted at any instruction, often a function's first.
static void tracebackpreempted(G *gp, int32_t level)
{
	const AsyncState *a = gp->asyncState;
	const uintptr_t *slot = returnslot(a);
	uintptr_t pc = a->rip + 1; // as if it had called

	if (slot && readable(gp, (uintptr_t)slot, 1) && intext(returnaddress(gp, slot))) {
		printframe(pc, level, a->rbp);
		pc = returnaddress(gp, slot);
	}
	traceback(gp, pc, a->rbp, level);
}

static const char *statusname(const G *gp)
{
	static const char *const names[] = {
		[Gidle] = "idle", [Grunnable] = "runnable", [Grunning] = "running",
		[Gsyscall] = "syscall", [Gwaiting] = "waiting", [Gdead] = "dead",
		[Gpreempted] = "preempted",
	};
	uint32_t s = readgstatus(gp);

	if (s == Gwaiting && gp->waitreason != WaitReasonZero)
		return waitReasonStrings[gp->waitreason];
	return s < nelem(names) && names[s] ? names[s] : "???";
}

void goroutineheader(G *gp)
{
	const char *locked = gp->lockedm ? ", locked to thread" : "";
	int64_t waitfor = 0;

	if (gp->waitsince != 0)
		waitfor = (nanotime() - gp->waitsince) / 60000000000;
	if (waitfor >= 1)
		print("goroutine %lu [%s, %ld minutes%s]:\n", gp->goid, statusname(gp), waitfor,
		      locked);
	else
		print("goroutine %lu [%s%s]:\n", gp->goid, statusname(gp), locked);
}

static void printcreator(uintptr_t pc, uintptr_t parent)
{
	uintptr_t start = 0;
	const char *name = funcname(pc - 1, &start);
	int32_t n;
	const Place *places = funcplaces(pc - 1, &n);

	print("created by ");
	printname(pc, name, "");
	if (parent != 0)
		print(" in goroutine %lu", parent);
	print("\n");
	printplace(&places[n - 1]); // where rt_go stands, be it in an inlined function
	printoffset(pc, start);
	print("\n");
}

// The creation of gp, and with GODEBUG's tracebackancestors those before it.
void printcreatedby(const G *gp)
{
	if (gp->goid == 1 || gp->gopc == 0)
		return;
	printcreator(gp->gopc, gp->parentGoid);
	for (uintptr_t i = 0; gp->ancestors && i < gp->ancestors[0]; i++) {
		print("[originating from goroutine %lu]:\n", gp->ancestors[1 + 2 * i]);
		printcreator(gp->ancestors[2 + 2 * i], 0);
	}
}

static void printother(G *gp, int32_t level)
{
	uint32_t s = readgstatus(gp);

	print("\n");
	goroutineheader(gp);
	if (s == Grunning)
		print("\tgoroutine running on other thread; stack unavailable\n");
	else if (gp->syscallsp != 0)
		traceback(gp, gp->syscallpc, gp->sched.bp, level);
	else if (gp->sched.pc == (uintptr_t)asyncResume)
		tracebackpreempted(gp, level);
	else
		traceback(gp, gp->sched.pc, gp->sched.bp, level);
	printcreatedby(gp);
}

void tracebackothers(const G *me, int32_t level)
{
	uintptr_t n = atomic_load_acquire(&allglen); // pairs with allgadd
	G **gs = atomic_load_acquire(&allgs);
	G *curg = getg()->m->curg;

	if (curg && curg != me && !curg->issystem)
		printother(curg, level);
	for (uintptr_t i = 0; i < n; i++) {
		G *gp = gs[i];

		if (gp == me || gp == curg || readgstatus(gp) == Gdead)
			continue;
		if (gp->issystem && level < 2)
			continue;
		printother(gp, level);
	}
}
