// tests/programs/musl_signal_order.c - with musl: what is pending for a single goroutine comes when it
// unblocks it, and in the kernel's order: standard signals, then real-time ones, the lowest number
// first, each number's in the order in which they were sent. sigwaitinfo and handlers see what
// the sender has made of each.
// cflags: --musl
// matrix: GOMAXPROCS=1,2,4,64
// timeout: 60
#include "../lib/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { Threads = 8, Signals = 3, Each = 300, Rounds = 30, Storm = 20000 };

static struct {
	int sig, value;
} got[Signals * Each + 1];
static int ngot;

static void records(int sig, siginfo_t *info, void *unused)
{
	(void)unused;
	equal(info->si_code, sig < SIGRTMIN ? SI_USER : SI_QUEUE);
	if (ngot < Signals * Each + 1) { // the storm has more
		got[ngot].sig = sig;
		got[ngot].value = info->si_value.sival_int;
	}
	ngot++;
}

static void *sleeps(void *unused)
{
	usleep(1000);
	return unused;
}

// Leaves threads of the kernel's without a goroutine.
static void makeidle(void)
{
	pthread_t t[Threads];

	for (int i = 0; i < Threads; i++)
		equal(pthread_create(&t[i], NULL, sleeps, NULL), 0);
	for (int i = 0; i < Threads; i++)
		equal(pthread_join(t[i], NULL), 0);
}

// ---- the order ----------------------------------------------------------------------

static void order(void)
{
	sigset_t all;

	sigfillset(&all);
	for (int round = 0; round < Rounds; round++) {
		equal(sigprocmask(SIG_BLOCK, &all, NULL), 0);
		for (int i = 0; i < Each; i++) {
			for (int s = Signals - 1; s >= 0; s--)
				equal(sigqueue(getpid(), SIGRTMIN + s, (union sigval){ .sival_int = i }),
				      0);
		}
		equal(kill(getpid(), SIGUSR1), 0);
		equal(ngot, 0);
		equal(sigprocmask(SIG_UNBLOCK, &all, NULL), 0);
		equal(ngot, Signals * Each + 1);
		equal(got[0].sig, SIGUSR1);
		for (int i = 0; i < Signals * Each; i++) {
			equal(got[i + 1].sig, SIGRTMIN + i / Each);
			equal(got[i + 1].value, i % Each);
		}
		ngot = 0;
	}
}

// ---- what comes while the mask changes ----------------------------------------------

static void storm(void)
{
	static const struct timespec at_once = { 0, 0 };
	pid_t parent = getpid(), pid;
	sigset_t usr1;
	siginfo_t info;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < Storm && getppid() == parent; i++)
			kill(parent, SIGUSR1);
		_exit(0);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
		if (sigtimedwait(&usr1, &info, &at_once) > 0) {
			equal(info.si_code, SI_USER);
			equal(info.si_pid, pid);
		}
		equal(sigprocmask(SIG_UNBLOCK, &usr1, NULL), 0);
	}
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = records, .sa_flags = SA_SIGINFO };

	sigfillset(&sa.sa_mask);
	sigaction(SIGUSR1, &sa, NULL);
	for (int s = 0; s < Signals; s++)
		sigaction(SIGRTMIN + s, &sa, NULL);
	makeidle();
	order();
	storm();
	return 0;
}
