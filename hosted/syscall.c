// syscall.c - what rt_syscall orders, and the memory that the kernel accesses then.
//
// The sanitizers know of each system call which arguments lead to memory: they have a pair of
// functions for it, one before and one after. The table has the calls that programs make most;
// the kernel's memory of others is not looked at, and MemorySanitizer takes what they fill for
// memory that was never set.
#include <sys/syscall.h>

#include "hosted/wrap.h"

// Not those that open and close: ThreadSanitizer takes their numbers for files of its own.
#define CALLS(X)                                                                       \
	X(read) X(write) X(readv) X(writev) X(pread64) X(pwrite64) X(preadv) X(pwritev)        \
	X(fstat) X(newfstatat) X(statfs) X(fstatfs) X(getdents64) X(getcwd) X(readlinkat)      \
	X(uname) X(sysinfo) X(getrusage) X(getrlimit) X(prlimit64) X(times)                    \
	X(clock_gettime) X(clock_getres) X(gettimeofday) X(nanosleep)                          \
	X(timerfd_settime) X(timerfd_gettime) X(ppoll) X(epoll_pwait)                          \
	X(getsockname) X(getpeername) X(recvfrom) X(sendto) X(recvmsg) X(sendmsg)              \
	X(wait4) X(waitid) X(pipe2) X(socketpair) X(getgroups) X(getresuid) X(getresgid)
// Those that the kernel has on older processors alone.
#ifdef SYS_stat
#define OLDCALLS(X)                                                                    \
	X(stat) X(lstat) X(readlink) X(mkdir) X(rmdir) X(unlink) X(rename) X(poll)             \
	X(epoll_wait) X(pipe)
#else
#define OLDCALLS(X)
#endif

// At most six arguments, in the registers whatever their number; after has the result before them.
typedef void Hook(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f);
typedef void ResultHook(int64_t r, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                        int64_t f);

#define DECLARE(name)                                                                  \
	IFTHERE Hook __sanitizer_syscall_pre_impl_##name;                              \
	IFTHERE ResultHook __sanitizer_syscall_post_impl_##name;
CALLS(DECLARE)
OLDCALLS(DECLARE)

static const struct {
	Hook *before;
	ResultHook *after;
} hooks[] = {
#define HOOKS(name)                                                                    \
	[SYS_##name] = { __sanitizer_syscall_pre_impl_##name,                          \
		         __sanitizer_syscall_post_impl_##name },
	CALLS(HOOKS)
	OLDCALLS(HOOKS)
};

#define ARGUMENTS (int64_t)a, (int64_t)b, (int64_t)c, (int64_t)d, (int64_t)e, (int64_t)f

static void before(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                   uint64_t f)
{
	if ((uint64_t)nr < sizeof hooks / sizeof *hooks && hooks[nr].before)
		hooks[nr].before(ARGUMENTS);
	publish(&__rt0_io);
}

static void after(int64_t nr, int64_t r, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                  uint64_t e, uint64_t f)
{
	observe(&__rt0_io);
	if ((uint64_t)nr < sizeof hooks / sizeof *hooks && hooks[nr].after)
		hooks[nr].after(r, ARGUMENTS);
}

VALUE(rt_raw_syscall, int64_t, (int64_t nr, uint64_t a, uint64_t b, uint64_t c,
      uint64_t d, uint64_t e, uint64_t f), (nr, a, b, c, d, e, f),
      before(nr, a, b, c, d, e, f), after(nr, r, a, b, c, d, e, f))
VALUE(rt_raw_syscall_any, int64_t, (int64_t nr, uint64_t a, uint64_t b, uint64_t c,
      uint64_t d, uint64_t e, uint64_t f), (nr, a, b, c, d, e, f),
      before(nr, a, b, c, d, e, f), after(nr, r, a, b, c, d, e, f))
