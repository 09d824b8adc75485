// two.c - the program's second unit.
#include "two.h"

#include "inline.h"

volatile int kept;

int sink(int n)
{
	kept = n;
	return kept;
}

void fail(const char *why)
{
	for (;;)
		kept = *why;
}

static int helper(int n)
{
	return inner(n) + inner(-n);
}

int exported(int n)
{
	int a[n + 1];

	for (int i = 0; i <= n; i++)
		a[i] = helper(i);
	return outer(a[n]);
}
