// descriptor.c - descriptors that are closed while another goroutine may use them.
//
// To ThreadSanitizer each descriptor is a byte of users, which a use reads and rt_close writes. A
// close comes after all uses that have begun, which it may end. A use that begins after it, and
// that nothing orders, is a race, even if it fails: by then the number may be another file's.
//
// rt_accept may fail, since rt_close ends a loop of it, which need not be in rt_accept at that
// moment. It is a race with the function of rt.h that gives the number to another file: that writes
// a byte of files, which rt_accept reads.
//
// closed: by rt_close, and not opened since by a function of rt.h. A system call or the C library
// may have opened it nevertheless: the kernel knows.
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hosted/wrap.h"

enum { Descriptors = 1024 }; // that are watched

static char users[Descriptors], files[Descriptors];
static bool closed[Descriptors];

static bool watched(int fd)
{
	return __tsan_read_range && fd >= 0 && fd < Descriptors;
}

static bool isopen(int fd)
{
	int before = errno;
	bool is = syscall(SYS_fcntl, fd, F_GETFD) >= 0;

	errno = before;
	return is;
}

void openedfd(int fd)
{
	if (!watched(fd))
		return;
	observe(&users[fd]);
	if (__atomic_exchange_n(&closed[fd], false, __ATOMIC_RELAXED))
		__tsan_write_range(&files[fd], 1);
}

void usingfd(int fd)
{
	if (!watched(fd))
		return;
	if (__atomic_load_n(&closed[fd], __ATOMIC_RELAXED) && isopen(fd)) {
		observe(&users[fd]);
		__atomic_store_n(&closed[fd], false, __ATOMIC_RELAXED);
	}
	__tsan_read_range(&users[fd], 1);
	publish(&users[fd]);
}

void acceptingfd(int fd)
{
	if (!watched(fd))
		return;
	__tsan_read_range(&files[fd], 1);
	publish(&users[fd]);
}

void closingfd(int fd)
{
	if (!watched(fd))
		return;
	observe(&users[fd]);
	__tsan_write_range(&users[fd], 1);
	__atomic_store_n(&closed[fd], true, __ATOMIC_RELAXED);
	publish(&users[fd]);
}
