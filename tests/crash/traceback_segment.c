// tests/crash/traceback_segment.c - a traceback goes from the segment back to the small stack,
// whether arguments were copied or not, and past a function with memory from alloca.
// matrix: HOW=plain,arguments,array
// stderr~: \Apanic: boom\n\ngoroutine [0-9]+ \[running\]:\ninner\(\.\.\.\)\n.*\n(plain|arguments|array)\(\.\.\.\)\n.*\nmiddle\(\.\.\.\)\n.*\nouter\(\.\.\.\)\n.*\ncreated by rt_main in goroutine 1\n
// exit: 2
#include "../lib/test.h"

#define NOINLINE __attribute__((noinline, noclone))

enum { Frame = 8000 };

static volatile int kept;

static NOINLINE void inner(void)
{
	rt_panic("boom");
	kept++;
}

static NOINLINE void plain(void)
{
	volatile char frame[Frame];

	frame[0] = 1;
	inner();
	kept += frame[0];
}

static NOINLINE void arguments(int a, int b, int c, int d, int e, int f, int g, int h)
{
	volatile char frame[Frame];

	frame[0] = (char)(a + b + c + d + e + f + g + h);
	inner();
	kept += frame[0];
}

static NOINLINE void array(int n)
{
	volatile char frame[n];

	frame[0] = 1;
	inner();
	kept += frame[0];
}

static NOINLINE void middle(void)
{
	const char *how = rt_getenv("HOW");

	if (same(how, "plain"))
		plain();
	else if (same(how, "arguments"))
		arguments(1, 2, 3, 4, 5, 6, 7, 8);
	else if (same(how, "array"))
		array(Frame);
	kept++;
}

static NOINLINE void outer(void *arg)
{
	(void)arg;
	middle();
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(outer, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
