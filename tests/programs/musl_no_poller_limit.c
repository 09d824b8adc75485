// tests/programs/musl_no_poller_limit.c - with musl: SO_SNDTIMEO ends a call that a thread waits in,
// because there is no descriptor left for the poller.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4
// timeout: 20
#include "../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static sem_t over;

static void *beside(void *unused)
{
	equal(sem_wait(&over), 0);
	return unused;
}

int main(void)
{
	static char block[4096];
	struct timeval limit = { 0, 20000 };
	struct rlimit files;
	pthread_t t;
	int pair[2], file;
	ssize_t n;

	equal(sem_init(&over, 0, 0), 0);
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), 0);
	file = open("/proc/self/exe", O_RDONLY);
	check(file >= 0);
	equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = (rlim_t)file + 1;
	equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	equal(pthread_create(&t, NULL, beside, NULL), 0);
	while (send(pair[0], block, sizeof block, MSG_DONTWAIT) > 0)
		;
	// Before Linux 6.5 pages of a file find room behind the last bytes of a full socket.
	while ((n = sendfile(pair[0], file, &(off_t){ 0 }, sizeof block)) > 0)
		;
	equal(n, -1);
	equal(errno, EAGAIN);
	equal(sem_post(&over), 0);
	equal(pthread_join(t, NULL), 0);
	return 0;
}
