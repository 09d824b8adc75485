// runtime.h - the data that all rooms share: G, M, P, Sched and the types they are made
// of. No functions. Names of types and fields are Go's (1.14-1.15); docs/go-map.md lists
// what differs.
//
// A G is a goroutine, an M a thread, a P the right to run goroutines. An M needs a P to
// run a G. The G's own fields belong to the M that runs it; where another may look or
// write, the comment says so.
#ifndef RT0_RUNTIME_H
#define RT0_RUNTIME_H

#include "gobuf.h"
#include "machine.h"
#include "runtime/base/atomic.h"
#include "runtime/base/types.h"
#include "runtime/gocompat.h"

typedef struct G G;
typedef struct M M;
typedef struct P P;
typedef struct Sched Sched;
typedef struct Sudog Sudog;
typedef struct Timer Timer;
typedef struct rt_chan Hchan; // the interface's name for it
typedef struct rt_deferred Defer; // the interface's name, too
typedef struct Panic Panic;
typedef struct Mcache Mcache;
typedef struct Currents Currents; // reach/managed.h
typedef struct TraceBuf TraceBuf;
typedef struct Area Area; // cgo/area.h

// ---- constants ----------------------------------------------------------------------

enum {
	RunqSize = Stress ? 4 : 256, // a power of two
	GoidCacheBatch = 16,
	GFreeMax = 64,    // free Gs a P keeps; above it, all but GFreeKeep go to the global list
	GFreeKeep = 31,
	ScavengeAbove = 2048, // free stacks that wake the scavenger
	SudogBufSize = 128,
	TimerYields = 8,     // as many for one look at the global queue
	SegCacheSize = 8,    // segments a P keeps
	NumStackOrders = 4,  // small stacks of 2, 4, 8, 16 KiB
	StackMin = 2048,     // the least stack of Go's design; bounds newproc's arguments
	StackGuard = 928,    // stackguard0 - stack.lo: room for functions that do not check
	StackSmall = 256,    // of that, for the frame of one that does: it does not say its size
	StackDense = 48 << 10, // what goroutines start on beside a C library; of it,
	DenseGuard = 32 << 10, // in place of StackGuard, for the library's functions
	BaseGuard = Libc ? DenseGuard : StackGuard,
	MinFrameSize = 4 * PtrSize, // what newproc1 leaves free above a goroutine's arguments
	TlsSlots = 7,
};

// A value of stackguard0 that no stack pointer is below: the goroutine should yield.
#define StackPreempt ((uintptr_t)0x7ffffffffffffade)
#define NoGuard ((uintptr_t)0)

// In the guard in force it makes functions of the interface look before they begin: a
// goroutine should yield (StackPreempt has it), or what calls is no goroutine. In any other
// guard it is clear.
#define GuardLook ((uintptr_t)2)

// The states of a G. Its life is drawn in sched/g.c, where casgstatus checks it.
enum {
	Gidle = 0,      // allocated, not yet initialised; g0 and gsignal stay here
	Grunnable = 1,  // on a run queue
	Grunning = 2,   // on an M with a P; on no queue
	Gsyscall = 3,   // in a system call; on an M, without a right to a P
	Gwaiting = 4,   // parked; recorded wherever its waker will look
	Gdead = 6,      // finished, on a free list, or just being initialised
	Gpreempted = 9, // stopped by suspendG, waiting for it to be made Gwaiting
};

enum {
	Pidle = 0,    // on sched.pidle, or in the hands of the M that changes its state
	Prunning = 1, // owned by an M
	Psyscall = 2, // its M is in a system call; anyone may take it by compare-and-swap
	Pgcstop = 3,  // the world is stopped; owned by the M that stopped it
	Pdead = 4,    // gomaxprocs shrank; kept for when it grows again
};

// Why a P's goroutine should yield.
typedef enum {
	PreemptNot,
	PreemptForTimer, // a timer is due; the goroutine continues right after it
	PreemptSlice,    // its time slice is over, or the world stops: to the global queue
} PreemptReason;

