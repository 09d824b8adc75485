// sched.h - goroutines, threads, processors and the decision which runs where.
#ifndef RT0_SCHED_SCHED_H
#define RT0_SCHED_SCHED_H

#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/runtime.h"

// ---- switch.S, boot.S ---------------------------------------------------------------

// LEAVE(f()) does not come back: f ends in another LEAVE, the last one in gogo or mcallexit. gcc
// makes a returned call a jump, so that no call is left open for the processor (switch.S). It
// would call a NORETURN function, and makes no jump in one.
#define LEAVE(call) return call

void gogo(Gobuf *buf);
void mcall(void (*fn)(G *gp));
void mcallexit(void (*fn)(G *gp));
void systemstack_switch(void);
void asmcgocall(void (*fn)(void *), void *arg); // on m->gcgo's stack; from a goroutine
void goexit(void);
void mstart(void);
void asminit(void);

// ---- trace/event.c: the execution trace ---------------------------------------------

// What happens. docs/trace.md describes it for readers of the file, where a G is its goid and a
// P its id. Unless its argument names another G, an event is about this M's.
typedef enum {
	// G
	TraceGoRunnable = 1, // there is one when the trace begins; GoFunc follows
	TraceGoSyscall,      // there is one in this state
	TraceGoWaiting,      // there is one, detail: its WaitReason
	TraceGoCreate,       // the new one; GoFunc follows
	TraceGoStart,
	TraceGoEnd,
	TraceGoYield,
	TraceGoPreempt,      // it yields, and had been asked to
	TraceGoBlock,        // detail: its WaitReason; if it starts next, it did not wait
	TraceGoUnblock,      // another, made runnable by this M's G, a timer or the network
	TraceSysEnter,
	TraceSysBlock,       // enters too, and hands off its P at once
	TraceSysExit,        // it continues, on this M's P
	TraceSysExitWait,    // it is runnable, and has no P
	// P
	TraceProcStart,      // this M's from now on, in place of another if it has one
	TraceProcStop,       // not this M's any more
	TraceProcSteal,      // taken from an M that is in a system call
	TracePreempt,        // it is asked to yield, detail: a PreemptReason
	// a number
	TraceGoFunc,         // pc of the function of the last G named; detail 1: the runtime's own
	TraceProcs,          // gomaxprocs: when the trace begins, and when it changes
	TraceThreadStart,    // the kernel's number of this thread
	TraceThreadStop,
	TracePark,           // until the next event; detail 0: idle, 1: waits for its
	                     // goroutine, 2: polls the network
	TraceTimer,          // ns by which it was late
	TraceNetReady,       // goroutines that may continue
	TraceLost,           // events of this M before this one, without a buffer
} TraceKind;

// The tracer, in programs that have it: only these have __rt0_traceon.
WEAK TRACEHOOK void __rt0_traceevent(uint32_t what, uintptr_t arg);
typedef struct {
	void (*start)(const char *path); // GODEBUG=trace's value, up to a comma
	void (*endthread)(void);         // this M's last event; under sched.lock
	void (*exit)(void);              // the program ends, on a goroutine
	void (*die)(void);               // the process dies, anywhere
} Tracer;
extern const Tracer __rt0_tracer WEAK;

ALWAYS_INLINE void trace2(TraceKind kind, uint32_t detail, uintptr_t arg)
{
	uint32_t what = (uint32_t)kind | detail << 8;

	// A plain load, which makes the shortest code. What is a moment old does no harm.
	if (unlikely(__rt0_traceon))
		CALLTRACE(what, arg);
}

ALWAYS_INLINE void trace(TraceKind kind, uintptr_t arg)
{
	trace2(kind, 0, arg);
}

ALWAYS_INLINE void traceg(TraceKind kind, const G *gp)
{
	trace2(kind, 0, (uintptr_t)gp);
}

ALWAYS_INLINE void tracep(TraceKind kind, const P *pp)
{
	trace2(kind, 0, (uintptr_t)pp);
}

// ---- g.c: a goroutine's life --------------------------------------------------------

extern const char waitReasonStrings[][24]; // by WaitReason
const char *waitReasonString(const G *gp);

