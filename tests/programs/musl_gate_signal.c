// tests/programs/musl_gate_signal.c - with musl: a signal handler that ran without SA_RESTART
// ends what the main goroutine waits for with EINTR, whether others run beside it or not;
// one with SA_RESTART ends pause alone.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 120
#include "../lib/test.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Rounds = 8 };

static volatile sig_atomic_t handled;
static int fd[2], pair[2];
static bool over;

static void handler(int sig)
{
	equal(sig, SIGALRM);
	handled++;
}

static void handle(int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	equal(sigaction(SIGALRM, &sa, NULL), 0);
}

// And again, since the first one may come before the call has begun.
static void alarm_in(int ms)
{
	struct itimerval t = { { 0, 250000 }, { 0, ms * 1000 } };

	handled = 0;
	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
}

static void no_alarm(void)
{
	struct itimerval never = { 0 };

	equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

// The call fails with EINTR after the handler has run.
#define interrupted(call)                                                              \
	do {                                                                           \
		alarm_in(5);                                                           \
		errno = 0;                                                             \
		equal(call, -1);                                                       \
		equal(errno, EINTR);                                                   \
		no_alarm();                                                            \
		check(handled >= 1);                                                   \
	} while (0)

static void all_calls(void)
{
	struct timespec hour = { 3600, 0 }, left = { 0 };
	struct pollfd p[2] = { { fd[0], POLLIN, 0 }, { pair[0], POLLIN, 0 } };
	int child;
	char c;

	interrupted(read(fd[0], &c, 1));
	interrupted(recv(pair[0], &c, 1, 0));
	interrupted(poll(p, 1, -1));
	interrupted(poll(p, 2, -1));
	interrupted(poll(NULL, 0, 100000));
	interrupted(nanosleep(&hour, &left));
	check(left.tv_sec >= 3500 && left.tv_sec < 3600);
	interrupted(pause());
	child = fork();
	if (child == 0) {
		for (;;)
			pause();
	}
	interrupted(waitpid(child, NULL, 0));
	interrupted(waitpid(-1, NULL, 0));
	equal(kill(child, SIGKILL), 0);
	equal(waitpid(child, NULL, 0), child);
}

// With SA_RESTART the read continues; what comes 20 ms later ends it.
static void restarts(void)
{
	struct itimerval t = { .it_value.tv_usec = 5000 };
	char c = 0;
	int child;

	handle(SA_RESTART);
	interrupted(pause());
	handled = 0;
	equal(setitimer(ITIMER_REAL, &t, NULL), 0);
	child = fork();
	if (child == 0) {
		usleep(20000);
		write(fd[1], "x", 1);
		_exit(0);
	}
	equal(read(fd[0], &c, 1), 1);
	equal(c, 'x');
	equal(handled, 1);
	equal(waitpid(child, NULL, 0), child);
	handle(0);
}

static void spin(void *arg)
{
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		(void)arg;
}

static void tick(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		rt_sleep(RT_MILLISECOND);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	equal(pipe(fd), 0);
	equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	handle(0);
	for (int i = 0; i < Rounds; i++)
		all_calls(); // alone
	restarts();
	rt_go(tick, NULL);
	for (int i = 0; i < Rounds; i++)
		all_calls();
	restarts();
	rt_go(spin, NULL);
	for (int i = 0; i < Rounds; i++)
		all_calls();
	restarts();
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	return 0;
}
