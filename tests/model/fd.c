// fd.c - the users of a descriptor's number: none meets another file behind it than the one that it
// began with; the number is closed once, and is its next owner's from then on.
//
// The kernel has one number. A word says which file is behind it, 0: none. An owner opens a file as
// soon as the number is free.
//
// source: runtime/io/fd.c runtime/io/fdkind.c runtime/sched/polldesc.c
// cflags: -DRT0_LIBC
// run: --memory tso
// run: --memory ra --bound 1 --stale 1
// large: --memory ra --bound 2 --stale 2
// large: --memory tso reusereaders
// mutant: the number is closed while a call is under way | --memory sc --bound 1 blockedclose
// - return (new & (Closing | Users | Claimed)) == Closing;
// + return (new & (Closing | Claimed)) == Closing;
// mutant: two closers | --memory sc --bound 1 useclose
// - if (old & Closing)\n\t\t\treturn false;\n\t} while (!bar
// + } while (!bar
// mutant: a close does not wake the waiters for the rights | --memory sc --bound 0 readersclose
// - for (uint64_t n = old / onewait(mode) & CountMask; n > 0; n--)\n\t\t\tsemrelease(&d->sema[mode]);
// + ;
// mutant: a close does not wake those that wait for the kernel | --memory sc --bound 0 readclose
// - netpollevict(&d->pd);\n\twaits
// + waits
// mutant: a close wakes only the kinds that can wait | --memory sc --bound 1 unknownclose
// - netpollevict(&d->pd);\n\twaits = usersleave(d);
// + if (atomic_load_relaxed(&d->kind) != FdUnknown) netpollevict(&d->pd); waits = usersleave(d);
// mutant: the last user of a number wakes no closer | --memory sc --bound 0 readclose
// - semrelease(&closer->gone);
// + ;
// mutant: a closer does not learn that the number was closed | --memory sc --bound 2 useclose
// - closer->result = r;
// + ;
// mutant: the closer's semaphore is looked at when the number is gone | --memory sc --bound 0 reusereadclose
// - int64_t r = destroy(fd, d);
// + int64_t r = destroy(fd, d); closer = d->closer;
// mutant: the entry is cleared behind the kernel's close | --memory sc --bound 1 reuse
// - clearentry(fd, d);\n\tuse = d->pd.seq;\n\tr = managed(&c);
// + use = d->pd.seq; r = managed(&c); clearentry(fd, d); use = d->pd.seq;
// mutant: the entry reopens for another owner | --memory sc --bound -1 reusereadclose
// - if (d->pd.seq == use)\n\t\tatomic_cas(&d->mu, Closing, 0);
// + atomic_cas(&d->mu, Closing, 0);
// mutant: the entry reopens without the lock | --memory sc --bound -1 reusereadclose
// - lockdesc(&d->pd);\n\tif (d->pd.seq == use)\n\t\tatomic_cas(&d->mu, Closing, 0);\n\tunlock(&d->pd.lock);
// + if (atomic_load_acquire(&d->pd.seq) == use)\n\t\tatomic_cas(&d->mu, Closing, 0);
// mutant: the one that unlocks wakes no waiter | --memory sc --bound 0 readers
// - if (wait && (old & (wait * CountMask)))\n\t\tsemrelease(sema);
// + (void)sema;
// mutant: a number is replaced under its users | --memory sc --bound 0 replace
// - while (atomic_load_acquire(&d->mu) & Users) {
// + while (0) {
// mutant: a claim does not wait for the one before | --memory sc --bound 2 replacers
// - if (old & Claimed)\n\t\t\trt_gosched();\n\t\telse if
// + if (old & Claimed) break; else if
// mutant: the claim's owner does not wake the closer | --memory sc --bound 2 replaceclose
// - if ((old & Users) && d->closer)\n\t\tsemrelease(&d->closer->gone);
// + ;
// mutant: a number is replaced while it is being closed | --memory sc --bound 2 replaceclose
// - old = given ? atomic_load_relaxed(&d->mu) : settled(d);
// + old = atomic_load_relaxed(&d->mu);
// mutant: two make the first chunk | --memory sc --bound 1 first
// - if (!atomic_cas(&fdchunks[i], NULL, chunk)) {
// + if (atomic_store_release(&fdchunks[i], chunk), false) {
// mutant: the number's new owner opens the entry without a release | --memory ra --bound 1 --stale 1 reuseread
// - atomic_store_release(&d->mu, 0);\n\treturn err ? err : r;
// + atomic_store_relaxed(&d->mu, 0);\n\treturn err ? err : r;
#include "tests/model/gworld.h"
#include "runtime/sched/polldesc.c"
#include "runtime/io/fd.h"
#define syscall3(nr, a, b, c) (int64_t)0
#define syscall6(nr, a, b, c, d, e, f) (int64_t)0
#include "runtime/io/fdkind.c"
#include "runtime/io/fd.c"

