// panic.c - throw, fatal, panic: the process says why and ends with status 2.
//
// Several Ms may die at once. Each takes paniclk for its report, so that they come one
// after another; the last of them ends the process. An M that fails while it reports says
// less each time (mp->dying): it adds its own stacks, then its message alone, then nothing.
//
// Follows Go's panic.go (throw, startpanic_m, dopanic_m).
//
// built: unchecked
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"
#include "runtime/sched/stw.h"

uint32_t panicking, runningPanicDefers;
static Mutex paniclk; // without rank: taken with any locks held

static UNCHECKED_LOCKS void startpanic_m(M *mp)
{
	mp->mallocing++;
	mp->locks++;
	mp->dying = 1;
	mp->printbuf = NULL; // it dies in rt_stack
	atomic_xadd(&panicking, 1);
	lock(&paniclk);
	if (debug.schedtrace > 0 || debug.scheddetail > 0)
		schedtrace(true);
	freezetheworld();
}

// Prints the dying goroutine's stack, then others' if the level asks for them.
static void printstacks(G *gp, const Where *w, bool others)
{
	M *mp = gp->m;
	Traceback t = gotraceback();

	if (t.level == 0)
		return;
	if (gp != mp->curg) {
		// It is the program's code that runs there.
		bool program = gp == mp->gcgo || (gp == mp->gsignal && mp->handling);

		if (program || mp->throwing > 0 || t.level >= 2) {
			print("\nruntime stack:\n");
			traceback(gp, w, program ? t.level : 2);
		}
		gp = mp->curg;
	}
	if (gp) {
		Where at = halted(gp) ? wherehalted(gp, halted(gp)) : whereparked(gp);

		print("\n");
		printgoroutine(gp, at.pc ? &at : NULL, t.level);
	}
	if (others && t.all) {
		haltothers();
		tracebackothers(gp, t.level);
	}
}

static NORETURN void endprocess(void)
{
	if (gotraceback().crash)
		raisedefault(SIGABRT);
	exit(2);
}

// This M has failed before, and now in its report. Nothing is locked: paniclk is this M's
// already, or another M's that must not keep it from its end. Each failure counts before it
// prints anything, because that may be what fails next.
static NORETURN void panicagain(M *mp, const Report *r)
{
	switch (++mp->dying) {
	case 2:
		r->before(r->arg);
		print("panic during panic\n");
		printstacks(r->gp, &r->where, false);
		if (r->after)
			r->after(r->arg);
		endprocess();
	case 3:
		r->before(r->arg);
		print("stack trace unavailable\n");
		exit(4);
	default:
		exit(5);
	}
}

// On g0 or gsignal, where there is room.
static UNCHECKED_LOCKS void dopanic(void *arg)
{
	const Report *r = arg;
	const Where *w = &r->where;
	Halted at = { r->gp, w->pc, w->sp, w->bp, w->calledsp };
	M *mp = getg()->m;

	haltmyself(&at);
	if (mp->dying != 0)
		panicagain(mp, r);
	startpanic_m(mp);
	r->before(r->arg);
	printstacks(r->gp, &r->where, true);
	if (r->after)
		r->after(r->arg);
	if (__rt0_traceon)
		__rt0_tracer.die();
	unlock(&paniclk);
	if (atomic_xadd(&panicking, -1u) != 0)
		haltm(); // others are dying too: the last one ends the process
	endprocess();
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

// The frame that asked for it is throw's or fatal's caller: where w says.
ALWAYS_INLINE NORETURN void diesaying(const char *s, Where w)
{
	Report r = { .before = sayfatalerror, .arg = (void *)(uintptr_t)s, .where = w };

	die(&r);
}

NORETURN __attribute__((noinline)) void throw(const char *s)
{
	Where w = HERE;
	M *mp = getg()->m;

	if (mp->throwing == 0)
		mp->throwing = 1;
	diesaying(s, w);
}

NORETURN __attribute__((noinline)) void fatal(const char *s)
{
	Where w = HERE;

	getg()->m->throwing = -1;
	diesaying(s, w);
}

typedef struct {
	const char *text;
	const Record *r;
	Freed freed;
} ObjectError;

static void sayobject(void *arg)
{
	const ObjectError *e = arg;

	print("fatal error: %s\n", e->text);
	if (!e->r || gotraceback().level == 0)
		return;
	if (e->freed == FreedBefore)
		printsite("freed", &e->r->freed);
	printsite(e->freed == FreedBefore ? "allocated again" : "allocated", &e->r->made);
	if (e->freed == FreedSince)
		printsite("freed", &e->r->freed);
}

NORETURN __attribute__((noinline)) void fatalobject(const char *text, const Record *r,
                                                        Freed freed)
{
	ObjectError e = { text, r, freed };
	Report report = { .before = sayobject, .arg = &e, .where = HERE };

	getg()->m->throwing = -1;
	die(&report);
}

typedef struct {
	const G *gp;
	uintptr_t sp;
} Overflow;

static void sayoverflow(void *arg)
{
	const Overflow *o = arg;
	Stack stk = o->gp->segment.lo != 0 ? o->gp->segment : o->gp->stack;

	if (o->gp == o->gp->m->gcgo)
		print("runtime: stack of rt_cgocall exceeds %lu-byte limit (see ulimit -s)\n",
		      stk.hi - stk.lo);
	else if (o->gp == o->gp->m->gsignal)
		print("runtime: stack of signal handlers exceeds %lu-byte limit\n",
		      stk.hi - stk.lo);
	else
		print("runtime: goroutine stack exceeds %lu-byte limit\n",
		      min(maxstacksize, stk.hi - stk.lo));
	print("runtime: sp=0x%lx stack=[0x%lx, 0x%lx]\n", o->sp, stk.lo, stk.hi);
	print("fatal error: stack overflow\n");
}

// On g0 or gsignal: gp has no room for what the function that it was interrupted in wants.
NORETURN void stackoverflow(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp)
{
	Overflow o = { gp, sp };
	Report r = {
		.before = sayoverflow,
		.arg = &o,
		.where = { .pc = pc, .sp = sp, .bp = bp },
		.gp = gp,
	};

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
	const G *gp = getg();

	if (gp == gp->m->g0)
		throw("runtime: mcall called on m->g0 stack");
	notgoroutine("rt_gosched"); // it alone does not look before
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
