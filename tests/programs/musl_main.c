// tests/programs/musl_main.c - the main of a C program gets arguments and environment, after the
// constructors; handlers of atexit and destructors run at its end, and the files are flushed.
// cflags: --musl
// args: one 'two words'
// env: COLOUR=green
// stdout: constructor, 3
// stdout: main: one, two words, green, changed
// stdout: atexit: second
// stdout: atexit: first
// stdout: destructor
// stdout: not flushed by the program
// exit: 44
#include <stdio.h>
#include <stdlib.h>

extern char **environ;

static __attribute__((constructor)) void construct(int argc)
{
	printf("constructor, %d\n", argc);
	setenv("CHANGED", "changed", 1);
}

static __attribute__((destructor)) void destruct(void)
{
	printf("destructor\nnot flushed by the program\n");
}

static void first(void)
{
	printf("atexit: first\n");
}

static void second(void)
{
	printf("atexit: second\n");
}

int main(int argc, char **argv, char **envp)
{
	if (argc != 3 || argv[3] || envp != environ)
		return 1;
	atexit(first);
	atexit(second);
	printf("main: %s, %s, %s, %s\n", argv[1], argv[2], getenv("COLOUR"), getenv("CHANGED"));
	return 300;
}