enum { N = 3, Files = 4 }; // the number; files are 1 to 3

static uint32_t behind;           // the number: a file, 0: none
static uint32_t arrived[Files];   // there is something to read
static int opened[Files], closed[Files];
static int result[MaxWorld];      // a thread's
static Fd table[N + 1], other[N + 1];
static int reserved, unreserved;
uint32_t netpollWaiters;
int32_t (*netpollevent)(const EpollEvent *ev, Gqueue *list) = pollevent;
int64_t (*writehook)(int32_t fd, const char *p, size_t n);
void (*forgetfds)(void);

// ---- what the model leaves out ------------------------------------------------------

void *persistentalloc(uintptr_t n, uintptr_t align)
{
	(void)n;
	(void)align;
	mc_fail("a timer");
}

void *sysReserve(void *at, uintptr_t n)
{
	(void)at;
	(void)n;
	return reserved++ == 0 ? table : other;
}

void sysFree(void *p, uintptr_t n)
{
	(void)p;
	(void)n;
	unreserved++;
}

int64_t fdwrite(int32_t fd, const char *p, size_t n)
{
	(void)fd;
	(void)p;
	return (int64_t)n;
}

void rt_sleep(rt_duration d)
{
	(void)d;
	mc_yield();
}

void rt_gosched(void)
{
	mc_yield();
}

static bool positive(void *addr)
{
	return *(uint32_t *)addr > 0;
}

void semacquire(uint32_t *addr, WaitReason reason)
{
	uint32_t v;

	(void)reason;
	do {
		while ((v = atomic_load_seqcst(addr)) == 0)
			mc_await(positive, addr);
	} while (!atomic_cas(addr, v, v - 1));
}

void semrelease(uint32_t *addr)
{
	atomic_xadd(addr, 1);
}

// ---- the kernel ---------------------------------------------------------------------

int64_t netpollTryInit(void)
{
	return 0;
}

bool netpollwatches(void)
{
	return true;
}

int64_t netpollctl(int32_t fd, EpollEvent *ev)
{
	mc_assert(fd == N);
	(void)ev;
	return atomic_xadd(&behind, 0) ? 0 : -EBADF;
}

int64_t setnonblock(int32_t fd)
{
	(void)fd;
	return 0;
}

static int64_t kernelclose(void)
{
	uint32_t file = atomic_xchg(&behind, 0);

	if (file == 0)
		return -EBADF;
	closed[file]++;
	return 0;
}

int64_t closefd(int32_t fd)
{
	mc_assert(fd == N);
	return kernelclose();
}

static uint32_t replacement;

int64_t managed(const Call *c)
{
	mc_assert((int32_t)c->arg[0] == N || c->nr == __NR_dup3);
	if (c->nr == __NR_close)
		return kernelclose();
	closed[atomic_xchg(&behind, replacement)]++;
	opened[replacement]++;
	return N;
}

static bool isfree(void *unused)
{
	(void)unused;
	return behind == 0;
}

static void opens(uint32_t file)
{
	do
		mc_await(isfree, NULL);
	while (!atomic_cas(&behind, 0, file));
	opened[file]++;
}

// ---- threads ------------------------------------------------------------------------

// Reads until there is something, if the number is in use: 0, or -EBADF. Returns the file.
static uint32_t reads(PollMode mode)
{
	Fd *d;
	uint32_t file;
	int64_t err = fdlock(N, mode, &d);

	result[mc_self()] = (int)err;
	if (err)
		return 0;
	file = atomic_xadd(&behind, 0);
	mc_assert(file != 0);
	while (atomic_xadd(&arrived[file], 0) == 0) {
		mc_assert(d->kind != FdFile);
		err = netpollwait(&d->pd, mode);
		if (err)
			break;
	}
	mc_assert(atomic_xadd(&behind, 0) == file);
	fdunlock(N, d, mode);
	result[mc_self()] = (int)err;
	return file;
}

