// tests/check/execve.c - a hosted helper that starts a program as no shell does:
//
//	execve PROGRAM noargs		without even the name of the program
//	execve PROGRAM twice		FIRST is in the environment twice, among odd entries
//	execve PROGRAM closed		descriptors 0, 1 and 2 are closed
//	execve PROGRAM masked		SIGUSR2 is blocked
//	execve PROGRAM deaf		all signals are
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *none[] = { NULL }, *name[] = { "program", NULL };
	char *twice[] = { "=FIRST=0", "FIRS=0", "FIRSTLY=0", "FIRST", "", "FIRST=1",
	                  "FIRST=2", "EMPTY=", NULL };

	if (argc != 3)
		return 99;
	if (strcmp(argv[2], "noargs") == 0)
		execve(argv[1], none, none);
	if (strcmp(argv[2], "twice") == 0)
		execve(argv[1], name, twice);
	if (strcmp(argv[2], "closed") == 0) {
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		execv(argv[1], name);
	}
	if (strcmp(argv[2], "masked") == 0) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGUSR2);
		sigprocmask(SIG_SETMASK, &set, NULL);
		execv(argv[1], name);
	}
	if (strcmp(argv[2], "deaf") == 0) {
		sigset_t set;

		sigfillset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
		execv(argv[1], name);
	}
	return 98;
}
