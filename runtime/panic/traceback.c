// traceback.c - the calls on a stack, by frame pointers.
//
//	bp -> | caller's bp | return address | caller's frame ...
//
// A goroutine's outermost frame was "called" from goexit+1 with a frame pointer of 0. The
// walk uses only words on the goroutine's stacks, and moves upwards only, except for the one
// step from the segment to the small stack. So a corrupt stack ends the walk.
//
// That step is a frame of __morestack: its return address is the stub's in the function
// that runs on the segment already, and its caller's is the next word. A function that has
// memory from alloca in the segment returns to allocreturn; the record has the real return
// address. A function that has recovered from a panic returns to recoverreturn; the copy of the
// panic has the real one.
//
// built: unchecked libc
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/mem/mem.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/g.h"
#include "runtime/sched/halt.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"
#include "runtime/sched/setarea.h"
#include "runtime/sched/switch.h"
#include "runtime/sched/sysmon.h"
#include "unwind.h"

enum { InnerFrames = 50, OuterFrames = 50 }; // shown of a deep stack

RELRO uintptr_t skipPC; // where tracebacks of goroutines end

extern const char __text_start[], __text_end[];
extern const char __runtime_text_start[], __runtime_text_end[];
extern const char __wrapper_text_start[], __wrapper_text_end[]; // hosted/runtime.ld

STEP void tracebackinit(void)
{
	skipPC = (uintptr_t)goexit + PCQuantum;
}

// Returns the name without what mk/rules.mk puts before it, where there is a wrapper.
static const char *afterreal(const char *name)
{
	const char *real = Hosted ? afterprefix(name, "__real_") : NULL;

	return real ? real : name;
}

// The program's frames, and the interface it calls.
static bool showframe(uintptr_t pc, const char *name, int32_t level)
{
	if (level >= 2)
		return true;
	if (pc < (uintptr_t)__runtime_text_start || pc >= (uintptr_t)__runtime_text_end)
		return true;
	if (Hosted && pc >= (uintptr_t)__wrapper_text_start && pc < (uintptr_t)__wrapper_text_end)
		return false; // the function that it calls is shown
	return name && name[0] == 'r' && name[1] == 't' && name[2] == '_';
}

// The line before it says whose place it is.
static void printplace(const Place *p)
{
	const char *const *s = p->path;

	print("\t%s%s%s%s%s:%lu", s[0], s[1], s[2], s[3], s[4], p->line);
}

// If name is that of a function in which one of the interface ends (WAITOF), returns the latter's
// name, otherwise name. In builds that make few jumps of calls, both have a frame.
static const char *beforewait(const char *name)
{
	static const char *const waiting[] = { "rt_chan_send", "rt_chan_recv", "rt_select" };
	const char *rest;

	for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) {
		rest = afterprefix(name, waiting[i]);
		if (rest && streq(rest, ".wait"))
			return waiting[i];
	}
	return name;
}

// Prints a function's name; an unknown one as an address in it, as the file counts: addr2line
// finds out more.
static void printfunc(const char *name, uintptr_t at)
{
	if (name)
		print("%s", beforewait(name));
	else
		print("0x%lx", at - loadbias);
}

// Prints pc relative to start, the function's; if that is 0, unknown, the address in the
// file.
static void printoffset(uintptr_t pc, uintptr_t start)
{
	print(start ? " +0x%lx" : " pc=0x%lx", pc - (start ? start : loadbias));
}

// Prints a frame, with what is inlined there first. at is in its current instruction: where
// pc is a return address, in the call before it, which may be the last thing in its
// function, and in the program's text. The frame is from sp up to fp. printed: the function
// that the frame before was printed as, if that was its wait (WAITOF): it is not printed again.
// Returns that function for the next frame, or NULL.
static const char *printframe(uintptr_t pc, uintptr_t at, int32_t level, uintptr_t fp, uintptr_t sp,
                              const char *printed)
{
	uintptr_t start = 0;
	const char *name = funcname(at, &start);
	const Place *places;
	int32_t n;

	if (Hosted && name)
		name = afterreal(name);
	if (level < 2 && name && printed && streq(name, printed))
		return NULL;
	if (!showframe(at, name, level))
		return NULL;
	places = funcplaces(at, &n);
	while (n-- > 0) {
		const char *func = n > 0 ? places[n].func : name;

		if (!showframe(at, func, level))
			continue;
		printfunc(func, at);
		print("(...)\n");
		printplace(&places[n]);
		if (n == 0)
			printoffset(pc, start);
		if (n == 0 && level >= 2)
			print(" fp=0x%lx sp=0x%lx pc=0x%lx", fp, sp, pc);
		print("\n");
	}
	return name && beforewait(name) != name ? beforewait(name) : NULL;
}

