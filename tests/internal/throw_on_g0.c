// tests/internal/throw_on_g0.c - the report of an error on the scheduler's stack shows the frames
// there, then the goroutine from what it had called, for each way from one to the other.
// matrix: WAY=systemstack,mcall,cgocall,morestack
// matrix: GOTRACEBACK=single,system
// stderr~: ^fatal error: (on purpose|runtime: out of memory)\n\nruntime stack:\n(throws|gthrows|nomemory|slotalloc|segmentslot)\(\.\.\.\)\n
// stderr~: \n\ngoroutine 1 \[(running|syscall)\]:\n((systemstack_switch|callaway|rt_cgocall|large)\(\.\.\.\)\n\t.*\n)*calls\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\nruntime_main\(
// exit: 2
// compilers: gcc
// arch: not arm64: one way is a stack that grows
#include <sys/resource.h>

#include "internal.h"
#include "runtime/sched/switch.h"

static volatile int kept;

static void throws(void *arg)
{
	(void)arg;
	throw("on purpose");
}

static void gthrows(G *gp)
{
	(void)gp;
	throw("on purpose");
}

// Asks for a segment, for which there is no address space.
static __attribute__((noinline)) void large(void)
{
	volatile char a[1 << 20];

	a[0] = 0;
	kept++;
}

static __attribute__((noinline)) void calls(const char *way)
{
	static const struct rlimit none;
	char text[1];

	if (way[0] == 's')
		systemstack(throws, NULL);
	if (way[0] == 'c')
		rt_cgocall(throws, NULL);
	if (way[1] == 'c')
		mcall(gthrows);
	rt_stack(text, sizeof text, false); // maps the file, for the names
	rt_syscall(SYS_setrlimit, RLIMIT_AS, &none);
	large();
	kept++;
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	calls(rt_getenv("WAY"));
	kept++;
	return 0;
}
