// gate_wait.c - parking until a descriptor is ready, for the calls of a C library.
//
// A goroutine waits by a watch, as in rt_wait (io/ready.c): any number may wait for one
// descriptor, beside one in rt_read. The call itself has said that the descriptor is not
// ready; the watch is on the list before the kernel is asked to report (arm), which
// reports what is ready by then, too. So no edge is lost.
//
// The library closes some descriptors by system calls of its own: the resolver its
// sockets. The kernel then forgets what it was to report for the number, while the entry
// still says that it is watched. So a goroutine that is about to park asks the kernel
// each time, by EPOLL_CTL_MOD, which fails with ENOENT unless the description behind the
// number is the one that is watched; then it is added. Where only such goroutines wait,
// epoll reports the directions they wait for, since a socket that has room would wake the
// poller with each MOD.
#include "cgo/area.h"
#include "cgo/futextable.h"
#include "cgo/gate.h"
#include "runtime/lock/lock.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/timer.h"
#include "runtime/sync/sync.h"
#include "runtime/sync/waiter.h"

// ---- what a number is ---------------------------------------------------------------

GateKind findgatekind(int32_t fd)
{
	enum { Type = 0170000, Fifo = 0010000, Char = 0020000, Dir = 0040000,
	       Block = 0060000, Regular = 0100000, Socket = 0140000, TCGETS = 0x5401 };
	uint64_t st[24];
	uint8_t termios[64];

	if (syscall3(__NR_fstat, (uint32_t)fd, ptrarg(st), 0) < 0)
		return GateUnknown;
	switch (*(uint32_t *)((char *)st + StatMode) & Type) {
	case Dir:
	case Block:
	case Regular:
		return GateFile;
	case Socket:
		return GateSocket;
	case Fifo:
		return GatePipe;
	case Char:
		if (syscall3(__NR_ioctl, (uint32_t)fd, TCGETS, ptrarg(termios)) == 0)
			return GateStream;
		break;
	default:
		break;
	}
	return GateOther;
}

// Returns the number's entry, or NULL while no number near it was used.
static Fd *known(int32_t fd)
{
	uint32_t i = (uint32_t)fd >> ChunkBits;
	Fd *chunk = i < Chunks ? atomic_load_acquire(&fdchunks[i])
			       : NULL; // pairs with entry's cas

	return chunk ? chunk + (fd & ((1 << ChunkBits) - 1)) : NULL;
}

GateKind gatekind(int32_t fd)
{
	Fd *d = known(fd);
	GateKind kind;

	if (unlikely(!d)) {
		if (fdhold(fd, &d) < 0)
			return GateUnknown;
		fdunref(fd, d);
	}
	kind = atomic_load_relaxed(&d->hint);
	if (unlikely(kind == GateUnknown)) {
		kind = findgatekind(fd);
		atomic_store_relaxed(&d->hint, (uint8_t)kind);
	}
	return kind;
}

void setgatekind(int32_t fd, GateKind kind)
{
	Fd *d = known(fd);

	if (d)
		atomic_store_relaxed(&d->hint, (uint8_t)kind);
}

void gateforget(int32_t fd)
{
	setgatekind(fd, GateUnknown);
}

// ---- closing ------------------------------------------------------------------------

bool runtimesfd(int32_t fd)
{
	return fd >= 0 && (fd == epfd || fd == netpollBreakFd || fd == stopfd);
}

static bool isopennumber(uint64_t fd)
{
	return syscall3(__NR_fcntl, (uint32_t)fd, F_GETFD, 0) >= 0;
}

// Can nobody wait for the number, or be about to? So it is for a single goroutine that has not waited
// for it; and where it has no entry and is not open, since programs close all that may be open.
static bool unwaited(int32_t fd)
{
	const Fd *d = known(fd);

	if ((uint32_t)fd >> ChunkBits >= Chunks) // never watched
		return true;
	if (alone() && (!d || (atomic_load_acquire(&d->mu) == 0 && d->kind == FdUnknown &&
	                       !d->armed))) // mu: pairs with dropuse
		return true;
	return !d && !isopennumber((uint64_t)fd);
}

// Those that wait for the descriptor return -EBADF; so do those that have begun a call and will wait,
// which find that seq has changed.
int64_t gateclose(const Call *c)
{
	int32_t fd = (int32_t)c->arg[0];

	if (unlikely(runtimesfd(fd)))
		return -EBADF;
	gateforget(fd);
	return unwaited(fd) ? gatemanaged(c) : rt_close(fd);
}

// Can the call fail, before it has closed anything?
static bool dupfails(const Call *c)
{
	uint64_t flags = c->nr == __NR_dup3 ? c->arg[2] : 0;

	return c->arg[0] == c->arg[1] || (flags & ~(uint64_t)O_CLOEXEC) ||
	       !isopennumber(c->arg[0]) || !isopennumber(c->arg[1]);
}