static void reader(void *arg)
{
	(void)arg;
	(void)reads(PollRead);
}

static void writer(void *arg)
{
	(void)arg;
	(void)reads(PollWrite);
}

// Uses the number without a right to it.
static void user(void *arg)
{
	Fd *d;
	int64_t err = fdref(N, &d);

	(void)arg;
	result[mc_self()] = (int)err;
	if (err)
		return;
	uint32_t file = atomic_xadd(&behind, 0);
	mc_assert(file != 0);
	mc_assert(atomic_xadd(&behind, 0) == file);
	fdunref(N, d);
}

static void closer(void *arg)
{
	(void)arg;
	result[mc_self()] = rt_close(N);
}

// Opens file 2 when the number is free, and reads it: nobody else closes it.
static void owner(void *arg)
{
	opens(2);
	mc_assert(fdinstall(N, FdOwn, 0) == N);
	mc_assert(reads(PollRead) == 2 && result[mc_self()] == 0);
	(void)arg;
}

// As owner; then closes it.
static void brief(void *arg)
{
	owner(arg);
	mc_assert(rt_close(N) == 0);
	mc_assert(closed[2] == 1);
}

// Puts file 2 behind the number.
static void replacer(void *arg)
{
	Call c = { __NR_dup3, { N + 1, N } };

	(void)arg;
	replacement = 2;
	mc_assert(fdreplace(N, &c) == N);
}

static void event(void *arg)
{
	EpollEvent ev = { .events = EPOLLIN, .data = polltag(N, &table[N].pd) };
	Gqueue list = { 0 };
	int32_t n;

	(void)arg;
	atomic_xadd(&arrived[1], 1);
	n = pollevent(&ev, &list);
	netpollcount(-n);
	if (list.head)
		goready(list.head);
}

// ---- scenarios ----------------------------------------------------------------------

// File 1 is behind the number, of that kind.
static void begins(int n, FdKind kind)
{
	makegoroutines(n, false);
	fdchunks[0] = table;
	polldescof = polldesc;
	writehook = fdwrite;
	forgetfds = forgetall;
	behind = 1;
	opened[1] = 1;
	arrived[2] = arrived[3] = 1;
	arrived[1] = kind == FdFile;
	table[N].kind = (uint8_t)kind;
	reserved = 1;
	mc_name(table, sizeof table, "table", -1);
	mc_name(&behind, sizeof behind, "behind", -1);
	mc_name(arrived, sizeof arrived, "arrived", -1);
	mc_name(fdchunks, sizeof fdchunks, "fdchunks", -1);
	mc_ignore(result, sizeof result);
	mc_ignore(opened, sizeof opened);
	mc_ignore(closed, sizeof closed);
	mc_ignore(&reserved, sizeof reserved);
	mc_ignore(&unreserved, sizeof unreserved);
	mc_ignore(&replacement, sizeof replacement);
}

static void consistent(void)
{
	Fd *d = &table[N];

	for (int i = 1; i < Files; i++)
		mc_assert(closed[i] == opened[i] - (behind == (uint32_t)i));
	mc_assert(d->mu == 0);
	mc_assert(d->sema[0] == 0 && d->sema[1] == 0 && netpollWaiters == 0);
	mc_assert(!(d->pd.info & PollClosing));
}

static void isclosed(void)
{
	consistent();
	mc_assert(closed[1] == 1 && closed[2] == opened[2]);
}

static void reopened(void)
{
	consistent();
	mc_assert(closed[1] == 1 && behind == 2);
	mc_assert(table[N].kind == FdOwn);
}

static void readclose(void)
{
	begins(2, FdOwn);
	threadong(reader, 0);
	threadong(closer, 1);
}

static void blockedclose(void)
{
	begins(2, FdFile);
	threadong(reader, 0);
	threadong(closer, 1);
}

static void unknownclose(void)
{
	begins(2, FdUnknown);
	threadong(reader, 0);
	threadong(closer, 1);
}

static void useclose(void)
{
	begins(3, FdOwn);
	threadong(user, 0);
	threadong(closer, 1);
	threadong(closer, 2);
}

static void oneclosed(void)
{
	isclosed();
	mc_assert((result[1] == 0) + (result[2] == 0) == 1);
}

