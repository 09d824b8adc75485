// tests/programs/musl_altstack.c - with musl: sigaltstack checks what it is asked for as Linux does,
// and changes nothing on the runtime's threads.
// cflags: --musl
// arch: not qemu: it refuses SS_AUTODISARM
// matrix: RT0_PTHREADS=goroutines,kernel
#include "../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

static char memory[MINSIGSTKSZ], small[MINSIGSTKSZ - 1];

// Returns 0 or the error.
static int set(void *p, size_t n, int flags)
{
	stack_t s = { .ss_sp = p, .ss_flags = flags, .ss_size = n };

	errno = 0;
	return sigaltstack(&s, NULL) == 0 ? 0 : errno;
}

static void handler(int sig)
{
	stack_t now;

	equal(sig, SIGUSR1);
	equal(sigaltstack(NULL, &now), 0);
	equal(now.ss_flags, SS_ONSTACK);
	equal(set(memory, sizeof memory, 0), EPERM);
	equal(set(NULL, 0, SS_DISABLE), EPERM);
}

static void checks(void)
{
	equal(set(small, sizeof small, 0), ENOMEM);
	equal(set(NULL, 0, 0), ENOMEM);
	equal(set(memory, sizeof memory, 4), EINVAL);
	equal(set(memory, sizeof memory, SS_ONSTACK), EINVAL);
	equal(set(memory, sizeof memory, 1 << 31), 0); // SS_AUTODISARM
	equal(set(NULL, 0, SS_DISABLE), 0);
	equal(set(memory, sizeof memory, 0), 0);
}

static void *thread(void *unused)
{
	checks();
	return unused;
}

int main(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	volatile char *at = handler ? (char *)8 : NULL;
	stack_t before, after;
	pthread_t t;

	equal(sigaction(SIGUSR1, &sa, NULL), 0);
	equal(sigaltstack(NULL, &before), 0);
	equal(before.ss_flags, 0);
	checks();
	errno = 0;
	equal(sigaltstack((stack_t *)at, NULL), -1);
	equal(errno, EFAULT);
	errno = 0;
	equal(sigaltstack(NULL, (stack_t *)at), -1);
	equal(errno, EFAULT);
	raise(SIGUSR1);
	equal(sigaltstack(NULL, &after), 0);
	check(after.ss_sp == before.ss_sp && after.ss_size == before.ss_size);
	equal(pthread_create(&t, NULL, thread, NULL), 0);
	equal(pthread_join(t, NULL), 0);
	return 0;
}
