// gate_libc.c - functions of the library that make system calls by themselves, which may
// block: these take their place, or are called instead of them (rtcc's --wrap), and use
// the gate.
//
// Unyielding: as gate.c. A function with "..." is compiled without checks for va_start's
// sake, too.
//
// built: unyielding
#include "cgo/gate.h"
#include "runtime/sched/g.h"

long __syscall_ret(unsigned long r); // sets errno

// The result of a call by the gate, as the library's functions return it.
static long gated(int64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                  uint64_t f)
{
	Call call = { nr, { a, b, c, d, e, f } };

	return __syscall_ret((unsigned long)gatecall(&call));
}

// ---- locks of the library's own -----------------------------------------------------

void __wait(volatile int *addr, volatile int *waiters, int val, int priv);

HIDDEN extern volatile int __thread_list_lock;

// Sleeps while *addr is val; *waiters counts the sleepers, so that others wake them.
//
// The list of threads is locked by threads that run and need no P for what they do with it: fork's
// caller, and makers of threads on g0. It wakes one waiter at a time. If a goroutine gave its P
// away for the wait it might be the one, and never get a P back from the maker of an M, which
// waits as well, with a P for the M.
void __wait(volatile int *addr, volatile int *waiters, int val, int priv)
{
	enum { Spins = 100, FUTEX_WAIT = 0, FUTEX_PRIVATE = 128 };
	Call c = { __NR_futex, { ptrarg(addr), FUTEX_WAIT | (priv ? FUTEX_PRIVATE : 0),
		                 (uint32_t)val } };

	for (int i = 0; i < Spins && !(waiters && *waiters); i++) {
		if (*addr != val)
			return;
		cpupause();
	}
	if (waiters)
		__atomic_fetch_add(waiters, 1, __ATOMIC_SEQ_CST);
	while (*addr == val) {
		if (addr == &__thread_list_lock)
			plaincall(&c);
		else
			gatecall(&c);
	}
	if (waiters)
		__atomic_fetch_sub(waiters, 1, __ATOMIC_SEQ_CST);
}

// ---- files of stdio -----------------------------------------------------------------

// musl's FILE, of all 1.2.
typedef struct {
	uint32_t flags;
	uint8_t *rpos, *rend;
	int (*close)(void *f);
	uint8_t *wend, *wpos, *unused, *wbase;
	void *read, *write, *seek;
	uint8_t *buf;
	size_t bufsize;
	void *prev, *next;
	int32_t fd, pipepid;
} LibraryFile;

enum { FileEof = 16, FileError = 32 };

size_t __stdio_read(LibraryFile *f, uint8_t *p, size_t n);
size_t __stdio_write(LibraryFile *f, const uint8_t *p, size_t n);
int __stdio_close(LibraryFile *f);
int close(int fd);
long __syscall_cp(long nr, long a, long b, long c, long d, long e, long f);
int __fmodeflags(const char *mode);
LibraryFile *__fdopen(int fd, const char *mode);
LibraryFile *fopen(const char *name, const char *mode);
LibraryFile *fopen64(const char *name, const char *mode) __attribute__((alias("fopen")));
int fclose(LibraryFile *f);
int pclose(LibraryFile *f);
WEAK int __aio_close(int fd);
int *___errno_location(void);

// Reads n bytes, of which the last goes through the file's buffer, with what comes behind
// it.
size_t __stdio_read(LibraryFile *f, uint8_t *p, size_t n)
{
	size_t direct = n - (f->bufsize > 0);
	rt_iovec v[2] = { { p, direct }, { f->buf, f->bufsize } };
	long r;

	if (direct > 0)
		r = gated(__NR_readv, (uint32_t)f->fd, ptrarg(v), 2, 0, 0, 0);
	else
		r = gated(__NR_read, (uint32_t)f->fd, ptrarg(f->buf), f->bufsize, 0, 0,
			  0);
	if (r <= 0) {
		f->flags |= r < 0 ? FileError : FileEof;
		return 0;
	}
	if ((size_t)r <= direct)
		return (size_t)r;
	f->rpos = f->buf;
	f->rend = f->buf + ((size_t)r - direct);
	if (f->bufsize > 0)
		p[n - 1] = *f->rpos++;
	return n;
}

// Drops the first n bytes of the two pieces.
static void dropbytes(rt_iovec v[2], size_t n)
{
	for (int i = 0; i < 2; i++) {
		size_t k = min(n, v[i].len);

		v[i].base = (char *)v[i].base + k;
		v[i].len -= k;
		n -= k;
	}
}

// Writes what is in the buffer, then the n bytes.
size_t __stdio_write(LibraryFile *f, const uint8_t *p, size_t n)
{
	rt_iovec v[2] = { { f->wbase, (size_t)(f->wpos - f->wbase) },
		          { (void *)(uintptr_t)p, n } };

	while (v[0].len + v[1].len > 0) {
		int first = v[0].len == 0;
		long r = gated(__NR_writev, (uint32_t)f->fd, ptrarg(v + first),
			       (uint64_t)(2 - first), 0, 0, 0);

		if (r < 0) {
			f->wpos = f->wbase = f->wend = NULL;
			f->flags |= FileError;
			return n - v[1].len;
		}
		dropbytes(v, (size_t)r);
	}
	f->wend = f->buf + f->bufsize;
	f->wpos = f->wbase = f->buf;
	return n;
}

