// traceback.c - who called whom, by frame pointers.
//
//	bp -> | caller's bp | return address | caller's frame ...
//
// A goroutine's outermost frame was "called" from goexit+1 with a frame pointer of 0. The
// walk believes nothing that does not lie on the stack it started on, and goes upwards
// only: a spoiled stack ends it.
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

static void printlocation(uintptr_t pc, uintptr_t start)
{
	if (start)
		print("\t?:0 +0x%lx\n", pc - start);
	else
		print("\t?:0 pc=0x%lx\n", pc);
}

// pc is a return address unless exact: the call is before it.
static void printframe(uintptr_t pc, bool exact, int32_t level, uintptr_t bp)
{
	uintptr_t start = 0;
	const char *name = funcname(pc - !exact, &start);

	if (!showframe(pc, name, level))
		return;
	if (name)
		print("%s(...)\n", name);
	else
		print("0x%lx(...)\n", pc);
	if (level >= 2 && start)
		print("\t?:0 +0x%lx fp=0x%lx pc=0x%lx\n", pc - start, bp, pc);
	else
		printlocation(pc, start);
}

static bool intext(uintptr_t pc)
{
	return pc >= (uintptr_t)__text_start && pc < (uintptr_t)__text_end;
}

void traceback(G *gp, uintptr_t pc, uintptr_t bp, int32_t level)
{
	bool exact = false;

	for (int32_t n = 0; n < MaxFrames; n++) {
		uintptr_t *frame = (uintptr_t *)bp;

		if (pc == skipPC)
			return;
		if (intext(pc) || n == 0)
			printframe(pc, exact, level, bp);
		if (bp < gp->stack.lo - StackSlack || bp > gp->stack.hi - 2 * PtrSize || bp % PtrSize)
			return;
		pc = frame[1];
		if (!intext(pc))
			return;
		// Further out lies further up; 0 ends the chain after this frame.
		if (frame[0] != 0 && frame[0] <= bp)
			return;
		bp = frame[0];
	}
	print("...additional frames elided...\n");
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

// The creation of gp, and with GODEBUG's tracebackancestors those before it.
void printcreatedby(const G *gp)
{
	uintptr_t start = 0;
	const char *name;

	if (gp->goid == 1 || gp->gopc == 0)
		return;
	name = funcname(gp->gopc - 1, &start);
	if (name)
		print("created by %s in goroutine %lu\n", name, gp->parentGoid);
	else
		print("created by 0x%lx in goroutine %lu\n", gp->gopc, gp->parentGoid);
	printlocation(gp->gopc, start);
	for (uintptr_t i = 0; gp->ancestors && i < gp->ancestors[0]; i++) {
		uintptr_t id = gp->ancestors[1 + 2 * i], pc = gp->ancestors[2 + 2 * i];

		name = funcname(pc - 1, &start);
		print("[originating from goroutine %lu]:\ncreated by %s\n", id,
		      name ? name : "?");
		printlocation(pc, name ? start : 0);
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