// Why a G waits; the texts are in sched/g.c.
typedef enum {
	WaitReasonZero,
	WaitReasonChanReceive,
	WaitReasonChanSend,
	WaitReasonChanReceiveNil,
	WaitReasonChanSendNil,
	WaitReasonSelect,
	WaitReasonSelectNoCases,
	WaitReasonSleep,
	WaitReasonIOWait,
	WaitReasonSemacquire,
	WaitReasonMutexLock,
	WaitReasonRWMutexRLock,
	WaitReasonRWMutexLock,
	WaitReasonWaitGroupWait,
	WaitReasonCondWait,
	WaitReasonForceGCIdle,
	WaitReasonGCSweepWait,
	WaitReasonGCScavengeWait,
	WaitReasonFinalizerWait,
	WaitReasonPanicWait,
	WaitReasonPreempted,
	WaitReasonStoppingTheWorld,
	WaitLeaked = 0x80, // beside a reason: rt_leaks has found that the wait never ends
} WaitReason;

// Where the M's goroutine is, of rt_cgocall; sched/cgocall.c.
enum {
	CgoNot,
	CgoFunction,  // in a system call; the function runs, as gcgo
	CgoGoroutine, // the function has become the goroutine: it runs on gcgo's stack
};

// ---- small types --------------------------------------------------------------------

typedef struct {
	uintptr_t lo, hi; // [lo, hi)
} Stack;

// A sleeping lock of threads: 0 unlocked, 1 locked, 2 locked, and Ms may sleep.
typedef struct LOCKTYPE("mutex") {
	uint32_t key;
	uint32_t rank; // its place in the lock order; lock/lock.h
} Mutex;

// A one-shot event between threads: 0 cleared, 1 signalled.
typedef struct {
	uint32_t key;
} Note;

// A function value as Go has it: a pointer to a word that holds the code's address.
typedef struct {
	void (*fn)(void *);
} FuncVal;

// Where a G continues. sp and pc are what they are in Go: the caller's pc after the call
// that switched away, and its sp there. The other registers that a C function must preserve
// are on the G's stack, below sp (switch.S).
typedef struct {
	uintptr_t sp;
	uintptr_t pc;
	G *g;
	void *ctxt; // first run: the function's argument
	uintptr_t bp;
	FpControl fpcontrol;
} Gobuf;

// Where an M was interrupted, in its goroutine or in another G of its own; without sp: where it
// called.
typedef struct {
	G *g;
	uintptr_t pc, sp, bp, calledsp;
	Link link;
} Halted;

typedef struct AsyncState AsyncState; // context.h
typedef struct MoreFrame MoreFrame;

// Memory for an alloca that did not fit, at the low end of the segment.
typedef struct AllocRecord AllocRecord;
struct AllocRecord {
	AllocRecord *prev;
	uintptr_t oldguard; // the segment's guard before
	uintptr_t retaddr;  // where the function that has it returns to
	uintptr_t *slot;    // where that was: allocreturn is there now
	uintptr_t sp;       // of the function, since it has this
};

// A panic or rt_goexit whose deferred calls run, in the frame of the call that began it.
struct Panic {
	Panic *link; // the one whose deferred calls this began in
	char *text; // NULL in a goexit
	// Set in a recovered panic, which is allocated: returns the rest of gp's list when the
	// goroutine panics or ends with the frame pointer bp (panic/recover.c).
	Panic *(*recovered)(G *gp, Panic *p, uintptr_t bp);
	// Until the function that called rt_recover returns: where its return address was, and
	// the address itself. The slot now holds recoverreturn.
	uintptr_t *slot, retaddr;
	bool goexit;
	bool repanicked; // the next one has this text too
	uint32_t sig;    // of a fault
	int32_t sigcode0;
	uintptr_t sigcode1, sigpc;
};

typedef struct {
	G *head, *tail;
} Gqueue; // through schedlink, first in first out

typedef struct {
	G *head;
} Glist; // through schedlink, last in first out

// A place in a heap of timers.
typedef struct {
	int64_t when;
	uintptr_t timer; // bit 0: the Timer records its index
} TimerWhen;

typedef struct Printbuf Printbuf; // os/os.h
typedef struct Racer Racer; // replay/race.h
typedef struct RaceChan RaceChan;
typedef struct Handling Handling; // sig/handler.c

// ---- G ------------------------------------------------------------------------------

enum { MaxHeld = 48 }; // fewer than ThreadSanitizer's 64, with which it ends the process

