// musl.c - what the runtime leaves to musl when it is linked in: the first thread's set-up,
// making threads, the end of the process. docs/musl.md tells the whole.
//
// This object is linked explicitly: its _cgo_init replaces the runtime's null one. It
// is compiled without musl's headers: the few declarations are of its stable interface. All
// functions except __errno_location run on a thread's own stack.
//
// Unyielding: the thread may have no guard yet, or never have one.
//
// Follows Go's runtime/cgo (gcc_linux_amd64.c).
//
// built: unyielding hot
#include "runtime/base/getg.h"
#include "runtime/os/sigtable.h"
#include "runtime/sched/fork.h"

enum {
	CgoStackSize = 256 << 10,
	CgoStackGuard = 1 << 20, // the library's code does not check
	Slack = 4 << 10,
	PTHREAD_CREATE_DETACHED = 1,
};

typedef struct {
	uint64_t words[7];
} ThreadAttr; // pthread_attr_t

typedef struct {
	uint64_t words[16];
} LibrarySet; // sigset_t

int pthread_attr_init(ThreadAttr *attr);
int pthread_attr_setstacksize(ThreadAttr *attr, size_t size);
int pthread_attr_setguardsize(ThreadAttr *attr, size_t size);
int pthread_attr_setdetachstate(ThreadAttr *attr, int state);
int pthread_create(void **thread, const ThreadAttr *attr, void *(*fn)(void *), void *arg);
int pthread_sigmask(int how, const LibrarySet *set, LibrarySet *old);
int sigfillset(LibrarySet *set); // all but the library's own

int *__errno_location(void);
int *___errno_location(void);

// cgo/musl_amd64.S
void x_cgo_init(G *gp, void (*setg)(G *));
void crosscall_amd64(void (*fn)(void));

void x_cgo_stack(G *gp, uintptr_t sp);
void x_cgo_thread_start(void *arg);
void _cgo_signalfork(void);

void *_cgo_init = (void *)x_cgo_init;
CgoThreadStartFunc *_cgo_thread_start = x_cgo_thread_start;
CgoExitFunc *_cgo_exit = exit; // musl's: the runtime's own has another name (ALSOMUSLS)

// ---- threads ------------------------------------------------------------------------

// The thread's stack is gp's, from sp down.
void x_cgo_stack(G *gp, uintptr_t sp)
{
	gp->stack = (Stack){ sp - CgoStackSize + Slack, sp };
}

static void (*start)(void); // mstart

// A new thread, all signals blocked. mstart returns when the M is at its end; what was its g
// may be another thread's by then.
static void *threadentry(void *arg)
{
	G *gp = arg;

	x_cgo_stack(gp, (uintptr_t)__builtin_frame_address(0));
	setg(gp);
	crosscall_amd64(start);
	setg(NULL);
	return NULL;
}

// On g0 of the thread that wants another.
void x_cgo_thread_start(void *arg)
{
	CgoThreadStart *ts = arg;
	ThreadAttr attr;
	LibrarySet all, old;
	void *thread;

	start = ts->fn; // always mstart
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, CgoStackSize);
	pthread_attr_setguardsize(&attr, CgoStackGuard);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ts->error = pthread_create(&thread, &attr, threadentry, ts->g);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

// ---- errno --------------------------------------------------------------------------

// Of threads that are not the runtime's.
static __thread int errnoOfThread;

// errno belongs to the goroutine, because a function may continue on another thread and
// compilers assume that errno's address is constant in a function.
int *__errno_location(void)
{
	G *gp = getg();

	return gp ? &gp->cgoErrno : &errnoOfThread;
}

int *___errno_location(void) __attribute__((alias("__errno_location")));

// ---- fork ---------------------------------------------------------------------------

int __real_fork(void);
int __wrap_fork(void);

// Replaces fork in all calls (rtcc). The child has this thread alone, and may run only its
// goroutine (sched/fork.c), whose P another thread may have taken by then.
int __wrap_fork(void)
{
	int pid = __real_fork();

	if (pid == 0)
		_cgo_signalfork();
	if (pid == 0 && getg())
		__rt0_forked();
	return pid;
}
