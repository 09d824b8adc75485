// pthread_create.c - the program's threads are goroutines.
//
// A pthread_t is the goroutine's area, as musl's is its struct pthread. A joinable thread that has
// ended parks in goexit's place, with its area and its result, until it is joined or detached:
//
//	AreaJoinable -> AreaExited -> AreaDetached     joined, or detached after its end
//	AreaJoinable -> AreaDetached                   detached before
//
// Each step is a compare-and-swap by the thread, or by what joins or detaches it; then a wake-up of
// those that wait for the word. The area is not touched after AreaDetached.
//
// Real threads are made where a goroutine would not do: for musl's own threads (of timers,
// message queues, aio), known by the caller's address; for a stack of the program's own or
// one larger than a segment; for explicit scheduling; on behalf of code that is on no
// goroutine; and when the environment says RT0_PTHREADS=kernel.
//
// Unyielding, as futextable.c. The program's functions check for themselves.
//
// built: unyielding
#include "cgo/gate.h"
#include "cgo/pthread.h"
#include "runtime/base/str.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/yieldcheck.h"

enum {
	MaxStack = 64 << 20, // a segment's
};
#define CANCELED ((void *)-1)
#define C11THREAD ((const ThreadAttributes *)-1) // as musl marks it

typedef struct {
	uint64_t stacksize, guardsize;
	void *stack;
	int32_t detached, scheduled;
	uint64_t unused[3];
} ThreadAttributes;
_Static_assert(sizeof(ThreadAttributes) == 56, "pthread_attr_t");

typedef void *ThreadFunc(void *arg);

extern const char __libc_text_start[], __libc_text_end[];
void exit(int status);

NORETURN void __real_pthread_exit(void *result);
int __real_pthread_join(Area *a, void **result);
int __real_pthread_timedjoin_np(Area *a, void **result, const LibraryTime *at);
int __real_pthread_tryjoin_np(Area *a, void **result);
int __real_pthread_detach(Area *a);
int __real_pthread_cancel(Area *a);

int __wrap_pthread_create(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg);
int __wrap___pthread_create(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg);
int thrd_create(Area **t, int (*fn)(void *), void *arg);
NORETURN void __wrap_pthread_exit(void *result);
NORETURN void __wrap___pthread_exit(void *result);
int __wrap_pthread_join(Area *a, void **result);
int __wrap___pthread_join(Area *a, void **result);
int __wrap_pthread_timedjoin_np(Area *a, void **result, const LibraryTime *at);
int __wrap_pthread_tryjoin_np(Area *a, void **result);
int __wrap_pthread_detach(Area *a);
int __wrap_thrd_detach(Area *a);
int __wrap_pthread_cancel(Area *a);
int pthread_getattr_np(Area *a, ThreadAttributes *attr);
void pthread_testcancel(void);
int pthread_setcanceltype(int type, int *old);
HIDDEN WEAK long __cancel(void); // with pthread_cancel alone

// Threads that have not ended, less the main one.
static uint32_t living;

// ---- the end ------------------------------------------------------------------------

// musl's list of calls to make when a thread ends in the middle.
typedef struct Cleanup Cleanup;
struct Cleanup {
	void (*f)(void *);
	void *arg;
	Cleanup *next;
};

static void cleanup(Area *a)
{
	Cleanup *c;

	a->canceldisable = CancelDisabled;
	while ((c = a->cancelbuf)) {
		a->cancelbuf = c->next;
		c->f(c->arg);
	}
}

void threadends(void)
{
	if (atomic_xadd(&living, -1u) == 0) // pairs with endmain
		futexwake(&living, 1);
}

void threadsforked(void)
{
	living = !getg() || (getarea()->flags & AreaCounted);
}

static void changestate(Area *a, int32_t state)
{
	atomic_xchg(&a->detachstate, state); // release: pairs with jointhread's and its own loads
	futexwake((uint32_t *)&a->detachstate, INT32_MAX);
}

// Has the thread joined, unless it is detached. Publishes the result.
static bool exited(Area *a)
{
	// Publishes the result; pairs with jointhread, and __wrap_pthread_detach's exchange.
	if (!atomic_cas(&a->detachstate, AreaJoinable, AreaExited))
		return false;
	futexwake((uint32_t *)&a->detachstate, INT32_MAX);
	return true;
}

// Waits to be joined or detached, unless it is detached already.
static void awaitjoin(Area *a)
{
	uint32_t *state = (uint32_t *)&a->detachstate;

	if (!exited(a))
		return;
	while (atomic_load_acquire(state) == AreaExited) // pairs with changestate
		futexwait(state, AreaExited, Never, WaitReasonSemacquire);
}

// The other threads continue, and may join this one; the process ends with the last one.
static NORETURN void endmain(Area *a)
{
	uint32_t n;

	exited(a);
	while ((n = atomic_load_acquire(&living)) != 0) // pairs with threadends
		futexwait(&living, n, Never, WaitReasonSemacquire);
	exit(0);
	__builtin_unreachable();
}