static void readersclose(void)
{
	begins(3, FdOwn);
	threadong(reader, 0);
	threadong(reader, 1);
	threadong(closer, 2);
}

static void bothclose(void)
{
	begins(3, FdOwn);
	threadong(reader, 0);
	threadong(writer, 1);
	threadong(closer, 2);
}

// Two readers, and something to read.
static void readers(void)
{
	begins(3, FdOwn);
	threadong(reader, 0);
	threadong(reader, 1);
	threadong(event, 2);
}

static void haveread(void)
{
	consistent();
	mc_assert(result[0] == 0 && result[1] == 0 && behind == 1);
}

static void reuse(void)
{
	begins(2, FdOwn);
	threadong(closer, 0);
	threadong(owner, 1);
}

static void reuseread(void)
{
	begins(3, FdOwn);
	threadong(closer, 0);
	threadong(owner, 1);
	threadong(reader, 2);
}

// Its file is not watched: the last user closes it.
static void reuseblocked(void)
{
	begins(3, FdFile);
	threadong(closer, 0);
	threadong(owner, 1);
	threadong(reader, 2);
}

static void reuseclose(void)
{
	begins(2, FdOwn);
	threadong(closer, 0);
	threadong(brief, 1);
}

static void reusereadclose(void)
{
	begins(3, FdOwn);
	threadong(closer, 0);
	threadong(brief, 1);
	threadong(reader, 2);
}

// Two wait for the right; the number is closed and opened meanwhile.
static void reusereaders(void)
{
	begins(4, FdOwn);
	threadong(closer, 0);
	threadong(owner, 1);
	threadong(reader, 2);
	threadong(reader, 3);
}

static void replace(void)
{
	begins(2, FdOwn);
	threadong(replacer, 0);
	threadong(reader, 1);
}

static void replaceread(void)
{
	begins(3, FdOwn);
	threadong(replacer, 0);
	threadong(reader, 1);
	threadong(reader, 2);
}

static void replaceclose(void)
{
	begins(3, FdOwn);
	threadong(replacer, 0);
	threadong(reader, 1);
	threadong(closer, 2);
}

static void replacers(void)
{
	begins(3, FdOwn);
	threadong(replacer, 0);
	threadong(replacer, 1);
	threadong(reader, 2);
}

static void replaceuse(void)
{
	begins(3, FdOwn);
	threadong(replacer, 0);
	threadong(user, 1);
	threadong(writer, 2);
}

static void tworeplaced(void)
{
	mc_assert(closed[1] == 1 && closed[2] == 1 && behind == 2);
	mc_assert(table[N].mu == 0 && netpollWaiters == 0);
}

static void replaced(void)
{
	consistent();
	mc_assert(closed[1] == 1 && behind == 2);
}

// The first uses of a number in its thousand.
static void first(void)
{
	begins(2, FdUnknown);
	fdchunks[0] = NULL;
	reserved = 0;
	arrived[1] = 1;
	threadong(reader, 0);
	threadong(user, 1);
}

static void onechunk(void)
{
	mc_assert(fdchunks[0] == table || fdchunks[0] == other);
	mc_assert(reserved - unreserved == 1);
	mc_assert(fdchunks[0][N].mu == 0 && fdchunks[0][N].kind != FdUnknown);
}

const Scenario mc_scenarios[] = {
	{ "readclose", readclose, isclosed, false },
	{ "blockedclose", blockedclose, isclosed, false },
	{ "unknownclose", unknownclose, isclosed, false },
	{ "useclose", useclose, oneclosed, false },
	{ "readersclose", readersclose, isclosed, false },
	{ "bothclose", bothclose, isclosed, false },
	{ "readers", readers, haveread, false },
	{ "reuse", reuse, reopened, false },
	{ "reuseread", reuseread, reopened, false },
	{ "reuseblocked", reuseblocked, reopened, false },
	{ "reuseclose", reuseclose, isclosed, false },
	{ "reusereadclose", reusereadclose, isclosed, false },
	{ "reusereaders", reusereaders, reopened, true },
	{ "replaceclose", replaceclose, consistent, false },
	{ "replacers", replacers, tworeplaced, false },
	{ "replace", replace, replaced, false },
	{ "replaceread", replaceread, replaced, false },
	{ "replaceuse", replaceuse, replaced, false },
	{ "first", first, onechunk, false },
	{ 0 },
};