ALWAYS_INLINE uint32_t readgstatus(const G *gp)
{
	return atomic_load_acquire(&gp->atomicstatus); // pairs with casgstatus's store
}

void casgstatus(G *gp, uint32_t oldval, uint32_t newval);

// Is casgstatus, inline in release builds.
ALWAYS_INLINE void fastcasgstatus(G *gp, uint32_t oldval, uint32_t newval)
{
	if (!Debug && likely(gp->atomicstatus == oldval))
		atomic_store_release(&gp->atomicstatus, newval);
	else
		casgstatus(gp, oldval, newval); // says what is wrong
}
G *malg(uint32_t stacksize);
void gstack(G *gp, uint32_t stacksize);
void gfscavengebegin(void);
bool gfscavenge(void);
void gfscavengewait(void);
void wakescavenger(void);
void allgadd(G *gp);
G *gfget(P *pp);
void gfput(P *pp, G *gp);
void gfpurge(P *pp);
int32_t gcount(void);
bool isSystemGoroutine(const G *gp);
uintptr_t *saveAncestors(G *newg);
void goexit1(void);
void goexit0(G *gp);

// ---- newproc.c: starting one --------------------------------------------------------

// Go's newproc with C's register arguments; boot.S has the entry with Go's own.
void newproc_c(int32_t siz, const FuncVal *fv, const void *argp, uintptr_t callerpc);
// A G, runnable but on no queue, that will run fn(ctxt) with narg bytes from argp at the
// top of its stack; a NULL ctxt with arguments means their address.
G *newproc1(void (*fn)(void *), void *ctxt, const void *argp, uintptr_t narg, G *callergp,
            uintptr_t callerpc);
void startg(G *newg); // runs next here, if no other thread is quicker
void gostartcallfn(Gobuf *buf, void (*fn)(void *), void *ctxt);
void gostartcall(Gobuf *buf, void (*fn)(void *), void *ctxt);

// ---- m.c: a thread's life -----------------------------------------------------------

extern uint64_t initSigmask;

void mcommoninit(M *mp, int64_t id);
int64_t mReserveID(void) HOLDS(sched.lock);
void checkmcount(void) HOLDS(sched.lock);
int64_t mcount(void) HOLDS(sched.lock);
void mpreinit(M *mp);
M *allocm(P *pp, void (*fn)(void), int64_t id);
void newm(void (*fn)(void), P *pp, int64_t id);
void newm1(M *mp);
void newosproc(M *mp);
void mstart1(void);
void mstartm0(void);
void mexit(void);
void save(uintptr_t pc, uintptr_t sp, uintptr_t bp);
void initsig(void); // sig/

// ---- minit.c: what each thread sets up for itself -----------------------------------

void minit(void);
void minitSignals(void);
void minitSignalStack(void);
void minitSignalMask(void);
void unminit(void);
void signalstack(const Stack *s);
void sigblock(void);

// ---- lockthread.c: goroutines that keep their thread --------------------------------

void lockOSThread(void);
void unlockOSThread(void);
void startTemplateThread(void);
bool newmHandoffTo(M *mp);
void stoplockedm(void);
void startlockedm(G *gp);

// ---- p.c: a processor's life --------------------------------------------------------

// The most processors that Linux runs on. A P takes 7 KiB, so a million of them would take a
// minute and gigabytes: a greater number counts as this.
enum { MaxProcs = 8192 };

P *procresize(int32_t nprocs) HOLDS(sched.lock); // 0 < nprocs <= MaxProcs
void p_init(P *pp, int32_t id);
void p_destroy(P *pp) HOLDS(sched.lock);
bool takesyscallp(P *pp, uint32_t status);
void acquirep(P *pp);
void wirep(P *pp);
P *releasep(void);
void pidleput(P *pp) HOLDS(sched.lock);
P *pidleget(void) HOLDS(sched.lock);

// ---- runq.c: queues of runnable goroutines ------------------------------------------

ALWAYS_INLINE bool gqueueEmpty(const Gqueue *q)
{
	return q->head == NULL;
}

