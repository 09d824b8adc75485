// tests/check/refuse.c - a hosted helper that starts a program whose kernel refuses some
// system call:
//
//	refuse NUMBER[/BITS] ERRNO PROGRAM [ARGUMENT...]
//
// BITS: only if the call's first argument has all of these (0x1000) in its low half.
// ERRNO may be "kill": the call ends the program, by SIGSYS.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned int number = argc > 3 ? (unsigned int)atoi(argv[1]) : 0;
	const char *slash = argc > 3 ? strchr(argv[1], '/') : NULL;
	unsigned int bits = slash ? (unsigned int)strtoul(slash + 1, NULL, 0) : 0;
	bool kills = argc > 3 && strcmp(argv[2], "kill") == 0;
	unsigned int error = argc > 3 ? (unsigned int)atoi(argv[2]) : 0;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
		         kills ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	if ((error == 0 && !kills) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
		perror("refuse: no filter");
		return 99;
	}
	execv(argv[3], argv + 3);
	perror("refuse: execv");
	return 98;
}
