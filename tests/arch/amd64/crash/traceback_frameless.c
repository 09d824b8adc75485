// tests/arch/amd64/crash/traceback_frameless.c - a function that a fault interrupts before its
// frame is made, or after it is taken down, is in the traceback once, and its caller too;
// on either stack, and between them.
// matrix: STACK=small,segment
// matrix: EDGE=entry,pushed,pushed_mixed,realigned,made,left,popped,popped_mixed,tail,frameless,stub,crossed,stub_large,crossed_large
// hosted: not any: the code has no stack checks there
// stderr: panic: runtime error: invalid memory address or nil pointer dereference
// stderr~: \ngoroutine [0-9]+ \[running\]:\nedge_(\w+)\(\.\.\.\)\n\t.*\ncaller\(\.\.\.\)\n\t.*\n(large\(\.\.\.\)\n\t.*\n)?walker\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
#include "../../../lib/test.h"

#define NOINLINE __attribute__((noinline, noclone))

// A function whose FAULT faults.
#define FAULT "movl 0, %eax;"

#define EDGE(name, code)                                                               \
	__attribute__((naked, noinline, no_split_stack)) static void edge_##name(void) \
	{                                                                              \
		__asm__(code);                                                         \
	}

#define MAKE "push %rbp; mov %rsp, %rbp;"

EDGE(entry, FAULT MAKE "pop %rbp; ret")
EDGE(pushed, "push %rbp; " FAULT " mov %rsp, %rbp; pop %rbp; ret")
EDGE(pushed_mixed, "push %rbp; mov %edi, %eax; " FAULT " mov %rsp, %rbp; pop %rbp; ret")
EDGE(realigned, "lea 8(%rsp), %r10; and $-64, %rsp; push -8(%r10); push %rbp; " FAULT
                "mov %rsp, %rbp; leave; ret")
EDGE(made, MAKE "sub $32, %rsp; " FAULT " leave; ret")
EDGE(left, MAKE "sub $32, %rsp; leave; " FAULT " ret")
EDGE(popped, MAKE "pop %rbp; " FAULT " ret")
EDGE(popped_mixed, MAKE "pop %rbp; xor %eax, %eax; " FAULT " inc %eax; ret")
EDGE(tail, MAKE "pop %rbp; " FAULT " jmp edge_entry")
EDGE(frameless, "xor %eax, %eax; " FAULT " ret")

// What gcc makes of a function with a check: the body after it is on the segment, or goes
// there.
EDGE(stub, "jmp 1f; 2: " MAKE "pop %rbp; ret;"
           "1: mov $4000, %r10d; xor %r11d, %r11d; call __morestack; ret; " FAULT " jmp 2b")
EDGE(crossed, "jmp 1f; 2: " FAULT MAKE "pop %rbp; ret;"
              "1: mov $4000, %r10d; xor %r11d, %r11d; call __morestack; ret; jmp 2b")

// CALL with -mcmodel=large.
#define CALL_LARGE "movabs $__morestack_large_model, %r11; movabs $4000, %r10; call *%r11; ret;"

EDGE(stub_large, "jmp 1f; 2: " MAKE "pop %rbp; ret; 1: " CALL_LARGE FAULT " jmp 2b")
EDGE(crossed_large, "jmp 1f; 2: " FAULT MAKE "pop %rbp; ret; 1: " CALL_LARGE " jmp 2b")

static const struct {
	const char *name;
	void (*fn)(void);
} edges[] = {
	{ "entry", edge_entry },         { "pushed", edge_pushed },
	{ "pushed_mixed", edge_pushed_mixed }, { "realigned", edge_realigned },
	{ "made", edge_made },           { "left", edge_left },
	{ "popped", edge_popped },       { "popped_mixed", edge_popped_mixed },
	{ "tail", edge_tail },           { "frameless", edge_frameless },
	{ "stub", edge_stub },           { "crossed", edge_crossed },
	{ "stub_large", edge_stub_large }, { "crossed_large", edge_crossed_large },
};

static volatile int kept;

static NOINLINE void caller(void (*fn)(void))
{
	fn();
	kept++;
}

static NOINLINE void large(void (*fn)(void))
{
	volatile char frame[3000];

	frame[0] = 1;
	caller(fn);
	kept += frame[0];
}

static void walker(void *arg)
{
	const char *name = rt_getenv("EDGE");

	(void)arg;
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		if (!same(edges[i].name, name))
			continue;
		if (same(rt_getenv("STACK"), "segment"))
			large(edges[i].fn);
		caller(edges[i].fn);
	}
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(walker, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
