// cmain.c - the main of a C program as the program of the main goroutine.
//
// An archive of its own (librt0_main.a), behind the program's files: a program that defines
// rt_main does not get this one.
#include "include/rt.h"

extern char **__environ __attribute__((weak)); // a C library's

int main(int argc, char **argv, char **envp);

int rt_main(int argc, char **argv)
{
	return main(argc, argv, &__environ ? __environ : (char **)rt_environ());
}
