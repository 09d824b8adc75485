// die.c - throw, fatal and die: the process ends with status 2, and says why.
//
// Every room may call these. The report shows goroutines, which are higher rooms': report.c in
// panic/ makes it.
//
// built: unchecked
#include "runtime/die/die.h"

#include "runtime/base/getg.h"

NORETURN NOINLINE void die(Report *r)
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

NORETURN NOINLINE void throw(const char *s)
{
	Where w = HERE;
	M *mp = getg()->m;

	if (mp->throwing == 0)
		mp->throwing = 1;
	diesaying(s, w);
}

NORETURN NOINLINE void fatal(const char *s)
{
	Where w = HERE;

	getg()->m->throwing = -1;
	diesaying(s, w);
}

// What a function with a stack protector calls when its canary is not what it was.
NORETURN void __stack_chk_fail(void);
NORETURN WEAK void __stack_chk_fail(void)
{
	fatal("stack smashing detected");
}
