// tests/programs/musl_cancel.c - with musl: pthread_cancel ends the call that a goroutine waits in, at
// once, parked or in the kernel. A call that has done something is not cancelled, and no request is
// lost.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 240
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { Rounds = 200, Large = 1 << 20 };

static struct {
	sem_t sem;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
} *shared;
static sem_t started;
static int empty[2], full[2], pair[2], listener, queue, locked, child;
static struct sockaddr_un crowded = { AF_UNIX, { 0, 'r', 't', '0' } };
static const char *fifo;
static char large[Large];
static int cleaned;

// ---- the calls -----------------------------------------------------------------------

static void reads_pipe(void) { char c; read(empty[0], &c, 1); }
static void writes_pipe(void) { write(full[1], "x", 1); }
static void receives(void) { char c; recv(pair[0], &c, 1, 0); }
static void accepts(void) { accept(listener, NULL, NULL); }
static void sleeps(void) { sleep(1000); }
static void pauses(void) { pause(); }
static void waits(void) { waitpid(child, NULL, 0); }
static void waits_for_any(void) { waitpid(-1, NULL, 0); }
static void opens(void) { open(fifo, O_RDONLY); }
static void waits_for_shared_sem(void) { sem_wait(&shared->sem); }

static void connects(void)
{
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&crowded, sizeof crowded);
}

static void polls_one(void)
{
	poll(&(struct pollfd){ empty[0], POLLIN, 0 }, 1, -1);
}

static void polls_two(void)
{
	poll((struct pollfd[]){ { empty[0], POLLIN, 0 }, { pair[0], POLLIN, 0 } }, 2, 1000000);
}

static void polls_none(void)
{
	poll(NULL, 0, -1);
}

static void selects(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(empty[0], &set);
	select(empty[0] + 1, &set, NULL, NULL, NULL);
}

static void waits_for_epoll(void)
{
	int ep = epoll_create1(0);

	epoll_wait(ep, &(struct epoll_event){ 0 }, 1, -1);
}

static void sleeps_by_wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += 1000;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL);
}

static void waits_for_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigwaitinfo(&set, NULL);
}

static void waits_for_message(void)
{
	struct { long type; char text[8]; } m;

	msgrcv(queue, &m, sizeof m.text, 0, 0);
}

static void waits_for_lock(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fcntl(locked, F_SETLKW, &l);
}

static void relocked(void *unused)
{
	(void)unused;
	equal(pthread_mutex_unlock(&shared->mutex), 0);
}

static void waits_for_shared_cond(void)
{
	pthread_mutex_lock(&shared->mutex);
	pthread_cleanup_push(relocked, NULL);
	for (;;)
		pthread_cond_wait(&shared->cond, &shared->mutex);
	pthread_cleanup_pop(1);
}

static void (*const calls[])(void) = {
	reads_pipe, writes_pipe, receives, accepts, sleeps, pauses, waits, waits_for_any, opens,
	waits_for_shared_sem, connects, polls_one, polls_two, polls_none, selects,
	waits_for_epoll, sleeps_by_wall_clock, waits_for_signal, waits_for_message, waits_for_lock,
	waits_for_shared_cond,
};

// ---- each of them is cancelled -------------------------------------------------------

static void cleanup(void *unused)
{
	(void)unused;
	cleaned++;
}

static void *calls_it(void *fn)
{
	pthread_cleanup_push(cleanup, NULL);
	sem_post(&started);
	((void (*)(void))fn)();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (fn == (void *)calls[i])
			rt_eprintf("call %d has returned, errno %d\n", (int)i, errno);
	}
	check(false);
	pthread_cleanup_pop(0);
	return NULL;
}

// Yields for so long that the other one waits, or not: a request must not be lost anyhow.
static void after(int turns)
{
	for (int i = 0; i < turns; i++)
		rt_gosched();
	if (turns > 100)
		rt_sleep(2 * RT_MILLISECOND);
}

static void cancel(void *(*fn)(void *), void *arg, int turns)
{
	pthread_t t;
	void *result;

	equal(pthread_create(&t, NULL, fn, arg), 0);
	equal(sem_wait(&started), 0);
	after(turns);
	equal(pthread_cancel(t), 0);
	equal(pthread_join(t, &result), 0);
	check(result == PTHREAD_CANCELED);
}

static void all_calls(void)
{
	for (int turns = 0; turns < 120; turns += turns < 5 ? 1 : 100) {
		cleaned = 0;
		for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
			cancel(calls_it, (void *)calls[i], turns);
		equal(cleaned, sizeof calls / sizeof *calls);
	}
}

// ---- what may not be cancelled, and what was done ------------------------------------

static void *disabled(void *fd)
{
	char c = 0;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	sem_post(&started);
	equal(read((int)(intptr_t)fd, &c, 1), 1); // not EINTR
	equal(c, 'd');
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	cleaned = 1;
	sem_post(&started);
	read((int)(intptr_t)fd, &c, 1);
	return NULL;
}