bool intext(uintptr_t pc)
{
	return pc >= (uintptr_t)__text_start && pc < (uintptr_t)__text_end;
}

extern const char sigpanicreturn[]; // signal.S: where a fault's panic returns to
extern const char gogoEnd[], asyncPreemptEnd[], asyncResumeEnd[];

// Are n words from bp between lo and hi?
static bool contained(uintptr_t lo, uintptr_t hi, uintptr_t bp, uintptr_t n)
{
	return bp >= lo && bp <= hi - n * PtrSize;
}

static bool readableown(const G *gp, uintptr_t bp, uintptr_t n)
{
	return contained(gp->stack.lo, gp->stack.hi, bp, n) ||
	       contained(segmentbottom(gp->segment), gp->segment.hi, bp, n);
}

// Are these on a stack that another G lends, or on the handlers'? Code that does not check may have gone
// down to the guard, which is a page lower.
static bool readableborrowed(const G *gp, uintptr_t bp, uintptr_t n)
{
	return contained(gp->stack.lo - (Split ? 0 : physPageSize), gp->stack.hi, bp, n);
}

bool readable(const G *gp, uintptr_t bp, uintptr_t n)
{
	const G *lender = borrowedof(gp);

	if (bp % PtrSize != 0)
		return false;
	if (SignalGap && gp->m && gp == gp->m->gsignal && gp->m->newSigstack)
		return readableborrowed(gp, bp, n);
	if (!lender)
		return readableown(gp, bp, n);
	return readableborrowed(gp, bp, n) || readableown(lender, bp, n);
}

// Does the frame's caller's frame, at outer, begin what gp has of its own, before it borrowed the
// stack that frame is on?
static bool returnsborrowed(const G *gp, const uintptr_t *frame, uintptr_t outer)
{
	const G *lender = borrowedof(gp);

	return lender && readableborrowed(gp, (uintptr_t)frame, 2) &&
	       readableown(lender, outer, 2);
}

// Is frame n printed, if elide are left out in the middle? Prints that where they would
// begin.
static bool shown(int32_t n, int32_t elide)
{
	if (elide > 0 && n == InnerFrames)
		print("...%d frames elided...\n", elide);
	return elide >= 0 && (n < InnerFrames || n >= InnerFrames + elide);
}

// Returns where the return address of a function without a frame is, if w is in one.
static const uintptr_t *frameless(const G *gp, const Where *w)
{
	return w && w->sp ? framelessreturn(gp, w->pc, w->sp, w->bp, w->link) : NULL;
}

// Does the chain end after frame, whose caller is at pc? Outer frames are higher up: 0, or
// another stack, ends it.
static bool outermost(const G *gp, const uintptr_t *frame, uintptr_t pc)
{
	return !intext(pc) || (frame[0] <= (uintptr_t)frame && readable(gp, frame[0], 2) &&
	                       !inmorestack(pc) && !returnsborrowed(gp, frame, frame[0]));
}

// Returns the number of frames from w outwards. Prints them, unless elide is negative: but
// for so many in the middle.
static int32_t walk(G *gp, const Where *w, int32_t level, int32_t elide)
{
	enum { MaxSteps = 1 << 24 }; // more than 64 MiB have room for
	uintptr_t pc = realreturn(gp, w->pc, NULL), bp = w->bp;
	uintptr_t sp = w->sp ? w->sp : w->calledsp;
	const char *printed = NULL;
	int32_t n = 0;
	Where fault;

	for (int32_t i = 0; i < MaxSteps && pc != skipPC; i++) {
		uintptr_t *frame = (uintptr_t *)bp;
		const uintptr_t *ret = frameless(gp, w);
		bool crossing = inmorestack(pc);
		uintptr_t fp = ret ? framelesssp(ret, sp) : (uintptr_t)(frame + 2 + crossing);

		if (!crossing) {
			if (shown(n, elide))
				printed = printframe(pc, w && w->sp ? pc : pc - 1, level,
				                     bp || ret ? fp : 0, sp, printed);
			n++;
		}
		if (pc == (uintptr_t)sigpanicreturn && bp != 0 && readable(gp, bp, 3)) {
			// The caller was interrupted, and did not call.
			fault = (Where){ .pc = frame[1], .sp = frame[2], .bp = frame[0], .link = faultlink(frame) };
			w = &fault;
			pc = fault.pc;
			bp = fault.bp;
			sp = fault.sp;
			if (!intext(pc))
				break;
			continue;
		}
		w = NULL;
		if (ret) {
			pc = returnaddress(gp, ret);
			sp = fp;
			continue;
		}
		if (bp == 0 || !readable(gp, bp, 2 + crossing))
			break;
		pc = returnaddress(gp, &frame[1 + crossing]);
		if (outermost(gp, frame, pc))
			break;
		bp = frame[0];
		sp = fp;
	}
	return n;
}

