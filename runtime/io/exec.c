// exec.c - starting a program in a process of its own: rt_process_start.
//
// The child makes system calls only (os/spawn.c). So the parent puts all that it needs
// into a Spawn before: the paths to try, the descriptors, the signals to ignore.
//
// Follows the lookup of names in Go's os/exec.
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/base/race.h"
#include "runtime/base/str.h"
#include "runtime/io/fd.h"
#include "runtime/io/process.h"
#include "runtime/os/os.h"
#include "runtime/os/spawn.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/m.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sig/sig.h"

enum {
	MostFds = 1 << 22, // more than the kernel allows
	AllFlags = RT_PROCESS_SEARCH | RT_PROCESS_NEW_GROUP | RT_PROCESS_NEW_SESSION |
	           RT_PROCESS_CLEAR_SIGNALS,
};

// ---- the path -----------------------------------------------------------------------

// Returns the next absolute place in what is left of PATH. A file in the current
// directory must not run because it has the name of a command.
static const char *nextplace(const char **rest, uintptr_t *n)
{
	while (**rest) {
		const char *place = *rest;

		while (**rest && **rest != ':')
			(*rest)++;
		*n = (uintptr_t)(*rest - place);
		if (**rest == ':')
			(*rest)++;
		if (*place == '/')
			return place;
	}
	return NULL;
}

static const char *searchpath(void)
{
	for (char **e = environment(); *e; e++) {
		const char *value = afterprefix(*e, "PATH=");

		if (value)
			return value;
	}
	return "";
}

static bool hasslash(const char *path)
{
	while (*path && *path != '/')
		path++;
	return *path == '/';
}

// Returns the paths that file may have, as Spawn wants them. The caller frees them.
static char *candidates(const char *file)
{
	const char *rest = searchpath(), *place;
	uintptr_t len = strlength(file), n, room = 1;
	char *paths, *p;

	for (const char *r = rest; nextplace(&r, &n);)
		room += n + 1 + len + 1;
	p = paths = rt_malloc(room);
	while ((place = nextplace(&rest, &n))) {
		__builtin_memcpy(p, place, n);
		p[n] = '/';
		__builtin_memcpy(p + n + 1, file, len + 1);
		p += n + 1 + len + 1;
	}
	*p = '\0';
	return paths;
}

// ---- descriptors and signals --------------------------------------------------------

// A descriptor that the child gets; it is not closed meanwhile.
typedef struct {
	Fd *d; // NULL: none
	int32_t fd;
} Held;

static void unhold(Held *held, const uint8_t *mode, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		if (!held[i].d)
			continue;
		if (mode[i] == SpawnChanged)
			fdshare(held[i].d);
		fdunref(held[i].fd, held[i].d);
	}
}

// A description that the runtime has made non-blocking is made blocking; so are all that
// the program names. A pipe is opened again, so that its other users do not notice.
static SpawnMode modeof(const Fd *d, bool named)
{
	if (d->kind == FdOwn && (d->flags & (FdStream | FdSocket)) == FdStream)
		return SpawnReopened;
	return named || d->kind == FdOwn ? SpawnBlocking : SpawnAsItIs;
}

// Fills in the arrays from fds; NULL means those of 0, 1 and 2 that are open.
static int64_t holdall(Spawn *s, Held *held, const int *fds)
{
	for (int32_t i = 0; i < s->nfd; i++) {
		int32_t fd = fds ? fds[i] : i;

		held[i] = (Held){ NULL, fd };
		s->fd[i] = fd;
		s->mode[i] = SpawnAsItIs;
		if (fd == -1)
			continue;
		if (fdhold(fd, &held[i].d) == 0) {
			s->mode[i] = (uint8_t)modeof(held[i].d, fds != NULL);
		} else if (fds) {
			unhold(held, s->mode, i);
			return -EBADF;
		} else {
			held[i].d = NULL;
			s->fd[i] = -1;
		}
	}
	return 0;
}

// The signals that were ignored when this process was started: its handlers hide that.
static Sigset ignoredsignals(void)
{
	Sigset set = 0;

	for (uint32_t sig = 1; sig < NSIG; sig++) {
		if (handlingSig[sig] && fwdSig[sig] == (uintptr_t)SIG_IGN)
			set |= sigbit(sig);
	}
	return set;
}

// ---- starting -----------------------------------------------------------------------

// The thread sleeps until the child has executed its program, so it gives its P away. Its
// g0 has nothing to do meanwhile, and lends its stack.
static NOINLINE int64_t launch(Spawn *s)
{
	int64_t pid;

	entersyscallblock();
	pid = spawn(s, getg()->m->g0->sched.sp);
	exitsyscall();
	return pid;
}

// Children that change their identity are started one at a time: the change clears an
// attribute of the memory, which spawn sets again, and no other such child must run then.
static int64_t launchas(Spawn *s)
{
	static rt_mutex identity;
	int64_t pid;

	if (!s->uid && !s->gid)
		return launch(s);
	rt_mutex_lock(&identity);
	pid = launch(s);
	rt_mutex_unlock(&identity);
	return pid;
}

static int64_t launchwith(Spawn *s, const int *fds)
{
	size_t n = (size_t)s->nfd;
	Held *held = rt_malloc(n * (sizeof *held + sizeof *s->fd + sizeof *s->mode));
	int64_t pid;

	s->fd = (int32_t *)(held + n);
	s->mode = (uint8_t *)(s->fd + n);
	pid = holdall(s, held, fds);
	if (pid == 0) {
		pid = launchas(s);
		unhold(held, s->mode, s->nfd);
	}
	rt_free(held);
	return pid;
}

static int64_t launchpath(Spawn *s, const char *path, const rt_process_options *o)
{
	char *paths = NULL;
	int64_t pid;

	s->path = path;
	if (o->flags & RT_PROCESS_SEARCH) {
		if (!canread(path, 1))
			return -EFAULT;
		s->search = !hasslash(path) && *path;
	}
	if (s->search)
		s->path = paths = candidates(path);
	pid = launchwith(s, o->fds);
	rt_free(paths);
	return pid;
}

int rt_process_start(rt_process **p, const char *path, char *const args[],
                     const rt_process_options *options)
{
	static const rt_process_options none;
	const rt_process_options *o = options ? options : &none;
	bool defaults = (o->flags & RT_PROCESS_CLEAR_SIGNALS) != 0;
	Spawn s = {
		.argv = args,
		.env = o->env ? o->env : environment(),
		.dir = o->dir,
		.nfd = o->fds ? o->nfds : 3,
		.missing = !o->fds,
		.session = (o->flags & RT_PROCESS_NEW_SESSION) != 0,
		.group = (o->flags & RT_PROCESS_NEW_GROUP) != 0,
		.defaults = defaults,
		.mask = defaults ? 0 : initSigmask,
		.ignored = defaults ? 0 : ignoredsignals(),
		.uid = o->uid,
		.gid = o->gid,
	};
	int64_t pid;

	preemptcheck();
	if ((o->flags & ~(uint32_t)AllFlags) || s.nfd < 0 || s.nfd > MostFds)
		return -EINVAL;
	raceoutput();
	pid = launchpath(&s, path, o);
	if (pid >= 0)
		racegets(p, sizeof *p);
	return pid < 0 ? (int)pid : (int)newprocess(p, (int32_t)pid, s.pidfd);
}
