// gopanic.c - rt_panic: runs the goroutine's deferred calls; if none of them is rt_recover's,
// says why and ends the process.
//
// The calls run on top of the frame that panics. One of them may panic in turn: its panic
// goes on with the calls that are left, and if nobody recovers, all are printed, the first
// one first.
//
// Built with the vector registers: a float among variable arguments arrives in one.
//
// Follows Go's panic.go (gopanic, printpanics).
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

// Lines after the first are indented. The text is not needed any more.
static void printpanictext(char *text)
{
	for (char *p = text; *p; p++) {
		if (*p == '\n') {
			*p = '\0';
			print("%s\n\t", text);
			text = p + 1;
		}
	}
	print("%s", text);
}

// The newest first; afterwards the oldest, with link to the next.
static Panic *reversed(Panic *p)
{
	Panic *r = NULL;

	while (p) {
		Panic *older = p->link;

		p->link = r;
		r = p;
		p = older;
	}
	return r;
}

static void printpanic(const Panic *p)
{
	if (p->goexit)
		return;
	print("panic: ");
	printpanictext(p->text);
	print(!p->recovered    ? "\n"
	      : p->repanicked ? " [recovered, repanicked]\n"
	                      : " [recovered]\n");
}

static void printpanics(Panic *p)
{
	const Panic *older = NULL;

	for (p = reversed(p); p; older = p, p = p->link) {
		const Panic *newer = p->link;

		p->repanicked = newer && !p->goexit && !newer->goexit &&
		                streq(p->text, newer->text);
		if (older && older->repanicked)
			continue;
		if (older && !older->goexit)
			print("\t");
		printpanic(p);
	}
}

static void saypanics(void *arg)
{
	const Panic *fault = arg;

	while (fault && fault->sig == 0)
		fault = fault->link;
	printpanics(arg);
	if (fault)
		printsignal(fault->sig, fault->sigcode0, fault->sigcode1, fault->sigpc);
}

// w: where it happened.
NORETURN void gopanic(Panic *p, const Where *w)
{
	G *gp = getg();
	Report r = { .before = saypanics, .arg = p, .where = *w };

	p->link = gp->_panic;
	if (p->link && p->link->recovered)
		p->link = stillrecovered(p->link, w->bp);
	gp->_panic = p;
	atomic_xadd(&runningPanicDefers, 1); // the main goroutine waits for us
	if (gp == gp->m->curg && gp->m->locks == 0)
		rundefers(gp);
	die(&r);
}

// The program's code has caused a fault; called by sigpanic0, whose frame says where.
NORETURN void sigpanic(char *text, uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc);

NORETURN void sigpanic(char *text, uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc)
{
	Panic p = {
		.text = text, .sig = sig, .sigcode0 = code, .sigcode1 = addr, .sigpc = pc,
	};
	Where w = HERE;

	gopanic(&p, &w);
}

_Noreturn void rt_panic(const char *format, ...)
{
	char text[1024];
	Panic p = { .text = text };
	Where w = HERE;
	va_list ap;

	va_start(ap, format);
	rt_vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	gopanic(&p, &w);
}
