// gopanic.c - rt_panic: runs the goroutine's deferred calls; if none of them is rt_recover's,
// says why and ends the process.
//
// The calls run on top of the frame that panics. One of them may panic in turn: its panic
// makes the calls that are left (defer.c).
//
// Built with the vector registers: a float among variable arguments arrives in one.
//
// Follows Go's panic.go (gopanic).
//
// built: floats libc
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/entersyscall.h"

// Lines after the first are indented. The text is not needed any more.
NOSPLIT void printpanic(const Panic *p, const char *end)
{
	char *text = p->text;

	print("panic: ");
	for (char *s = text; *s; s++) {
		if (*s == '\n') {
			*s = '\0';
			print("%s\n\t", text);
			text = s + 1;
		}
	}
	print("%s%s\n", text, end);
}

static void saypanics(void *arg)
{
	Panic *p = arg, *fault = p;

	while (fault->sig == 0 && fault->link)
		fault = fault->link;
	if (p->link)
		whendeferring->printpanics(p);
	else
		printpanic(p, "");
	if (fault->sig != 0)
		printsignal(fault->sig, fault->sigcode0, fault->sigcode1, fault->sigpc);
}

// Runs the deferred calls, and reports the panic. w: where it happened.
NORETURN void gopanic(Panic *p, const Where *w)
{
	Report r = { .before = saypanics, .arg = p, .where = *w };
	G *gp = callerg();

	if (gp->_defer && gp == gp->m->gcgo) {
		becomegoroutine(); // which makes the calls, and may recover
		gp = getg();
	}
	comeback(gp);
	p->link = gp->_panic;
	if (p->link && p->link->recovered)
		p->link = p->link->recovered(gp, p->link, w->bp);
	gp->_panic = p;
	atomic_xadd(&runningPanicDefers, 1); // the main goroutine waits for us
	if (gp->_defer && gp == gp->m->curg && gp->m->locks == 0)
		whendeferring->rundefers(gp);
	die(&r);
}

// Panics because of a fault in the program's code; called by sigpanic0, whose frame says
// where.
NORETURN void sigpanic(char *text, uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc);

NORETURN void sigpanic(char *text, uint32_t sig, int32_t code, uintptr_t addr, uintptr_t pc)
{
	Panic p = {
		.text = text, .sig = sig, .sigcode0 = code, .sigcode1 = addr, .sigpc = pc,
	};
	Where w = HERE;

	gopanic(&p, &w);
}

NORETURN void rt_panic(const char *format, ...)
{
	char text[1024];
	Panic p = { .text = text };
	Where w = HERE;
	va_list ap;

	noalignmentcheck();
	va_start(ap, format);
	rt_vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	gopanic(&p, &w);
}