void gqueuePush(Gqueue *q, G *gp);     // front
void gqueuePushBack(Gqueue *q, G *gp);
void gqueuePushBackAll(Gqueue *q, Gqueue *q2); // and empties q2
G *gqueuePop(Gqueue *q);
G *glistPop(Glist *l);
void glistPush(Glist *l, G *gp);

void runqput(P *pp, G *gp, bool next);
void runqputbatch(P *pp, Gqueue *q, int32_t n);
G *runqget(P *pp, bool *inheritTime);
bool runqempty(P *pp);
G *runqsteal(P *pp, P *p2, bool stealRunNextG);
// The caller has put n more on the global queue, or taken them.
void addrunqsize(int32_t n) HOLDS(sched.lock);
void globrunqput(G *gp) HOLDS(sched.lock);
void globrunqputhead(G *gp) HOLDS(sched.lock);
void globrunqputbatch(Gqueue *batch, int32_t n) HOLDS(sched.lock);
G *globrunqget(P *pp, int32_t maxn) HOLDS(sched.lock);
G *globrunqtake(P *pp, int32_t maxn);

// ---- psorder.c: all Ps in random order ----------------------------------------------

typedef struct {
	uint32_t i, count, pos, inc;
} RandomEnum;
#define NumCoprimes 64

void randomOrder_reset(uint32_t count);
RandomEnum randomOrder_start(uint32_t i);
ALWAYS_INLINE bool randomEnum_done(const RandomEnum *e)
{
	return e->i == e->count;
}
ALWAYS_INLINE void randomEnum_next(RandomEnum *e)
{
	e->i++;
	e->pos += e->inc;
	if (e->pos >= e->count)
		e->pos -= e->count;
}

// ---- proc.c: the decision -----------------------------------------------------------

void schedule(void);
void execute(G *gp, bool inheritTime);
void dropg(void);
void ready(G *gp, bool next);
void goready(G *gp);
void gopark(bool (*unlockf)(G *gp, void *lock), void *lock, WaitReason reason);
void goparkunlock(Mutex *l, WaitReason reason) RELEASES(*l);
void goschedImpl(G *gp);
void gopreempt_m(G *gp);
void goyield(void);
void injectglist(Gqueue *list);

// ---- findrunnable.c -----------------------------------------------------------------

// A goroutine to run on this M; blocks until there is one. *inheritTime: in what is left
// of the current time slice.
G *findrunnable(bool *inheritTime);

// ---- wake.c: threads that sleep and are woken for work ------------------------------

void parkm(uint32_t why); // 0: idle, 1: until its goroutine is runnable
void stopm(void);
void wakem(M *mp, P *pp);
void startm(P *pp, bool spinning);
void wakep(void);
// A timer of a running P has been set to when: it is seen in time.
void wakeNetPoller(int64_t when);
void handoffp(P *pp);
void resetspinning(void);
void mput(M *mp) HOLDS(sched.lock);
M *mget(void) HOLDS(sched.lock);
void incidlelocked(int32_t v);

// ---- checkdead.c --------------------------------------------------------------------

void checkdead(void) HOLDS(sched.lock);

// ---- preempt.c ----------------------------------------------------------------------

bool preemptone(P *pp, PreemptReason why);
bool preemptall(void);
bool canPreemptM(const M *mp);
void preemptPark(G *gp);
bool suspendG(G *gp);
void resumeG(G *gp);
AsyncState *newasyncstate(void);
void freeasyncstate(AsyncState *a);
void yieldcheck(const char *name);
void asyncPreempt(void); // preempt.S
void asyncResume(void);
void asyncPreempt2(G *gp);
// SIGURG's handler, on gsignal: gp was interrupted at *c.
void doSigPreempt(G *gp, Sigcontext *c);

// A function of rt.h that is for goroutines alone begins with preemptcheck(), before it holds
// anything: a goroutine whose time is up yields here, and a caller that is no goroutine ends the
// process. (Prologues yield too, where the compiler makes them check the stack.) A function that
// ends what others may be waiting for (a lock, a channel, a task's handle, the goroutine) does
// not yield first: it begins with goroutinecheck(). rt.h says at rt_cgocall which functions are
// not for goroutines alone; what else begins otherwise says why. tests/check/cgocalls.sh calls
// all functions from elsewhere.
// name: what programs call the function; NULL: it is not for goroutines alone.
#define preemptcheckas(name)                                                           \
	do {                                                                           \
		if (unlikely(Stress || mustlook()))                                    \
			yieldcheck(name);                                              \
	} while (0)
