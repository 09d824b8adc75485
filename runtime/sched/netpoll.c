// netpoll.c - waiting for descriptors and timers in the kernel, on behalf of all.
//
// One epoll descriptor for the process and an eventfd that breaks the wait. No descriptor
// is watched yet but that one: what the poller waits for is the earliest timer, and being
// told of an earlier one.
//
// Follows Go's netpoll_epoll.go.
#include "runtime/os/os.h"
#include "runtime/sched/sched.h"

uint32_t netpollWaiters;
static uint32_t netpollInited;
static Mutex netpollInitLock = { .rank = RankNewmHandoff };
static int32_t epfd = -1, netpollBreakFd = -1;
static uint32_t netpollWakeSig; // the eventfd has been written and not read yet

static void netpollinit(void)
{
	EpollEvent ev = { .events = EPOLLIN };

	epfd = (int32_t)epollcreate1(EPOLL_CLOEXEC);
	if (epfd < 0) {
		print("runtime: epollcreate failed with %d\n", -epfd);
		throw("runtime: netpollinit failed");
	}
	netpollBreakFd = (int32_t)eventfd(0, O_CLOEXEC | O_NONBLOCK);
	if (netpollBreakFd < 0) {
		print("runtime: eventfd failed with %d\n", -netpollBreakFd);
		throw("runtime: eventfd failed");
	}
	ev.data = (uint64_t)netpollBreakFd;
	if (epollctl(epfd, EPOLL_CTL_ADD, netpollBreakFd, &ev) < 0)
		throw("runtime: epollctl failed");
}

void netpollGenericInit(void)
{
	if (likely(atomic_load_acquire(&netpollInited))) // pairs with the store below
		return;
	lock(&netpollInitLock);
	if (!netpollInited) {
		netpollinit();
		atomic_store_release(&netpollInited, 1);
	}
	unlock(&netpollInitLock);
}

bool netpollinited(void)
{
	return atomic_load_acquire(&netpollInited) != 0;
}

// Makes the M in netpoll return. Many breaks before it looks are one.
void netpollBreak(void)
{
	uint64_t one = 1;

	if (!atomic_cas(&netpollWakeSig, 0, 1))
		return;
	write1(netpollBreakFd, &one, sizeof one);
}

// Go's rounding: at least 1 ms, whole milliseconds, at most about 11.5 days.
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

Gqueue netpoll(int64_t delay)
{
	Gqueue ready = { 0 };
	EpollEvent ev[128];
	int64_t n;

	n = epollwait(epfd, ev, nelem(ev), waitms(delay));
	for (int64_t i = 0; i < n; i++) {
		uint64_t count;

		// Only a blocking poll takes the break: it was meant for that one.
		if (ev[i].data == (uint64_t)netpollBreakFd && delay != 0) {
			read(netpollBreakFd, &count, sizeof count);
			atomic_store_release(&netpollWakeSig, 0);
		}
	}
	return ready;
}
