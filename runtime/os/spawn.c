// spawn.c - starts a program in a process of its own, without copying memory.
//
// The child shares the memory until execve (CLONE_VM), and its parent's thread waits for
// that (CLONE_VFORK). So the cost does not depend on how much memory there is, and the
// child tells its error by a store. In return the child must not touch what belongs to
// the parent's thread: its stack, its M, its thread-local data. It has a stack of its
// own, and makes system calls only.
//
// No signal handler may run in the child: all signals are blocked from before clone until
// the child has put the dispositions right. The child's descriptors, dispositions, mask,
// directory and identity are its own copies. One thing is shared: a change of identity
// clears the memory's "dumpable" attribute, which the parent sets again.
//
// An emulator (valgrind, qemu-user) copies the memory in spite of CLONE_VM. There an error
// of the child is its exit status 127.
//
// Older kernels, and filters that refuse newer calls:
//
//	clone3, CLONE_CLEAR_SIGHAND	Linux 5.5; before: clone, the child resets each
//	CLONE_PIDFD			5.2; before: ignored, and there is no pidfd
//	closing a range of numbers	5.9; before: those in /proc/self/fd, or all
//
// Follows Go's exec_linux.go (forkAndExecInChild1).
//
// built: unchecked
#include "runtime/os/spawn.h"

#include "runtime/base/atomic.h"
#include "runtime/base/str.h"
#include "runtime/os/syscall.h"

enum {
	CLONE_VM = 0x100, CLONE_PIDFD = 0x1000, CLONE_VFORK = 0x4000,
	AccessMode = 3, ODirect = 0x4000, ODirectory = 0x10000,
	PR_GET_DUMPABLE = 3, PR_SET_DUMPABLE = 4, RLIMIT_NOFILE = 7,
	Failed = 127,
};
static const uint64_t CLONE_CLEAR_SIGHAND = (uint64_t)1 << 32;

// process.S
int64_t clonechild(int64_t nr, uint64_t a, uint64_t b, uint64_t c);

// ---- the child: signals -------------------------------------------------------------

static bool hashandler(int32_t sig)
{
	Sigaction sa;

	return sigaction(sig, NULL, &sa) == 0 && sa.handler != SIG_DFL &&
	       sa.handler != SIG_IGN;
}

// Sets the dispositions and the mask. cleared: the kernel has removed the handlers.
static void setsignals(const Spawn *s, bool cleared)
{
	Sigaction dfl = { .handler = SIG_DFL }, ign = { .handler = SIG_IGN };
	bool all = s->defaults || !cleared || s->ignored != 0;

	for (int32_t sig = 1; all && sig < NSIG; sig++) {
		if (s->ignored >> (sig - 1) & 1)
			sigaction(sig, &ign, NULL);
		else if (s->defaults || (!cleared && hashandler(sig)))
			sigaction(sig, &dfl, NULL);
	}
	syscall4(__NR_rt_sigprocmask, SIG_SETMASK, ptrarg(&s->mask), 0, sizeof s->mask);
}

// ---- the child: descriptors ---------------------------------------------------------

// Opens fd's pipe again, which makes another description. flags are those of fd.
static int64_t reopen(int32_t fd, int64_t flags)
{
	char path[] = "/proc/self/fd/0123456789", *p = path + sizeof "/proc/self/fd/" - 1;
	uint32_t digits = 1;

	for (int32_t n = fd; n >= 10; n /= 10)
		digits++;
	p[digits] = '\0';
	do
		p[--digits] = (char)('0' + fd % 10);
	while ((fd /= 10) > 0);
	return open(path, (int32_t)(flags & (AccessMode | ODirect)) | O_CLOEXEC, 0);
}

// Makes *fd block. A filter that refuses fcntl leaves it as it is.
static int64_t makeblocking(int32_t *fd, uint8_t *mode)
{
	int64_t flags = fcntl(*fd, F_GETFL, 0), r;

	if (flags < 0)
		return 0;
	if (!(flags & O_NONBLOCK))
		return 0;
	if (*mode == SpawnReopened && (r = reopen(*fd, flags)) >= 0) {
		*fd = (int32_t)r;
		return 0;
	}
	*mode = SpawnChanged;
	return fcntl(*fd, F_SETFL, (uint64_t)flags & ~(uint64_t)O_NONBLOCK);
}