// It takes locks with signals blocked: keepaio.c.
static NOINLINE int keepcancelaio(int fd)
{
	bool keeps = __rt0_keepthread();

	fd = __aio_close(fd);
	if (keeps)
		rt_unlock_os_thread();
	return fd;
}

// Cancels what aio_read and the like have begun. A handler may jump out of it, and out of its
// callers.
static NOINLINE int cancelaio(int fd)
{
	Area *a;

	if (!__aio_close)
		return fd;
	if (!atgate())
		return keepcancelaio(fd);
	a = getarea();
	holdjumps(a);
	compilerbarrier();
	fd = keepcancelaio(fd);
	releasejumps(a);
	return fd;
}

int __stdio_close(LibraryFile *f)
{
	return (int)gated(__NR_close, (uint32_t)cancelaio(f->fd), 0, 0, 0, 0, 0);
}

int close(int fd)
{
	long r = __syscall_cp(__NR_close, cancelaio(fd), 0, 0, 0, 0, 0);

	return (int)__syscall_ret((unsigned long)(r == -EINTR ? 0 : r)); // Linux has closed it
}

// The open of a FIFO waits for the other end.
LibraryFile *fopen(const char *name, const char *mode)
{
	LibraryFile *f;
	long fd;

	if (*mode != 'r' && *mode != 'w' && *mode != 'a') {
		*___errno_location() = EINVAL;
		return NULL;
	}
	fd = gated(OPENCALL(ptrarg(name), (uint32_t)__fmodeflags(mode), 0666));
	if (fd < 0)
		return NULL;
	f = __fdopen((int)fd, mode);
	if (!f)
		closefd((int32_t)fd);
	return f;
}

int pclose(LibraryFile *f)
{
	int status;
	Call c = { __NR_wait4, { (uint32_t)f->pipepid, ptrarg(&status) } };
	int64_t r;

	fclose(f);
	while ((r = gatecall(&c)) == -EINTR)
		;
	return r < 0 ? (int)__syscall_ret((unsigned long)r) : status;
}

// ---- calls as they are --------------------------------------------------------------

int flock(int fd, int op);
int wait4(int pid, int *status, int options, void *usage);
int semop(int id, void *ops, size_t n);
int semtimedop(int id, void *ops, size_t n, const Timespec *t);
long sendfile(int out, int in, int64_t *at, size_t n);
long sendfile64(int out, int in, int64_t *at, size_t n)
	__attribute__((alias("sendfile")));
long splice(int in, int64_t *inat, int out, int64_t *outat, size_t n, unsigned flags);
long tee(int in, int out, size_t n, unsigned flags);
long vmsplice(int fd, const rt_iovec *v, size_t n, unsigned flags);
long copy_file_range(int in, int64_t *inat, int out, int64_t *outat, size_t n,
		     unsigned flags);
int getdents(int fd, void *p, size_t n);
int getdents64(int fd, void *p, size_t n) __attribute__((alias("getdents")));
void sync(void);
int syncfs(int fd);
int ioctl(int fd, int request, ...);
long syscall(long nr, ...);
int __dup3(int old, int new, int flags);
int dup3(int old, int new, int flags) __attribute__((alias("__dup3")));
int dup2(int old, int new);

int flock(int fd, int op)
{
	return (int)gated(__NR_flock, (uint32_t)fd, (uint32_t)op, 0, 0, 0, 0);
}

int wait4(int pid, int *status, int options, void *usage)
{
	return (int)gated(__NR_wait4, (uint64_t)pid, ptrarg(status), (uint32_t)options,
	                  ptrarg(usage), 0, 0);
}

int semop(int id, void *ops, size_t n)
{
	return (int)gated(__NR_semop, (uint32_t)id, ptrarg(ops), n, 0, 0, 0);
}

int semtimedop(int id, void *ops, size_t n, const Timespec *t)
{
	return (int)gated(__NR_semtimedop, (uint32_t)id, ptrarg(ops), n, ptrarg(t), 0, 0);
}

long sendfile(int out, int in, int64_t *at, size_t n)
{
	return gated(__NR_sendfile, (uint32_t)out, (uint32_t)in, ptrarg(at), n, 0, 0);
}

long splice(int in, int64_t *inat, int out, int64_t *outat, size_t n, unsigned flags)
{
	return gated(__NR_splice, (uint32_t)in, ptrarg(inat), (uint32_t)out,
		     ptrarg(outat), n, flags);
}

long tee(int in, int out, size_t n, unsigned flags)
{
	return gated(__NR_tee, (uint32_t)in, (uint32_t)out, n, flags, 0, 0);
}