#define preemptcheck() preemptcheckas(__func__)
#define goroutinecheck()                                                               \
	do {                                                                           \
		if (unlikely(mustlook()))                                              \
			goroutineonly(__func__);                                       \
	} while (0)

// ---- morestack.c -----------------------------------------------------------------------

bool onbase(const G *gp, uintptr_t sp);
bool onstacks(const G *gp, uintptr_t sp);
void startonsegment(G *gp);
void dropsegment(G *gp);
void freesegment(G *gp);
void forgetallocs(G *gp, uintptr_t sp);
int64_t newstack(MoreFrame *f);
uintptr_t returnaddress(const G *gp, const uintptr_t *slot);
uintptr_t keptreturn(const G *gp, const uintptr_t *slot);
void keepreturn(G *gp, uintptr_t *slot, uintptr_t pc);
uintptr_t realreturn(const G *gp, uintptr_t pc, const uintptr_t *slot);
void recoverreturn(void); // recover.S
NORETURN void stackoverflow(G *gp, uintptr_t pc, uintptr_t sp, uintptr_t bp);

// ---- signal handlers of the program's, sig/handler.c ---------------------------------

// One that runs on gsignal.
struct Handling {
	G *gp; // it was interrupted, with these
	uintptr_t guard;
	Mcache *cache;
	Ucontext *ctx;
	Handling *outer;
	int32_t error; // gsignal's errno, the interrupted handler's if there is one
};

// ---- halt.c: the process dies, and its goroutines' stacks are to be read ------------

NORETURN void haltm(void);
// This M dies, or was asked by one that does, when it was at this place.
void haltmyself(const Halted *at);
void haltifasked(G *gp, const Sigcontext *c);
// Halts all Ms that run goroutines, as far as they answer soon.
void haltothers(void);
// Where the M that runs gp was halted; NULL: it was not.
const Halted *halted(const G *gp);

// ---- syscall.c ----------------------------------------------------------------------

// Between the two the thread may block and the P may be taken from it. The caller of
// entersyscall must still be on the stack at exitsyscall.
void entersyscall(void);
void exitsyscall(void);
void entersyscallblock(void); // gives the P away at once
bool notetsleepg(Note *n, int64_t ns); // on a goroutine

// ---- cgocall.c ----------------------------------------------------------------------

void freegcgo(M *mp);

// ---- waiting.c: since when goroutines wait ------------------------------------------

uint32_t waitclock(int64_t now); // now in what waitsince is in: seconds
// If gp waits and has no mark yet it gets one, the time: true.
bool markwaiting(G *gp, uint32_t clock);
// sysmon's: a step of the look at all, if it is time; when the next is; one is to come soon.
void lookatwaiting(int64_t now);
int64_t nextlook(void);
void looksoon(int64_t now);

// ---- sysmon.c -----------------------------------------------------------------------

void sysmon(void);
void wakesysmon(void) HOLDS(sched.lock); // if it sleeps

// ---- schedtrace.c: GODEBUG=schedtrace, scheddetail ----------------------------------

void schedtrace(bool detailed);

// ---- timer.c ------------------------------------------------------------------------

// Starts t on the current P's heap.
void addtimer(Timer *t);
bool modtimer(Timer *t, int64_t when); // t is stoppable, as for deltimer
// Stops it, if it is stoppable; false: it was not pending.
bool deltimer(Timer *t);
// Runs the timers of pp that are due. *now is the time, or 0 to have it read if it is
// needed (and it is stored then). Returns when the next one is due, 0 if none; *ran says
// whether one ran.
int64_t checkTimers(P *pp, int64_t *now, bool *ran);
void moveTimers(P *to, P *from);
// When the next timer of any P is due; INT64_MAX if none.
int64_t timeSleepUntil(void);

#endif
