// netpoll.c - waiting for descriptors and timers in the kernel, on behalf of all.
//
// There is one epoll descriptor for the process, and an eventfd that breaks the wait. With a C
// library they have large numbers, because C programs call dup2 with small ones.
// polldesc.c handles the events of other descriptors; a program that waits for none has
// timers and the break alone, and is linked without polldesc.c.
//
// Where there is no descriptor left for it when the first timer starts, the poller sleeps on the
// word that a break sets, until the first descriptor is watched. Each attempt to watch one
// tries again:
//
//	PollerNone -> PollerOfTimers -> PollerOfAll
//	PollerNone -> PollerOfAll
//
// Follows Go's netpoll_epoll.go.
//
// built: unchecked libc
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/proc.h"

uint32_t netpollWaiters;
int32_t (*netpollevent)(const EpollEvent *ev, Gqueue *list);
static uint32_t netpollInited; // PollerNone ...
static Mutex netpollInitLock = { .rank = RANKED(RankNetpollInit) };
int32_t epfd = -1, netpollBreakFd = -1;
static uint32_t netpollWakeSig; // a break has come and was not taken yet

enum { PollerNone, PollerOfTimers, PollerOfAll };

// Returns an eventfd that ep watches, or -errno.
static int64_t newbreakfd(int32_t ep)
{
	EpollEvent ev = { .events = EPOLLIN }; // data 0: no PollDesc's tag
	int64_t fd = eventfd(0, O_CLOEXEC | O_NONBLOCK), r;

	if (Libc)
		fd = movefdup(fd);
	r = fd;
	if (fd >= 0)
		r = epollctl(ep, EPOLL_CTL_ADD, (int32_t)fd, &ev);
	if (r < 0)
		closefd((int32_t)fd);
	return r < 0 ? r : fd;
}

static int64_t netpollinit(void)
{
	int64_t ep = epollcreate1(EPOLL_CLOEXEC), fd;
	uint64_t one = 1;

	if (Libc)
		ep = movefdup(ep);
	if (ep < 0)
		return ep;
	fd = newbreakfd((int32_t)ep);
	if (fd < 0) {
		closefd((int32_t)ep);
		return fd;
	}
	// One that sleeps on the word, or has seen no epfd and is about to, is woken. A break that
	// sees no netpollBreakFd has changed the word before the exchange here, which it would find
	// changed: so this writes for it. Pairs with netpollBreak and netpoll.
	(void)atomic_xchg(&netpollBreakFd, (int32_t)fd);
	(void)atomic_xchg(&epfd, (int32_t)ep);
	if (netpollInited == PollerOfTimers) {
		(void)atomic_xchg(&netpollWakeSig, 1);
		futexwakeup(&netpollWakeSig, 1);
		write1((int32_t)fd, &one, sizeof one);
	} else if (atomic_load_seqcst(&netpollWakeSig)) { // pairs with netpollBreak
		write1((int32_t)fd, &one, sizeof one); // it came before there was anything to write to
	}
	atomic_store_release(&netpollInited, PollerOfAll); // pairs with the loads
	return 0;
}

int64_t netpollTryInit(void)
{
	int64_t r = 0;

	if (likely(netpollwatches()))
		return 0;
	lock(&netpollInitLock);
	if (netpollInited != PollerOfAll)
		r = netpollinit();
	unlock(&netpollInitLock);
	return r;
}

// For timers. Throws if the calls are refused for good.
void netpollGenericInit(void)
{
	int64_t r;

	if (likely(netpollinited()))
		return;
	r = netpollTryInit();
	if (r == -EMFILE || r == -ENFILE || r == -ENOMEM) {
		// Pairs with netpollinited's load.
		(void)atomic_cas(&netpollInited, PollerNone, PollerOfTimers);
	} else if (r < 0) {
		print("runtime: netpollinit failed with %d\n", (int32_t)-r);
		throw("runtime: netpollinit failed");
	}
}