long vmsplice(int fd, const rt_iovec *v, size_t n, unsigned flags)
{
	return gated(__NR_vmsplice, (uint32_t)fd, ptrarg(v), n, flags, 0, 0);
}

long copy_file_range(int in, int64_t *inat, int out, int64_t *outat, size_t n,
		     unsigned flags)
{
	return gated(__NR_copy_file_range, (uint32_t)in, ptrarg(inat), (uint32_t)out,
	             ptrarg(outat), n, flags);
}

int getdents(int fd, void *p, size_t n)
{
	return (int)gated(__NR_getdents64, (uint32_t)fd, ptrarg(p),
			  min(n, (size_t)INT32_MAX), 0, 0, 0);
}

void sync(void)
{
	gated(__NR_sync, 0, 0, 0, 0, 0, 0);
}

int syncfs(int fd)
{
	return (int)gated(__NR_syncfs, (uint32_t)fd, 0, 0, 0, 0, 0);
}

int ioctl(int fd, int request, ...)
{
	va_list args;
	uint64_t arg;

	va_start(args, request);
	arg = va_arg(args, uint64_t);
	va_end(args);
	return (int)gated(__NR_ioctl, (uint32_t)fd, (uint32_t)request, arg, 0, 0, 0);
}

// A child by fork is made as fork makes it.
long syscall(long nr, ...)
{
	Call c = { .nr = nr };
	va_list args;

	va_start(args, nr);
	for (size_t i = 0; i < nelem(c.arg); i++)
		c.arg[i] = va_arg(args, uint64_t);
	va_end(args);
	return __syscall_ret((unsigned long)gatecall(&c));
}

// What was known of new is not true any more.
static int dupto(int64_t nr, int old, int new, int flags)
{
	long r;

	r = gated(nr, (uint32_t)old, (uint32_t)new, (uint32_t)flags, 0, 0, 0);
	if (r >= 0)
		gateforget(new);
	return (int)r;
}

int __dup3(int old, int new, int flags)
{
	return dupto(__NR_dup3, old, new, flags);
}

int dup2(int old, int new)
{
	if (HasDup2)
		return dupto(__NR_dup2, old, new, 0);
	if (old == new)
		return gated(__NR_fcntl, (uint32_t)old, F_GETFD, 0, 0, 0, 0) < 0 ? -1 : new;
	return dupto(__NR_dup3, old, new, 0);
}

// ---- what the library does in several steps -----------------------------------------

typedef struct SpawnArgs SpawnArgs;

int __real_posix_spawn(int *pid, const char *path, const void *actions, const void *attr,
                       char *const *args, char *const *env);
int __wrap_posix_spawn(int *pid, const char *path, const void *actions, const void *attr,
                       char *const *args, char *const *env);
int __real_system(const char *command);
int __wrap_system(const char *command);
void *__real_readdir(void *dir);
void *__wrap_readdir(void *dir);
int __real_fcntl(int fd, int cmd, ...);
int __wrap_fcntl(int fd, int cmd, ...);
int __real_fork(void);
int __wrap_fork(void);
int vfork(void);

// The child runs in the caller's memory until it executes the program, and the caller
// waits for that. So both make their calls as they are, in what is a system call to the
// runtime.
int __wrap_posix_spawn(int *pid, const char *path, const void *actions, const void *attr,
                       char *const *args, char *const *env)
{
	bool gate = atgate();
	int r;

	if (gate)
		entersyscall();
	r = __real_posix_spawn(pid, path, actions, attr, args, env);
	if (gate)
		exitsyscall();
	return r;
}

// These change the thread's signal mask, may wait, and restore it: until then the goroutine and
// the thread must stay together.
bool __rt0_keepthread(void)
{
	bool keeps = atgate();

	if (keeps)
		rt_lock_os_thread();
	return keeps;
}

int __wrap_system(const char *command)
{
	bool keeps = __rt0_keepthread();
	int r = __real_system(command);

	if (keeps)
		rt_unlock_os_thread();
	return r;
}

// It waits for locks of the library's, and so not if there is no other goroutine. The child has
// this thread alone, and keeps it.
int __wrap_fork(void)
{
	bool keeps = gcount() > 1 && __rt0_keepthread();
	int pid = __real_fork();

	if (keeps && pid != 0)
		rt_unlock_os_thread();
	return pid;
}

void *__wrap_readdir(void *dir)
{
	bool gate = atgate();
	void *entry;

	if (gate)
		entersyscall();
	entry = __real_readdir(dir);
	if (gate)
		exitsyscall();
	return entry;
}

int __wrap_fcntl(int fd, int cmd, ...)
{
	enum { F_OFD_SETLKW = 38 };
	va_list args;
	uint64_t arg;

	va_start(args, cmd);
	arg = va_arg(args, uint64_t);
	va_end(args);
	if (cmd == F_OFD_SETLKW)
		return (int)gated(__NR_fcntl, (uint32_t)fd, (uint32_t)cmd, arg, 0, 0, 0);
	return __real_fcntl(fd, cmd, arg);
}

// The child of a vfork would run on its parent's M.
int vfork(void)
{
	return __wrap_fork();
}