// Looks at all sources before anything is opened or copied: the kernel gives the lowest
// number that is free, and one that is not open would become another's copy.
static int64_t checksources(Spawn *s)
{
	for (int32_t i = 0; i < s->nfd; i++) {
		if (s->fd[i] < 0 || fcntl(s->fd[i], F_GETFD, 0) != -EBADF)
			continue;
		if (!s->missing)
			return -EBADF;
		s->fd[i] = -1;
	}
	return 0;
}

// Prepares the source of descriptor i. A source with a number below i would be
// overwritten before it is copied, so it moves above all targets.
static int64_t preparefd(Spawn *s, int32_t i)
{
	int64_t r = 0;

	if (s->fd[i] < 0)
		return 0;
	if (s->mode[i] != SpawnAsItIs)
		r = makeblocking(&s->fd[i], &s->mode[i]);
	if (r == 0 && s->fd[i] < i) {
		r = fcntl(s->fd[i], F_DUPFD_CLOEXEC, (uint32_t)s->nfd);
		if (r >= 0)
			s->fd[i] = (int32_t)r;
	}
	return min(r, (int64_t)0);
}

static int64_t placefd(const Spawn *s, int32_t i)
{
	int64_t r;

	if (s->fd[i] < 0) {
		closefd(i);
		return 0;
	}
	if (s->fd[i] == i)
		r = fcntl(i, F_SETFD, 0);
	else
		r = syscall3(__NR_dup3, (uint32_t)s->fd[i], (uint32_t)i, 0);
	return min(r, (int64_t)0);
}

typedef struct {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
} Dirent;

static void closenamed(const char *name, uint32_t from)
{
	uint64_t fd;

	if (atou64(name, &fd) && fd >= from)
		fcntl((int32_t)fd, F_SETFD, FD_CLOEXEC); // not closefd: dir is among them
}

// Closes the descriptors from from on that /proc names, at execve. False: no /proc.
static bool closelisted(uint32_t from)
{
	uint64_t buf[128] = { 0 };
	int64_t dir = open("/proc/self/fd", O_RDONLY | ODirectory | O_CLOEXEC, 0), n;

	if (dir < 0)
		return false;
	while ((n = syscall3(__NR_getdents64, (uint64_t)dir, ptrarg(buf), sizeof buf)) > 0) {
		for (int64_t at = 0; at < n;) {
			const Dirent *d = (const Dirent *)((const char *)buf + at);

			closenamed(d->name, from);
			at += d->reclen;
		}
	}
	return n == 0;
}

static uint32_t fdlimit(void)
{
	enum { Most = 1 << 20 }; // fs.nr_open, as it is
	uint64_t now_most[2] = { 0 };

	if (syscall4(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, ptrarg(now_most)) < 0)
		return Most;
	return (uint32_t)min(now_most[0], (uint64_t)Most);
}

static void closefrom(uint32_t from)
{
	if (syscall3(__NR_close_range, from, ~0u, 0) == 0 || closelisted(from))
		return;
	for (uint32_t fd = from, end = fdlimit(); fd < end; fd++)
		closefd((int32_t)fd);
}

static int64_t setfds(Spawn *s)
{
	int64_t r = checksources(s);

	if (r < 0)
		return r;
	for (int32_t i = 0; i < s->nfd; i++) {
		if ((r = preparefd(s, i)) < 0)
			return r;
	}
	for (int32_t i = 0; i < s->nfd; i++) {
		if ((r = placefd(s, i)) < 0)
			return r;
	}
	closefrom((uint32_t)s->nfd);
	return 0;
}

// ---- the child: the rest ------------------------------------------------------------

static int64_t setidentity(const Spawn *s)
{
	int64_t r = 0;

	if (s->gid) {
		r = syscall3(__NR_setgroups, 0, 0, 0);
		if (r == 0)
			r = syscall3(__NR_setresgid, *s->gid, *s->gid, *s->gid);
	}
	if (r == 0 && s->uid)
		r = syscall3(__NR_setresuid, *s->uid, *s->uid, *s->uid);
	return r;
}

static int64_t setplace(const Spawn *s)
{
	if (s->session)
		return syscall3(__NR_setsid, 0, 0, 0);
	if (s->group)
		return syscall3(__NR_setpgid, 0, 0, 0);
	return 0;
}

