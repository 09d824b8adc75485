// panic.c - throw, fatal, panic: the process says why and ends with status 2.
//
// Several Ms may die at once. Each takes paniclk for its report, so that they come one
// after another; the last of them ends the process. An M that fails while it reports
// (mp->dying) says less each time, and ends with status 4 or 5.
//
// Follows Go's panic.go (throw, startpanic_m, dopanic_m).
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

uint32_t panicking, runningPanicDefers;
static Mutex paniclk; // without rank: taken with any locks held

// True when this M may print its report.
static UNCHECKED_LOCKS bool startpanic_m(M *mp)
{
	mp->mallocing++;
	mp->locks++;
	switch (mp->dying) {
	case 0:
		mp->dying = 1;
		mp->printbuf = NULL; // it dies in rt_stack
		atomic_xadd(&panicking, 1);
		lock(&paniclk);
		if (debug.schedtrace > 0 || debug.scheddetail > 0)
			schedtrace(true);
		freezetheworld();
		return true;
	case 1:
		mp->dying = 2;
		print("panic during panic\n");
		return false; // without paniclk: it is ours already, or another M's
	case 2:
		mp->dying = 3;
		print("stack trace unavailable\n");
		exit(4);
	default:
		exit(5);
	}
}

// The goroutine that dies, then others.
static void printstacks(G *gp, const Where *w)
{
	M *mp = gp->m;
	Where parked;
	Traceback t = gotraceback();

	if (t.level == 0)
		return;
	if (gp == mp->g0 || gp == mp->gsignal) {
		if (mp->throwing > 0 || t.level >= 2) {
			print("\nruntime stack:\n");
			traceback(gp, w, 2);
		}
		gp = mp->curg;
		if (gp)
			parked = whereparked(gp);
		w = &parked;
	}
	if (gp) {
		print("\n");
		printgoroutine(gp, w->pc ? w : NULL, t.level);
	}
	if (t.all)
		tracebackothers(gp, t.level);
}

// On g0 or gsignal, where there is room.
static UNCHECKED_LOCKS void dopanic(void *arg)
{
	const Report *r = arg;

	if (!startpanic_m(getg()->m))
		exit(4);
	r->before(r->arg);
	printstacks(r->gp, &r->where);
	if (r->after)
		r->after(r->arg);
	if (__rt0_traceon)
		__rt0_tracer.die();
	unlock(&paniclk);
	if (atomic_xadd(&panicking, -1u) != 0)
		haltm(); // others are dying too: the last one ends the process
	if (gotraceback().crash)
		raisedefault(SIGABRT);
	exit(2);
}

NORETURN __attribute__((noinline)) void die(Report *r)
{
	noalignmentcheck();
	if (!r->gp)
		r->gp = getg();
	systemstack(dopanic, r);
	for (;;) // not reached
		cpupause();
}

static void sayfatalerror(void *text)
{
	print("fatal error: %s\n", (const char *)text);
}

static NORETURN __attribute__((noinline)) void diesaying(const char *s, uintptr_t pc,
                                                         uintptr_t bp)
{
	Report r = {
		.before = sayfatalerror, .arg = (void *)(uintptr_t)s, .where = { pc, 0, bp },
	};

	die(&r);
}

NORETURN __attribute__((noinline)) void throw(const char *s)
{
	Where w = HERE;
	M *mp = getg()->m;

	if (mp->throwing == 0)
		mp->throwing = 1;
	diesaying(s, w.pc, w.bp);
}

NORETURN __attribute__((noinline)) void fatal(const char *s)
{
	Where w = HERE;

	getg()->m->throwing = -1;
	diesaying(s, w.pc, w.bp);
}

typedef struct {
	const G *gp;
	uintptr_t sp;
} Overflow;

static void sayoverflow(void *arg)
{
	const Overflow *o = arg;
	Stack stk = o->gp->segment.lo != 0 ? o->gp->segment : o->gp->stack;

	print("runtime: goroutine stack exceeds %lu-byte limit\n",
	      min(maxstacksize, stk.hi - stk.lo));
	print("runtime: sp=0x%lx stack=[0x%lx, 0x%lx]\n", o->sp, stk.lo, stk.hi);
	print("fatal error: stack overflow\n");
}

// On g0 or gsignal: gp has no room for what the function that it was interrupted in wants.
NORETURN void stackoverflow(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	Overflow o = { gp, sp };
	Report r = { .before = sayoverflow, .arg = &o, .where = { pc, sp, bp }, .gp = gp };

	getg()->m->throwing = -1;
	die(&r);
}

// What assembly calls when a switch is asked for that cannot be.
NORETURN void badmcall(void);
NORETURN void badmcall2(void);
NORETURN void badsystemstack(void);
NORETURN void badx87(void);

NORETURN void badmcall(void)
{
	throw("runtime: mcall called on m->g0 stack");
}

NORETURN void badmcall2(void)
{
	throw("runtime: mcall function returned");
}

NORETURN void badsystemstack(void)
{
	setg(getg()->m->g0); // so that throw finds a stack of the system's
	throw("systemstack called from unexpected goroutine");
}

// Debug builds: of the program's code, on the goroutine that parks; or of the runtime's, on g0.
NORETURN void badx87(void)
{
	fatal("x87 or MMX registers in use at a call: code that uses them must leave them "
	      "empty (emms)");
}

// What a function with a stack protector calls when its canary is not what it was.
NORETURN void __stack_chk_fail(void);
NORETURN WEAK void __stack_chk_fail(void)
{
	fatal("stack smashing detected");
}
