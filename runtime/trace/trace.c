// trace.c - beginning and ending an execution trace, and writing it.
//
// A trace begins with what is there: each goroutine with its state. For that the world is
// stopped, so nobody runs; and sched.lock is held, because an M without a P may make
// goroutines runnable even then (the poller and sysmon in injectglist, one that comes from
// a system call in exitsyscall0) and does it under that lock, together with its event.
// __rt0_traceon is set under that lock too. So every change of a goroutine or a P happens
// before, and the state that is written shows it, or after, and there is an event.
//
// The writer is a thread without a P, like sysmon. It takes the buffers on the list, writes
// and releases them. It holds no lock meanwhile.
#include "include/rt.h"
#include "runtime/base/str.h"
#include "runtime/base/tracehook.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/entersyscall.h"
#include "runtime/sched/g.h"
#include "runtime/sched/m.h"
#include "runtime/sched/stw.h"
#include "runtime/sched/wake.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/trace/trace.h"

enum { Off, Changing, On };
static uint32_t state;

enum {
	WriteOnly = 01, Create = 0100, Truncate = 01000,
	SeenPCs = 1024,
	PathMax = 4096,
	DyingWait = 2000000000, // ns for the writer when the process dies
	DyingYields = 100,
};

// The writer's own: the file, its first error, and the functions that it names already.
static struct {
	M *m; // set when it has begun
	int32_t fd;
	int64_t err;
	bool begun;
	uint64_t seen[SeenPCs];
	// What rt_trace_stop wants of it.
	uint32_t finish;
	Note done;
} writer;

// ---- the file -----------------------------------------------------------------------

static int64_t writetrace(int32_t fd, const void *p, uintptr_t n)
{
	while (n > 0) {
		int64_t r = write1(fd, p, n);

		if (r == -EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? r : -EIO;
		p = (const char *)p + r;
		n -= (uintptr_t)r;
	}
	return 0;
}

static void put(const void *p, uintptr_t n)
{
	if (writer.err == 0)
		writer.err = writetrace(writer.fd, p, n);
}

// Is pc new? Forgets, when there are too many.
static bool firstseen(uint64_t pc)
{
	for (uint32_t i = 0; i < 8; i++) {
		uint64_t *slot = &writer.seen[(pc * 0x9e3779b97f4a7c15 >> 32) % SeenPCs];

		slot = &writer.seen[((uintptr_t)(slot - writer.seen) + i) % SeenPCs];
		if (*slot == pc)
			return false;
		if (*slot == 0) {
			*slot = pc;
			return true;
		}
	}
	return true;
}

static void writetext(uint32_t kind, uint64_t id, const char *text)
{
	static const char zeros[16];
	uintptr_t n = strlength(text);
	TraceBlock head = { kind, (uint32_t)n, id };

	put(&head, sizeof head);
	put(text, n);
	put(zeros, -n % 16);
}

static void writename(uint64_t pc)
{
	uintptr_t start;
	const char *name = funcname(pc, &start);

	if (name)
		writetext(BlockName, pc, name);
}

static void writereasons(void)
{
	for (uint32_t i = 0; i <= WaitReasonStoppingTheWorld; i++)
		writetext(BlockReason, i, waitReasonStrings[i]);
}

static void writebuf(TraceBuf *b)
{
	uint32_t n = atomic_load_acquire(&b->head.n);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t what = b->events[i].what, pc = what & (((uint64_t)1 << 48) - 1);

		if ((uint8_t)(what >> 48) == TraceGoFunc && firstseen(pc))
			writename(pc);
	}
	put(&b->head, sizeof b->head + n * sizeof b->events[0]);
}

// Writes and releases the buffers, the oldest first.
static void writelist(TraceBuf *list)
{
	TraceBuf *next, *oldest = NULL;

	if (!writer.begun)
		writereasons();
	writer.begun = true;
	for (; list; list = next) {
		next = list->link;
		list->link = oldest;
		oldest = list;
	}
	for (TraceBuf *b = oldest; b; b = next) {
		uintptr_t i = (uintptr_t)(b - __rt0_trace.bufs);

		next = b->link;
		writebuf(b);
		atomic_or(&__rt0_trace.freebufs[i / 64], (uint64_t)1 << i % 64);
	}
}

