// os.h - Linux, as the rooms above see it. Every kernel call of the runtime is in os/.
#ifndef RT0_OS_OS_H
#define RT0_OS_OS_H

#include "kernel.h"
#include "runtime/base/types.h"
#include "runtime/runtime.h"

// ---- kernel structures --------------------------------------------------------------

typedef struct {
	int64_t sec, nsec;
} Timespec;

typedef uint64_t Sigset; // the kernel's: bit sig-1

typedef struct {
	void *handler;
	uint64_t flags;
	void *restorer;
	Sigset mask;
} Sigaction;

typedef struct {
	uintptr_t sp;
	int32_t flags;
	uint64_t size;
} Sigaltstack;

typedef struct {
	int32_t signo, errno_, code, pad;
	union {
		uint64_t addr; // faults
		struct {
			int32_t pid;
			uint32_t uid;
		};
	};
	uint64_t rest[13];
} Siginfo;

#include "context.h" // Sigcontext, Ucontext

typedef struct {
	uint32_t events;
	uint64_t data;
} EPOLLPACKED EpollEvent;
#define EPOLLET ((uint32_t)1 << 31)

enum {
	SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7,
	SIGFPE = 8, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13,
	SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17, SIGSTOP = 19, SIGURG = 23, SIGPROF = 27,
	NSIG = 65,

	SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2,
	SS_DISABLE = 2,
	SI_USER = 0, SI_QUEUE = -1, SI_TKILL = -6,
	SA_RESTART = 0x10000000, SA_ONSTACK = 0x08000000, SA_RESTORER = 0x04000000,
	SA_SIGINFO = 0x4,

	PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2,
	MAP_PRIVATE = 0x02, MAP_FIXED = 0x10, MAP_ANON = 0x20, MAP_NORESERVE = 0x4000,
	MADV_DONTNEED = 4, MADV_FREE = 8, MADV_DONTDUMP = 16, MADV_DODUMP = 17,
	MADV_HUGEPAGE = 14, MADV_NOHUGEPAGE = 15,
	MADV_POPULATE_WRITE = 23,
	MADV_GUARD_INSTALL = 102,

	EPOLLIN = 0x1, EPOLLPRI = 0x2, EPOLLOUT = 0x4, EPOLLERR = 0x8, EPOLLHUP = 0x10,
	EPOLLRDHUP = 0x2000,
	EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = 0x80000,
	AT_FDCWD = -100, O_RDONLY = 0, O_CLOEXEC = 0x80000, O_NONBLOCK = 0x800,
	F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030, FD_CLOEXEC = 1,
	F_SETPIPE_SZ = 1031, SPLICE_F_MOVE = 1, SPLICE_F_NONBLOCK = 2,
	MSG_NOSIGNAL = 0x4000,
};

#define SIG_DFL ((void *)0)
#define SIG_IGN ((void *)1)

// The image's address in memory. An address in the file is relative to it in a program that is
// position-independent, since that is linked for 0.
HIDDEN extern const char __image_start[];
#ifdef RT0_PIE
#define loadbias ((uintptr_t)__image_start)
#else
#define loadbias ((uintptr_t)0)
#endif

// ---- linux.c: the calls -------------------------------------------------------------

NORETURN void exit(int32_t status); // the whole process
int64_t open(const char *path, int32_t flags, int32_t mode);
int64_t read(int32_t fd, void *p, uintptr_t n);
int64_t write1(int32_t fd, const void *p, uintptr_t n);
int64_t closefd(int32_t fd);
int64_t sched_getaffinity(int64_t pid, uintptr_t len, uint8_t *buf);
int64_t setaffinity(int32_t tid, uintptr_t len, const uint8_t *mask);
int32_t gettid(void);
int32_t getpid(void);
int64_t tgkill(int32_t pid, int32_t tid, int32_t sig);
int64_t killthread(int32_t tid, int32_t sig); // of this process
int32_t raise(int32_t sig); // at this thread
void raisedefault(int32_t sig); // at this thread, for the default action
uint64_t stacklimit(void); // RLIMIT_STACK in bytes; UINT64_MAX: none
void osyield(void);
uint32_t currentcpu(void); // that this thread is on; UINT32_MAX: not known
bool underfilter(void); // may a seccomp filter judge this thread's calls?
void usleep(uint32_t usec);
void sigprocmask(int32_t how, const Sigset *set, Sigset *old);
void sigaltstack(const Sigaltstack *ss, Sigaltstack *old);
int64_t sigaction(int32_t sig, const Sigaction *sa, Sigaction *old);
int64_t epollcreate1(int32_t flags);
int64_t epollctl(int32_t epfd, int32_t op, int32_t fd, EpollEvent *ev);
int64_t epollwait(int32_t epfd, EpollEvent *ev, int32_t nev, int32_t timeoutms);
int64_t eventfd(uint32_t count, int32_t flags);
// fd is a new descriptor, or an error. Gives it a large number if one is free, and returns that.
int64_t movefdup(int64_t fd);
int64_t pipe2(int32_t fd[2], int32_t flags);
int64_t fcntl(int32_t fd, int32_t cmd, uint64_t arg);
int64_t setnonblock(int32_t fd);
bool isnonblock(int32_t fd);

// thread.S, boot.S
int64_t clone(int32_t flags, void *stk, M *mp, G *gp, void (*fn)(void));
NORETURN void exitThread(uint32_t *wait);
NORETURN void abort(void);