static int64_t execute1(const Spawn *s, const char *path)
{
	return syscall3(__NR_execve, ptrarg(path), ptrarg(s->argv), ptrarg(s->env));
}

// Tries one path after the other. A file that must not be executed is the error only if
// there is none that may.
static int64_t executeany(const Spawn *s)
{
	int64_t err = -ENOENT, r;

	if (!s->search)
		return execute1(s, s->path);
	for (const char *path = s->path; *path; path += strlength(path) + 1) {
		r = execute1(s, path);
		if (r == -EACCES)
			err = r;
		else if (r != -ENOENT && r != -ENOTDIR)
			return r;
	}
	return err;
}

static int64_t become(Spawn *s, bool cleared)
{
	int64_t r = setplace(s);

	if (r >= 0)
		r = setfds(s); // before the identity, which may forbid to open a pipe again
	if (r >= 0)
		r = setidentity(s);
	if (r >= 0 && s->dir)
		r = syscall3(__NR_chdir, ptrarg(s->dir), 0, 0);
	if (r < 0)
		return r;
	setsignals(s, cleared);
	return executeany(s);
}

static NORETURN void fail(Spawn *s, int64_t error)
{
	s->error = error; // the parent looks after this process has ended
	exit(Failed);
}

static NORETURN void clearedchild(void *s)
{
	fail(s, become(s, true));
}

static NORETURN void child(void *s)
{
	fail(s, become(s, false));
}

// ---- the parent ---------------------------------------------------------------------

// What clone3 takes, in Linux 5.3.
typedef struct {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
} CloneArgs;

static bool noclone3, noclonepidfd;

static bool refused(int64_t r)
{
	return r == -ENOSYS || r == -EPERM || r == -EINVAL;
}

// Puts what clonechild pops on the child's stack, and returns its stack pointer.
static uint64_t beginchild(uintptr_t stack, void (*fn)(void *), void *arg)
{
	uintptr_t *sp = (uintptr_t *)(stack & ~(uintptr_t)15) - 2;

	sp[0] = (uintptr_t)fn;
	sp[1] = (uintptr_t)arg;
	return (uint64_t)(uintptr_t)sp;
}

static int64_t newclone(Spawn *s, uintptr_t stack)
{
	CloneArgs args = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = ptrarg(&s->pidfd),
		.exit_signal = SIGCHLD,
		.stack = stack - SpawnStack,
		.stack_size = beginchild(stack, clearedchild, s) - (stack - SpawnStack),
	};

	return clonechild(__NR_clone3, ptrarg(&args), sizeof args, 0);
}

static int64_t oldclone(Spawn *s, uintptr_t stack, uint64_t pidfd)
{
	return clonechild(__NR_clone, CLONE_VM | CLONE_VFORK | pidfd | SIGCHLD,
	                  beginchild(stack, child, s), ptrarg(&s->pidfd));
}

static int64_t cloneany(Spawn *s, uintptr_t stack)
{
	int64_t r;

	if (!atomic_load_relaxed(&noclone3)) {
		r = newclone(s, stack);
		if (!refused(r))
			return r;
		atomic_store_relaxed(&noclone3, true);
	}
	if (!atomic_load_relaxed(&noclonepidfd)) {
		r = oldclone(s, stack, CLONE_PIDFD);
		if (!refused(r))
			return r;
		atomic_store_relaxed(&noclonepidfd, true);
	}
	return oldclone(s, stack, 0);
}

// Reaps a child that has not become the program.
static void forgetchild(const Spawn *s, int64_t pid)
{
	while (syscall4(__NR_wait4, (uint64_t)pid, 0, 0, 0) == -EINTR)
		;
	if (s->pidfd >= 0)
		closefd(s->pidfd);
}

int64_t spawn(Spawn *s, uintptr_t stack)
{
	bool identity = s->uid || s->gid;
	int64_t pid, dumpable = 0;
	Sigset all = ~(Sigset)0, old;

	s->error = 0;
	s->pidfd = -1;
	if (identity)
		dumpable = syscall3(__NR_prctl, PR_GET_DUMPABLE, 0, 0);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = cloneany(s, stack);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (identity && dumpable == 1)
		syscall3(__NR_prctl, PR_SET_DUMPABLE, 1, 0);
	if (pid < 0 || s->error == 0)
		return pid;
	forgetchild(s, pid);
	return s->error;
}
