// traceback.c - the program of traceback.sh, which looks for the words after "//:".
#include <rt.h>

#define KEPT __attribute__((noinline))
#define INLINED static inline __attribute__((always_inline))

static volatile int kept;
static int *volatile null;

INLINED void innermost(int how)
{
	if (how == 'p')
		rt_panic("here"); //: panics
	if (how == 'f')
		*null = 1; //: faults
	kept++;
}

INLINED void middle(int how)
{
	kept++;
	innermost(how); //: innermost
	kept++;
}

KEPT void outermost(int how)
{
	middle(how); //: middle
	kept++;
}

// Its call is its last instruction.
KEPT void last(void)
{
	rt_panic("last"); //: last
}

static KEPT void odd(int n);

static KEPT void even(int n)
{
	if (n == 0)
		rt_panic("deep"); //: deepest
	odd(n - 1); //: odd
	kept++;
}

static KEPT void odd(int n)
{
	kept++;
	even(n - 1); //: even
	kept++;
}

// 200 frames have no room on the 2 KiB that it begins on.
static KEPT void walker(void *arg)
{
	(void)arg;
	even(200); //: walker
	kept++;
}

static KEPT void parked(void *arg)
{
	rt_chan_recv(arg, NULL); //: receives
	kept++;
}

INLINED void spawn(void (*fn)(void *), void *arg)
{
	rt_go(fn, arg); //: spawns
}

static void never(void *arg)
{ //: unbegun
	(void)arg;
	kept++;
}

int rt_main(int argc, char **argv)
{
	int how = argc > 1 ? argv[1][0] : 0;
	rt_chan *c = rt_chan_make(0, 0);

	if (how == 'd')
		spawn(walker, NULL);
	for (int i = 0; how == 'm' && i < 5000; i++)
		spawn(parked, c);
	for (int i = 0; (how == 'd' || how == 'm') && i < 10; i++)
		rt_gosched();
	if (how == 'm')
		rt_panic("many");
	if (how == 'u') {
		spawn(never, NULL);
		rt_panic("unbegun"); //: main panics
	}
	if (how == 'l')
		last(); //: calls last
	if (how == 'd')
		rt_chan_recv(c, NULL);
	outermost(how); //: main
	return kept;
}
