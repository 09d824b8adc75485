// tests/crash/running.h - the program of the tests about goroutines that run while the process
// dies: begins(arg) runs on another thread when ends() is called on this one.
#include <rt.h>

#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

static void begins(void *arg);
static void ends(void);

static atomic_int running;

// Does not return: where this goroutine is moved between the calls, the signal comes to the thread
// that it was on, and the process must not end before that.
static inline void sigquit(void)
{
	rt_syscall(SYS_tgkill, rt_syscall(SYS_getpid), rt_syscall(SYS_gettid), SIGQUIT);
	for (;;)
		rt_syscall(SYS_ppoll, NULL, 0, NULL, NULL, 8);
}

static void waits(void *arg)
{
	rt_chan_recv(arg, NULL);
	atomic_fetch_add(&running, 1); // no tail call
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(waits, rt_chan_make(0, 0));
	rt_go(begins, NULL);
	while (!atomic_load(&running))
		rt_gosched();
	ends();
	return 0;
}
