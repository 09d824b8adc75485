// tests/programs/musl_restart.c - with musl, whether other goroutines are beside it or none: a call of
// the main goroutine's is made again after a handler with SA_RESTART, and ends with EINTR after
// one without; those that Linux never makes again end after both.
// cflags: --musl
// matrix: OTHERS=0,3 GOMAXPROCS=1,2,4,64
// timeout: 60
// arch: not qemu: a signal may come later there
#include "../lib/test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Signals = 8 };

static volatile sig_atomic_t ran;

static void handler(int sig)
{
	(void)sig;
	ran++;
}

static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigaction(SIGUSR1, &sa, NULL);
}

// ---- calls --------------------------------------------------------------------------

// begin readies what call waits for, before the child is there that ends the wait by end. call
// returns what the system call returns, and not less than 0 when it was made.
typedef struct {
	const char *name;
	void (*begin)(void);
	void (*inchild)(void); // before the parent makes the call
	int (*call)(void);
	void (*end)(void);
} Case;

static int fds[2], listener, queue;
static struct sockaddr_in address;
static pid_t child;
static char byte, path[] = "/tmp/musl_restart.XXXXXX";
static sem_t never;

static void none(void)
{
}

static void makepipe(void)
{
	equal(pipe(fds), 0);
}

// What a pipe holds depends on the size of a page.
static char full[1 << 20];

static void fillpipe(void)
{
	int room;

	makepipe();
	room = fcntl(fds[1], F_GETPIPE_SZ);
	check(room > 0 && room <= (int)sizeof full);
	equal(write(fds[1], full, (size_t)room), room);
}

static void makepair(void)
{
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}

static void makelimited(void)
{
	struct timeval tv = { 1000, 0 };

	makepair();
	equal(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), 0);
}

static void makelistener(void)
{
	socklen_t size = sizeof address;

	address = (struct sockaddr_in){ .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[0] = listener = socket(AF_INET, SOCK_STREAM, 0);
	fds[1] = dup(listener);
	equal(bind(listener, (struct sockaddr *)&address, size), 0);
	equal(listen(listener, 1), 0);
	equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
}

static void makefile(void)
{
	fds[0] = open(path, O_RDWR);
	fds[1] = dup(fds[0]);
}

static void makequeue(void)
{
	makepipe();
	queue = msgget(IPC_PRIVATE, 0600);
	check(queue >= 0);
}

// As another open file: the parent's would have the lock as well.
static void locksfile(void)
{
	equal(flock(open(path, O_RDWR), LOCK_EX), 0);
}

static void locksrange(void)
{
	struct flock l = { .l_type = F_WRLCK };

	equal(fcntl(open(path, O_RDWR), F_SETLKW, &l), 0);
}

static int reads(void)
{
	return (int)read(fds[0], &byte, 1);
}

static int receives(void)
{
	return (int)recv(fds[0], &byte, 1, 0);
}

static int writes(void)
{
	return (int)write(fds[1], &byte, 1);
}

static int accepts(void)
{
	int fd = accept(listener, NULL, NULL);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int waits_for_pid(void)
{
	return waitpid(child, NULL, 0);
}

static int waits_for_any(void)
{
	return wait(NULL);
}

static int waits_by_id(void)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)child, &info, WEXITED);
}

static int locks(void)
{
	return flock(fds[0], LOCK_EX);
}

static int locks_range(void)
{
	struct flock l = { .l_type = F_WRLCK };

	return fcntl(fds[0], F_SETLKW, &l);
}

static int polls(void)
{
	return poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, -1);
}

static int selects(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	return select(fds[0] + 1, &set, NULL, NULL, NULL);
}

static int waits_for_events(void)
{
	struct epoll_event ev;
	int fd = epoll_create1(0), r, error;

	equal(epoll_ctl(fd, EPOLL_CTL_ADD, fds[0], &(struct epoll_event){ .events = EPOLLIN }), 0);
	r = epoll_wait(fd, &ev, 1, -1);
	error = errno;
	close(fd);
	errno = error;
	return r;
}

static int sleeps(void)
{
	return nanosleep(&(struct timespec){ 1000, 0 }, NULL);
}

static int sleeps_until(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 1000;
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	return errno ? -1 : 0;
}

static int pauses(void)
{
	return pause();
}

