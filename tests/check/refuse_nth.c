// tests/check/refuse_nth.c - a hosted helper that starts a program whose kernel refuses a system
// call by EAGAIN, the Nth time only or, with N = 0, always:
//
//	refuse_nth NUMBER N PROGRAM [ARGUMENT...]
//
// The program's status is its own; how many such calls there were goes to the file "calls".
// The kernel asks this process for each of them, by a seccomp filter's notification.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static union {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
} control;
static char byte;
static struct iovec bytes = { &byte, 1 };
static struct msghdr message = {
	.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control,
};

// Sends the filter's descriptor to the parent and becomes the program.
static void child(int parent, unsigned int number, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof code / sizeof code[0], code };
	int fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("refuse_nth: no_new_privs");
	fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	                  SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
	if (fd < 0)
		die("refuse_nth: no filter");
	control.header = (struct cmsghdr){ CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	if (sendmsg(parent, &message, 0) != 1)
		die("refuse_nth: sendmsg");
	close(fd);
	close(parent);
	execv(argv[0], argv);
	die("refuse_nth: execv");
}

// Answers until the program is gone. Returns how many calls there were.
static int answer(int fd, int n)
{
	struct pollfd listener = { fd, POLLIN, 0 };
	int calls = 0;

	for (;;) {
		struct seccomp_notif call = { 0 };
		struct seccomp_notif_resp reply = { 0 };

		if (poll(&listener, 1, -1) < 0 || !(listener.revents & POLLIN))
			return calls;
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
			continue; // its thread has ended
		calls++;
		reply.id = call.id;
		if (n == 0 || calls == n)
			reply.error = -EAGAIN;
		else
			reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

int main(int argc, char **argv)
{
	int pair[2], fd, status, calls;
	FILE *out;
	pid_t pid;

	if (argc < 4 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		die("refuse_nth: NUMBER N PROGRAM");
	pid = fork();
	if (pid == 0)
		child(pair[1], (unsigned int)atoi(argv[1]), argv + 3);
	close(pair[1]);
	if (recvmsg(pair[0], &message, 0) != 1)
		die("refuse_nth: recvmsg");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
	calls = answer(fd, atoi(argv[2]));
	waitpid(pid, &status, 0);
	out = fopen("calls", "w");
	if (!out || fprintf(out, "%d\n", calls) < 0 || fclose(out) != 0)
		die("refuse_nth: calls");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
