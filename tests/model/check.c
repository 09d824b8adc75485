// check.c - explores all executions of a few threads that run the runtime's own source.
//
// The model and the runtime's files are compiled with -fsanitize=thread, which makes each atomic
// access a call of a function here, and calls one before each other access to memory. Nothing
// of the sanitizer's library is linked. A thread of the model is a coroutine. At each atomic access
// that others can notice it switches to the explorer, which decides what comes next:
//
//	step       thread t does its access and runs on to its next one. A load of the weak model
//	           has a step for each value that it may see
//	flush      TSO: the oldest store in t's buffer reaches memory
//	timeout    a sleep of t's with a limit ends
//	spurious   a sleep of t's ends, as a signal ends it (--spurious)
//
// The search is depth-first over states: memory, the stacks of the threads, and what the memory
// model adds. A state that has been met is not entered again, so loops that wait end, too. At the
// end every state must be able to reach one in which all threads have ended: so deadlocks, lost
// wake-ups and loops that nothing ends are errors. Timeouts and spurious wake-ups do not count for
// that, unless --timeouts is given. With a bound only states in which no thread can run are errors:
// a loop may wait for a thread that the bound keeps from running.
//
// Memory models:
//
//	sc	each access is done at once
//	tso	a store waits in the thread's buffer, first in first out, until it is flushed;
//		read-modify-writes and the kernel empty the buffer first: x86-64
//	ra	release and acquire, with views; the head of that part says what it is
//
// Locations that only one thread accesses, or that nobody writes, need no steps. Which are shared
// is learnt: when an access makes one so, the exploration begins again. Plain accesses make
// no steps. In the weak model they are checked for races by vector clocks, and without races
// no thread can notice when another's are done.
//
// The checker's own memory is mapped, and its hooks are compiled without the sanitizer: so all of
// .data and .bss is the model's, and a state is a copy of it.
#define _GNU_SOURCE
#include "check.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	MaxThreads = 4, MaxLocs = 64, MaxMsgs = 16, MaxBuf = 6, MaxPlain = 12, MaxCells = 512,
	MaxNames = 64, MaxRanges = 64, LocTable = 4096, MaxChoices = 32,
	StackSize = 32 << 10, Chunk = 64, MaxDepth = 400000, Endless = 100000,
	Relaxed = 0, Consume = 1, Acquire = 2, Release = 3, AcqRel = 4, SeqCst = 5,
};

typedef enum { Sc, Tso, Ra } Memory;
typedef enum {
	OpStart, OpLoad, OpStore, OpXchg, OpLock, OpAdd, OpAnd, OpOr, OpXor, OpCas,
	OpPlainRead, OpPlainWrite, OpFutexSleep, OpFutexWake, OpWoken, OpChoose, OpYield,
	OpPark, OpUnpark, OpAwait,
} Kind;
typedef enum { Absent, Ready, Sleeping, Parked, Done } Status;
typedef enum { Step, Flush, Timeout, Spurious } Way;

typedef struct {
	uint8_t kind, size, order, failorder;
	int16_t loc, unused; // no padding: states are compared byte by byte
	uintptr_t addr, pc;
	uint64_t value, expected;
	bool (*pred)(void *);
} Op;

// A moment as a thread knows it: for each location the place of the newest message that it
// must not go behind, for each thread the accesses that have happened before.
typedef struct {
	uint8_t at[MaxLocs];
	uint8_t clock[MaxThreads];
} View;

typedef struct {
	uint64_t value;
	uint8_t writer, epoch;
	bool plain;    // no atomic store
	bool adjacent; // a read-modify-write's: nothing comes between it and the one before
	View view;     // what an acquire that reads it gets to know
} Msg;

typedef struct {
	uint8_t status;
	bool token;     // mc_unpark before mc_park
	bool limited;   // the sleep has a timeout
	bool fresh;     // others have done steps since its last yield
	uint8_t nplain; // plain accesses to atomic locations: see settle
	uint8_t nbuf;
	Op op;          // what the next step does
	uintptr_t sp;
	uintptr_t g; // what getg() returns
	uint64_t result;
	uint64_t old;
	uintptr_t sleepaddr;
	struct { uintptr_t addr; uint64_t value; uint8_t size; } buf[MaxBuf];
	View now, floor, tokenview;
	struct { Op op; uint64_t old; } plain[MaxPlain];
} Thread;

// The last accesses to eight bytes, each: the writer and its epoch, all readers' epochs.
typedef struct {
	uint8_t wthread[8], wepoch[8], repoch[8][MaxThreads];
} Cell;

typedef struct {
	uintptr_t addr;
	uint8_t size;
	uint8_t users;  // a bit for each thread
	bool written, atomic, racy, shared;
} Where;

typedef struct { uintptr_t lo, hi; const char *name; int index; } Range;

typedef struct {
	unsigned char *copy;
	uint32_t id;
	uint16_t next, count;
	uint16_t *ways;
	int8_t last;
	uint8_t used;
} Node;

static struct Checker {
	// Options.
	Memory memory;
	int bound; // preemptions; -1: all
	int stale; // reads of what is not the newest, and stores before others; -1: all
	bool spurious, timeouts, large, verbose, table;
	uint64_t maxstates;
	double seconds; // of the processor, for all of it; 0: no limit
	const Scenario *sc;
	char exe[512];

	// What is learnt, and stays when the exploration begins again.
	int nlocs, ncells;
	Where locs[MaxLocs * 8];  // by number; those that are shared have a slot
	int16_t slot[MaxLocs * 8]; // in views
	int16_t slotloc[MaxLocs];
	int nslots;
	Where cells[MaxCells];
	uint16_t loctable[LocTable], celltable[LocTable]; // by address / 8, number + 1
	uint16_t locnext[MaxLocs * 8];
	bool restart;

	// The state, besides memory and stacks.
	int nthreads, self; // self: the running thread, -1 outside
	Thread thread[MaxThreads];
	uint8_t nmsgs[MaxLocs];
	Msg msgs[MaxLocs][MaxMsgs];
	View sc_view; // what all seqcst read-modify-writes knew
	Cell cell[MaxCells];
	int late;       // such reads and stores so far
	int last, used; // the thread of the last step, preemptions so far

	// Outside of states.
	uintptr_t explorersp;
	unsigned char *stacks;
	uint8_t *data_lo, *data_hi;
	bool daemon[MaxThreads];
	void *g[MaxThreads];
	void (*fn[MaxThreads])(void *);
	void *arg[MaxThreads];
	unsigned char *initial; // .data and .bss before setup,
	unsigned char *base;    // and behind it
	char error[512];
	bool failed, tracing, finishing;
	bool pruned; // the model does not want to know how this continues
	jmp_buf finished;
	uint64_t quiet;
	int nranges, nracy, nignore;
	Range names[MaxNames], racy[MaxRanges], ignore[MaxRanges];

	// The search.
	uint64_t nstates, nsteps, clamped;
	double began;
	uint32_t depth;
	uint64_t *visited;
	uint32_t *visitedid;
	uint64_t vmask;
	uint32_t *edgefrom, *edgeto;
	uint64_t nedges, edgecap;
	uint32_t *parent;
	uint16_t *parentway;
	uint64_t statecap;
	uint8_t *isfinal;
	Node *nodes;
	unsigned char *scratch;
} *C;

extern uint8_t __data_start[], _end[];
uintptr_t mc_g; // what getg() returns; tls.h reads it

// ---- coroutines ---------------------------------------------------------------------

void mc_switch(uintptr_t *save, uintptr_t to);
__asm__(".text\n.globl mc_switch\nmc_switch:\n"
        "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
        "mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
        "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");

static uintptr_t stacktop(int t)
{
	return (uintptr_t)C->stacks + (uintptr_t)(t + 1) * StackSize;
}

static bool onstack(int t, uintptr_t addr)
{
	return addr < stacktop(t) && addr >= stacktop(t) - StackSize;
}

// Gives the explorer the turn. Returns when a step of this thread's has been done.
static void yieldturn(void)
{
	mc_switch(&C->thread[C->self].sp, C->explorersp);
}

static void settle(void);

static void begin(void)
{
	int t = C->self;

	C->fn[t](C->arg[t]);
	settle();
	C->thread[C->self].status = Done;
	yieldturn();
	abort();
}

void mc_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!C->failed)
		vsnprintf(C->error, sizeof C->error, format, args);
	va_end(args);
	C->failed = true;
	if (C->self < 0 && C->finishing)
		longjmp(C->finished, 1);
	if (C->self < 0) {
		fprintf(stderr, "%s\n", C->error);
		exit(2);
	}
	uintptr_t sp;
	mc_switch(&sp, C->explorersp);
	abort();
}

// For errors that the explorer sees itself.
static void error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!C->failed)
		vsnprintf(C->error, sizeof C->error, format, args);
	va_end(args);
	C->failed = true;
}

static void die(const char *what)
{
	fprintf(stderr, "check: %s\n", what);
	exit(2);
}

// ---- locations ----------------------------------------------------------------------

static bool inranges(const Range *r, int n, uintptr_t addr)
{
	for (int i = 0; i < n; i++) {
		if (addr >= r[i].lo && addr < r[i].hi)
			return true;
	}
	return false;
}

static uint16_t *bucket(uint16_t *table, uintptr_t addr)
{
	return &table[(addr >> 3) * 0x9e3779b97f4a7c15 >> 52];
}