// Hosted: the mutexes that a goroutine holds (hosted/mutex.c). Its own, without a lock.
typedef struct {
	uint32_t nhanded;     // mutexes unlocked by others when it looked
	uint32_t nheld, more; // in held, and beyond its end
	uintptr_t held[MaxHeld];
} HeldMutexes;

// Groups by owner. Where nothing else is said, a field belongs to the M that runs the G, or to
// the M that has taken it off a queue.
struct G {
	// What a switch, a park or a wake-up reads and writes. The words in the first 128 bytes
	// cost an instruction three bytes less, and all of it few lines of the cache.
	Stack stack;
	uintptr_t stackguard0; // the guard that gogo puts into force; StackPreempt: yield
	Stack segment;         // while it has one
	M *m;                  // NULL when not running
	Gobuf sched;
	uint32_t atomicstatus; // written by casgstatus alone
	uint32_t waitsince;    // about when it parked, 0: not long ago; sched/waiting.c
	uint8_t preempt;       // wanted off its M: doubles stackguard0 == StackPreempt
	uint8_t preemptStop;   // when preempted, stop in Gpreempted
	uint8_t waitreason;    // a WaitReason, while Gwaiting
	bool issystem;         // the runtime's own: not counted, no part in deadlocks
	uint32_t selectDone;   // the wait that several may end; sync/waiter.c
	int32_t tid;           // with a C library, a goroutine's number as one of its threads
	uint64_t goid;
	G *schedlink; // next on a run queue or free list
	G *ahead;     // on the global queue: a G some places behind this one

	// The goroutine's own.
	Panic *_panic; // innermost first
	Defer *_defer; // calls to make when it ends, panics or leaves a scope; newest first

	// A wait: written by the goroutine before it parks, param by its waker.
	void *param; // the Sudog that fired
	union {
		Sudog *waiting; // what it waits on; with channels several, through waitlink
		Timer *timer;   // while it sleeps
	};

	M *lockedm; // the M it is locked to

	// Set at its creation; anyone may read them.
	uintptr_t gopc;    // pc of the statement that started it
	uintptr_t startpc; // its function
	uint64_t parentGoid;
	uintptr_t stktopsp; // sp expected at the top of the stack, for tracebacks
	uintptr_t *ancestors; // creation stacks; NULL unless tracebackancestors asks for them

	// With a segment. fastguard is the small stack's guard while one is attached, and no
	// guard at all otherwise.
	uintptr_t segguard;
	uintptr_t fastguard;
	AllocRecord *allocs; // in the segment, newest first

	uintptr_t stackguard1;  // stackguard0 on g0 and gsignal; ~0 elsewhere
	AsyncState *asyncState; // NULL until the first asynchronous preemption; freed at exit

	// In a system call (Gsyscall): where its stack ends, for tracebacks.
	uintptr_t syscallsp, syscallpc, syscallbp;

	// Hosted: what ThreadSanitizer knows it by, and AddressSanitizer's two stacks for it
	// (hosted/fiber.c). An array of none elsewhere, and not the last member, since that would
	// make G a structure of any size to the compiler.
	void *fiber[3 * Hosted];
	int32_t error[Hosted]; // the C library's errno, while it does not run
	uintptr_t exceptions[2 * Hosted]; // and the C++ library's words; hosted/exceptions.c
	uint32_t replayprio[Replay]; // in a replayed run (replay/): its priority, or 0
	Racer *racer[Replay];        // and what the race detector knows it by; NULL: nothing yet
	HeldMutexes mutexes[Hosted];

	// With a C library: what is in force while this runs; g0's is the thread's. sched/setarea.h.
	Area *area;
};

// ---- M ------------------------------------------------------------------------------

// tls comes first: the thread's block of __thread variables is directly below it, and
// the thread pointer is &tls[1] (docs/startup.md has the map of its words).
//
// Groups by owner. Where nothing else is said, a field belongs to the thread itself.
struct M {
	uintptr_t tls[TlsSlots];

