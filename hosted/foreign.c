// foreign.c - threads that the program or a library has made by pthread_create, and that call rt.h:
// what glibc and the sanitizers have of them. cgo/foreign.c makes them goroutines.
//
// Such a thread ends as its goroutine when glibc calls the destructors of thread-specific data, in
// the second of its rounds: destructors of the first may call rt.h as the thread did. One of a
// later round begins another goroutine. The sanitizers forget the thread in the last round.
//
// A thread of the runtime's own that comes there has been ended by pthread_exit, under the feet of
// its goroutine.
#define _GNU_SOURCE // pthread_getattr_np
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hosted/foreign.h"
#include "hosted/report.h"
#include "hosted/sanitizer.h"
#include "runtime/base/atomic.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"

void meetthread(G *system, G *gp);
void __rt0_release(void); // cgo/foreign.c, and the next
void __rt0_foreignforked(void);

// ---- the end of a thread ------------------------------------------------------------------

static pthread_key_t key;
static __thread unsigned rounds; // of destructors, as far as this one has been called

// For threads without a G, which the runtime's own messages need.
static _Noreturn void refuse(const char *why)
{
	dprintf(2, "fatal error: rt.h called %s\n", why);
	abort();
}

// glibc has left the goroutine's frames, and calls on the thread's stack, which is g0's.
static _Noreturn void exited(const M *mp)
{
	setg(mp->g0);
	fatal("pthread_exit called on a thread of the runtime: use rt_goexit, outside of rt_cgocall");
}

static void destroy(void *value)
{
	const G *gp = getg();

	if (!gp)
		return;
	if (gp != gp->m->curg || !gp->m->isextra)
		exited(gp->m);
	if (++rounds == 1)
		pthread_setspecific(key, value);
	else
		__rt0_release();
}

void watchthread(void)
{
	static const char any;

	pthread_setspecific(key, &any);
}

// ---- the stack -----------------------------------------------------------------------------

enum { Unknown = 64 << 10 }; // of a stack that is not the thread's own

// A library may have switched to a stack of its own.
static Stack stackat(uintptr_t sp)
{
	pthread_attr_t attr;
	void *lo = NULL;
	size_t n = 0;

	if (pthread_getattr_np(pthread_self(), &attr) == 0) {
		pthread_attr_getstack(&attr, &lo, &n);
		pthread_attr_destroy(&attr);
	}
	if (sp - (uintptr_t)lo < n)
		return (Stack){ (uintptr_t)lo, (uintptr_t)lo + n };
	return (Stack){ sp - Unknown, sp };
}

// Called without a G, all signals blocked.
void meetthread(G *system, G *gp)
{
	(void)system;
	if (rounds >= PTHREAD_DESTRUCTOR_ITERATIONS - 1)
		refuse("in the last destructors of a thread");
	gp->stack = stackat((uintptr_t)__builtin_frame_address(0));
	meetfiber(gp);
	watchthread();
}

// ---- are there any? --------------------------------------------------------------------------

typedef struct {
	unsigned long ino;
	long off;
	unsigned short size;
	unsigned char type;
	char name[];
} Entry;

static int sanitizers;  // a thread of its own, or 0
static int ending[64]; // threads that are about to be gone: the last ones
static unsigned nending;

void __rt0_threadends(void)
{
	atomic_store_relaxed(&ending[atomic_xadd(&nending, 1) % nelem(ending)], gettid());
}

static bool isending(int tid)
{
	for (unsigned i = 0; i < nelem(ending); i++) {
		if (atomic_load_relaxed(&ending[i]) == tid)
			return true;
	}
	return false;
}

static bool isanM(int tid)
{
	for (const M *mp = allm; mp; mp = mp->alllink) {
		if (mp->procid == (uint64_t)tid)
			return true;
	}
	return false;
}

// Calls fn for each thread until it returns true; returns whether it did. System calls only, since
// the scheduler's lock may be held.
static bool anythread(bool (*fn)(int tid))
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(Entry) char buf[2048];
	bool found = false;
	long n;

	if (fd < 0)
		return false;
	while (!found && (n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0) {
		for (long i = 0; i < n && !found; i += ((Entry *)(buf + i))->size) {
			const char *name = ((Entry *)(buf + i))->name;

			found = name[0] != '.' && fn(atoi(name));
		}
	}
	syscall(SYS_close, fd);
	return found;
}

static bool isforeign(int tid)
{
	return tid != gettid() && tid != sanitizers && !isending(tid) && !isanM(tid);
}

// Under sched.lock. A fuzzer's thread, which watches how much memory is in use, wakes no goroutine.
bool __rt0_otherthreads(void)
{
	return !isfuzzed() && anythread(isforeign);
}

// Is it the one that ThreadSanitizer has made?
static bool issanitizers(int tid)
{
	if (tid == gettid() || isending(tid))
		return false;
	sanitizers = tid;
	return true;
}

static void *endsatonce(void *arg)
{
	__rt0_threadends();
	return arg;
}

// ThreadSanitizer makes a thread of its own when the program makes its first.
static void meetsanitizers(void)
{
	pthread_t t;

	if (!__tsan_create_fiber || pthread_create(&t, NULL, endsatonce, NULL) != 0)
		return;
	pthread_join(t, NULL);
	anythread(issanitizers);
}

void foreigninit(void)
{
	pthread_key_create(&key, destroy);
	pthread_atfork(NULL, NULL, __rt0_foreignforked);
	meetsanitizers();
}

// ---- before the start --------------------------------------------------------------------------

// Other threads than the first wait for it.
void __rt0_expected(void)
{
	if (getpid() == gettid())
		refuse("before the runtime has started");
}