// ---- the writer ---------------------------------------------------------------------

static void sleepwriter(void)
{
	atomic_xchg(&__rt0_trace.writer, WriterAsleep); // pairs with the filler of the list
	if (!atomic_load_seqcst(&__rt0_trace.full) && !atomic_load_seqcst(&writer.finish))
		futexsleep(&__rt0_trace.writer, WriterAsleep, -1);
	atomic_xchg(&__rt0_trace.writer, WriterBusy);
}

static void finishfile(void)
{
	TraceBlock end = { .kind = BlockEnd, .id = __rt0_trace.lost };

	put(&end, sizeof end);
	closefd(writer.fd);
}

static void tracewriter(void)
{
	lock(&sched.lock);
	sched.nmsys++;
	checkdead();
	unlock(&sched.lock);
	atomic_store_release(&writer.m, getg()->m);
	for (;;) {
		// First: what is on the list then is all there will be.
		bool finish = atomic_load_acquire(&writer.finish);
		TraceBuf *list = atomic_xchg(&__rt0_trace.full, NULL);

		if (list || finish)
			writelist(list);
		if (finish) {
			finishfile();
			atomic_store_release(&writer.finish, 0);
			notewakeup(&writer.done);
		} else if (!list) {
			sleepwriter();
		}
	}
}

static void newwriter(void *unused)
{
	(void)unused;
	newm(tracewriter, NULL, -1);
}

// ---- beginning ----------------------------------------------------------------------

static bool reservebufs(void)
{
	void *p;

	if (__rt0_trace.bufs)
		return true;
	p = sysReserveNone(NULL, MaxTraceBufs * sizeof(TraceBuf));
	if (!p)
		return false;
	sysLazy(p, MaxTraceBufs * sizeof(TraceBuf));
	if (!sysMap(p, MaxTraceBufs * sizeof(TraceBuf)))
		return false;
	__rt0_trace.bufs = p;
	sysDump(__rt0_trace.bufs, MaxTraceBufs * sizeof(TraceBuf), false);
	__builtin_memset(__rt0_trace.freebufs, 0xff, sizeof __rt0_trace.freebufs);
	return true;
}

// The writer runs while the world is stopped, so that even a million goroutines find room.
static void waitforroom(void)
{
	for (;;) {
		uint32_t n = 0;

		for (uint32_t w = 0; w < nelem(__rt0_trace.freebufs); w++)
			n += (uint32_t)__builtin_popcountl(atomic_load_relaxed(&__rt0_trace.freebufs[w]));
		if (n >= MaxTraceBufs / 2)
			return;
		osyield();
	}
}

static void describe(const G *gp)
{
	switch (readgstatus(gp)) {
	case Gidle:
	case Gdead:
		return;
	case Gsyscall:
		traceg(TraceGoSyscall, gp);
		break;
	case Gwaiting:
	case Gpreempted:
		traceg(TraceGoWaiting, gp);
		break;
	default: // it is the caller, or waits for a P
		traceg(TraceGoRunnable, gp);
	}
}

// The world is stopped.
static void begin(void)
{
	const G *self = getg();

	lock(&sched.lock);
	atomic_xchg(&__rt0_traceon, 1);
	trace(TraceProcs, (uint32_t)gomaxprocs);
	for (uintptr_t i = 0; i < allglen; i++) {
		if (i % 64 == 0)
			waitforroom();
		describe(allgs[i]);
	}
	tracep(TraceProcStart, self->m->p);
	traceg(TraceGoStart, self);
	unlock(&sched.lock);
}

static int64_t openfile(const char *path)
{
	TraceHeader head = {
		{ 'r', 't', '0', 't', 'r', 'a', 'c', 'e' }, TraceVersion, (uint32_t)getpid()
	};
	// It has addresses in it: not for the user that started a set-user-ID program.
	int32_t mode = auxvSecure ? 0600 : 0666;
	int64_t fd, r;

	entersyscall();
	fd = open(path, WriteOnly | Create | Truncate | O_CLOEXEC, mode);
	r = fd < 0 ? fd : writetrace((int32_t)fd, &head, sizeof head);
	if (fd >= 0 && r < 0)
		closefd((int32_t)fd);
	exitsyscall();
	return r < 0 ? r : fd;
}

