// tests/programs/musl_file_eintr.c - with musl: a signal handler without SA_RESTART never makes a
// call fail with EINTR that does not wait for others: open and close, and reading of files.
// cflags: --musl
// matrix: GOMAXPROCS=1,4
// matrix: BESIDE=0,1
#include "../lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

enum { Wanted = 3000, Most = 1000000 };

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void *waits(void *fd)
{
	char c;

	equal(read(*(int *)fd, &c, 1), 0);
	return NULL;
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler };
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { 0 };
	bool beside = getenv("BESIDE")[0] == '1';
	pthread_t thread;
	int pair[2];
	char c;

	equal(pipe(pair), 0);
	if (beside)
		equal(pthread_create(&thread, NULL, waits, &pair[0]), 0);
	equal(sigaction(SIGALRM, &sa, NULL), 0);
	equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (int i = 0; handled < Wanted && i < Most; i++) {
		int fd = open("/proc/self/exe", O_RDONLY);

		check(fd >= 0);
		equal(read(fd, &c, 1), 1);
		equal(pread(fd, &c, 1, 0), 1);
		equal(dup2(fd, 100), 100);
		equal(close(fd), 0);
	}
	equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	close(pair[1]);
	if (beside)
		equal(pthread_join(thread, NULL), 0);
	return 0;
}