	// What each round of the scheduler reads, up to the guard.
	G *g0;          // with the stack that the scheduler runs on
	G *curg;        // the goroutine it runs
	P *p;           // NULL when not running Go code
	P *nextp;       // the P to take on waking; set by the waker before notewakeup
	P *oldp;        // the P before the system call
	int32_t locks;  // runtime locks held, and acquirem's; > 0: no preemption
	bool spinning;  // looks for work; counted in sched.nmspinning
	bool blocked;   // asleep on a note
	bool newSigstack; // minit installed the signal stack
	uint8_t incgo;  // CgoNot ...
	G *gsignal;     // with the stack that signal handlers run on
	FpControl fpcontrol; // in force while the scheduler runs
	uintptr_t guard; // which every prologue compares the stack pointer with
	MachineWords machine;

	// From gopark to park_m.
	bool (*waitunlockf)(G *gp, void *lock);
	void *waitlock;

	// For execute, by the function that has found the G; on no stack, since it is entered by
	// a jump (switch.S).
	bool inheritTime;

	uint32_t syscalltick; // p->syscalltick when it entered the system call
	uintptr_t leftpc;     // where the last mcall on this M would return to
	uintptr_t leftcaller; // where the last sendwait, recvwait or selectwait on it would return to
	uint32_t fastrand[2];
	const char *preemptoff; // if not NULL, the reason to keep curg on this M
	int32_t mallocing;

	// rt_lock_os_thread; sched/lockthread.c.
	uint32_t lockedExt, lockedInt; // its depth, and that of lockOSThread
	G *lockedg;
	uintptr_t createstack[32];

	// The thread: set when it starts.
	int64_t id;
	uint64_t procid; // thread id
	uint64_t sigmask;
	void (*mstartfn)(void); // run once, on g0, before it schedules
	M *alllink;             // on allm; changes under sched.lock

	// Asleep or ended. sched.lock protects the links; the waker sets park.
	Note park;
	M *schedlink; // on sched.midle, newmHandoff.newm
	M *freelink;  // on sched.freem
	uint32_t freeWait; // not 0 until the thread has left its stack

	// A C library's code, and signal handlers of the program's.
	G *gcgo; // with the stack that rt_cgocall's functions run on; NULL until the first
	Handling *handling; // of the handlers that run: the last interrupted
	bool pinned;  // to the processor that the runtime starts on; under sched.lock
	bool isextra; // for threads that the runtime has not made; cgo/foreign.c
	bool calling; // Hosted: foreign code, or rt_cgocall's function, is in a call of rt.h

	// Where the last entersyscall on this M returns to, and the registers that C wants preserved,
	// as they were then.
	uintptr_t enteredpc;
	uintptr_t callees[NumCallees];

	// Asynchronous preemption. The sender of the signal changes signalPending from 0 to 1 and
	// then owns asyncSpare; the handler, which owned it in between, changes it back.
	uint32_t signalPending;
	uint32_t preemptGen;    // signals handled
	AsyncState *asyncSpare; // for a goroutine that has none
	uint32_t needPerThreadSyscall; // by rt_syscall_all; cleared by this thread

	// A process that dies. The M that halts the others writes haltstate as well; sched/halt.c.
	int32_t dying;
	int32_t throwing; // 1 in throw; -1: and do not dump the other stacks
	uint8_t traceback;
	G *caughtsig;       // curg during a fatal signal
	Printbuf *printbuf; // where its messages go instead, or NULL
	uint32_t haltstate;
	Halted haltedat;

	// The execution trace, trace/event.c.
	TraceBuf *tracebuf; // its events that nobody has taken yet, or NULL
	uint32_t tracing;   // it is recording one
	uint32_t tracelost; // events since the last buffer was full

	// Debug builds: the locks this M holds, in the order taken.
	int32_t locksHeldLen;
	Mutex *locksHeld[16];

	GO_M_FIELDS
};

// ---- P ------------------------------------------------------------------------------

typedef struct {
	uint32_t schedtick;
	int64_t schedwhen;
	uint32_t syscalltick;
	int64_t syscallwhen;
	int64_t timerwhen; // when the P was last asked to yield for a timer
} Sysmontick; // sysmon's alone

struct P {
	// The owner's hot words.
	int32_t id;
	uint32_t status;
	uint32_t schedtick;   // +1 with every execute that does not inherit the time slice
	uint32_t syscalltick; // +1 with every system call
	M *m;                 // NULL when idle or in a system call
	uint8_t preempt;        // a PreemptReason: whatever runs should enter the scheduler
	uint8_t timeryields;    // PreemptForTimer's so far
	uint8_t runSafePointFn; // run sched.safePointFn at the next safe point
	Mcache *mcache;
	uint64_t goidcache, goidcacheend;
	struct {
		Glist list;
		int32_t n;
	} gFree;