// Returns the number of the location that has any of [addr, addr + size), or -1.
static int findloc(uintptr_t addr, int size)
{
	for (int i = *bucket(C->loctable, addr); i != 0; i = C->locnext[i - 1]) {
		const Where *w = &C->locs[i - 1];

		if (w->addr < addr + (uintptr_t)size && addr < w->addr + w->size)
			return i - 1;
	}
	return -1;
}

static int makeloc(uintptr_t addr, int size)
{
	int i = C->nlocs++;
	uint16_t *b = bucket(C->loctable, addr);

	if (i == (int)(sizeof C->locs / sizeof C->locs[0]))
		die("too many atomic locations");
	C->locs[i] = (Where){ .addr = addr, .size = (uint8_t)size, .atomic = true,
		.racy = inranges(C->racy, C->nracy, addr) };
	C->slot[i] = -1;
	C->locnext[i] = *b;
	*b = (uint16_t)(i + 1);
	return i;
}

static void again(void)
{
	if (C->tracing)
		die("a trace that differs");
	C->restart = true;
}

// Notes that the running thread accesses a location; returns its slot if others do so, too.
static int useloc(int i, bool write)
{
	Where *w = &C->locs[i];

	w->users |= (uint8_t)(1 << C->self);
	w->written |= write;
	if (!w->shared && (w->users & (w->users - 1)) && w->written) {
		w->shared = true;
		if (C->nslots == MaxLocs)
			die("too many shared locations");
		C->slot[i] = (int16_t)C->nslots;
		C->slotloc[C->nslots++] = (int16_t)i;
		again();
	}
	return C->slot[i];
}

// The location of an atomic access. A wider access makes the location as wide.
static int atomicloc(uintptr_t addr, int size)
{
	int i = findloc(addr, size);

	if (i < 0) {
		i = makeloc(addr, size);
		// A cell that has recorded plain accesses is of no use any more.
		again();
	}
	if (addr < C->locs[i].addr || addr + (uintptr_t)size > C->locs[i].addr + C->locs[i].size) {
		Where *w = &C->locs[i];
		uintptr_t lo = addr < w->addr ? addr : w->addr;
		uintptr_t hi = addr + (uintptr_t)size;

		if (hi < w->addr + w->size)
			hi = w->addr + w->size;
		w->size = (uint8_t)(hi - lo);
		w->addr = lo;
		if (w->size & (w->size - 1) || w->size > 8)
			die("atomic accesses of odd extents");
		again();
	}
	return i;
}

static uint64_t get(uintptr_t addr, int size)
{
	uint64_t v = 0;

	memcpy(&v, (void *)addr, (size_t)size);
	return v;
}

static void put(uintptr_t addr, int size, uint64_t v)
{
	memcpy((void *)addr, &v, (size_t)size);
}

static uint64_t mask(int size)
{
	return size == 8 ? ~(uint64_t)0 : ((uint64_t)1 << size * 8) - 1;
}

// The part of a location's value that an access sees; and the value with that part changed.
static uint64_t part(const Op *op, uint64_t whole)
{
	return whole >> (op->addr - C->locs[op->loc].addr) * 8 & mask(op->size);
}

static uint64_t withpart(const Op *op, uint64_t whole, uint64_t v)
{
	uint64_t shift = (op->addr - C->locs[op->loc].addr) * 8;

	return (whole & ~(mask(op->size) << shift)) | (v & mask(op->size)) << shift;
}

// ---- the weak model -----------------------------------------------------------------
//
// Each shared atomic location has its messages, in modification order. A thread has a view; it
// reads any message that its view is not beyond, and an acquire joins the view of a message
// that a release wrote. A store may be put before messages that the thread does not know. So stores
// are seen late and in different orders, and loads see old values. A thread's own later stores
// are not seen by its earlier loads (no load buffering): that is what the model leaves out.
// Different threads may see the stores of two others in different orders, which arm64 forbids:
// that it has too much.
//
// A seqcst read-modify-write is no full barrier, as arm64's ldaxr and stlxr are none. But an
// access that is seqcst, and comes later in the thread, is not done before it: the floor is what
// all seqcst read-modify-writes so far knew, when this thread made its last one. A load that
// is seqcst sees at least that; others may see older messages.

static void joinview(View *v, const View *w)
{
	for (int i = 0; i < C->nslots; i++) {
		if (v->at[i] < w->at[i])
			v->at[i] = w->at[i];
	}
	for (int t = 0; t < C->nthreads; t++) {
		if (v->clock[t] < w->clock[t])
			v->clock[t] = w->clock[t];
	}
}

static void joinplaces(View *v, const View *w)
{
	for (int i = 0; i < C->nslots; i++) {
		if (v->at[i] < w->at[i])
			v->at[i] = w->at[i];
	}
}

static void eachview(void (*fn)(View *v, int loc, int arg), int loc, int arg)
{
	for (int t = 0; t < C->nthreads; t++) {
		fn(&C->thread[t].now, loc, arg);
		fn(&C->thread[t].floor, loc, arg);
		fn(&C->thread[t].tokenview, loc, arg);
	}
	fn(&C->sc_view, loc, arg);
	for (int i = 0; i < C->nslots; i++) {
		for (int k = 0; k < C->nmsgs[i]; k++)
			fn(&C->msgs[i][k].view, loc, arg);
	}
}

static void shiftup(View *v, int loc, int from)
{
	if (v->at[loc] >= from)
		v->at[loc]++;
}

static void shiftdown(View *v, int loc, int n)
{
	v->at[loc] = (uint8_t)(v->at[loc] > n ? v->at[loc] - n : 0);
}

static void dropmsgs(int loc, int n)
{
	memmove(&C->msgs[loc][0], &C->msgs[loc][n], sizeof(Msg) * (size_t)(C->nmsgs[loc] - n));
	C->nmsgs[loc] = (uint8_t)(C->nmsgs[loc] - n);
	eachview(shiftdown, loc, n);
	C->msgs[loc][0].adjacent = false;
}

// Forgets the messages that no thread can read any more.
static void collectmsgs(void)
{
	for (int i = 0; i < C->nslots; i++) {
		int least = 255;

		for (int t = 0; t < C->nthreads; t++) {
			if (C->thread[t].status != Done && C->thread[t].now.at[i] < least)
				least = C->thread[t].now.at[i];
		}
		if (least == 255)
			least = C->nmsgs[i] - 1;
		if (least > 0)
			dropmsgs(i, least);
	}
}

// Renumbers the epochs, so that states that differ in nothing else are equal, and clears what
// everybody knows.
static void collectclocks(void)
{
	for (int t = 0; t < C->nthreads; t++) {
		uint8_t rank[256] = { 0 }, known = 255, top = 0, n = 0;

		for (int u = 0; u < C->nthreads; u++) {
			if (u != t && C->thread[u].status != Done && C->thread[u].now.clock[t] < known)
				known = C->thread[u].now.clock[t];
		}
#define EACH(x) \
	for (int i = 0; i < C->nthreads; i++) { \
		x(C->thread[i].now.clock[t]); \
		x(C->thread[i].tokenview.clock[t]); \
	} \
	for (int i = 0; i < C->nslots; i++) { \
		for (int k = 0; k < C->nmsgs[i]; k++) { \
			x(C->msgs[i][k].view.clock[t]); \
			if (C->msgs[i][k].writer == t) \
				x(C->msgs[i][k].epoch); \
		} \
	} \
	for (int i = 0; i < C->ncells; i++) { \
		if (!C->cells[i].shared) \
			continue; \
		for (int b = 0; b < 8; b++) { \
			x(C->cell[i].repoch[b][t]); \
			if (C->cell[i].wthread[b] == t) \
				x(C->cell[i].wepoch[b]); \
		} \
	}
#define MARK(e) (e = e <= known ? 0 : e, rank[e] = 1, top = e > top ? e : top)
#define RENUMBER(e) (e = rank[e])
		EACH(MARK)
		for (int e = 1; e <= top; e++) {
			if (rank[e])
				rank[e] = ++n;
		}
		rank[0] = 0;
		EACH(RENUMBER)
		if (C->thread[t].now.clock[t] == 0)
			C->thread[t].now.clock[t] = 1;
		if (n > 250)
			die("too many epochs");
	}
}

// Which message op may read, and what a store's place may be. Returns how many.
static int candidates(int t, const Op *op, uint8_t *at)
{
	const Thread *th = &C->thread[t];
	int x = C->slot[op->loc], n = 0, top = C->nmsgs[x] - 1, lo = th->now.at[x];
	bool rmw = op->kind >= OpXchg && op->kind <= OpCas;

	if (C->stale >= 0 && C->late >= C->stale && top > lo)
		lo = top;
	if (op->order == SeqCst && lo < th->floor.at[x])
		lo = th->floor.at[x];
	if (op->kind == OpFutexSleep && lo < C->sc_view.at[x])
		lo = C->sc_view.at[x];
	if (op->kind == OpLock) {
		at[0] = (uint8_t)top;
		return 1;
	}
	if (op->kind == OpStore || op->kind == OpPlainWrite) {
		bool whole = op->size == C->locs[op->loc].size;

		at[n++] = (uint8_t)(top + 1);
		for (int k = top; whole && k > lo; k--) {
			if (!C->msgs[x][k].adjacent)
				at[n++] = (uint8_t)k;
		}
		return n;
	}
	for (int k = top; k >= lo; k--) {
		bool success = rmw && (op->kind != OpCas || part(op, C->msgs[x][k].value) == op->expected);

		if (success && ((k < top && C->msgs[x][k + 1].adjacent) || k < C->sc_view.at[x]))
			continue;
		at[n++] = (uint8_t)k;
	}
	return n;
}