void traceback(G *gp, const Where *w, int32_t level)
{
	int32_t n = walk(gp, w, level, -1);

	walk(gp, w, level, max(n - InnerFrames - OuterFrames, 0));
}

static bool awayonsystemstack(const G *gp)
{
	return gp->sched.pc == (uintptr_t)systemstack_switch && gp->sched.sp != 0;
}

Where whereparked(const G *gp)
{
	const AsyncState *a = gp->asyncState;

	if (gp->syscallsp != 0)
		return (Where){ .pc = gp->syscallpc, .bp = gp->syscallbp, .calledsp = gp->syscallsp };
	if (gp->sched.pc == (uintptr_t)asyncResume)
		return (Where){ .pc = asyncpc(a), .sp = asyncsp(a), .bp = asyncbp(a), .link = asynclink(a) };
	// It has not begun; or systemstack was called, as systemstack_switch, until it clears sp
	// on its way back.
	if (gp->sched.pc == gp->startpc || awayonsystemstack(gp))
		return (Where){ .pc = gp->sched.pc, .sp = gp->sched.sp, .bp = gp->sched.bp };
	return (Where){ .pc = gp->sched.pc, .bp = gp->sched.bp, .calledsp = gp->sched.sp };
}

// Assembly calls on g0 with this frame of its own on gp's stack. Where is gp? __morestack has
// not called the function that it was called from: that is at its stub's call still.
static Where wherecalled(const G *gp, const uintptr_t *frame)
{
	uintptr_t call = intext(frame[1]) ? stubcall((const uint8_t *)frame[1]) : 0;
	uintptr_t sp = (uintptr_t)&frame[2];

	if (call)
		return (Where){ .pc = frame[1] - call, .sp = sp, .bp = frame[0] };
	return (Where){ .pc = returnaddress(gp, &frame[1]), .bp = frame[0], .calledsp = sp };
}

// Returns where a goroutine left its stack that is away on g0, whose innermost frame there is
// at bp: walks outwards to the frame that was called from gp's stack. mcall leaves no such
// frame; then gp's saved context says it.
static Where whereaway(const G *gp, uintptr_t bp)
{
	const Stack *s = &gp->m->g0->stack;
	uintptr_t last = 0;

	if (gp->syscallsp != 0 || awayonsystemstack(gp))
		return whereparked(gp);
	while (!readable(gp, bp, 3)) {
		if (bp <= last || bp % PtrSize != 0 || bp < s->lo || bp > s->hi - 2 * PtrSize)
			return whereparked(gp);
		last = bp;
		bp = *(const uintptr_t *)bp;
	}
	return wherecalled(gp, (const uintptr_t *)bp);
}

static bool within(uintptr_t pc, void (*fn)(void), const char *end)
{
	return pc >= (uintptr_t)fn && pc < (uintptr_t)end;
}

// Returns where gp is, which runs. Its M was interrupted at *b, in the goroutine's code or in
// its own; or it has called from there, without sp.
Where wherehalted(const G *gp, const Halted *b)
{
	const AsyncState *a = gp->asyncState;
	Where w = { .pc = b->pc, .sp = b->sp, .bp = b->bp, .calledsp = b->calledsp, .link = b->link };
	bool own = b->g == gp;

	if (within(w.pc, asyncPreempt, asyncPreemptEnd) ||
	    within(w.pc, asyncResume, asyncResumeEnd))
		return (Where){ .pc = asyncpc(a), .sp = asyncsp(a), .bp = asyncbp(a), .link = asynclink(a) };
	if (own && w.sp == 0)
		return w;
	if (w.sp == 0 || !onstacks(gp, w.sp))
		return own && !onstacks(gp->m->g0, w.sp) ? w : whereaway(gp, w.bp);
	if (own && !within(w.pc, (void (*)(void))gogo, gogoEnd))
		return w;
	// In the middle of a switch: the context tells, as far as gogo has not cleared it.
	w = whereparked(gp);
	if (w.pc == gp->startpc && w.sp == 0)
		w.sp = b->sp;
	if (w.bp == 0)
		w.bp = b->bp;
	return w;
}