	// Stacks that nobody uses: small ones by order, segments.
	struct {
		uintptr_t list; // through the first word
		uint32_t size;  // bytes
	} stackcache[NumStackOrders];
	Stack segcache[SegCacheSize];
	int32_t nsegcache;

	Currents *current; // what rt_gc_alloc takes from; NULL: never used

	P *link; // on sched.pidle, or procresize's list of Ps with work
	Sysmontick sysmontick;

	// The run queue; sched/runq.c. Others take from the head and from runnext.
	uint32_t runqhead __attribute__((aligned(CacheLineSize)));
	uint32_t runqtail;
	G *runnext; // runs before the ring, in what is left of the time slice
	G *runq[RunqSize];

	// Sudogs that nobody uses.
	int32_t sudogcachelen;
	Sudog *sudogcache[SudogBufSize];

	// timersLock protects the heap; sched/timer.c.
	Mutex timersLock;
	TimerWhen *timers;
	int32_t timerslen, timerscap;
	int64_t timer0When; // when of timers[0], 0 if none; read without the lock
	uint32_t numTimers; // equals timerslen; read without the lock
} __attribute__((aligned(CacheLineSize)));

// ---- Sched --------------------------------------------------------------------------

struct Sched {
	// Read all the time, written when something unusual happens.
	uint32_t gcwaiting; // the world wants to stop
	uint32_t sysmonwait; // sysmon sleeps on sysmonnote
	int32_t maxmcount;
	uint32_t freezing; // the process dies: the world stops, and does not start again
	// Written by sysmon, every 10 ms or so: timers that are due later need no look at
	// the clock.
	int64_t notDueAfter;

	Mutex lock __attribute__((aligned(CacheLineSize)));

	// sched.lock protects:
	M *midle; // Ms parked in stopm, linked by schedlink
	int32_t nmidle;
	int32_t nmidlelocked; // locked Ms that wait for their G
	int64_t mnext;        // Ms created, and the next id
	int32_t nmsys;        // Ms that never take a P; no part in deadlocks
	int64_t nmfreed;      // Ms that are gone
	P *pidle;             // idle Ps, linked by link
	Gqueue runq;          // the global run queue
	M *freem;             // Ms that have exited or will soon; their memory waits for reuse
	int32_t stopwait;     // Ps that have not stopped yet
	Note stopnote;
	Note sysmonnote;
	bool sysmondeep;  // it sleeps for longer than a time slice
	bool pidletaken;  // pidle has lost one since sysmon went to sleep
	void (*safePointFn)(P *);
	int32_t safePointWait;
	Note safePointNote;

	// Written under sched.lock; read without it by wakep, findrunnable and others.
	uint32_t npidle;
	int32_t runqsize;
	uint32_t nsurplus; // Ps beyond the number of processors; the world is stopped when it changes

	// Atomics without a lock.
	uint32_t nmspinning __attribute__((aligned(CacheLineSize)));
	uint32_t ngsys;     // system goroutines
	uint64_t goidgen;   // the last goid handed out, in batches
	int64_t lastpoll;   // when the network was last polled; 0 while an M blocks in it
	int64_t pollUntil;  // until when that M sleeps
	int64_t polled;     // when findrunnable last polled the network: others' polls do not count

	// gFree.lock protects the Gs that no P keeps; n is read without it too.
	struct {
		Mutex lock;
		Glist stack, noStack;
		int32_t n;       // on both lists
		int32_t nstack;  // on the first
		int32_t nunused; // its least value since the scavenger began to count
		G *scavenger;    // parked, until there are many
	} gFree;

	// sudoglock protects:
	Mutex sudoglock;
	Sudog *sudogcache; // through next

	GO_SCHED_FIELDS
};