// t reads message k of slot x.
static uint64_t readmsg(int t, const Op *op, int k, int order)
{
	Thread *th = &C->thread[t];
	int x = C->slot[op->loc];
	const Msg *m = &C->msgs[x][k];

	if (m->plain && m->writer != t && th->now.clock[m->writer] < m->epoch && !C->locs[op->loc].racy)
		error("data race: thread %d reads what thread %d has written plainly", t, m->writer);
	if (order == SeqCst)
		joinplaces(&th->now, &th->floor);
	if (th->now.at[x] < k)
		th->now.at[x] = (uint8_t)k;
	if (order == Acquire || order == AcqRel || order == SeqCst || order == Consume)
		joinview(&th->now, &m->view);
	return m->value;
}

// t writes a message to slot x, before message k.
static void writemsg(int t, const Op *op, int k, uint64_t whole, int order, bool rmw)
{
	Thread *th = &C->thread[t];
	int x = C->slot[op->loc], loc = op->loc;
	View from = { 0 };
	bool release = order == Release || order == AcqRel || order == SeqCst;
	Msg *m;

	if (C->nmsgs[x] == MaxMsgs) {
		dropmsgs(x, 1);
		C->clamped++;
		if (--k < 1)
			k = 1;
	}
	eachview(shiftup, x, k);
	memmove(&C->msgs[x][k + 1], &C->msgs[x][k], sizeof(Msg) * (size_t)(C->nmsgs[x] - k));
	C->nmsgs[x]++;
	m = &C->msgs[x][k];
	if (rmw)
		from = C->msgs[x][k - 1].view; // the release sequence
	th->now.at[x] = (uint8_t)k;
	*m = (Msg){ .value = whole, .writer = (uint8_t)t, .epoch = th->now.clock[t],
		.plain = op->kind == OpPlainWrite, .adjacent = rmw };
	if (release)
		m->view = th->now;
	joinview(&m->view, &from);
	m->view.at[x] = (uint8_t)k;
	if (rmw && order == SeqCst) {
		joinplaces(&C->sc_view, &th->now);
		th->floor = C->sc_view;
		memset(th->floor.clock, 0, sizeof th->floor.clock);
	}
	if (release)
		th->now.clock[t]++;
	put(C->locs[loc].addr, C->locs[loc].size, C->msgs[x][C->nmsgs[x] - 1].value);
}

static void fence(int t)
{
	Thread *th = &C->thread[t];

	if (C->memory == Ra) {
		joinplaces(&th->now, &C->sc_view);
		joinplaces(&C->sc_view, &th->now);
		th->floor = C->sc_view;
		memset(th->floor.clock, 0, sizeof th->floor.clock);
	}
}

// ---- plain accesses: races ----------------------------------------------------------

static int findcell(uintptr_t addr)
{
	uintptr_t at = addr & ~(uintptr_t)7;
	size_t h = (at >> 3) * 0x9e3779b97f4a7c15 >> 52;

	for (;; h = (h + 1) % LocTable) {
		int i = C->celltable[h];

		if (i == 0) {
			if (C->ncells == MaxCells)
				die("too many words with plain accesses");
			i = ++C->ncells;
			C->celltable[h] = (uint16_t)i;
			C->cells[i - 1] = (Where){ .addr = at };
		}
		if (C->cells[i - 1].addr == at)
			return i - 1;
	}
}

static const char *place(uintptr_t addr, char *buf, size_t size);

// A plain access of at most 8 bytes within 8 aligned ones.
static void checkrace(uintptr_t addr, int size, bool write)
{
	int t = C->self, i = findcell(addr), from = (int)(addr & 7);
	Where *w = &C->cells[i];
	Cell *c = &C->cell[i];
	const View *v = &C->thread[t].now;
	char buf[100];

	w->users |= (uint8_t)(1 << t);
	w->written |= write;
	if (!w->shared) {
		if ((w->users & (w->users - 1)) && w->written) {
			w->shared = true;
			again();
		}
		return;
	}
	for (int b = from; b < from + size; b++) {
		if (c->wepoch[b] != 0 && c->wthread[b] != t && v->clock[c->wthread[b]] < c->wepoch[b])
			error("data race: thread %d %s %s, which thread %d has written; nothing orders the two",
			      t, write ? "writes" : "reads", place(addr, buf, sizeof buf), c->wthread[b]);
		if (!write) {
			c->repoch[b][t] = v->clock[t];
			continue;
		}
		for (int u = 0; u < C->nthreads; u++) {
			if (u != t && v->clock[u] < c->repoch[b][u])
				error("data race: thread %d writes %s, which thread %d has read; nothing orders the two",
				      t, place(addr, buf, sizeof buf), u);
			c->repoch[b][u] = 0;
		}
		c->wthread[b] = (uint8_t)t;
		c->wepoch[b] = v->clock[t];
	}
}

// ---- steps --------------------------------------------------------------------------

static const char *const kinds[] = {
	"start", "load", "store", "xchg", "lock", "add", "and", "or", "xor", "cas", "plain read",
	"plain write", "futexsleep", "futexwakeup", "woken", "choose", "yield", "park", "unpark",
	"await",
};
static const char *const orders[] = { "relaxed", "consume", "acquire", "release", "acq_rel", "seqcst" };

static int waiters(uintptr_t addr)
{
	int n = 0;

	for (int t = 0; t < C->nthreads; t++)
		n += C->thread[t].status == Sleeping && C->thread[t].sleepaddr == addr;
	return n;
}

// Has t seen all that has been stored?
static bool knowsall(int t)
{
	for (int i = 0; i < C->nslots; i++) {
		if (C->memory == Ra && C->thread[t].now.at[i] != C->nmsgs[i] - 1)
			return false;
	}
	return true;
}

// How many ways the next step of t has; 0 if it cannot be done now.
static int nways(int t)
{
	const Thread *th = &C->thread[t];
	const Op *op = &th->op;
	uint8_t at[MaxChoices];
	bool memory = op->kind >= OpLoad && op->kind <= OpPlainWrite;

	if (th->status == Parked)
		return th->token;
	if (th->status != Ready)
		return 0;
	if (C->memory == Tso) {
		if ((op->kind == OpStore || op->kind == OpPlainWrite) && th->nbuf == MaxBuf)
			return 0;
	}
	switch (op->kind) {
	case OpYield:
		// What waits in a loop looks again when something may have changed.
		return th->fresh || !knowsall(t);
	case OpChoose:
		return (int)op->value;
	case OpAwait:
		return op->pred((void *)op->expected);
	case OpLock:
		return get(op->addr, op->size) == 0;
	case OpFutexWake: {
		int n = waiters(op->addr);

		return n > 0 && op->value < (uint64_t)n ? n : 1;
	}
	case OpFutexSleep:
		return C->memory == Ra && op->loc >= 0 && C->slot[op->loc] >= 0 ? candidates(t, op, at) : 1;
	}
	return memory && C->memory == Ra ? candidates(t, op, at) : 1;
}

static void flushone(int t)
{
	Thread *th = &C->thread[t];

	put(th->buf[0].addr, th->buf[0].size, th->buf[0].value);
	th->nbuf--;
	memmove(th->buf, th->buf + 1, sizeof th->buf[0] * th->nbuf);
	memset(&th->buf[th->nbuf], 0, sizeof th->buf[0]);
}

static void drain(int t)
{
	while (C->thread[t].nbuf > 0)
		flushone(t);
}

// What t sees of its access: memory with its own buffered stores over it.
static uint64_t forwarded(int t, uintptr_t addr, int size)
{
	const Thread *th = &C->thread[t];
	uint64_t v = get(addr, size);

	for (int i = 0; i < th->nbuf; i++) {
		for (int b = 0; b < th->buf[i].size; b++) {
			uintptr_t a = th->buf[i].addr + (uintptr_t)b;

			if (a >= addr && a < addr + (uintptr_t)size)
				((uint8_t *)&v)[a - addr] = (uint8_t)(th->buf[i].value >> b * 8);
		}
	}
	return v;
}

static uint64_t apply(const Op *op, uint64_t old)
{
	switch (op->kind) {
	case OpAdd:
		return old + op->value;
	case OpAnd:
		return old & op->value;
	case OpOr:
		return old | op->value;
	case OpXor:
		return old ^ op->value;
	}
	return op->value;
}

static void tracestep(int t, const char *format, ...);

static void bufferstore(int t, uintptr_t addr, int size, uint64_t v)
{
	Thread *th = &C->thread[t];

	th->buf[th->nbuf].addr = addr;
	th->buf[th->nbuf].size = (uint8_t)size;
	th->buf[th->nbuf++].value = v;
}

static bool isrmw(const Op *op)
{
	return op->kind >= OpXchg && op->kind <= OpCas;
}