// ---- futex.c ------------------------------------------------------------------------

// Sleeps while *addr == val, at most ns nanoseconds (ns < 0: no limit). May return early.
void futexsleep(uint32_t *addr, uint32_t val, int64_t ns);
// Wakes up to cnt threads that sleep on addr.
void futexwakeup(uint32_t *addr, uint32_t cnt);
void __rt0_futexwakeup(uint32_t *addr, uint32_t cnt); // for members of the archive

// ---- sysmem.c: memory from the kernel -----------------------------------------------

void failinit(char **env); // debug builds: which request shall fail, for the tests
// Returns n bytes of zeroed memory, page-aligned; NULL when there is none.
void *sysAlloc(uintptr_t n);
// Is sysAlloc, but the kernel commits the memory lazily and does not count it as used before.
// hint: where, if that is free, or NULL.
void *sysReserve(void *hint, uintptr_t n);
// Address space that must not be touched until sysMap has made it memory (zeroed, and
// committed lazily too); false when the kernel does not grant so much. At hint, unless other
// mappings are there, or it is NULL: then where the kernel likes.
void *sysReserveNone(void *hint, uintptr_t n);
bool sysMap(void *p, uintptr_t n);
// Before sysMap, for what is large and little used: its memory comes as it is touched, also if
// the program has asked the kernel to lock all that it will have (mlockall).
void sysLazy(void *p, uintptr_t n);
// Both, except the guard at the beginning, which faults when touched.
bool sysMapGuarded(void *p, uintptr_t guard, uintptr_t n);
// Memory for n bytes at p now, as if all its pages had been touched. A request: Linux before
// 5.14 does nothing.
void sysPopulate(void *p, uintptr_t n);
// As sysPopulate, in huge pages where possible: p and n are multiples of their size. False: there was no
// memory, or the kernel knows no such request.
bool sysPopulateHuge(void *p, uintptr_t n);
void sysFree(void *p, uintptr_t n);
// Whether n bytes at p belong into a core file. gdb would write all of a reservation.
void sysDump(void *p, uintptr_t n, bool dump);
// Gives the pages back; they read as zero when touched again. lazily: the kernel takes them
// when it needs them, and until then they keep what they held.
void sysUnused(void *p, uintptr_t n, bool lazily);
// Makes n bytes at p fault when touched; false when the kernel cannot.
bool sysGuard(void *p, uintptr_t n);
bool sysGuardMapped(void *p, uintptr_t n); // always a mapping of its own
// Makes n bytes at p read-only; returns 0 or a negative errno.
int64_t sysReadOnly(void *p, uintptr_t n);
int64_t sysWritable(void *p, uintptr_t n); // or writable again
// The file's n bytes from offset 0, read-only; NULL when it cannot be mapped.
const void *sysMapFile(int32_t fd, uintptr_t n);
int64_t filesize(int32_t fd);

// ---- auxv.c, vdso.c: what the kernel told us at the start ---------------------------

extern uintptr_t auxvExecFn, auxvPhdr, auxvPhnum, auxvSecure, auxvMinSigStkSz;
extern uintptr_t vdsoClockgettimeSym, vdsoGettimeofdaySym;
extern int32_t argc;
extern char **argv;

// The environment that the process was started with, ending in NULL.
ALWAYS_INLINE char **environment(void)
{
	return argv + argc + 1;
}

// ---- testclock.c --------------------------------------------------------------------

void testclockbegin(void);
void testclockskip(int64_t when);
int64_t testclockend(void);

// vdso.S: calls fn(id, ts) on a stack with room for code that does not check.
int64_t vdsocall(uintptr_t fn, int64_t id, Timespec *ts);

void sysargs(int32_t n, char **v);
void sysauxv(uintptr_t *auxv);
void vdsoauxv(uintptr_t tag, uintptr_t val);

// ---- clock.c ------------------------------------------------------------------------

int64_t nanotime(void); // monotonic, ns, never 0
int64_t walltime(void); // ns since the Unix epoch
int64_t cputicks(void);
int64_t threadtime(void); // the processor time of this thread, ns
int64_t __rt0_nanotime(void); // nanotime, for members of the archive

// ---- osinit.c -----------------------------------------------------------------------

void osinit(void);
int32_t getproccount(void);
uintptr_t getHugePageSize(void);

// ---- cgroup.c -----------------------------------------------------------------------

// The processors that the control groups allow at a time, rounded up; INT32_MAX: all.
int32_t getcpulimit(void);

// ---- touch.c ------------------------------------------------------------------------

// The program's pointers, where the runtime follows them before the kernel does: can n bytes
// at p be read, or written? False: the call returns -EFAULT, as the kernel's do.
bool canread(const void *p, size_t n);
bool canwrite(const void *p, size_t n);

// ---- print.c: the runtime's own messages, on descriptor 2 ---------------------------

// %s %c %d %u %x %p %%, and with l the 64-bit forms. One write for each call.
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Where an M's messages go instead, while it has one. n counts all that was printed, size is
// the room at buf.
struct Printbuf {
	char *buf;
	uintptr_t n, size;
};
extern bool printbufs; // an M has one, or had
// fatal with such a text, of less than 256 bytes.
NORETURN void fatalf(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A line in pieces, which printflush writes, or printto when the buffer is full.
typedef struct {
	uint32_t n;
	char buf[252];
} Message;

void printto(Message *msg, const char *format, ...) __attribute__((format(printf, 2, 3)));
void printflush(Message *msg);

#endif
