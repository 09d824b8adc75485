// tests/programs/musl_gate_calls.c - with musl: calls that wait give what POSIX says, while
// another goroutine makes them end: timeouts, flags, closes, locks, processes, queues.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static rt_waitgroup all;
static int pair[2], fd[2];
static char path[256];

typedef void task(void);

static void run(void *arg)
{
	usleep(5000);
	((task *)arg)();
	rt_waitgroup_done(&all);
}

// Starts what ends the caller's wait.
static void soon(task *t)
{
	rt_waitgroup_add(&all, 1);
	rt_go(run, t);
}

#define fails(call, error)                                                             \
	do {                                                                           \
		errno = 0;                                                             \
		equal(call, -1);                                                       \
		equal(errno, error);                                                   \
	} while (0)

static void sends(void) { equal(write(pair[1], "abc", 3), 3); }
static void sends_more(void)
{
	equal(write(pair[1], "de", 2), 2);
	usleep(5000);
	equal(write(pair[1], "fg", 2), 2);
}
static void writes(void) { equal(write(fd[1], "x", 1), 1); }

static void sockets(void)
{
	struct timeval tv = { 0, 20000 }, none = { 0, 0 };
	int64_t before = rt_nanotime();
	char b[8] = "";

	equal(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), 0);
	fails(recv(pair[0], b, 8, 0), EAGAIN);
	check(rt_nanotime() - before >= 20 * RT_MILLISECOND);
	fails(read(pair[0], b, 8), EAGAIN);
	equal(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none), 0);
	fails(recv(pair[0], b, 8, MSG_DONTWAIT), EAGAIN);
	equal(fcntl(pair[0], F_SETFL, O_RDWR | O_NONBLOCK), 0);
	fails(read(pair[0], b, 8), EAGAIN);
	equal(fcntl(pair[0], F_GETFL), O_RDWR | O_NONBLOCK);
	equal(fcntl(pair[0], F_SETFL, O_RDWR), 0);
	soon(sends);
	equal(recv(pair[0], b, 8, MSG_PEEK), 3);
	equal(fcntl(pair[0], F_GETFL), O_RDWR);
	soon(sends_more);
	equal(recv(pair[0], b, 7, MSG_WAITALL), 7);
	equal(memcmp(b, "abcdefg", 7), 0);
	rt_waitgroup_wait(&all);
}

static void poll_beside_a_reader(void)
{
	struct pollfd p = { pair[0], POLLIN, 0 };

	equal(poll(&p, 1, 20), 0);
	equal(poll(&p, 1, 20), 0);
	sends();
}

static void pollers(void)
{
	struct timeval tv = { 0, 20000 };
	char b[8];
	fd_set r;

	soon(poll_beside_a_reader);
	equal(read(pair[0], b, 8), 3);
	FD_ZERO(&r);
	FD_SET(pair[0], &r);
	equal(select(pair[0] + 1, &r, NULL, NULL, &tv), 0);
	check(!FD_ISSET(pair[0], &r));
	rt_waitgroup_wait(&all);
}

static void closes(void) { equal(close(fd[0]), 0); }

