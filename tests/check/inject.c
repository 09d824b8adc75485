// tests/check/inject.c - a hosted helper that lets one system call of a program's run fail:
//
//	inject FD N ERRNO PROGRAM [ARGUMENT...]
//
// The Nth of all its threads together, counted from 1 behind the execve, is not made and
// returns ERRNO. Writes its number to FD; with N 0 that of every call, and none fails.
// The program's status is ours; 128 and the signal's number if one killed it; 99: this does not
// work here.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Broken = 99 };

static int out;
static long number, error, count;

static void fail(const char *what)
{
	perror(what);
	exit(Broken);
}

// Every system call stops for the tracer. The filter outlives the execve.
static void child(char **argv)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	close(out);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
		_exit(Broken);
	raise(SIGSTOP); // until the tracer has set its options
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		_exit(Broken);
	execv(argv[0], argv);
	_exit(Broken);
}

// Ends of threads cannot fail, and a return from a handler that fails never happens.
static int cannotfail(long nr)
{
	return nr == SYS_exit || nr == SYS_exit_group || nr == SYS_rt_sigreturn;
}

static void syscallstop(pid_t thread)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, thread, 0, &r) != 0)
		return; // it has been killed
	if (cannotfail((long)r.orig_rax) || (++count != number && number != 0))
		return;
	dprintf(out, "%lld\n", (long long)r.orig_rax);
	if (number == 0)
		return;
	r.orig_rax = (unsigned long long)-1;
	r.rax = (unsigned long long)-error;
	ptrace(PTRACE_SETREGS, thread, 0, &r);
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
	                     PTRACE_O_EXITKILL;
	int status, running = 0;
	pid_t pid;

	if (argc < 5)
		return Broken;
	out = atoi(argv[1]);
	number = atol(argv[2]);
	error = atol(argv[3]);
	pid = fork();
	if (pid == 0)
		child(argv + 4);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, options) != 0 || ptrace(PTRACE_CONT, pid, 0, 0) != 0)
		fail("inject: ptrace");
	for (;;) {
		pid_t thread = waitpid(-1, &status, __WALL);
		int event = status >> 16, signal = 0;

		if (thread < 0)
			fail("inject: waitpid");
		if (!WIFSTOPPED(status)) {
			if (thread != pid)
				continue;
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
		if (event == PTRACE_EVENT_EXEC)
			running = 1;
		else if (event == PTRACE_EVENT_SECCOMP && running)
			syscallstop(thread);
		else if (event == 0 && WSTOPSIG(status) != SIGSTOP)
			signal = WSTOPSIG(status);
		ptrace(PTRACE_CONT, thread, 0, signal);
	}
}