// dup2 and dup3. Those that wait for the number return -EBADF before it has its new description. It
// has none to wait for where it is not open.
int64_t gatedup(const Call *c)
{
	int32_t new = (int32_t)c->arg[1];

	if (unlikely(runtimesfd(new)))
		return -EBADF;
	if (unwaited(new) || dupfails(c)) {
		int64_t r = gatemanaged(c);

		if (r >= 0)
			gateforget(new);
		return r;
	}
	return fdreplace(new, c);
}

// ---- waiting ------------------------------------------------------------------------

// What epoll shall report for fd: everything, if the runtime's own calls use the entry.
static uint32_t reported(const Fd *d)
{
	uint32_t events = EPOLLET;

	if (d->kind == FdOwn || d->kind == FdShared)
		return EPOLLET | EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP;
	for (const PollWatch *w = d->pd.watches; w; w = w->next) {
		if (w->what & RT_READABLE)
			events |= EPOLLIN | EPOLLRDHUP;
		if (w->what & RT_WRITABLE)
			events |= EPOLLOUT;
	}
	return events;
}

// Has the kernel report when fd becomes ready, and now if it is.
static int64_t arm(int32_t fd, Fd *d, uint32_t events)
{
	EpollEvent ev = { .data = polltag(fd, &d->pd) };
	int64_t r = netpollbegin();

	if (r)
		return r;
	lockdesc(&d->pd);
	ev.events = events ? events : reported(d);
	r = epollctl(epfd, d->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev);
	if (r == -ENOENT)
		r = epollctl(epfd, EPOLL_CTL_ADD, fd, &ev);
	else if (r == -EEXIST)
		r = epollctl(epfd, EPOLL_CTL_MOD, fd, &ev);
	d->armed = r == 0;
	unlock(&d->pd.lock);
	return r;
}

int64_t gatewatch(int32_t fd, Fd *d)
{
	return arm(fd, d, EPOLLET | EPOLLIN);
}

// ---- parking ------------------------------------------------------------------------

// A wait on one descriptor, or on the second alone; the second is what ends the call.
// pthread_cancel may end it, too: then the goroutine is also a waiter of the request in its area.
typedef struct {
	PollWatch w[2];
	FutexWaiter cancel;
	FutexBucket *bucket; // NULL: may not be cancelled
	Timer timer;
	bool timed;
	uint32_t number; // the wait's
} Parking;

typedef enum { AwaitReady, AwaitSignal, AwaitOver } Awaited;

// The bucket before the descriptors: in the order of ranks.
static UNCHECKED_LOCKS void lockwatches(Parking *p)
{
	PollDesc *a = p->w[0].pd, *b = p->w[1].pd;

	if (p->bucket)
		futexlock(p->cancel.addr);
	if (min(a, b))
		lockdesc(min(a, b));
	lockdesc(max(a, b));
}

// p is on the stack of the goroutine, which may return as soon as one lock is free that it
// waits for: so nothing is read from there after that.
static UNCHECKED_LOCKS void unlockwatches(const Parking *p)
{
	FutexBucket *bucket = p->bucket;
	PollDesc *a = p->w[0].pd, *b = p->w[1].pd;

	if (a)
		unlock(&a->lock);
	if (b)
		unlock(&b->lock);
	if (bucket)
		futexunlock(bucket);
}

// The timer starts first: once the locks are released a waker may let the goroutine
// continue. It returns to lockwatches, so p is there until the last of them is.
//
// A signal that is sent from now on ends the wait; one that was before does, too, unless something
// else has, and so does a handler's jump.
static bool parked(G *gp, void *arg)
{
	Parking *p = arg;
	Area *a = gp->area;
	bool parks;

	if (p->timed)
		addtimer(&p->timer);
	if (likely(a->tid >= AreaTid)) // else of a thread that is not the runtime's
		(void)atomic_xchg(&a->wait, p->number); // then looks; pairs with pthread_kill
	parks = likely(!atomic_load_seqcst(&a->sent) && !jumpwanted(gp)) || !claim(gp);
	if (!parks)
		gp->param = gp;
	unlockwatches(p);
	return parks;
}

// Before the locks are taken.
static void begincancel(Parking *p)
{
	Area *a = getarea();

	if (!gatecancels())
		return;
	futexbegin(&p->cancel, (uint32_t *)&a->cancel, Never, WaitReasonIOWait);
	p->cancel.cancels = p->cancel.claims = p->cancel.exact = true;
	p->cancel.parked = true; // once it can be found
	p->bucket = futexbucket(p->cancel.addr);
}

// Parks until a watch fires or a request comes (AwaitReady), a signal was sent or its handler jumps, or
// the instant comes.
static Awaited await2(Parking *p, int64_t when)
{
	G *gp = getg();
	Awaited r = AwaitReady;

	p->timed = when != Never;
	begincancel(p);
	lockwatches(p);
	if (!p->w[0].fired && !p->w[1].fired && !gatestopped()) {
		p->number = beginwait(gp);
		p->w[0].gp = p->w[1].gp = gp;
		if (p->bucket)
			futexqueue(p->bucket, &p->cancel, false);
		netpollcount(1);
		if (p->timed)
			settimer(&p->timer, gp, when);
		beginlook(gp->area);
		gopark(parked, p, WaitReasonIOWait);
		if (!gp->param || gp->param == gp) {
			netpollcount(-1); // something else came first
			if (!p->cancel.cancelled)
				r = gp->param ? AwaitSignal : AwaitOver;
		}
		if (r != AwaitOver && p->timed)
			deltimer(&p->timer);
		lockwatches(p);
		// Behind the locks: the timer may have ended the wait before parked stored its number. What was
		// sent is taken by awaitcall, and by the gate.
		endlook(gp->area);
		p->w[0].gp = p->w[1].gp = NULL;
		if (p->bucket)
			futexunqueue(p->bucket, &p->cancel);
	}
	unlockwatches(p);
	return r;
}