// A number that the program has closed without the library is another's.
static void closed(void)
{
	int other[2];
	char c;

	soon(closes);
	fails(read(fd[0], &c, 1), EBADF);
	equal(close(fd[1]), 0);
	rt_waitgroup_wait(&all);

	for (int i = 0; i < 20; i++) {
		equal(pipe(fd), 0);
		soon(writes);
		equal(read(fd[0], &c, 1), 1);
		rt_waitgroup_wait(&all);
		for (int k = 0; k < 2; k++)
			equal(rt_syscall(SYS_close, fd[k], 0, 0, 0, 0, 0), 0);
		equal(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
		equal(other[0], fd[0]);
		soon(writes); // to fd[1], which is other[1]
		equal(read(other[0], &c, 1), 1);
		rt_waitgroup_wait(&all);
		for (int k = 0; k < 2; k++)
			equal(rt_syscall(SYS_close, other[k], 0, 0, 0, 0, 0), 0);
	}
	equal(pipe(fd), 0);
}

static struct sockaddr_in address;
static int listener;

static void accepts(void)
{
	for (int i = 0; i < 4; i++)
		equal(close(accept(listener, NULL, NULL)), 0);
}

// The listener's queue is full: the last connections wait until there is room.
static void connections(void)
{
	socklen_t size = sizeof address;
	int c[4];

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	c[0] = socket(AF_INET, SOCK_STREAM, 0);
	fails(connect(c[0], (struct sockaddr *)&address, size), ECONNREFUSED);
	equal(close(c[0]), 0);
	equal(listen(listener, 0), 0);
	soon(accepts);
	for (int i = 0; i < 4; i++) {
		c[i] = socket(AF_INET, SOCK_STREAM, 0);
		equal(connect(c[i], (struct sockaddr *)&address, size), 0);
		equal(fcntl(c[i], F_GETFL), O_RDWR);
	}
	rt_waitgroup_wait(&all);
	for (int i = 0; i < 4; i++)
		equal(close(c[i]), 0);
	equal(close(listener), 0);
}

static void opens(void)
{
	FILE *f = fopen(path, "w");

	equal(fputs("line\n", f), 0);
	equal(fclose(f), 0);
}

static void fifo(void)
{
	char line[16];
	FILE *f;

	equal(mkfifo(path, 0600), 0);
	soon(opens);
	f = fopen(path, "r");
	check(fgets(line, sizeof line, f) && strcmp(line, "line\n") == 0);
	equal(fclose(f), 0);
	rt_waitgroup_wait(&all);
	f = fopen("/dev/null", "r");
	soon(opens);
	f = freopen(path, "r", f);
	check(f && fgets(line, sizeof line, f));
	equal(fclose(f), 0);
	equal(unlink(path), 0);
	rt_waitgroup_wait(&all);
}

static int locked;

static void unlocks(void) { equal(flock(locked, LOCK_UN), 0); }

static void locks(void)
{
	int other;

	locked = open(path, O_RDWR | O_CREAT, 0600);
	other = open(path, O_RDWR);
	equal(flock(locked, LOCK_EX), 0);
	fails(flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	soon(unlocks);
	equal(flock(other, LOCK_EX), 0);
	equal(lockf(other, F_LOCK, 1), 0);
	equal(close(other), 0);
	equal(close(locked), 0);
	equal(unlink(path), 0);
	rt_waitgroup_wait(&all);
}

static void processes(void)
{
	siginfo_t info;
	char line[16];
	int status, pid;
	FILE *f;

	equal(WEXITSTATUS(system("sleep 0.02; exit 3")), 3);
	f = popen("sleep 0.02; echo out; exit 4", "r");
	check(fgets(line, sizeof line, f) && strcmp(line, "out\n") == 0);
	equal(WEXITSTATUS(pclose(f)), 4);
	pid = fork();
	if (pid == 0) {
		usleep(20000);
		_exit(5);
	}
	equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	equal(info.si_status, 5);
	equal(waitpid(-1, &status, 0), pid);
	equal(WEXITSTATUS(status), 5);
	fails(waitpid(pid, &status, 0), ECHILD);
	pid = vfork();
	if (pid == 0)
		_exit(6);
	equal(waitpid(pid, &status, 0), pid);
	equal(WEXITSTATUS(status), 6);
}

static int queue, sem;

static void queues(void)
{
	struct { long type; char c; } m = { 1, 'q' };

	equal(msgsnd(queue, &m, 1, 0), 0);
	equal(semop(sem, &(struct sembuf){ 0, 1, 0 }, 1), 0);
}

static void system_v(void)
{
	struct { long type; char c; } m = { 0 };

	queue = msgget(IPC_PRIVATE, 0600);
	sem = semget(IPC_PRIVATE, 1, 0600);
	soon(queues);
	equal(msgrcv(queue, &m, 1, 0, 0), 1);
	equal(m.c, 'q');
	equal(semop(sem, &(struct sembuf){ 0, -1, 0 }, 1), 0);
	rt_waitgroup_wait(&all);
	equal(msgctl(queue, IPC_RMID, NULL), 0);
	equal(semctl(sem, 0, IPC_RMID), 0);
}

static void copies(void)
{
	char b[8];

	soon(writes);
	equal(syscall(SYS_splice, fd[0], NULL, pair[1], NULL, 8, 0), 1);
	equal(syscall(SYS_read, pair[0], b, 8), 1);
	soon(sends);
	equal(syscall(SYS_read, pair[0], b, 8), 3);
	rt_waitgroup_wait(&all);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	snprintf(path, sizeof path, "%s/file", getenv("RT0_TMP"));
	equal(pipe(fd), 0);
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	sockets();
	pollers();
	closed();
	connections();
	fifo();
	locks();
	processes();
	system_v();
	copies();
	return 0;
}
