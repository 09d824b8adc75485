// tests/programs/musl_close_storm.c - with musl: close ends a call that waits for the descriptor, also
// one that is just about to, whatever the descriptor is and however many use it.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 60
#include "../lib/test.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

enum { Rounds = 1000, Readers = 3 };

static int pair[2];
static bool over;
static sem_t start, begun, ended;

static void reads(void)
{
	char c;

	equal(read(pair[0], &c, 1), -1);
	equal(errno, EBADF);
}

static void receives(void)
{
	char c;
	int64_t n = recv(pair[0], &c, 1, 0);

	equal(n, -1);
	check(errno == EBADF);
}

// Looks at the number again when it has been closed, and finds that it is not open.
static void polls(void)
{
	struct pollfd p = { .fd = pair[0], .events = POLLIN };

	equal(poll(&p, 1, -1), 1);
	equal(p.revents, POLLNVAL);
}

static void *makes_calls(void *fn)
{
	for (;;) {
		sem_wait(&start);
		if (over)
			return NULL;
		sem_post(&begun);
		((void (*)(void))fn)();
		sem_post(&ended);
	}
}

static int makepair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static void post(sem_t *sem, int n)
{
	while (n-- > 0)
		sem_post(sem);
}

static void await(sem_t *sem, int n)
{
	while (n-- > 0)
		sem_wait(sem);
}

// The close comes when some readers have begun, and a little later from round to round.
static void storm(int (*make)(int fds[2]), void (*call)(void))
{
	pthread_t t[Readers];

	over = false;
	for (int i = 0; i < Readers; i++)
		equal(pthread_create(&t[i], NULL, makes_calls, (void *)call), 0);
	for (int i = 0; i < Rounds; i++) {
		int some = i % (Readers + 1);

		equal(make(pair), 0);
		post(&start, Readers);
		await(&begun, some);
		for (int k = 0; k < i % 200; k++)
			__asm__ volatile("");
		equal(close(pair[0]), 0);
		await(&begun, Readers - some);
		await(&ended, Readers);
		equal(close(pair[1]), 0);
	}
	over = true;
	post(&start, Readers);
	for (int i = 0; i < Readers; i++)
		equal(pthread_join(t[i], NULL), 0);
}

int main(void)
{
	sem_init(&start, 0, 0);
	sem_init(&begun, 0, 0);
	sem_init(&ended, 0, 0);
	storm(pipe, reads);
	storm(makepair, receives);
	storm(makepair, reads);
	storm(pipe, polls);
	return 0;
}