// Does so, whatever signals are sent meanwhile, unless they end the call. Returns 0, -EINTR or
// -ETIMEDOUT.
static int64_t awaitcall(Parking *p, int64_t when)
{
	const Area *a = getarea();
	Handlers before = handlersof(a);

	while (when > nanotime()) {
		switch (await2(p, when)) {
		case AwaitReady:
			return 0;
		case AwaitOver:
			return -ETIMEDOUT;
		case AwaitSignal:
			takesent();
			if (endedsince(a, before))
				return -EINTR;
		}
	}
	return -ETIMEDOUT;
}

static int64_t over(const PollDesc *pd, uint32_t what)
{
	int64_t err = what & RT_READABLE ? netpollcheckerr(pd, PollRead) : 0;

	if (!err && (what & RT_WRITABLE))
		err = netpollcheckerr(pd, PollWrite);
	return err;
}

// Adds what ends the call, and looks whether it has come already.
static int64_t beginparking(Parking *p)
{
	p->w[1] = (PollWatch){ .pd = gatestop(), .what = RT_READABLE };
	if (!p->w[1].pd)
		return getg()->goid == 1 ? -EPERM : 0; // nothing would end the wait
	addwatch(&p->w[1]); // then looks at the count; pairs with gatehandled
	return gatestopped() ? -EINTR : 0;
}

static int64_t endparking(Parking *p, int64_t err)
{
	if (p->w[1].pd)
		removewatch(&p->w[1]);
	return gatestopped() && !p->w[0].fired ? -EINTR : err;
}

// Is arm, whose errors are the poller's own and none of the call's: no memory, too many watches, no
// descriptor for it, epoll descriptors that are too deep in each other. -EPERM then.
static int64_t watchable(int32_t fd, Fd *d)
{
	int64_t r = arm(fd, d, 0);

	return r == 0 || r == -EBADF ? r : -EPERM;
}

GateUse gateuse(int32_t fd)
{
	const Fd *d = known(fd);

	// Before the call; pairs with the stores of netpollclose.
	return (GateUse){ fd, d ? atomic_load_acquire(&d->pd.seq) : 0, NULL };
}

void gatedrop(GateUse *u)
{
	if (u->d)
		fdunref(u->fd, u->d);
	u->d = NULL;
}

// Has the use of the number, which is what it was when the call began.
static int64_t beginuse(GateUse *u)
{
	int64_t err = u->d ? 0 : fdhold(u->fd, &u->d);

	if (err)
		u->d = NULL;
	else if (atomic_load_acquire(&u->d->pd.seq) != u->seq)
		err = -EBADF;
	return err;
}

int64_t gateusewait(GateUse *u, uint32_t what, int64_t when)
{
	Parking p = { .w[0].what = what };
	int64_t err = beginuse(u);
	int32_t fd = u->fd;
	Fd *d = u->d;

	if (err)
		return err;
	p.w[0].pd = &d->pd;
	addwatch(&p.w[0]);
	err = beginparking(&p);
	if (!err)
		err = watchable(fd, d);
	if (!err)
		err = over(&d->pd, what);
	if (!err)
		err = awaitcall(&p, when);
	if (!err)
		err = over(&d->pd, what);
	err = endparking(&p, err);
	removewatch(&p.w[0]);
	return err;
}

int64_t gatewait(int32_t fd, uint32_t what, int64_t when)
{
	GateUse u = gateuse(fd);
	int64_t err = gateusewait(&u, what, when);

	gatedrop(&u);
	return err;
}

// Of a goroutine that only signals of its own stop.
static int64_t sleepsignal(int64_t when)
{
	uint32_t *word = (uint32_t *)&getarea()->tid; // does not change
	int64_t r;

	do
		r = futexwaitsignal(word, *word, when, WaitReasonSleep);
	while (r == 0); // woken for nothing
	return r == -ETIMEDOUT ? 0 : -EINTR;
}

int64_t gatepark(int64_t when)
{
	Parking p = { 0 };
	int64_t err = beginparking(&p);

	if (!p.w[1].pd)
		return err ? err : sleepsignal(when);
	while (!err && when > nanotime()) {
		err = awaitcall(&p, when);
		p.w[1].fired = false;
		if (err != -EINTR)
			err = gatestopped() ? -EINTR : 0;
	}
	return endparking(&p, err);
}

int64_t gateuntil(int64_t ns)
{
	return ns < 0 ? Never : whenafter(ns);
}