// A G that waits in a queue: a channel's, a semaphore's, a cond's. Belongs to the lock of
// what it waits for.
struct Sudog {
	G *g;
	Sudog *next, *prev; // in the queue; in a semaphore's tree the greater, the smaller
	bool queued;
	bool mustclaim;     // more than one may end the wait: claim it first (sync/waiter.c)
	bool success;       // a partner ended the wait, no close and no deadline
	union {
		bool parked;      // in a cond's queue
		bool handedover;  // a semaphore's permit was taken for it
	};
	uint32_t priority; // in a semaphore's tree; 0: not a node
	union {
		struct { // a channel's
			Hchan *c;
			void *elem;      // the value to send, or where to receive; may be NULL
			Sudog *waitlink; // the next on g->waiting
		};
		struct { // a semaphore's: sync/sema.c; a cond has only the first
			const void *addr; // at c's place
			Sudog *parent;
			Sudog *behind, *last; // those that wait for this address
		};
	};
};

// Runs f(arg, seq) on g0 of the M that finds it due, at when or later; f must not block.
// pp and index belong to the lock of pp's heap, the rest to the code that starts the timer.
struct Timer {
	P *pp; // whose heap it is in; NULL: in none
	int64_t when;
	int64_t period; // the owner's, which starts it again
	void (*f)(void *arg, uintptr_t seq);
	void *arg;
	uintptr_t seq;
	int32_t index;  // in the heap; known if stoppable
	bool stoppable; // deltimer may be called
};

// What a C library is to start a thread with.
typedef struct {
	G *g;           // the M's g0, which gets the thread's stack
	uintptr_t *tls; // not used: the thread pointer is the library's
	void (*fn)(void);
	int32_t error; // the result: 0 or an errno
} CgoThreadStart;
typedef void CgoThreadStartFunc(void *ts); // a CgoThreadStart
typedef void CgoExitFunc(int status);

// ---- globals ------------------------------------------------------------------------

// A C library beside the runtime (cgo/); all are NULL without one.
extern void *_cgo_init; // called by rt0_go: sets up the thread pointer
extern CgoThreadStartFunc *_cgo_thread_start;
extern CgoExitFunc *_cgo_exit;
#define iscgo (_cgo_thread_start != NULL)

extern M m0;
extern G g0;
extern Mcache *mcache0;
// curcache (tls.h) is the cache of this M's P; without a P, and when its goroutine is to yield,
// nocache, which is empty and full.
extern Mcache *const nocache;
extern Sched sched;

extern M *allm;       // newest first; grows by an atomic store, shrinks under sched.lock
extern P **allp;      // len gomaxprocs; replaced under allpLock with the world stopped
extern int32_t allplen, allpcap;
extern Mutex allpLock;
extern G **allgs; // never shrinks; allglock to append, atomic to read
extern uintptr_t allglen;
extern Mutex allglock;
extern int32_t gomaxprocs, ncpu, newprocs;

extern uint8_t __rt0_traceon; // an execution trace is recorded
extern bool mainStarted;
extern int64_t runtimeInitTime;
extern uintptr_t maxstacksize;
extern uint32_t goroutineStack; // StackMin, StackDense or StackSegment, see sched/morestack.c
extern uint32_t watchcreation;      // sched/newproc.c
extern uint32_t panicking;          // Ms that are dying
extern uint32_t runningPanicDefers; // panics whose deferred calls run now

extern uintptr_t physPageSize, physHugePageSize;
extern uint8_t *startupRandomData; // AT_RANDOM's 16 bytes
extern uintptr_t fastrandseed;

// What GODEBUG sets; boot/debugvars.c. All int32_t, in the order of their names there.
#ifdef RT0_REPLAY
#define REPLAYVARS(var)                                                                \
	var(seed) var(seedpct) var(seedsteps) var(seedstop) var(seedcalls) var(seedaccess) var(seedfaults) var(seedwait) var(seedtrace) var(seedrace) \
	var(seedbreak)
#else
#define REPLAYVARS(var)
#endif
#define DEBUGVARS(var)                                                                 \
	var(asyncpreemptoff) var(clobberfree) var(gcstoptheworld) var(gctrace) var(inittrace) \
	var(leaks)                                                                     \
	var(madvdontneed)                                                              \
	var(scheddetail) var(schedtrace) var(tracebackancestors)                       \
	GO_DEBUGVARS(var) REPLAYVARS(var)
typedef struct {
#define FIELD(name) int32_t name;
	DEBUGVARS(FIELD)
#undef FIELD
} DebugVars;
extern DebugVars debug;

#endif
