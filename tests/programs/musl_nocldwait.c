// tests/programs/musl_nocldwait.c - with musl, children leave no zombies when SIGCHLD has SA_NOCLDWAIT,
// with a handler and without, or is ignored: waits for them end when they have ended, with ECHILD.
// cflags: --musl
// matrix: OTHERS=0,3 GOMAXPROCS=1,2,4,64
// timeout: 60
// arch: not qemu: the kernel does not hear of the signal's flags from it
#include "../lib/test.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { Children = 5 };

static volatile sig_atomic_t ran;
static sem_t never;
static int hold[2]; // the child ends when it is closed

static void handler(int sig)
{
	(void)sig;
	ran++;
}

static int wait_for_any(pid_t pid)
{
	(void)pid;
	return wait(NULL);
}

static int wait_for_pid(pid_t pid)
{
	return waitpid(pid, NULL, 0);
}

static int wait_by_id(pid_t pid)
{
	return waitid(P_PID, (id_t)pid, NULL, WEXITED);
}

static int (*const waits[])(pid_t pid) = { wait_for_any, wait_for_pid, wait_by_id };

static pid_t starts(void)
{
	pid_t pid = fork();
	char c;

	check(pid >= 0);
	if (pid == 0) {
		close(hold[1]);
		read(hold[0], &c, 1);
		_exit(0);
	}
	return pid;
}

// The first wait of each kind begins while children may still run.
static void leaves_none(const struct sigaction *action)
{
	pid_t pids[Children];

	equal(sigaction(SIGCHLD, action, NULL), 0);
	for (int way = 0; way < 3; way++) {
		equal(pipe(hold), 0);
		for (int i = 0; i < Children; i++)
			pids[i] = starts();
		equal(waitpid(-1, NULL, WNOHANG), 0);
		close(hold[0]);
		close(hold[1]);
		while (waits[way](pids[0]) < 0 && errno == EINTR)
			;
		equal(errno, ECHILD);
		for (int i = 0; i < Children; i++) {
			while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR)
				;
			equal(errno, ECHILD);
			// Not even a zombie, which would stay. The kernel says ECHILD of one that is dead
			// a moment before it is gone.
			while (kill(pids[i], 0) == 0)
				sched_yield();
			equal(errno, ESRCH);
		}
	}
}

static void *waits_for_ever(void *unused)
{
	sem_wait(&never);
	return unused;
}

int main(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction handled = { .sa_handler = handler, .sa_flags = SA_NOCLDWAIT };
	struct sigaction restarts = { .sa_handler = handler,
	                              .sa_flags = SA_NOCLDWAIT | SA_RESTART };
	struct sigaction old;
	pthread_t t;
	int status;
	pid_t pid;

	sem_init(&never, 0, 0);
	for (int i = atoi(getenv("OTHERS")); i > 0; i--)
		equal(pthread_create(&t, NULL, waits_for_ever, NULL), 0);
	leaves_none(&usual);
	leaves_none(&ignored);
	equal(ran, 0);
	leaves_none(&handled);
	check(ran > 0);
	leaves_none(&restarts);

	// The flags are those that were asked for, and children are waited for again without them.
	equal(sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL }, &old), 0);
	equal(old.sa_flags & (SA_NOCLDWAIT | SA_RESTART), SA_NOCLDWAIT | SA_RESTART);
	equal(pipe(hold), 0);
	pid = starts();
	close(hold[0]);
	close(hold[1]);
	equal(waitpid(pid, &status, 0), pid);
	equal(status, 0);
	return 0;
}