static int takes_message(void)
{
	struct {
		long type;
		char text[8];
	} m;

	return (int)msgrcv(queue, &m, sizeof m.text, 0, 0);
}

static int waits_for_post(void)
{
	return sem_wait(&never);
}

static void writes_other(void)
{
	equal(write(fds[1], "x", 1), 1);
}

static void reads_all(void)
{
	equal(read(fds[0], full, sizeof full), fcntl(fds[0], F_GETPIPE_SZ));
}

static void connects(void)
{
	equal(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address,
	              sizeof address), 0);
}

static const Case restarted[] = {
	{ "read", makepipe, none, reads, writes_other },
	{ "write", fillpipe, none, writes, reads_all },
	{ "recv", makepair, none, receives, writes_other },
	{ "accept", makelistener, none, accepts, connects },
	{ "waitpid", makepipe, none, waits_for_pid, none },
	{ "wait", makepipe, none, waits_for_any, none },
	{ "waitid", makepipe, none, waits_by_id, none },
	{ "flock", makefile, locksfile, locks, none },
	{ "fcntl", makefile, locksrange, locks_range, none },
};

static const Case never_restarted[] = {
	{ "poll", makepipe, none, polls, none },
	{ "select", makepipe, none, selects, none },
	{ "epoll_wait", makepipe, none, waits_for_events, none },
	{ "SO_RCVTIMEO", makelimited, none, receives, none },
	{ "nanosleep", makepipe, none, sleeps, none },
	{ "clock_nanosleep", makepipe, none, sleeps_until, none },
	{ "pause", makepipe, none, pauses, none },
	{ "msgrcv", makequeue, none, takes_message, none },
};

static const Case semaphore = { "sem_wait", makepipe, none, waits_for_post, none };

// ---- the child ----------------------------------------------------------------------

static int ready[2];

// Sends signals, n of them or until it is killed, and then ends the wait.
static void starts(const Case *c, int n)
{
	pid_t parent = getpid();

	c->begin();
	equal(pipe(ready), 0);
	child = fork();
	check(child >= 0);
	if (child > 0) {
		equal(read(ready[0], &byte, 1), 1);
		return;
	}
	c->inchild();
	equal(write(ready[1], "r", 1), 1);
	for (int i = 0; i != n && getppid() == parent; i++) {
		usleep(500);
		kill(parent, SIGUSR1);
	}
	c->end();
	_exit(0);
}

static void ends(const Case *c)
{
	handle(SA_RESTART);
	kill(child, SIGKILL);
	check(waitpid(child, NULL, 0) == child || errno == ECHILD);
	for (int i = 0; i < 2; i++) {
		equal(close(fds[i]), 0);
		equal(close(ready[i]), 0);
	}
	if (c->begin == makequeue)
		msgctl(queue, IPC_RMID, NULL);
}

// Its handler is the one for the start: the child's signals may come before the call.
static void restarts(const Case *c)
{
	int r;

	ran = 0;
	handle(SA_RESTART);
	starts(c, Signals);
	r = c->call();
	if (r < 0 || ran == 0)
		rt_eprintf("%s: %d, errno %d, %d handlers\n", c->name, r, errno, (int)ran);
	check(r >= 0 && ran > 0);
	ends(c);
}

static void interrupted(const Case *c, int flags)
{
	int r;

	handle(SA_RESTART);
	starts(c, -1);
	handle(flags);
	r = c->call();
	if (r >= 0 || errno != EINTR)
		rt_eprintf("%s: %d, errno %d\n", c->name, r, errno);
	check(r < 0 && errno == EINTR);
	ends(c);
}

static void *waits(void *unused)
{
	sem_wait(&never);
	return unused;
}

int main(void)
{
	pthread_t t;

	close(mkstemp(path));
	sem_init(&never, 0, 0);
	for (int i = atoi(getenv("OTHERS")); i > 0; i--)
		equal(pthread_create(&t, NULL, waits, NULL), 0);
	for (size_t i = 0; i < sizeof restarted / sizeof *restarted; i++) {
		restarts(&restarted[i]);
		interrupted(&restarted[i], 0);
	}
	for (size_t i = 0; i < sizeof never_restarted / sizeof *never_restarted; i++) {
		interrupted(&never_restarted[i], 0);
		interrupted(&never_restarted[i], SA_RESTART);
	}
	interrupted(&semaphore, 0);
	unlink(path);
	return 0;
}
