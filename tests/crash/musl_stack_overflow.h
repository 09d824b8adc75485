// musl_stack_overflow.h - the ways over the end of a goroutine's stack, with musl.
#include "../lib/test.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

// Declared for _GNU_SOURCE alone, which test.h is not made for.
void tdestroy(void *root, void (*release)(void *node));

static volatile int kept;

static void checked(int n)
{
	volatile char frame[200];

	frame[0] = (char)n;
	checked(n + 1);
	kept = frame[0];
}

static __attribute__((no_split_stack)) void unchecked(int n)
{
	volatile char frame[4000];

	frame[0] = (char)n;
	unchecked(n + 1);
	kept = frame[0];
}

static void array(size_t n)
{
	volatile char v[n];

	v[0] = 1;
	array(2 * n);
	kept = v[0];
}

// Where checked code needs the segment.
static void deep(void)
{
	volatile char frame[40000];

	frame[0] = 0;
	unchecked(0);
	kept = frame[0];
}


// The library calls itself, and itself: a tree like a list, of which it frees one node in
// each call.
static void library(void)
{
	enum { Nodes = 2000 };
	typedef struct node {
		const void *key;
		struct node *a[2];
		int h;
	} node;
	node *tree = NULL;

	for (int i = 0; i < Nodes; i++) {
		node *n = calloc(1, sizeof *n);

		n->a[0] = tree;
		tree = n;
	}
	tdestroy(tree, NULL);
}

static void run(void *arg)
{
	const char *how = getenv("HOW");

	(void)arg;
	if (strcmp(how, "checked") == 0)
		checked(0);
	else if (strcmp(how, "array") == 0)
		array(1000);
	else if (strcmp(how, "unchecked") == 0)
		unchecked(0);
	else if (strcmp(how, "library") == 0)
		library();
	else
		deep();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(run, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