// After the deferred calls: what joins the thread may free what these use. The result is in the area,
// NULL by rt_goexit.
void endpthread(Area *a)
{
	cleanup(a);
	endvalues(a);
	if (inforkedchild) // its only thread
		exit(0);
	if (getg()->goid == 1)
		endmain(a);
	leaveprogram(a);
	if (a->flags & AreaCounted)
		threadends();
	awaitjoin(a);
}

// One of the deferred calls may come here again, with another result.
static NORETURN void finishthread(Area *a, void *result)
{
	a->result = result;
	a->flags |= AreaEnding;
	cleanup(a);
	rt_goexit(); // to endarea
}

// musl stores a real thread's result first, where it would be the guard of what is called here.
void __wrap_pthread_exit(void *result)
{
	G *gp = getg();

	if (!gp || (gp == gp->m->curg && !borrowedof(gp) && !goroutineof(gp->area))) {
		cleanup(getarea());
		releaseforeign();
		__real_pthread_exit(result);
	}
	if (gp != gp->m->curg || borrowedof(gp))
		fatal("pthread_exit within rt_cgocall or a signal handler");
	finishthread(getarea(), result);
}

void __wrap___pthread_exit(void *result)
{
	__wrap_pthread_exit(result);
}

// ---- the beginning ------------------------------------------------------------------

// The new goroutine's arguments, on its stack.
typedef struct {
	ThreadFunc *fn;
	void *arg;
	bool c11, masked;
	Sigset mask; // if masked
} ThreadStart;

static void threadmain(void *arg)
{
	const ThreadStart *s = arg;
	void *result;

	if (s->masked)
		changemine(SIG_SETMASK, s->mask);
	if (s->c11)
		result = (void *)(intptr_t)((int (*)(void *))(void *)s->fn)(s->arg);
	else
		result = s->fn(s->arg);
	finishthread(getarea(), result);
}

static bool kernelwanted(void)
{
	const char *s = rt_getenv("RT0_PTHREADS");

	return s && streq(s, "kernel");
}

static bool wantsthread(const ThreadAttributes *attr)
{
	if (!atgate() || kernelwanted())
		return true;
	return attr && attr != C11THREAD &&
	       (attr->stack || attr->scheduled || attr->stacksize > MaxStack);
}

// The P may have a free G, with its stack. Nothing is certain, since others look as well.
static bool hasroom(void)
{
	M *mp = acquirem();
	const G *gp = mp->p->gFree.list.head;
	bool has = gp && gp->stack.lo != 0;

	releasem(mp);
	return likely(has) || stackroom();
}

static void creategoroutine(Area **t, bool detached, const ThreadStart *s, uintptr_t pc)
{
	G *newg = newproc1(threadmain, NULL, s, sizeof *s, getg(), pc);

	makeuser(newg, (uintptr_t)s->fn);
	newg->area->detachstate = detached ? AreaDetached : AreaJoinable;
	newg->area->flags |= AreaCounted;
	atomic_xadd(&living, 1);
	*t = newg->area; // first: the thread may look
	startg(newg);
}

static int createreal(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg)
{
	int r;

	atomic_xadd(&living, 1);
	r = kernelthread((void **)t, attr, fn, arg);
	if (r)
		threadends();
	return r;
}

static int create(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg,
                  const char *caller)
{
	ThreadStart s = { .fn = fn, .arg = arg, .c11 = attr == C11THREAD };
	bool musls = caller >= __libc_text_start && caller < __libc_text_end;

	if (musls || wantsthread(attr))
		return createreal(t, attr, fn, arg);
	if (!hasroom())
		return EAGAIN;
	s.masked = ownmask(&s.mask);
	creategoroutine(t, attr && !s.c11 && attr->detached, &s, (uintptr_t)caller);
	return 0;
}

int __wrap_pthread_create(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg)
{
	return create(t, attr, fn, arg, __builtin_return_address(0));
}

int __wrap___pthread_create(Area **t, const ThreadAttributes *attr, ThreadFunc *fn, void *arg)
{
	return create(t, attr, fn, arg, __builtin_return_address(0));
}

int thrd_create(Area **t, int (*fn)(void *), void *arg)
{
	enum { Success, Busy, Failed, Nomem };
	int r = create(t, C11THREAD, (ThreadFunc *)(void *)fn, arg, __builtin_return_address(0));

	return r == 0 ? Success : r == EAGAIN ? Nomem : Failed;
}

// ---- attributes ---------------------------------------------------------------------

static bool stackhas(const Stack *s, uintptr_t sp)
{
	return sp - s->lo < s->hi - s->lo;
}

