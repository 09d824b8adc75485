// one.c - a program for tests/unit/dwarf.c; it is never run.
#include "two.h"

#include "inline.h"

int table[16];

static int twice(int n)
{
	return outer(n) + outer(n + 1);
}

static __attribute__((noinline)) int recursive(int n)
{
	return n < 2 ? n : recursive(n - 1) + recursive(n - 2) + inner(n);
}

static void fill(int from)
{
	for (int i = from; i < 16; i++)
		table[i] = twice(i);
}

// A switch, a loop over a macro on several lines, and an early return.
int choose(int n)
{
	switch (n & 7) {
	case 0: return outer(n);
	case 1: return sink(n) + exported(n);
	case 2: fill(n); break;
	case 3: return recursive(n);
	case 5: n = sink(
		        n + 1
	        ); break;
	default:
		if (n < 0)
			fail("choice");
		return middle(n) - middle(n - 1);
	}
	return n;
}

int main(int argc, char **argv)
{
	(void)argv;
	fill(argc);
	return choose(argc);
}