// An access to memory, done at once: sc, and tso's read-modify-writes.
static void strongaccess(int t, const Op *op)
{
	Thread *th = &C->thread[t];
	uint64_t old;

	if (C->memory == Tso && isrmw(op))
		drain(t);
	old = forwarded(t, op->addr, op->size);
	th->result = old;
	if (op->kind == OpLoad || op->kind == OpPlainRead) {
		tracestep(t, "%s %s: %lu", orders[op->order], kinds[op->kind], old);
		if (op->kind == OpPlainRead)
			th->old = get(op->addr, op->size), put(op->addr, op->size, old);
		return;
	}
	if (op->kind == OpPlainWrite) {
		th->old = get(op->addr, op->size);
		tracestep(t, "plain write");
		return;
	}
	if (op->kind == OpCas && old != op->expected) {
		tracestep(t, "cas fails: %lu, not %lu", old, op->expected);
		return;
	}
	tracestep(t, "%s %s: %lu -> %lu", orders[op->order], kinds[op->kind], old,
	          apply(op, old) & mask(op->size));
	if (C->memory == Tso && op->kind == OpStore)
		bufferstore(t, op->addr, op->size, op->value);
	else
		put(op->addr, op->size, apply(op, old));
}

static void weakaccess(int t, const Op *op, int way)
{
	Thread *th = &C->thread[t];
	int x = C->slot[op->loc];
	uint8_t at[MaxChoices];
	int n = candidates(t, op, at), top = C->nmsgs[x] - 1, k = at[way];
	uint64_t whole, old;
	const char *late = k < top ? " (not the newest)" : "";

	if (C->stale >= 0 && way > 0)
		C->late++;

	if (n > MaxChoices)
		die("too many choices");
	if (k < top)
		th->fresh = true; // another look may see more, even if it has learnt the rest since
	if (op->kind == OpStore) {
		tracestep(t, "%s store: %lu%s", orders[op->order], op->value & mask(op->size),
		          k <= top ? " (before others' stores)" : "");
		writemsg(t, op, k, withpart(op, C->msgs[x][k - 1].value, op->value), op->order, false);
		return;
	}
	if (op->kind == OpPlainWrite) {
		tracestep(t, "plain write");
		if (!C->locs[op->loc].racy && th->now.at[x] != top)
			error("data race: thread %d writes plainly what thread %d has written", t,
			      C->msgs[x][top].writer);
		th->old = get(op->addr, op->size);
		return; // settle writes the message
	}
	if (op->kind == OpLoad || op->kind == OpPlainRead) {
		if (op->kind == OpPlainRead && !C->locs[op->loc].racy && th->now.at[x] != top)
			error("data race: thread %d reads plainly what thread %d has written", t,
			      C->msgs[x][top].writer);
		old = part(op, C->msgs[x][k].value);
		tracestep(t, "%s %s: %lu%s", orders[op->order], kinds[op->kind], old, late);
		readmsg(t, op, k, op->order);
		th->result = old;
		if (op->kind == OpPlainRead)
			th->old = get(op->addr, op->size), put(op->addr, op->size, old);
		return;
	}
	old = part(op, C->msgs[x][k].value);
	if (op->kind == OpCas && old != op->expected) {
		tracestep(t, "cas fails: %lu%s, not %lu", old, late, op->expected);
		readmsg(t, op, k, op->failorder);
		th->result = old;
		return;
	}
	tracestep(t, "%s %s: %lu -> %lu%s", orders[op->order], kinds[op->kind], old,
	          apply(op, old) & mask(op->size), late);
	whole = readmsg(t, op, k, op->order);
	th->result = old;
	writemsg(t, op, k + 1, withpart(op, whole, apply(op, old)), op->order, true);
}

// Does the step of t; returns whether it runs on.
static bool perform(int t, int way)
{
	Thread *th = &C->thread[t];
	const Op *op = &th->op;

	if (th->status == Parked) {
		tracestep(t, "continues");
		joinview(&th->now, &th->tokenview);
		th->token = false;
		memset(&th->tokenview, 0, sizeof th->tokenview);
		th->status = Ready;
		return true;
	}
	switch (op->kind) {
	case OpYield:
		tracestep(t, "yields");
		if (!th->fresh) {
			for (int i = 0; i < C->nslots; i++)
				th->now.at[i] = (uint8_t)(C->nmsgs[i] - 1);
		}
		th->fresh = false;
		return true;
	case OpStart:
	case OpWoken:
		tracestep(t, op->kind == OpWoken ? "continues" : kinds[op->kind]);
		return true;
	case OpAwait:
		if (C->memory == Tso)
			drain(t);
		fence(t);
		if (C->memory == Ra) {
			// What it waits for has happened, with all that came before.
			for (int u = 0; u < C->nthreads; u++) {
				if (u != t)
					joinview(&th->now, &C->thread[u].now);
			}
		}
		tracestep(t, "await");
		return true;
	case OpChoose:
		th->result = (uint64_t)way;
		tracestep(t, "chooses %d", way);
		return true;
	case OpFutexSleep: {
		uint64_t v;
		int k = -1;

		if (C->memory == Tso)
			drain(t);
		if (C->memory == Ra && op->loc >= 0 && C->slot[op->loc] >= 0) {
			uint8_t at[MaxChoices];
			int x = C->slot[op->loc];

			candidates(t, op, at);
			k = at[way];
			v = part(op, C->msgs[x][k].value);
			fence(t);
			readmsg(t, op, k, Relaxed);
		} else {
			fence(t);
			v = get(op->addr, 4);
		}
		if (v != op->value) {
			tracestep(t, "futexsleep: %lu, not %lu: continues", v, op->value);
			return true;
		}
		tracestep(t, "futexsleep: asleep");
		th->status = Sleeping;
		th->sleepaddr = op->addr;
		th->limited = (int64_t)op->expected >= 0;
		return false;
	}
	case OpFutexWake: {
		int n = 0, all = waiters(op->addr);

		if (C->memory == Tso)
			drain(t);
		fence(t);
		for (int u = 0; u < C->nthreads; u++) {
			Thread *other = &C->thread[u];

			if (other->status != Sleeping || other->sleepaddr != op->addr)
				continue;
			if (op->value >= (uint64_t)all || n++ == way) {
				other->status = Ready;
				other->op = (Op){ .kind = OpWoken, .loc = -1 };
				other->sleepaddr = 0;
				other->limited = false;
				tracestep(t, "futexwakeup: wakes thread %d", u);
			}
		}
		if (all == 0)
			tracestep(t, "futexwakeup: nobody");
		return true;
	}
	case OpPark:
		if (C->memory == Tso)
			drain(t);
		fence(t);
		tracestep(t, "parks");
		th->status = Parked;
		return false;
	case OpUnpark: {
		Thread *other = &C->thread[op->value];

		if (C->memory == Tso)
			drain(t);
		fence(t);
		tracestep(t, "unparks thread %d", (int)op->value);
		if (other->token)
			error("thread %d is unparked twice", (int)op->value);
		other->token = true;
		if (C->memory == Ra) {
			joinview(&other->tokenview, &th->now);
			th->now.clock[t]++;
		}
		return true;
	}
	}
	if (C->memory == Ra)
		weakaccess(t, op, way);
	else
		strongaccess(t, op);
	return true;
}

// A plain access was announced and has been done since: what it wrote becomes a store of the
// memory model's, and what was put there for it to read is taken away again.
static void settle(void)
{
	int t = C->self;
	Thread *th = &C->thread[t];

	for (int i = 0; i < th->nplain; i++) {
		const Op *op = &th->plain[i].op;
		uint64_t v = get(op->addr, op->size);

		put(op->addr, op->size, th->plain[i].old);
		if (op->kind == OpPlainRead)
			continue;
		if (C->memory == Ra) {
			int x = C->slot[op->loc], k = C->nmsgs[x];

			writemsg(t, op, k, withpart(op, C->msgs[x][k - 1].value, v), Relaxed, false);
		} else if (C->memory == Tso) {
			if (th->nbuf == MaxBuf)
				drain(t);
			bufferstore(t, op->addr, op->size, v);
		} else {
			put(op->addr, op->size, v);
		}
	}
	th->nplain = 0;
}

// ---- hooks --------------------------------------------------------------------------

static void notendless(void)
{
	if (++C->quiet > Endless)
		mc_fail("a loop that no other thread ends");
}

// The access is a step of its own.
static uint64_t step(Kind kind, uintptr_t addr, int size, int order, int failorder, uint64_t value,
                     uint64_t expected, int loc, uintptr_t pc)
{
	Thread *th = &C->thread[C->self];

	th->op = (Op){ .kind = (uint8_t)kind, .size = (uint8_t)size, .order = (uint8_t)order,
		.failorder = (uint8_t)failorder, .loc = (int16_t)loc, .addr = addr, .pc = pc,
		.value = value, .expected = expected };
	yieldturn();
	value = th->result;
	th->result = 0;
	return value;
}

static __attribute__((noinline)) uint64_t atomicaccess(Kind kind, uintptr_t addr, int size,
	int order, int failorder, uint64_t value, uint64_t expected, uintptr_t pc)
{
	Op op = { .kind = (uint8_t)kind, .size = (uint8_t)size, .value = value };
	uint64_t old;

	if (C->self >= 0) {
		settle();
		if (!inranges(C->ignore, C->nignore, addr)) {
			int loc = atomicloc(addr, size);

			value &= mask(size);
			expected &= mask(size);
			if (useloc(loc, kind != OpLoad) >= 0)
				return step(kind, addr, size, order, failorder, value, expected, loc, pc);
			if (C->restart)
				yieldturn();
		}
		notendless();
	}
	old = get(addr, size);
	if (kind == OpLoad || (kind == OpCas && old != (expected & mask(size))))
		return old;
	put(addr, size, apply(&op, old));
	return old;
}

