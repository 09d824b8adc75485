// glibc.c - the runtime in a program of glibc's. glibc starts the process and calls main, which
// becomes m0; threads are made by pthread_create, so that the sanitizers know them; the process
// ends by exit, which lets them say their last words.
//
// A thread's stack is its g0's, of the size that the attribute says.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hosted/foreign.h"
#include "hosted/report.h"
#include "hosted/sanitizer.h"
#include "runtime/base/getg.h"
#include "runtime/base/guard.h"
#include "runtime/base/hosted.h"

enum {
	ThreadStack = 512 << 10, // a sanitizer's functions use much
	Slack = 16 << 10,        // below g0's low end, and what glibc uses above its first frame
};

void rt0_go(int argc, char **argv);
void callmstart(void (*mstart)(void)); // thread_amd64.S
int main(int argc, char **argv);
void _cgo_sigforeign(int sig, siginfo_t *info, void *ctx);
static void init(G *gp, void (*set)(G *));
static void threadstart(void *arg);
static void endprocess(int32_t status);

void *_cgo_init = (void *)init;
CgoThreadStartFunc *_cgo_thread_start = threadstart;
CgoExitFunc *_cgo_exit = endprocess;

static void setbounds(G *gp, uintptr_t sp)
{
	gp->stack = (Stack){ sp - ThreadStack + Slack, sp };
}

// Called by rt0_go, whose frame is g0's first: the bytes above are its and its arguments'.
static void init(G *gp, void (*set)(G *))
{
	(void)set;
	setbounds(gp, (uintptr_t)__builtin_frame_address(0) + 256);
	watchthread();
}

static void endprocess(int32_t status)
{
	exit(status);
}

// The runtime's own call would leave locks that other threads hold locked in the child.
int64_t __rt0_libfork(void)
{
	pid_t pid = fork();

	return pid < 0 ? -errno : pid;
}

// ---- threads ----------------------------------------------------------------------------

static void (*start)(void); // mstart

static void namethread(const M *mp)
{
	char name[32];

	if (!__tsan_set_fiber_name)
		return;
	snprintf(name, sizeof name, "runtime's M %ld", (long)mp->id);
	__tsan_set_fiber_name(__tsan_get_current_fiber(), name);
}

static void *threadentry(void *arg)
{
	G *gp = arg;

	setbounds(gp, (uintptr_t)__builtin_frame_address(0));
	setg(gp);
	namethread(gp->m);
	noteerrno();
	watchthread();
	callmstart(start);
	setg(NULL); // a signal that comes now is not the runtime's
	setguard(GuardLook);
	return NULL;
}

// On g0. The new thread starts with all signals blocked; minit unblocks them.
//
// The library's functions are ThreadSanitizer's, which sees them write to g0's stack, perhaps for
// a goroutine that called by systemstack, and knows the thread to have written there.
static void threadstart(void *arg)
{
	CgoThreadStart *ts = arg;
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;

	ignore();
	start = ts->fn; // always mstart
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, ThreadStack);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ts->error = pthread_create(&thread, &attr, threadentry, ts->g);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	heed();
}

// A signal on a thread that has no G: the program's, a sanitizer's own, or one at its end. A signal
// for the process goes back, for another thread to take, and this one has it blocked from now on.
// What the thread itself did kills.
void _cgo_sigforeign(int sig, siginfo_t *info, void *ctx)
{
	bool fault = sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL ||
	             sig == SIGTRAP;
	bool abort = sig == SIGABRT && info->si_code == SI_TKILL;

	if (sig == SIGURG)
		return;
	if ((fault && info->si_code > 0) || abort) {
		signal(sig, SIG_DFL); // the instruction faults again, abort raises it again
		return;
	}
	if (!fault)
		sigaddset(&((ucontext_t *)ctx)->uc_sigmask, sig);
	kill(getpid(), sig);
}

// ---- the start ----------------------------------------------------------------------------

__attribute__((constructor)) static void getready(void)
{
	fiberinit();
	exceptionsinit();
	noteerrno();
	reportinit();
	foreigninit();
}

// AFL++'s: each input is given to a process that is forked here, while there is one thread.
void __afl_manual_init(void) __attribute__((weak));

// Weak, so that a program's own is found by rtcc to be in its place.
__attribute__((weak)) int main(int argc, char **argv)
{
	if (__afl_manual_init)
		__afl_manual_init();
	rt0_go(argc, argv);
	return 0;
}
