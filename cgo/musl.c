// musl.c - what the runtime leaves to musl when it is linked in: the first thread's set-up,
// making threads, the end of the process. docs/musl.md says what programs notice.
//
// Its _cgo_init replaces the runtime's null one. cgo/ is compiled without musl's headers: the
// few declarations are of its stable interface.
//
// Unyielding: the thread may have no guard yet, or never have one.
//
// Follows Go's runtime/cgo (gcc_linux_amd64.c).
//
// built: unyielding hot
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "cgo/pthread.h"
#include "runtime/base/guard.h"
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

void *malloc(size_t n);
void free(void *p);
int pthread_attr_init(ThreadAttr *attr);
int pthread_attr_setstacksize(ThreadAttr *attr, size_t size);
int pthread_attr_setguardsize(ThreadAttr *attr, size_t size);
int pthread_attr_setdetachstate(ThreadAttr *attr, int state);

int __real___pthread_create(void **thread, const ThreadAttr *attr, void *(*fn)(void *),
                            void *arg);

// cgo/musl_*.S
void x_cgo_init(G *gp, void (*setg)(G *));
void crosscall(void (*fn)(void));

void x_cgo_stack(G *gp, uintptr_t sp);
void x_cgo_thread_start(void *arg);
void _cgo_signalfork(void);

void *_cgo_init = (void *)x_cgo_init;
CgoThreadStartFunc *_cgo_thread_start = x_cgo_thread_start;
CgoExitFunc *_cgo_exit = exit; // musl's: the runtime's own has another name (ALSOMUSLS)

// ---- threads ------------------------------------------------------------------------

// The thread's stack is gp's, from sp down, and so is its area.
void x_cgo_stack(G *gp, uintptr_t sp)
{
	gp->area = getarea();
	gp->area->flags |= AreaOfM;
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
	crosscall(start);
	setg(NULL);
	return NULL;
}

// As the thread that wants another.
static void threadstart(void *arg)
{
	CgoThreadStart *ts = arg;
	ThreadAttr attr;
	Sigset old;
	void *thread;

	start = ts->fn; // always mstart
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, CgoStackSize);
	pthread_attr_setguardsize(&attr, CgoStackGuard);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	// Not by pthread_sigmask, which would let the signal of a timer's thread through later.
	changemask(SIG_BLOCK, ~(Sigset)LibrarySigs, &old);
	ts->error = __real___pthread_create(&thread, &attr, threadentry, ts->g);
	changemask(SIG_SETMASK, old, NULL);
}

void x_cgo_thread_start(void *arg)
{
	asthread(threadstart, arg);
}

typedef struct {
	void **thread;
	const ThreadAttr *attr;
	void *(*fn)(void *);
	void *arg;
	int error;
} ThreadRequest;

static void createthread(void *arg)
{
	ThreadRequest *r = arg;

	r->error = __real___pthread_create(r->thread, r->attr, r->fn, r->arg);
}

typedef struct {
	void *(*fn)(void *);
	void *arg;
} ForeignStart;

// The thread has a guard that no stack pointer is below, and that makes its calls of rt.h look.
static void *foreignentry(void *arg)
{
	ForeignStart s = *(ForeignStart *)arg;
	void *result;

	setguard(GuardLook);
	free(arg);
	result = s.fn(s.arg);
	releaseforeign();
	return result;
}

int kernelthread(void **thread, const void *attr, void *(*fn)(void *), void *arg)
{
	ForeignStart *s = malloc(sizeof *s);
	ThreadRequest r = { thread, attr, foreignentry, s, 0 };

	if (!s)
		return EAGAIN;
	*s = (ForeignStart){ fn, arg };
	outsiders();
	__rt0_expectforeign();
	asthread(createthread, &r);
	if (r.error)
		free(s);
	return r.error;
}

// ---- the end ------------------------------------------------------------------------

NORETURN void __real_exit(int status);
NORETURN void __wrap_exit(int status);

// The first caller ends the process, and others wait for that, parked. 1.2.6 has them wait in a
// pause of its own, which would keep the P; before, they made the rest of the first one's calls
// beside it. A signal handler cannot park, and what it has interrupted may have a lock that the
// first caller waits for: so it ends the process at once. In a forked child nobody else is left.
void __wrap_exit(int status)
{
	static Area *first;
	static uint32_t never;
	Area *a = getarea();

	// The load's partner is the caller's own exchange: it looks whether that is the first.
	if (!inforkedchild && !atomic_cas(&first, NULL, a) && atomic_load_relaxed(&first) != a) {
		if (getg() && onsignalstack(getg()->m))
			syscall3(__NR_exit_group, (uint32_t)status, 0, 0);
		for (;;)
			futexwait(&never, 0, Never, WaitReasonSemacquire);
	}
	__real_exit(status);
}

// ---- what all threads do ------------------------------------------------------------

void __real___synccall(void (*fn)(void *), void *arg);
void __wrap___synccall(void (*fn)(void *), void *arg);

typedef struct {
	void (*fn)(void *);
	void *arg;
} EachCall;

static void callonall(void *arg)
{
	const EachCall *c = arg;

	__real___synccall(c->fn, c->arg);
}

// setuid and the like. musl begins with the caller, if that is one of its threads, and goes
// round its list.
void __wrap___synccall(void (*fn)(void *), void *arg)
{
	asthread(callonall, &(EachCall){ fn, arg });
}

// ---- fork ---------------------------------------------------------------------------

int __real__Fork(void);
int __wrap__Fork(void);

static void forkthread(void *pid)
{
	*(int *)pid = __real__Fork();
}

void libraryforked(void)
{
	_cgo_signalfork();
	keysforked();
	futexforked();
	threadsforked();
	__rt0_foreignforked();
}

// Replaces _Fork in all calls (rtcc), which is what fork calls. The child has this thread alone,
// and may run only its goroutine (sched/fork.c), whose P another thread may have taken by then.
int __wrap__Fork(void)
{
	int pid;

	asthread(forkthread, &pid);
	if (pid != 0)
		return pid;
	libraryforked();
	if (getg())
		__rt0_forked();
	return 0;
}