static __attribute__((noinline)) void plainaccess(uintptr_t addr, int size, bool write, uintptr_t pc)
{
	int loc;

	if (inranges(C->ignore, C->nignore, addr))
		return;
	loc = findloc(addr, size);
	if (loc < 0 && onstack(C->self, addr))
		return;
	if (loc < 0 && inranges(C->racy, C->nracy, addr))
		loc = atomicloc(addr, size);
	if (loc < 0) {
		if (C->memory == Ra) {
			checkrace(addr, size, write);
			if (C->restart || C->failed)
				yieldturn();
		}
		return;
	}
	if (addr < C->locs[loc].addr || addr + (uintptr_t)size > C->locs[loc].addr + C->locs[loc].size) {
		// Part of it is an atomic location.
		int first = size > 4 ? 4 : size > 2 ? 2 : 1;

		plainaccess(addr, first, write, pc);
		plainaccess(addr + (uintptr_t)first, size - first, write, pc);
		return;
	}
	if (useloc(loc, write) < 0) {
		if (C->restart)
			yieldturn();
		return;
	}
	if (C->locs[loc].racy) {
		step(write ? OpPlainWrite : OpPlainRead, addr, size, Relaxed, Relaxed, 0, 0, loc, pc);
	} else {
		// No step: done here and now, if it does not race.
		Thread *th = &C->thread[C->self];

		th->op = (Op){ .kind = write ? OpPlainWrite : OpPlainRead, .size = (uint8_t)size,
			.loc = (int16_t)loc, .addr = addr, .pc = pc };
		if (C->memory == Ra)
			weakaccess(C->self, &C->thread[C->self].op, 0);
		else
			strongaccess(C->self, &C->thread[C->self].op);
		if (C->restart || C->failed)
			yieldturn();
	}
	if (C->thread[C->self].nplain == MaxPlain)
		die("too wide a plain access");
	C->thread[C->self].plain[C->thread[C->self].nplain].op = C->thread[C->self].op;
	C->thread[C->self].plain[C->thread[C->self].nplain++].old = C->thread[C->self].old;
	C->thread[C->self].old = 0;
}

static void plainrange(uintptr_t addr, size_t size, bool write, uintptr_t pc)
{
	if (C->self < 0)
		return;
	settle();
	while (size > 0) {
		size_t n = 8 - (addr & 7);

		if (n > size)
			n = size;
		plainaccess(addr, (int)n, write, pc);
		addr += n;
		size -= n;
	}
}

#define PC ((uintptr_t)__builtin_return_address(0) - 1)
#define PLAIN(n) \
	void __tsan_read##n(void *p); \
	void __tsan_write##n(void *p); \
	void __tsan_unaligned_read##n(void *p); \
	void __tsan_unaligned_write##n(void *p); \
	void __tsan_read##n(void *p) { plainrange((uintptr_t)p, n, false, PC); } \
	void __tsan_write##n(void *p) { plainrange((uintptr_t)p, n, true, PC); } \
	void __tsan_unaligned_read##n(void *p) { plainrange((uintptr_t)p, n, false, PC); } \
	void __tsan_unaligned_write##n(void *p) { plainrange((uintptr_t)p, n, true, PC); }
PLAIN(1) PLAIN(2) PLAIN(4) PLAIN(8) PLAIN(16)

void __tsan_init(void);
void __tsan_read_range(void *p, size_t n);
void __tsan_write_range(void *p, size_t n);
void __tsan_init(void) {}
void __tsan_read_range(void *p, size_t n) { plainrange((uintptr_t)p, n, false, PC); }
void __tsan_write_range(void *p, size_t n) { plainrange((uintptr_t)p, n, true, PC); }

#define RMW(n, T, name, kind) \
	T __tsan_atomic##n##_##name(T *p, T v, int order); \
	T __tsan_atomic##n##_##name(T *p, T v, int order) \
	{ \
		return (T)atomicaccess(kind, (uintptr_t)p, sizeof v, order, 0, v, 0, PC); \
	}
#define ATOMIC(n, T) \
	T __tsan_atomic##n##_load(const T *p, int order); \
	T __tsan_atomic##n##_load(const T *p, int order) \
	{ \
		return (T)atomicaccess(OpLoad, (uintptr_t)p, sizeof(T), order, 0, 0, 0, PC); \
	} \
	void __tsan_atomic##n##_store(T *p, T v, int order); \
	void __tsan_atomic##n##_store(T *p, T v, int order) \
	{ \
		atomicaccess(OpStore, (uintptr_t)p, sizeof v, order, 0, v, 0, PC); \
	} \
	RMW(n, T, exchange, OpXchg) RMW(n, T, fetch_add, OpAdd) RMW(n, T, fetch_and, OpAnd) \
	RMW(n, T, fetch_or, OpOr) RMW(n, T, fetch_xor, OpXor) \
	T __tsan_atomic##n##_fetch_sub(T *p, T v, int order); \
	T __tsan_atomic##n##_fetch_sub(T *p, T v, int order) \
	{ \
		return (T)atomicaccess(OpAdd, (uintptr_t)p, sizeof v, order, 0, (T)-v, 0, PC); \
	} \
	int __tsan_atomic##n##_compare_exchange_strong(T *p, T *expected, T v, int order, int fail); \
	int __tsan_atomic##n##_compare_exchange_strong(T *p, T *expected, T v, int order, int fail) \
	{ \
		T old = (T)atomicaccess(OpCas, (uintptr_t)p, sizeof v, order, fail, v, *expected, PC); \
		if (old == *expected) \
			return 1; \
		*expected = old; \
		return 0; \
	}
ATOMIC(8, uint8_t) ATOMIC(16, uint16_t) ATOMIC(32, uint32_t) ATOMIC(64, uint64_t)

// ---- what models call ---------------------------------------------------------------

void mc_thread(void (*fn)(void *), void *arg, void *g)
{
	int t = C->nthreads++;

	if (t == MaxThreads)
		die("too many threads");
	C->fn[t] = fn;
	C->arg[t] = arg;
	C->g[t] = g;
	C->daemon[t] = false;
}

void mc_daemon(void)
{
	C->daemon[C->nthreads - 1] = true;
}

void mc_name(const void *p, size_t size, const char *name, int index)
{
	if (C->nranges == MaxNames)
		die("too many names");
	C->names[C->nranges++] = (Range){ (uintptr_t)p, (uintptr_t)p + size, name, index };
}

void mc_racy(const void *p, size_t size)
{
	if (C->nracy == MaxRanges)
		die("too many racy words");
	C->racy[C->nracy++] = (Range){ (uintptr_t)p, (uintptr_t)p + size, NULL, 0 };
}

void mc_ignore(const void *p, size_t size)
{
	if (C->nignore == MaxRanges)
		die("too many ignored words");
	C->ignore[C->nignore++] = (Range){ (uintptr_t)p, (uintptr_t)p + size, NULL, 0 };
}

int mc_self(void)
{
	return C->self;
}

int mc_choose(int n)
{
	settle();
	if (C->self < 0)
		return n - 1;
	return n <= 1 ? 0 : (int)step(OpChoose, 0, 0, 0, 0, (uint64_t)n, 0, -1, PC);
}

void mc_setg(void *g)
{
	C->thread[C->self].g = (uintptr_t)g;
	mc_g = (uintptr_t)g;
}

void mc_exit(void)
{
	settle();
	C->thread[C->self].status = Done;
	yieldturn();
	abort();
}

void mc_prune(void)
{
	C->pruned = true;
	yieldturn();
}

void mc_yield(void)
{
	settle();
	step(OpYield, 0, 0, 0, 0, 0, 0, -1, PC);
}

static int futexloc(uint32_t *addr)
{
	int loc = atomicloc((uintptr_t)addr, 4);

	useloc(loc, false);
	return loc;
}

bool mc_futexsleep(uint32_t *addr, uint32_t val, int64_t ns)
{
	settle();
	return step(OpFutexSleep, (uintptr_t)addr, 4, 0, 0, val, (uint64_t)ns, futexloc(addr), PC) != 0;
}

void mc_futexwakeup(uint32_t *addr, uint32_t cnt)
{
	settle();
	step(OpFutexWake, (uintptr_t)addr, 4, 0, 0, cnt, 0, -1, PC);
}

void mc_lock(uint32_t *key)
{
	if (atomicaccess(OpLock, (uintptr_t)key, 4, SeqCst, SeqCst, 1, 0, PC) != 0)
		mc_fail("a lock that its holder acquires");
}

void mc_unlock(uint32_t *key)
{
	if (atomicaccess(OpXchg, (uintptr_t)key, 4, SeqCst, SeqCst, 0, 0, PC) != 1)
		mc_fail("unlock of an unlocked lock");
}

void mc_park(void)
{
	settle();
	step(OpPark, 0, 0, 0, 0, 0, 0, -1, PC);
}

void mc_unpark(int thread)
{
	settle();
	step(OpUnpark, 0, 0, 0, 0, (uint64_t)thread, 0, -1, PC);
}