static void not_while_disabled(int fd[2])
{
	pthread_t t;
	void *result;

	cleaned = 0;
	equal(pthread_create(&t, NULL, disabled, (void *)(intptr_t)fd[0]), 0);
	equal(sem_wait(&started), 0);
	after(101);
	equal(pthread_cancel(t), 0);
	after(101);
	equal(cleaned, 0);
	equal(write(fd[1], "d", 1), 1);
	equal(pthread_join(t, &result), 0);
	check(result == PTHREAD_CANCELED);
	equal(cleaned, 1);
	equal(sem_wait(&started), 0);
}

static void *writes_much(void *fd)
{
	ssize_t n;

	sem_post(&started);
	n = write((int)(intptr_t)fd, large, Large);
	check(n > 0 && n < Large);
	cleaned = (int)n;
	pthread_testcancel();
	return NULL;
}

// What is in the pipe has been reported.
static void part_is_no_cancel(void)
{
	int fd[2], n = 0;
	ssize_t r;

	equal(pipe(fd), 0);
	cancel(writes_much, (void *)(intptr_t)fd[1], 101);
	equal(close(fd[1]), 0);
	while ((r = read(fd[0], large, Large)) > 0)
		n += (int)r;
	equal(n, cleaned);
	close(fd[0]);
}

static void *reads_one(void *fd)
{
	char c;

	sem_post(&started);
	cleaned = (int)read((int)(intptr_t)fd, &c, 1);
	return NULL;
}

// The byte was read, or it is there.
static void race(const int fd[2])
{
	struct pollfd p = { fd[0], POLLIN, 0 };
	pthread_t t;
	void *result;
	char c;

	for (int i = 0; i < Rounds; i++) {
		cleaned = 0;
		equal(pthread_create(&t, NULL, reads_one, (void *)(intptr_t)fd[0]), 0);
		equal(sem_wait(&started), 0);
		after(i % 4);
		equal(write(fd[1], "x", 1), 1);
		equal(pthread_cancel(t), 0);
		equal(pthread_join(t, &result), 0);
		equal(cleaned, result == NULL);
		equal(poll(&p, 1, 0), result != NULL);
		if (result)
			equal(read(fd[0], &c, 1), 1);
	}
}

// ---- ---------------------------------------------------------------------------------

static void make_shared(void)
{
	pthread_mutexattr_t m;
	pthread_condattr_t c;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sem_init(&shared->sem, 1, 0);
	pthread_mutexattr_init(&m);
	pthread_mutexattr_setpshared(&m, 1);
	pthread_mutex_init(&shared->mutex, &m);
	pthread_condattr_init(&c);
	pthread_condattr_setpshared(&c, 1);
	pthread_cond_init(&shared->cond, &c);
}

static void crowd(void)
{
	int s;

	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	equal(bind(listener, (struct sockaddr *)&crowded, sizeof crowded), 0);
	equal(listen(listener, 0), 0);
	do
		s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	while (connect(s, (struct sockaddr *)&crowded, sizeof crowded) == 0);
	equal(errno, EAGAIN);
	listener = socket(AF_UNIX, SOCK_STREAM, 0); // one without connections
	equal(bind(listener, (struct sockaddr *)&(struct sockaddr_un){ AF_UNIX }, 2), 0);
	equal(listen(listener, 1), 0);
}

static void start_child(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char c;

	child = fork();
	if (child == 0) {
		fcntl(locked, F_SETLK, &l);
		write(empty[1], "l", 1);
		for (;;)
			pause();
	}
	equal(read(empty[0], &c, 1), 1);
}

static void setup(void)
{
	char name[] = "/tmp/rt0-cancel-XXXXXX";
	static char path[sizeof name + 8];

	equal(pipe(empty), 0);
	equal(pipe(full), 0);
	fcntl(full[1], F_SETFL, O_NONBLOCK);
	while (write(full[1], large, 4096) > 0)
		;
	fcntl(full[1], F_SETFL, 0);
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	queue = msgget(IPC_PRIVATE, 0600);
	check(queue >= 0);
	locked = mkstemp(name);
	check(locked >= 0);
	unlink(name);
	rt_snprintf(path, sizeof path, "%s.fifo", name);
	equal(mkfifo(path, 0600), 0);
	fifo = path;
	make_shared();
	crowd();
	start_child();
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	sem_init(&started, 0, 0);
	rt_snprintf(crowded.sun_path + 1, sizeof crowded.sun_path - 1, "rt0-cancel-%d", getpid());
	setup();
	all_calls();
	not_while_disabled(empty);
	not_while_disabled((int[]){ pair[0], pair[1] });
	part_is_no_cancel();
	race(empty);
	race(pair);
	kill(child, SIGKILL);
	equal(waitpid(child, NULL, 0), child);
	msgctl(queue, IPC_RMID, NULL);
	unlink(fifo);
	return 0;
}
