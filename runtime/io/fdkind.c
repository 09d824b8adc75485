// fdkind.c - of what kind a descriptor is; the kernel is asked at its first use here.
//
// d->kind leaves FdUnknown once in each use of the number, under pd.lock. It may become
// FdShared later: from FdFile under that lock (fdwatch), from FdOwn without it (fdshare),
// since nothing else changes an FdOwn. Calls read the kind without the lock. One that
// still sees the former kind waits in its thread, which does no harm.
#include "runtime/io/fd.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/socket.h"
#include "runtime/sched/poll.h"

// Returns what is known of a description from outside. The pieces of a write to a
// datagram socket, a TUN device or the like would be messages of their own; pipes, stream
// sockets and terminals carry bytes.
static uint32_t outsideflags(int32_t fd)
{
	enum { F_GETPIPE_SZ = 1032, TCGETS = 0x5401 };
	uint8_t termios[64];
	int32_t type = SOCK_STREAM;
	uint32_t size = sizeof type;

	if (syscall6(__NR_getsockopt, (uint32_t)fd, SOL_SOCKET, SO_TYPE, ptrarg(&type),
	             ptrarg(&size), 0) == 0)
		return type == SOCK_STREAM ? FdSocket : FdSocket | (uint32_t)FdMessage;
	if (syscall3(__NR_fcntl, (uint32_t)fd, F_GETPIPE_SZ, 0) != -EBADF)
		return 0;
	if (syscall3(__NR_ioctl, (uint32_t)fd, TCGETS, ptrarg(termios)) == 0)
		return 0;
	return FdMessage;
}

// Returns whether fd is open. If it is not, the poller's own descriptors, made for it,
// would get its number and be written to.
static bool isopen(int32_t fd)
{
	return netpollwatches() ||
	       syscall3(__NR_fcntl, (uint32_t)fd, F_GETFL, 0) != -EBADF;
}

// Returns the kind of a descriptor with the result err of netpollopen.
static FdKind kindof(int32_t fd, const Fd *d, int64_t err)
{
	if (err) // most often EPERM; but waiting in a system call always works
		return FdFile;
	return (d->flags & FdMade) && setnonblock(fd) == 0 ? FdOwn : FdShared;
}

int64_t fdprobe(int32_t fd, Fd *d)
{
	int64_t err = 0;
	FdKind kind;

	lockdesc(&d->pd); // two may come at once
	if (d->kind == FdUnknown) {
		// A closer that found it unknown waits for this user (usersleave).
		if (netpollcheckerr(&d->pd, PollRead) == -EBADF || !isopen(fd))
			err = -EBADF;
		else
			err = netpollopen(fd, &d->pd);
		if (err == -EBADF) {
			unlock(&d->pd.lock);
			return err;
		}
		kind = kindof(fd, d, err);
		if (kind == FdShared)
			d->flags |= (uint8_t)outsideflags(fd);
		atomic_store_release(&d->kind, (uint8_t)kind);
	}
	unlock(&d->pd.lock);
	return 0;
}

static int64_t option(int32_t fd, int32_t name)
{
	int32_t value = 0;
	uint32_t size = sizeof value;
	int64_t r = syscall6(__NR_getsockopt, (uint32_t)fd, SOL_SOCKET, (uint32_t)name,
	                     ptrarg(&value), ptrarg(&size), 0);

	return r < 0 ? r : value;
}

// Returns whether fd has no connections to accept: it is no socket, or does not listen. Other
// families' sockets may listen and not say so (Bluetooth's).
static bool acceptsnone(int32_t fd, int64_t listens)
{
	int64_t family = listens == 0 ? option(fd, SO_DOMAIN) : -1;

	return listens == -ENOTSOCK || family == AF_UNIX || family == AF_INET || family == AF_INET6;
}

bool neverserves(int32_t fd, PollMode mode, uint64_t nr)
{
	enum { O_WRONLY = 1, O_ACCMODE = 3 };
	int64_t flags = fcntl(fd, F_GETFL, 0), listens;

	if (flags >= 0 && (flags & O_ACCMODE) == (mode == PollRead ? O_WRONLY : O_RDONLY))
		return true;
	listens = option(fd, SO_ACCEPTCONN);
	switch (nr) {
	case __NR_accept4:
		return acceptsnone(fd, listens);
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_sendto:
	case __NR_sendmsg:
		return listens == 1 || listens == -ENOTSOCK;
	default:
		return listens == 1;
	}
}

// A FdFile is asked for again, because epoll may have lacked memory at its first use.
int64_t fdwatch(int32_t fd, Fd *d)
{
	int64_t err = 0;

	if (likely(watched(d)))
		return 0;
	lockdesc(&d->pd);
	if (!watched(d)) {
		err = netpollopen(fd, &d->pd);
		if (err == 0)
			atomic_store_release(&d->kind, FdShared);
	}
	unlock(&d->pd.lock);
	return err;
}

void fdshare(Fd *d)
{
	if (d->kind == FdOwn)
		atomic_store_release(&d->kind, FdShared);
}