void mc_await(bool (*pred)(void *), void *arg)
{
	Thread *th = &C->thread[C->self];

	settle();
	th->op = (Op){ .kind = OpAwait, .loc = -1, .pc = PC, .pred = pred, .expected = (uint64_t)arg };
	yieldturn();
}

bool mc_asleep(int thread)
{
	const Thread *th = &C->thread[thread];

	return th->status == Sleeping || (th->status == Parked && !th->token);
}

// ---- traces -------------------------------------------------------------------------

static const char *place(uintptr_t addr, char *buf, size_t size)
{
	for (int i = 0; i < C->nranges; i++) {
		const Range *r = &C->names[i];

		if (addr < r->lo || addr >= r->hi)
			continue;
		if (r->index >= 0)
			snprintf(buf, size, "%s%d+%#lx", r->name, r->index, addr - r->lo);
		else
			snprintf(buf, size, "%s+%#lx", r->name, addr - r->lo);
		return buf;
	}
	snprintf(buf, size, "%#lx", addr);
	return buf;
}

// Prints where pc is: the innermost place, and its callers as far as they are inlined.
static void printsource(uintptr_t pc)
{
	char cmd[700], fn[200], at[600], text[300], *colon;
	FILE *f, *src;
	bool first = true;

	snprintf(cmd, sizeof cmd, "addr2line -i -f -e '%s' %#lx", C->exe, pc);
	f = popen(cmd, "r");
	while (f && fgets(fn, sizeof fn, f) && fgets(at, sizeof at, f)) {
		int line;
		char *name;

		fn[strcspn(fn, "\n")] = 0;
		at[strcspn(at, "\n")] = 0;
		if (!(colon = strrchr(at, ':')))
			continue;
		line = atoi(colon + 1);
		*colon = 0;
		name = strrchr(at, '/') ? strrchr(at, '/') + 1 : at;
		printf("%s%s:%d %s", first ? "" : " < ", name, line, fn);
		if (first) {
			text[0] = 0;
			if ((src = fopen(at, "r"))) {
				for (int i = 0; i < line; i++) {
					if (!fgets(text, sizeof text, src))
						text[0] = 0;
				}
				fclose(src);
			}
		}
		first = false;
	}
	if (f)
		pclose(f);
	text[strcspn(text, "\n")] = 0;
	if (!first)
		printf("\n            | %s", text + strspn(text, "\t "));
}

static void tracestep(int t, const char *format, ...)
{
	va_list args;
	char what[200], buf[100];
	const Op *op = &C->thread[t].op;

	if (!C->tracing)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	printf("  thread %d: %s", t, what);
	if (op->addr && C->thread[t].status == Ready)
		printf("  [%s]", place(op->addr, buf, sizeof buf));
	printf("\n            ");
	if (op->pc && C->thread[t].status == Ready)
		printsource(op->pc);
	printf("\n");
}

