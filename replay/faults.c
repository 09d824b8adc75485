// faults.c - what the kernel may do at any time, and seldom does: part of the bytes, an
// interrupted call, a connection that is reset, no descriptor left. GODEBUG=seedfaults=N draws a
// fault for about one call in N.
//
// Each is one that a program must expect. A reset ends the connection for the peer too. Where the
// runtime makes a call again by itself, as after EINTR, that is tried.
//
// built: unyielding libc
#include "replay/replay.h"

#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/replay.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"

// Is this one of the calls?
static bool strikes(void)
{
	return debug.seedfaults > 0 && getg() == getg()->m->curg && !leftout() &&
	       replaydraw((uint32_t)debug.seedfaults) == 0;
}

// Returns an error for a stream that is about to move *n bytes, or lowers *n.
int64_t replaytransfer(int32_t fd, uint64_t *n, bool socket)
{
	enum { Both = 2 };

	if (!strikes())
		return 0;
	if (socket && replaydraw(4) == 0) {
		syscall3(__NR_shutdown, (uint32_t)fd, Both, 0);
		return -ECONNRESET;
	}
	if (*n > 1)
		*n = 1 + replaydraw((uint32_t)min(*n - 1, (uint64_t)UINT32_MAX));
	return 0;
}

// Returns why a descriptor cannot be made.
int64_t replaynofd(void)
{
	static const int64_t errors[] = { -EMFILE, -ENFILE, -ENOMEM };

	return strikes() ? errors[replaydraw(nelem(errors))] : 0;
}

// Does a signal interrupt the call? Only those that wait, which the kernel does not make again
// after some signals.
bool replayinterrupts(int64_t nr)
{
	switch (nr) {
	case __NR_read:
	case __NR_write:
	case __NR_readv:
	case __NR_writev:
	case __NR_accept4:
	case __NR_connect:
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_ppoll:
	case __NR_epoll_pwait:
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
	case __NR_futex:
	case __NR_wait4:
	case __NR_waitid:
		return strikes();
	}
	return false;
}