static const char *statusname(const G *gp)
{
	static const char names[][10] = {
		[Gidle] = "idle", [Grunnable] = "runnable", [Grunning] = "running",
		[Gsyscall] = "syscall", [Gwaiting] = "waiting", [Gdead] = "dead",
		[Gpreempted] = "preempted",
	};
	uint32_t s = readgstatus(gp);

	if (s == Gwaiting && reasonof(gp) != WaitReasonZero)
		return waitReasonString(gp);
	return s < nelem(names) && names[s][0] ? names[s] : "???";
}

enum { WordsSize = 48 };

static char *addword(char *to, const char *s)
{
	while (*s)
		*to++ = *s++;
	*to = 0;
	return to;
}

// Returns the words, and behind them the goroutine's name, if it has one.
static const char *withname(const G *gp, const char *words, char *buf)
{
	const char *name = gp->area ? areaname(gp->area) : "";

	if (!*name)
		return words;
	addword(addword(addword(addword(buf, words), ", \""), name), "\"");
	return buf;
}

static void goroutineheader(G *gp)
{
	const char *locked = gp->lockedm ? ", locked to thread" : "";
	char buf[WordsSize];
	bool forever = readgstatus(gp) == Gwaiting && gp->waitreason & WaitLeaked;
	const char *leaked = forever ? " (leaked)" : "";
	uint32_t waitfor = 0; // minutes

	if (Libc)
		locked = withname(gp, locked, buf);
	if (readgstatus(gp) == Gwaiting && gp->waitsince != 0)
		waitfor = (waitclock(nanotime()) - gp->waitsince) / 60;
	if (waitfor >= 1)
		print("goroutine %lu [%s%s, %u minutes%s]:\n", gp->goid, statusname(gp), leaked,
		      waitfor, locked);
	else
		print("goroutine %lu [%s%s%s]:\n", gp->goid, statusname(gp), leaked, locked);
}

static void printcreator(uintptr_t pc, uintptr_t parent)
{
	uintptr_t start = 0;
	const char *name = funcname(pc - 1, &start);
	int32_t n;
	const Place *places = funcplaces(pc - 1, &n);

	print("created by ");
	printfunc(name, pc - 1);
	if (parent != 0)
		print(" in goroutine %lu", parent);
	print("\n");
	printplace(&places[n - 1]); // of rt_go, even in an inlined function
	printoffset(pc, start);
	print("\n");
}

// Prints where gp was created, and with GODEBUG's tracebackancestors its ancestors. The main
// goroutine has no creator.
static void printcreatedby(const G *gp)
{
	if (gp->startpc == 0) // cgo/foreign.c
		print("created by a thread of the program\n");
	if (gp->goid == 1 || gp->gopc == 0)
		return;
	printcreator(gp->gopc, gp->parentGoid);
	for (uintptr_t i = 0; gp->ancestors && i < gp->ancestors[0]; i++) {
		print("[originating from goroutine %lu]:\n", gp->ancestors[1 + 2 * i]);
		if (gp->ancestors[1 + 2 * i] != 1)
			printcreator(gp->ancestors[2 + 2 * i], 0);
	}
}

void printgoroutine(G *gp, const Where *w, int32_t level)
{
	goroutineheader(gp);
	if (w)
		traceback(gp, w, level);
	else
		print("\tgoroutine running on other thread; stack unavailable\n");
	printcreatedby(gp);
}

static void printother(G *gp, int32_t level)
{
	bool running = readgstatus(gp) == Grunning;
	const Halted *b = running ? halted(gp) : NULL;
	Where w = b ? wherehalted(gp, b) : whereparked(gp);

	print("\n");
	printgoroutine(gp, b || !running ? &w : NULL, level);
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

void printsite(const char *what, const Site *s)
{
	if (s->pc[0] == 0)
		return;
	print("%s by goroutine %lu:\n", what, s->goid);
	for (uint32_t i = 0; i < nelem(s->pc) && s->pc[i] != 0; i++) {
		uintptr_t pc = (uintptr_t)__text_start + s->pc[i];

		if (intext(pc) && pc != skipPC)
			printframe(pc, pc - 1, 1, 0, 0, NULL);
	}
}

#ifdef RT0_REPLAY
// For the race detector: a call that returns to pc, and the rt_go that returns there.
void printcall(uintptr_t pc)
{
	if (intext(pc) && pc != skipPC)
		printframe(pc, pc - 1, 1, 0, 0, NULL);
}

void printmaker(uintptr_t pc, uint64_t parent)
{
	printcreator(pc, parent);
}
#endif