// Returns the one of the caller's stacks that it runs on.
static Stack currentstack(uintptr_t sp)
{
	const G *gp = getg();
	const M *mp = gp->m;

	if (onsignalstack(mp))
		return mp->gsignal->stack;
	if (stackhas(&gp->stack, sp)) // first: it may be the segment, without the area
		return gp->stack;
	if (stackhas(&gp->segment, sp) || !mp->gcgo)
		return gp->segment;
	return mp->gcgo->stack; // a function of rt_cgocall's
}

// Another goroutine may be on any of its stacks, at any moment: the one that it began on is reported.
int pthread_getattr_np(Area *a, ThreadAttributes *attr)
{
	uintptr_t top = (uintptr_t)a->stack;
	Stack s = { top - a->stacksize, top };

	if (a == getarea() && goroutineof(a))
		s = currentstack((uintptr_t)__builtin_frame_address(0));
	else if (top == 0) // the first thread's
		s = g0.stack;
	*attr = (ThreadAttributes){ .stacksize = s.hi - s.lo,
	                            .guardsize = goroutineof(a) ? 0 : a->guardsize,
	                            .stack = (void *)s.hi,
	                            .detached = a->detachstate >= AreaDetached };
	return 0;
}

// ---- joining ------------------------------------------------------------------------

static int jointhread(Area *a, void **result, int64_t when)
{
	uint32_t *word = (uint32_t *)&a->detachstate, state;

	__pthread_testcancel();
	if (when < 0)
		return EINVAL;
	if (a == getarea())
		return EDEADLK;
	while ((state = atomic_load_acquire(word)) != AreaExited) { // pairs with awaitjoin
		int64_t r;

		if (state != AreaJoinable)
			return EINVAL;
		r = futexwaitcancel(word, state, when, WaitReasonSemacquire);
		if (r == -ETIMEDOUT)
			return ETIMEDOUT;
		if (r == -ECANCELED)
			__pthread_testcancel();
	}
	if (result)
		*result = a->result;
	changestate(a, AreaDetached); // from here on the area may be gone
	return 0;
}

int __wrap_pthread_join(Area *a, void **result)
{
	return goroutineof(a) ? jointhread(a, result, Never) : __real_pthread_join(a, result);
}

int __wrap___pthread_join(Area *a, void **result)
{
	return __wrap_pthread_join(a, result);
}

int __wrap_pthread_timedjoin_np(Area *a, void **result, const LibraryTime *at)
{
	return goroutineof(a) ? jointhread(a, result, instant(0, at)) :
	                        __real_pthread_timedjoin_np(a, result, at);
}

int __wrap_pthread_tryjoin_np(Area *a, void **result)
{
	if (!goroutineof(a))
		return __real_pthread_tryjoin_np(a, result);
	if (atomic_load_acquire(&a->detachstate) == AreaJoinable)
		return EBUSY;
	return jointhread(a, result, Never);
}

int __wrap_pthread_detach(Area *a)
{
	if (!goroutineof(a))
		return __real_pthread_detach(a);
	if (atomic_cas(&a->detachstate, AreaJoinable, AreaDetached))
		return 0;
	if (atomic_load_acquire(&a->detachstate) != AreaExited)
		return EINVAL;
	changestate(a, AreaDetached);
	return 0;
}

int __wrap_thrd_detach(Area *a)
{
	return __wrap_pthread_detach(a) == 0 ? 0 : 2;
}

// ---- cancelling ---------------------------------------------------------------------

// Musl's own code would never be interrupted. A handler may jump out of this: it holds jumps
// while it yields.
void yieldwhenwanted(void)
{
	Area *a;

	if (atgate() && (Stress || mustlook())) {
		a = getarea();
		holdjumps(a);
		compilerbarrier();
		yieldcheck(NULL);
		releasejumps(a);
	}
}

// Also where a goroutine that only asks this yields.
void __pthread_testcancel(void)
{
	yieldwhenwanted();
	if (cancelwanted() && __cancel)
		__cancel();
}

void pthread_testcancel(void)
{
	__pthread_testcancel();
}

// Nothing would interrupt a goroutine: asynchronous is for real threads.
int pthread_setcanceltype(int type, int *old)
{
	enum { Deferred, Asynchronous };
	Area *a = getarea();

	if (type != Deferred && type != Asynchronous)
		return EINVAL;
	if (type == Asynchronous && goroutineof(a))
		return ENOTSUP;
	if (old)
		*old = a->cancelasync;
	a->cancelasync = (uint8_t)type;
	return 0;
}

// The request is in the area: cancellation points look at it. One that waits in the table is
// woken; pairs with overby() and the like, which look when they have the bucket's lock. A call
// in the kernel is ended: gate_stop.c.
int __wrap_pthread_cancel(Area *a)
{
	const G *gp = goroutineof(a);
	int r = 0;

	if (gp)
		atomic_xchg(&a->cancel, 1);
	else
		r = __real_pthread_cancel(a); // does so, and ends its calls that are not the gate's
	if (a == getarea())
		return r;
	futexcancel(a);
	gatecancel(a, gp);
	return r;
}