void mc_note(const char *format, ...)
{
	va_list args;

	if (!C->tracing)
		return;
	va_start(args, format);
	printf("  thread %d: ", C->self);
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

// ---- states -------------------------------------------------------------------------

typedef struct { unsigned char *p; } Out; // the next byte

static void save(Out *o, void *p, size_t n)
{
	memcpy(o->p, p, n);
	o->p += n;
}

static void load(Out *o, void *p, size_t n)
{
	memcpy(p, o->p, n);
	o->p += n;
}

typedef void Move(Out *o, void *p, size_t n);

static void moveview(Out *o, Move *move, View *v)
{
	move(o, v->at, (size_t)C->nslots);
	move(o, v->clock, (size_t)C->nthreads);
}

// Copies the state into o, or back. What comes first decides how much follows.
static void movestate(Out *o, Move *move)
{
	if (C->bound >= 0) {
		move(o, &C->last, sizeof C->last);
		move(o, &C->used, sizeof C->used);
	}
	if (C->stale >= 0)
		move(o, &C->late, sizeof C->late);
	for (int t = 0; t < C->nthreads; t++) {
		Thread *th = &C->thread[t];

		move(o, &th->status, offsetof(Thread, buf) - offsetof(Thread, status));
		move(o, th->buf, sizeof th->buf[0] * th->nbuf);
		if (th->status != Done)
			move(o, (void *)th->sp, stacktop(t) - th->sp);
		if (C->memory == Ra) {
			moveview(o, move, &th->now);
			moveview(o, move, &th->floor);
			moveview(o, move, &th->tokenview);
		}
	}
	if (C->memory != Ra)
		return;
	moveview(o, move, &C->sc_view);
	move(o, C->nmsgs, (size_t)C->nslots);
	for (int i = 0; i < C->nslots; i++) {
		for (int k = 0; k < C->nmsgs[i]; k++) {
			Msg *m = &C->msgs[i][k];

			move(o, m, offsetof(Msg, view));
			moveview(o, move, &m->view);
		}
	}
	for (int i = 0; i < C->ncells; i++) {
		if (C->cells[i].shared)
			move(o, &C->cell[i], sizeof C->cell[i]);
	}
}

// Are these chunks equal? Few are not, so there is one branch.
static bool alike(const unsigned char *p, const unsigned char *q)
{
	uint64_t x[Chunk / 8], y[Chunk / 8], differ = 0;

	memcpy(x, p, Chunk);
	memcpy(y, q, Chunk);
	for (int i = 0; i < Chunk / 8; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}

static size_t savestate(unsigned char *to)
{
	Out o = { to };
	size_t n = (size_t)(C->data_hi - C->data_lo);

	// Of memory, the chunks that differ from those of the initial state.
	for (size_t i = 0; i < n; i += Chunk) {
		uint32_t at = (uint32_t)i;

		if (alike(C->data_lo + i, C->base + i))
			continue;
		save(&o, &at, sizeof at);
		save(&o, C->data_lo + i, Chunk);
	}
	save(&o, &(uint32_t){ ~0u }, sizeof(uint32_t));
	movestate(&o, save);
	return (size_t)(o.p - to);
}

static void loadstate(unsigned char *from)
{
	Out o = { from };
	size_t n = (size_t)(C->data_hi - C->data_lo);
	uint32_t at;

	memcpy(C->data_lo, C->base, n);
	for (load(&o, &at, sizeof at); at != ~0u; load(&o, &at, sizeof at))
		load(&o, C->data_lo + at, Chunk);
	movestate(&o, load);
}

static uint64_t mix(uint64_t h, uint64_t v, uint64_t k)
{
	__uint128_t m = (__uint128_t)(h ^ v) * k;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

// A state is known by this alone: among 30 million, two are taken for one with a probability of
// 1 to 40000. Four lanes, so that the multiplications overlap. Never 0.
static uint64_t hashof(const unsigned char *p, size_t n)
{
	static const uint64_t keys[4] = { 0x9fb21c651e98df25, 0xd6e8feb86659fd93,
		0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3 };
	uint64_t h[4] = { n + 1, ~n, n + 2, ~n - 1 }, v[4];

	for (; n >= sizeof v; p += sizeof v, n -= sizeof v) {
		memcpy(v, p, sizeof v);
		for (int i = 0; i < 4; i++)
			h[i] = mix(h[i], v[i] + (unsigned)i, keys[i]) + 3;
	}
	memset(v, 0, sizeof v);
	memcpy(v, p, n);
	for (int i = 0; i < 4; i++)
		h[0] = mix(h[0] ^ h[i], v[i], keys[i]) + h[i];
	return h[0] ? h[0] : 1;
}

static void *grow(void *p, uint64_t n, size_t size)
{
	void *q = realloc(p, n * size);

	if (!q)
		die("out of memory");
	return q;
}

static void *zeroed(uint64_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("out of memory");
	return p;
}

// Where h is in the table, or belongs.
static uint64_t find(uint64_t h)
{
	uint64_t i = h & C->vmask;

	while (C->visited[i] && C->visited[i] != h)
		i = (i + 1) & C->vmask;
	return i;
}

// Doubles the table.
static void rehash(void)
{
	uint64_t n = C->vmask + 1, *old = C->visited;
	uint32_t *oldid = C->visitedid;

	C->vmask = 2 * n - 1;
	C->visited = zeroed(2 * n, sizeof *old);
	C->visitedid = zeroed(2 * n, sizeof *oldid);
	for (uint64_t k = 0; k < n; k++) {
		if (old[k]) {
			uint64_t i = find(old[k]);

			C->visited[i] = old[k];
			C->visitedid[i] = oldid[k];
		}
	}
	free(old);
	free(oldid);
}

// Returns the number of the state, and whether it is new.
static uint32_t enter(uint64_t h, bool *isnew)
{
	uint64_t i;

	if (C->nstates > C->vmask / 4 * 3)
		rehash();
	i = find(h);
	*isnew = !C->visited[i];
	if (!*isnew)
		return C->visitedid[i];
	C->visited[i] = h;
	C->visitedid[i] = (uint32_t)C->nstates;
	if (C->nstates == C->statecap) {
		C->statecap = C->statecap ? C->statecap + C->statecap / 2 : 1024;
		C->parent = grow(C->parent, C->statecap, sizeof *C->parent);
		C->parentway = grow(C->parentway, C->statecap, sizeof *C->parentway);
		C->isfinal = grow(C->isfinal, C->statecap, 1);
	}
	C->isfinal[C->nstates] = 0;
	return (uint32_t)C->nstates++;
}

static void edge(uint32_t from, uint32_t to)
{
	if (C->nedges == C->edgecap) {
		C->edgecap = C->edgecap ? C->edgecap + C->edgecap / 2 : 4096;
		C->edgefrom = grow(C->edgefrom, C->edgecap, sizeof *C->edgefrom);
		C->edgeto = grow(C->edgeto, C->edgecap, sizeof *C->edgeto);
	}
	C->edgefrom[C->nedges] = from;
	C->edgeto[C->nedges++] = to;
}

// ---- the search ---------------------------------------------------------------------

static uint16_t encode(Way kind, int t, int way)
{
	return (uint16_t)(kind << 12 | t << 8 | way);
}

// Has the thread of the last step been able to continue? Then another thread's is a preemption.
static bool couldcontinue(int t)
{
	const Op *op = &C->thread[t].op;

	return t >= 0 && C->thread[t].status == Ready && op->kind != OpYield && op->kind != OpWoken &&
	       op->kind != OpStart && nways(t) > 0;
}

static int findways(uint16_t *ways)
{
	int n = 0;
	bool bounded = C->bound >= 0 && C->used >= C->bound && couldcontinue(C->last);

	for (int k = 0; k < C->nthreads; k++) {
		// The thread that ran continues first: so traces have few switches.
		int t = C->last >= 0 ? (C->last + k) % C->nthreads : k;
		const Thread *th = &C->thread[t];
		int m = nways(t);

		if (!bounded || t == C->last) {
			for (int w = 0; w < m; w++)
				ways[n++] = encode(Step, t, w);
		}
		if (C->memory == Tso && th->nbuf > 0)
			ways[n++] = encode(Flush, t, 0);
		if (th->status == Sleeping && th->limited && !bounded)
			ways[n++] = encode(Timeout, t, 0);
		if (th->status == Sleeping && C->spurious && !bounded)
			ways[n++] = encode(Spurious, t, 0);
	}
	return n;
}

// Runs t until its next step.
static void resume(int t)
{
	C->self = t;
	mc_g = C->thread[t].g;
	C->quiet = 0;
	mc_switch(&C->explorersp, C->thread[t].sp);
	C->self = -1;
	mc_g = 0;
}

static void take(uint16_t code)
{
	Way kind = code >> 12;
	int t = code >> 8 & 15, way = code & 255;
	Thread *th = &C->thread[t];

	C->nsteps++;
	if (kind != Step || th->op.kind != OpYield) {
		for (int u = 0; u < C->nthreads; u++)
			C->thread[u].fresh |= u != t || kind == Flush;
	}
	switch (kind) {
	case Flush:
		if (C->tracing) {
			char buf[100];

			printf("  thread %d:     its store of %lu reaches memory  [%s]\n", t,
			       th->buf[0].value & mask(th->buf[0].size),
			       place(th->buf[0].addr, buf, sizeof buf));
		}
		flushone(t);
		break;
	case Timeout:
	case Spurious:
		th->status = Ready;
		tracestep(t, kind == Timeout ? "the sleep has lasted long enough" : "a signal ends the sleep");
		th->result = kind == Timeout;
		th->op = (Op){ .kind = OpWoken, .loc = -1 };
		th->sleepaddr = 0;
		th->limited = false;
		break;
	case Step:
		if (t != C->last && C->last >= 0 && C->bound >= 0 && couldcontinue(C->last))
			C->used++;
		C->last = t;
		if (perform(t, way) && !C->failed)
			resume(t);
		break;
	}
	if (C->memory == Ra && !C->restart) {
		collectmsgs();
		collectclocks();
	}
}

static bool alldone(void)
{
	for (int t = 0; t < C->nthreads; t++) {
		const Thread *th = &C->thread[t];
		bool asleep = th->status == Sleeping || (th->status == Parked && !th->token);

		if ((th->status != Done && !(C->daemon[t] && asleep)) || th->nbuf > 0)
			return false;
	}
	return true;
}

static void reset(void)
{
	memcpy(C->data_lo, C->initial, (size_t)(C->data_hi - C->data_lo));
	C->nranges = C->nracy = C->nignore = C->nthreads = 0;
	C->last = -1;
	C->used = C->late = 0;
	C->self = -1;
	memset(C->stacks, 0, (size_t)MaxThreads * StackSize);
	memset(C->thread, 0, sizeof C->thread);
	memset(C->cell, 0, sizeof C->cell);
	memset(&C->sc_view, 0, sizeof C->sc_view);
	memset(C->msgs, 0, sizeof C->msgs);
	C->sc->setup();
	memcpy(C->base, C->data_lo, (size_t)(C->data_hi - C->data_lo));
	for (int t = 0; t < C->nthreads; t++) {
		Thread *th = &C->thread[t];
		uintptr_t *sp = (uintptr_t *)stacktop(t) - 4;

		sp[1] = 0;
		*sp = (uintptr_t)begin;
		th->sp = (uintptr_t)(sp - 6);
		th->status = Ready;
		th->op.kind = OpStart;
		th->g = (uintptr_t)C->g[t];
		th->fresh = true;
		th->op.loc = -1;
		th->now.clock[t] = 1;
	}
	for (int i = 0; i < C->nslots; i++) {
		const Where *w = &C->locs[C->slotloc[i]];

		C->nmsgs[i] = 1;
		C->msgs[i][0] = (Msg){ .value = get(w->addr, w->size) };
	}
}

// All threads have ended.
static void finish(void)
{
	C->finishing = true;
	if (C->sc->after && setjmp(C->finished) == 0)
		C->sc->after();
	C->finishing = false;
}

// The state, whose copy of that size is in scratch, may have ways to go.
static void keep(Node *n, uint32_t id, size_t size)
{
	n->copy = malloc(size);
	n->ways = malloc(sizeof(uint16_t) * MaxThreads * MaxChoices);
	if (!n->copy || !n->ways)
		die("out of memory");
	memcpy(n->copy, C->scratch, size);
	n->id = id;
	n->next = 0;
	n->last = (int8_t)C->last;
	n->used = (uint8_t)C->used;
	n->count = (uint16_t)findways(n->ways);
	n->ways = grow(n->ways, n->count + 1u, sizeof(uint16_t));
}

static void drop(Node *n)
{
	free(n->copy);
	free(n->ways);
}

typedef enum { Fine, Failed, Restarted, TooMany } Verdict;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool stuck(void)
{
	for (int t = 0; t < C->nthreads; t++) {
		if (C->thread[t].status != Done)
			return true;
	}
	return false;
}

static void describestuck(void)
{
	char *p = C->error, *end = p + sizeof C->error;

	p += snprintf(p, (size_t)(end - p), "never ends:");
	for (int t = 0; t < C->nthreads && p < end; t++) {
		const Thread *th = &C->thread[t];

		if (th->status != Done)
			p += snprintf(p, (size_t)(end - p), " thread %d (%s)", t,
			              th->status == Sleeping ? "asleep" :
			              th->status == Parked ? "parked" : kinds[th->op.kind]);
	}
}

// Has the exploration taken too long?
static bool late(void)
{
	return C->seconds > 0 && C->nstates % 1024 == 0 && seconds() > C->seconds;
}

static Verdict explore(void)
{
	bool isnew;
	uint32_t id = 0;
	size_t size;
	Node *n;

	C->nstates = C->nsteps = C->nedges = C->clamped = 0;
	if (C->visited)
		memset(C->visited, 0, sizeof *C->visited * (C->vmask + 1));
	C->depth = 0;
	C->failed = C->restart = C->pruned = false;
	reset();
	size = savestate(C->scratch);
	id = enter(hashof(C->scratch, size), &isnew);
	C->parent[id] = 0;
	keep(&C->nodes[C->depth++], id, size);
	while (C->depth > 0) {
		uint16_t code;

		n = &C->nodes[C->depth - 1];
		if (n->next == n->count) {
			drop(n);
			C->depth--;
			continue;
		}
		if (n->next > 0) { // otherwise it is the state that this is in
			loadstate(n->copy);
			C->last = n->last;
			C->used = n->used;
		}
		code = n->ways[n->next++];
		take(code);
		if (C->restart) {
			while (C->depth > 0)
				drop(&C->nodes[--C->depth]);
			return Restarted;
		}
		if (!C->failed && alldone())
			finish();
		if (C->failed) {
			// Where it came from, for the trace.
			C->parentway[0] = code;
			return Failed;
		}
		if (C->pruned) {
			// One state represents all of these.
			C->pruned = false;
			id = enter(1, &isnew);
			C->isfinal[id] = 1;
			if (C->bound < 0)
				edge(n->id, id);
			continue;
		}
		size = savestate(C->scratch);
		id = enter(hashof(C->scratch, size), &isnew);
		if (C->bound < 0 && (C->timeouts || (code >> 12 != Timeout && code >> 12 != Spurious)))
			edge(n->id, id); // for findendless
		if (!isnew)
			continue;
		C->parent[id] = n->id;
		C->parentway[id] = code;
		if (alldone()) {
			C->isfinal[id] = 1;
			continue;
		}
		if (C->nstates >= C->maxstates || late()) {
			while (C->depth > 0)
				drop(&C->nodes[--C->depth]);
			return TooMany;
		}
		if (C->depth == MaxDepth)
			die("executions are too long");
		keep(&C->nodes[C->depth++], id, size);
		n = &C->nodes[C->depth - 1];
		if (n->count == 0 && stuck()) {
			describestuck();
			C->failed = true;
			C->parentway[0] = code;
			C->depth--; // the code leads here
			drop(n);
			return Failed;
		}
	}
	return Fine;
}

// Random executions: most of what is shared is learnt before the search begins.
static void learn(void)
{
	uint16_t ways[MaxThreads * MaxChoices];
	unsigned seed = 1;

	for (int i = 0; i < 300; i++) {
		C->restart = C->failed = C->pruned = false;
		reset();
		for (int k = 0; k < 3000 && !C->failed && !C->restart; k++) {
			int n = findways(ways);

			if (n == 0 || C->pruned)
				break;
			take(ways[rand_r(&seed) % (unsigned)n]);
		}
		if (C->restart)
			i--;
	}
	C->failed = false;
}

// From every state one must be able to reach the end. Returns one from which it is not so.
static bool findendless(uint32_t *id)
{
	uint64_t n = C->nstates, head = 0, tail = 0;
	uint64_t *first = calloc(n + 1, sizeof *first);
	uint32_t *from = malloc((C->nedges + 1) * sizeof *from);
	uint32_t *queue = malloc((n + 1) * sizeof *queue);
	bool found = false;

	if (!first || !from || !queue)
		die("out of memory");
	for (uint64_t i = 0; i < C->nedges; i++)
		first[C->edgeto[i] + 1]++;
	for (uint64_t i = 0; i < n; i++)
		first[i + 1] += first[i];
	for (uint64_t i = 0; i < C->nedges; i++)
		from[first[C->edgeto[i]]++] = C->edgefrom[i];
	for (uint64_t i = n; i > 0; i--)
		first[i] = first[i - 1];
	first[0] = 0;
	for (uint64_t i = 0; i < n; i++) {
		if (C->isfinal[i])
			queue[tail++] = (uint32_t)i;
	}
	while (head < tail) {
		uint32_t s = queue[head++];

		for (uint64_t k = first[s]; k < first[s + 1]; k++) {
			if (!C->isfinal[from[k]]) {
				C->isfinal[from[k]] = 1;
				queue[tail++] = from[k];
			}
		}
	}
	for (uint64_t i = 0; i < n && !found; i++) {
		if (!C->isfinal[i]) {
			*id = (uint32_t)i;
			found = true;
		}
	}
	free(first);
	free(from);
	free(queue);
	return found;
}

static void retrace(const uint16_t *codes, int n)
{
	char message[sizeof C->error];

	memcpy(message, C->error, sizeof message);
	C->tracing = true;
	C->failed = false;
	reset();
	for (int i = 0; i < n; i++)
		take(codes[i]);
	if (!C->failed && alldone())
		finish();
	C->tracing = false;
	printf("  => %s\n", message);
}

static void traceerror(void)
{
	uint16_t *codes = malloc(sizeof *codes * (C->depth + 1));
	int n = 0;

	// Each node of the stack has taken the way before its next one; the error's is the last.
	for (uint32_t d = 0; d < C->depth; d++)
		codes[n++] = C->nodes[d].ways[C->nodes[d].next - 1];
	retrace(codes, n);
	free(codes);
}

static void tracestate(uint32_t id)
{
	uint16_t *codes;
	int n = 0;

	for (uint32_t s = id; s != 0; s = C->parent[s])
		n++;
	codes = malloc(sizeof *codes * (size_t)(n + 1));
	for (uint32_t s = id, i = (uint32_t)n; s != 0; s = C->parent[s])
		codes[--i] = C->parentway[s];
	C->parentway[0] = 0;
	retrace(codes, n);
	free(codes);
}

static const char *const memories[] = { "sc", "tso", "ra" };

// Explores a scenario; returns whether it is as it should be.
static bool run(const Scenario *sc, bool trace)
{
	struct rusage use;
	Verdict v;
	uint32_t id = 0;
	bool endless = false;
	int passes = 0;
	char bound[20], stale[20];

	C->sc = sc;
	C->nlocs = C->nslots = C->ncells = 0;
	memset(C->loctable, 0, sizeof C->loctable);
	memset(C->celltable, 0, sizeof C->celltable);
	C->began = seconds();
	learn();
	do {
		v = explore();
		passes++;
	} while (v == Restarted);
	// With a bound, a loop may wait for a thread that the bound keeps from running.
	if (v == Fine && C->bound < 0 && findendless(&id)) {
		endless = true;
		v = Failed;
	}
	snprintf(bound, sizeof bound, C->bound < 0 ? "all" : "%d", C->bound);
	snprintf(stale, sizeof stale, C->stale < 0 || C->memory != Ra ? "" : " stale=%d", C->stale);
	getrusage(RUSAGE_SELF, &use);
	printf("%s %s threads=%d bound=%s%s states=%lu steps=%lu%s MB=%ld seconds=%.2f %s\n", sc->name,
	       memories[C->memory], C->nthreads, bound, stale, C->nstates, C->nsteps,
	       C->clamped ? " clamped" : "", use.ru_maxrss / 1024,
	       seconds() - C->began,
	       v == Fine ? "ok" : v == TooMany ? "toomany" : "error");
	if (v == Failed) {
		if (endless)
			snprintf(C->error, sizeof C->error, "from here the threads never end");
		printf("  error: %s\n", C->error);
		if (trace && endless)
			tracestate(id);
		else if (trace)
			traceerror();
		while (C->depth > 0)
			drop(&C->nodes[--C->depth]);
	}
	fflush(stdout);
	return v == Fine;
}

int main(int argc, char **argv)
{
	bool good = true, trace = true, list = false;
	const char *only = NULL;
	int upto = -1;
	ssize_t len;

	C = mmap((void *)0x100000000000, sizeof *C, PROT_READ | PROT_WRITE,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (C == MAP_FAILED)
		die("mmap");
	C->stacks = mmap((void *)0x110000000000, (size_t)MaxThreads * StackSize, PROT_READ | PROT_WRITE,
	                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	C->nodes = mmap(NULL, sizeof(Node) * MaxDepth, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	C->scratch = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	C->memory = Ra;
	C->bound = C->stale = -1;
	C->maxstates = 5000000;
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (!strcmp(a, "--spurious"))
			C->spurious = true;
		else if (!strcmp(a, "--timeouts"))
			C->timeouts = true;
		else if (!strcmp(a, "--large"))
			C->large = true;
		else if (!strcmp(a, "--quiet"))
			trace = false;
		else if (!strcmp(a, "--memory") && i + 1 < argc)
			C->memory = !strcmp(argv[++i], "sc") ? Sc : !strcmp(argv[i], "tso") ? Tso : Ra;
		else if (!strcmp(a, "--bound") && i + 1 < argc)
			C->bound = atoi(argv[++i]);
		else if (!strcmp(a, "--stale") && i + 1 < argc)
			C->stale = atoi(argv[++i]);
		else if (!strcmp(a, "--upto") && i + 1 < argc)
			upto = atoi(argv[++i]); // 0, 1, ... preemptions, until an error is found
		else if (!strcmp(a, "--states") && i + 1 < argc)
			C->maxstates = strtoull(argv[++i], NULL, 10);
		else if (!strcmp(a, "--seconds") && i + 1 < argc)
			C->seconds = atof(argv[++i]);
		else if (!strcmp(a, "--list"))
			list = true;
		else if (a[0] != '-')
			only = a;
		else
			die("usage: [--memory sc|tso|ra] [--bound N] [--stale N] [--upto N] [--states N] "
			    "[--seconds N] [--spurious] [--timeouts] [--large] [--quiet] [--list] "
			    "[SCENARIO]");
	}
	for (const Scenario *s = mc_scenarios; list && s->name; s++)
		puts(s->name);
	if (list)
		return 0;
	len = readlink("/proc/self/exe", C->exe, sizeof C->exe - 1);
	C->exe[len > 0 ? len : 0] = 0;
	C->vmask = (1 << 12) - 1;
	C->visited = zeroed(C->vmask + 1, sizeof *C->visited);
	C->visitedid = zeroed(C->vmask + 1, sizeof *C->visitedid);
	// Whole chunks, none of which is in two pages; -z now keeps what the loader changes off .data's.
	C->data_lo = (uint8_t *)((uintptr_t)__data_start & ~(uintptr_t)(Chunk - 1));
	C->data_hi = (uint8_t *)(((uintptr_t)_end + Chunk - 1) & ~(uintptr_t)(Chunk - 1));
	C->initial = malloc((size_t)(C->data_hi - C->data_lo));
	C->base = malloc((size_t)(C->data_hi - C->data_lo));
	setvbuf(stdout, malloc(1 << 16), _IOFBF, 1 << 16);
	memcpy(C->initial, C->data_lo, (size_t)(C->data_hi - C->data_lo));
	for (int k = upto >= 0 ? 0 : C->bound; k <= (upto >= 0 ? upto : C->bound) && good; k++) {
		C->bound = k;
		for (const Scenario *s = mc_scenarios; s->name; s++) {
			if (only ? strcmp(only, s->name) != 0 : s->large && !C->large)
				continue;
			if (!run(s, trace)) {
				good = false;
				if (upto >= 0)
					break;
			}
		}
	}
	return good ? 0 : 1;
}
