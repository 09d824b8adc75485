// server.c - many runs of one program: for rt0-explore, which starts it once.
//
// In the environment RT0_EXPLORE=R,W names two pipes. The process stops at the end of the
// start-up, before it has a second thread, reads requests, and makes each run of a request in a
// child of its own: a process is forked in a tenth of the time that it takes to start one. The
// child closes the pipes and continues. What it has written to descriptor 2, a file, is sent if
// the run has failed.
//
// built: unchecked
#include "replay/replay.h"

#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/sig/sig.h"

enum { MaxText = 8192 };

// tools/explore has these too.
typedef struct {
	int32_t first, count; // seeds
	int32_t pct, steps, stop;
	int32_t timeout; // s
	int32_t nskip;
	Skip skip[MaxSkips];
} Request;

typedef struct {
	int32_t seed;
	int32_t status; // as wait4 has it
	uint64_t choices, real, hash;
	int64_t time;
	uint32_t outside, hangs;
	uint64_t ntext; // bytes that follow
} Result;

static const char hello[8] = "explore1";
static Replayed atfork;

static bool readall(int32_t fd, void *p, uintptr_t n)
{
	for (uintptr_t done = 0; done < n;) {
		int64_t r = read(fd, (char *)p + done, n - done);

		if (r <= 0)
			return false;
		done += (uintptr_t)r;
	}
	return true;
}

static void writeall(int32_t fd, const void *p, uintptr_t n)
{
	for (uintptr_t done = 0; done < n;) {
		int64_t r = write1(fd, (const char *)p + done, n - done);

		if (r <= 0)
			exit(1); // there is no reader any more
		done += (uintptr_t)r;
	}
}

// Waits for the child, for no longer than timeout seconds. Returns its status.
static int32_t await(int32_t child, int32_t timeout, bool *hangs)
{
	enum { NoHang = 1 };
	Sigset chld = sigbit(SIGCHLD);
	Timespec ts = { timeout, 0 };
	int32_t status = 0;

	*hangs = false;
	while (syscall4(__NR_wait4, (uint64_t)child, ptrarg(&status), NoHang, 0) != child) {
		if (syscall4(__NR_rt_sigtimedwait, ptrarg(&chld), 0, ptrarg(&ts), sizeof chld) != -EAGAIN)
			continue;
		*hangs = true;
		syscall3(__NR_kill, (uint64_t)child, SIGKILL, 0);
		syscall4(__NR_wait4, (uint64_t)child, ptrarg(&status), 0, 0);
		break;
	}
	return status;
}

static void report(int32_t out, int32_t seed, int32_t status, bool hangs)
{
	static struct {
		Result result;
		char text[MaxText];
	} m;
	int64_t n = 0;

	if (status != 0 || hangs)
		n = syscall4(__NR_pread64, 2, ptrarg(m.text), MaxText, 0);
	m.result = (Result){
		.seed = seed,
		.status = status,
		.choices = replay->choices,
		.real = replay->real,
		.hash = replay->hash,
		.time = replay->time,
		.outside = replay->outside,
		.hangs = hangs,
		.ntext = (uint64_t)max(n, (int64_t)0),
	};
	writeall(out, &m, sizeof m.result + m.result.ntext);
}

// "R,W"
static bool pipes(const char *s, int32_t *in, int32_t *out)
{
	char number[12];
	uint32_t n = 0;

	for (; *s && *s != ',' && n + 1 < sizeof number; s++)
		number[n++] = *s;
	number[n] = '\0';
	return *s == ',' && atoi32(number, in) && atoi32(s + 1, out);
}

static void share(void)
{
	enum { Both = 0x3, SharedFixedAnonymous = 0x31 };

	atfork = *replay;
	replay = sysAlloc(physPageSize);
	if (syscall6(__NR_mmap, ptrarg(replay), physPageSize, Both, SharedFixedAnonymous, (uint64_t)-1, 0) < 0)
		fatal("no memory to share");
}

// A C library has a fork of its own, after which cgo/ has things to forget.
int __real__Fork(void) WEAK;
void libraryforked(void) WEAK;

static int32_t fork(void)
{
	int32_t child;

	if (&__real__Fork)
		child = __real__Fork();
	else
		child = (int32_t)syscall6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
	if (child == 0) {
		if (&libraryforked)
			libraryforked();
		getg()->m->procid = (uint64_t)gettid();
	}
	return child;
}

static void obey(const Request *q, int32_t seed)
{
	debug.seed = seed;
	debug.seedpct = q->pct;
	debug.seedsteps = q->steps;
	debug.seedstop = q->stop;
	explored.nskip = (uint32_t)min(max(q->nskip, 0), (int32_t)MaxSkips);
	__builtin_memcpy(explored.skip, q->skip, sizeof q->skip);
}

// Makes the runs of a request. Returns true in a child.
static bool runeach(const Request *q, int32_t out)
{
	for (int32_t i = 0; i < q->count; i++) {
		int32_t child, status;
		bool hangs;

		*replay = atfork;
		syscall3(__NR_ftruncate, 2, 0, 0);
		child = fork();
		if (child < 0)
			fatal("cannot fork");
		if (child == 0) {
			obey(q, q->first + i);
			return true;
		}
		status = await(child, q->timeout, &hangs);
		report(out, q->first + i, status, hangs);
	}
	return false;
}

// Returns in each child; the server itself ends with its input.
void serve(void)
{
	static Request q;
	const char *fds = gogetenv("RT0_EXPLORE");
	Sigset chld = sigbit(SIGCHLD), old;
	int32_t in, out;

	if (!fds || auxvSecure || !pipes(fds, &in, &out))
		return;
	share();
	sigprocmask(SIG_BLOCK, &chld, &old);
	writeall(out, hello, sizeof hello);
	do {
		if (!readall(in, &q, sizeof q))
			exit(0);
	} while (!runeach(&q, out));
	closefd(in);
	closefd(out);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