static int64_t prepare(const char *path)
{
	uintptr_t start;
	int64_t fd;

	if (!reservebufs())
		return -ENOMEM;
	fd = openfile(path);
	if (fd < 0)
		return fd;
	writer.fd = (int32_t)fd;
	writer.err = 0;
	writer.begun = false;
	__builtin_memset(writer.seen, 0, sizeof writer.seen);
	__rt0_trace.lost = 0;
	funcname(0, &start); // has the symbol table mapped, here and not in two threads
	return 0;
}

int __rt0_tracestart(const char *path)
{
	static bool haswriter;
	int64_t r;

	preemptcheckas("rt_trace_start");
	if (!atomic_cas(&state, Off, Changing))
		return -EBUSY;
	r = prepare(path);
	if (r < 0) {
		atomic_store_release(&state, Off);
		return (int)r;
	}
	if (!haswriter)
		systemstack(newwriter, NULL);
	haswriter = true;
	while (!atomic_load_acquire(&writer.m))
		osyield(); // begin holds a lock that it begins with, and may wait for it
	stopTheWorld("start tracing");
	begin();
	atomic_store_release(&state, On);
	startTheWorld();
	return 0;
}

// ---- ending -------------------------------------------------------------------------

// Passes the buffers of all Ms to the writer, when __rt0_traceon is clear. patience: how
// often to check whether an M still records; UINT32_MAX: until it does not.
static void collect(uint32_t patience)
{
	for (M *mp = atomic_load_acquire(&allm); mp; mp = mp->alllink) {
		TraceBuf *b;

		for (uint32_t i = 0; atomic_load_seqcst(&mp->tracing) && i < patience; i++)
			osyield();
		b = mp->tracebuf;
		mp->tracebuf = NULL;
		mp->tracelost = 0;
		if (b)
			__rt0_tracegive(b);
	}
	noteclear(&writer.done);
	atomic_xchg(&writer.finish, 1); // as __rt0_tracewake wants it
	__rt0_tracewake();
}

int __rt0_tracestop(void)
{
	int64_t err;

	preemptcheckas("rt_trace_stop");
	if (!atomic_cas(&state, On, Changing))
		return -EINVAL;
	atomic_xchg(&__rt0_traceon, 0);
	lock(&sched.lock); // no M comes or goes
	collect(UINT32_MAX);
	unlock(&sched.lock);
	notetsleepg(&writer.done, -1);
	err = writer.err;
	atomic_store_release(&state, Off);
	return (int)err;
}

static void complain(const char *what, int64_t err)
{
	print("runtime: trace: cannot %s: error %ld\n", what, -err);
}

// Ends the trace at the end of the program. rt_trace_stop may be ending it just now.
void __rt0_traceexit(void)
{
	int64_t err;

	while (atomic_load_acquire(&state) == Changing)
		rt_gosched();
	err = __rt0_tracestop();
	if (err < 0 && err != -EINVAL)
		complain("write the file", err);
}

// Ends the trace when the process dies: any lock may be held, and an M stopped anywhere.
void __rt0_tracedie(void)
{
	if (!atomic_cas(&state, On, Changing) || getg()->m == writer.m)
		return;
	atomic_xchg(&__rt0_traceon, 0);
	collect(DyingYields);
	notetsleep(&writer.done, DyingWait);
}

// ---- GODEBUG=trace=FILE ---------------------------------------------------------------

void __rt0_traceenv(const char *value)
{
	static char path[PathMax];
	uint32_t n = 0;
	int64_t err;

	while (value[n] && value[n] != ',' && n < sizeof path - 1) {
		path[n] = value[n];
		n++;
	}
	err = __rt0_tracestart(path);
	if (err < 0)
		complain(path, err);
}
