// cmain.c - the main of a C program as the program of the main goroutine.
//
// An archive of its own (librt0_main.a), behind the program's files: a program that defines
// rt_main does not get this one.
#include "include/rt.h"
#include "runtime/sig/sig.h"

const char __rt0_cmain = 1;

extern char **__environ WEAK; // a C library's

int main(int n, char **args, char **env);

int rt_main(int n, char **args)
{
	return main(n, args, &__environ ? __environ : (char **)rt_environ());
}