bool netpollinited(void)
{
	return atomic_load_acquire(&netpollInited) != PollerNone;
}

bool netpollwatches(void)
{
	return atomic_load_acquire(&netpollInited) == PollerOfAll;
}

// Makes the M in netpoll return. Several breaks before it wakes count as one.
void netpollBreak(void)
{
	uint64_t one = 1;
	int32_t fd;

	if (!atomic_cas(&netpollWakeSig, 0, 1))
		return;
	fd = atomic_load_seqcst(&netpollBreakFd); // pairs with netpollinit
	if (likely(fd >= 0))
		write1(fd, &one, sizeof one);
	else
		futexwakeup(&netpollWakeSig, 1);
}

// Rounds as Go does: at least 1 ms, whole milliseconds, at most about 11.5 days.
static int32_t waitms(int64_t delay)
{
	if (delay <= 0)
		return delay < 0 ? -1 : 0;
	if (delay < 1000000)
		return 1;
	if (delay >= (int64_t)1000000000000000)
		return 1000000000;
	return (int32_t)(delay / 1000000);
}

// Where read is refused (seccomp), a new eventfd takes the place of the one that is ready and
// would stay so. Nobody writes it meanwhile, because netpollWakeSig is still 1.
static COLD void newbreak(void)
{
	int64_t fd;

	closefd(netpollBreakFd);
	fd = newbreakfd(epfd);
	if (fd < 0)
		throw("runtime: netpoll failed");
	netpollBreakFd = (int32_t)fd;
}

// Only a blocking poll takes the break: it was meant for that one.
static void takebreak(int64_t delay)
{
	uint64_t count;

	if (delay == 0)
		return;
	if (unlikely(read(netpollBreakFd, &count, sizeof count) < 0))
		newbreak();
	atomic_store_release(&netpollWakeSig, 0); // pairs with netpollBreak's cas
}

// The poller of timers. As takebreak, only a wait takes the break.
static COLD void awaitbreak(int64_t delay)
{
	if (delay == 0)
		return;
	futexsleep(&netpollWakeSig, 0, delay);
	atomic_store_release(&netpollWakeSig, 0); // pairs with netpollBreak's cas
}

Gqueue netpoll(int64_t delay)
{
	int32_t woken = 0, ep = atomic_load_acquire(&epfd); // pairs with netpollinit
	Gqueue ready = { 0 };
	EpollEvent ev[128];
	int64_t n = 0;

	if (Libc && outsidework())
		delay = 0; // they may have come before there was a wait to break
	if (likely(ep >= 0))
		n = epollwait(ep, ev, nelem(ev), waitms(delay));
	else
		awaitbreak(delay);
	// Refused for good. What passes is as good as nothing ready.
	if (n == -EPERM || n == -ENOSYS || n == -EBADF || n == -EINVAL)
		throw("runtime: netpoll failed");
	for (int64_t i = 0; i < n; i++) {
		if (ev[i].data == 0)
			takebreak(delay);
		else
			woken += netpollevent(&ev[i], &ready);
	}
	if (woken > 0) {
		trace(TraceNetReady, (uint64_t)woken);
		netpollcount(-woken);
	}
	if (Libc)
		takeoutside(&ready); // after takebreak
	return ready;
}

// Watches fd for ev, or stops to; a watch that is there already becomes this one.
int64_t netpollctl(int32_t fd, EpollEvent *ev)
{
	int64_t r;

	if (unlikely(epfd < 0))
		return -EPERM;
	r = epollctl(epfd, ev ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, ev);
	return r == -EEXIST ? epollctl(epfd, EPOLL_CTL_MOD, fd, ev) : r;
}

// What watches the descriptors is the parent's too, and would change there.
void netpollforked(void)
{
	epfd = -1;
	atomic_store_relaxed(&netpollInited, PollerOfAll);
}
