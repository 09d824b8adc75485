// gate.h - the calls of a C library that may block, made by goroutines; cgo/gate.c.
#ifndef RT0_CGO_GATE_H
#define RT0_CGO_GATE_H

#include "cgo/area.h"
#include "include/rt.h"
#include "runtime/base/getg.h"
#include "runtime/io/fd.h"
#include "runtime/os/os.h"
#include "runtime/sched/entersyscall.h"

// What a number leads to, as far as it is known. The library closes some numbers without
// the gate, so this is a guess: each kind's way is right for every descriptor, and slower
// for others.
typedef enum {
	GateUnknown,
	GateFile,   // never waits: calls are made as they are
	GateSocket, // calls are tried with MSG_DONTWAIT
	GatePipe,   // calls are tried with RWF_NOWAIT
	GateStream, // bytes, polled before the call; written in pieces of PipeBuf
	GateOther,  // is polled before the call
} GateKind;

// ---- gate_*.S -----------------------------------------------------------------------

// Makes the call as it is.
HIDDEN int64_t plaincall(const Call *c);
// Makes it unless *word is not seen or *request is not 0, until it returns: -EINTR then.
HIDDEN int64_t gatesyscall(const Call *c, const uint32_t *word, uint32_t seen,
                           const int32_t *request);
HIDDEN extern const char gatesyscall_end[], gatesyscall_stopped[];

// Has the kernel end a handler: the thread continues as ctx says.
HIDDEN NORETURN void sigreturnto(Ucontext *ctx);

// ---- jump.c -------------------------------------------------------------------------

// Makes the jump that is recorded in the calling goroutine's area.
HIDDEN NORETURN void makejump(void);

// Is gp, which the caller parks, on g0, to jump? A handler for a goroutine that is not the main one has
// interrupted that on this thread, before it was taken off.
ALWAYS_INLINE bool jumpwanted(const G *gp)
{
	return unlikely(atomic_load_relaxed(&gp->area->jumping));
}

// The caller, whose area is a, holds no jumps any more: waits for the end of handlers that have pinned
// it, on other threads, and makes a jump that is there.
HIDDEN void awaitpins(Area *a);
// Keeps the main goroutine, gp, from leaving what holds jumps, until unpin by the same thread. False:
// it holds none, and *on is its M, NULL if it is on none.
HIDDEN bool pin(const G *gp, const M **on);
// How often has the thread done so? unpin takes back what has come since it was before: also that of
// handlers which have jumped to an outer one.
HIDDEN uint32_t pinned(void);
HIDDEN void unpin(uint32_t before);

// The caller, whose area is a, holds jumps once less. In code that may be left: a handler that
// comes after the look jumps from there.
ALWAYS_INLINE void releasejumps(Area *a)
{
	// Then looks; pairs with requestjump, pin.
	if (atomic_xadd(&a->held, -1) == 0 &&
	    unlikely(atomic_load_seqcst(&a->pins) || atomic_load_seqcst(&a->jumping)))
		awaitpins(a);
}

// ---- gate_stop.c --------------------------------------------------------------------

// A call of the goroutine with that area begins: it ends when a handler without SA_RESTART runs from
// now on, or any handler.
HIDDEN void gateenter(Area *a, bool any);
// The call that the caller makes ends by any handler.
HIDDEN void gateendsbyany(void);
// Must the caller's call end now, with EINTR?
HIDDEN bool gatestopped(void);
// Returns what is woken when it must; NULL for a goroutine that no signal stops, and if there is no
// way to.
HIDDEN PollDesc *gatestop(void);
// Makes the call, between entersyscall and exitsyscall.
HIDDEN int64_t gatekernel(const Call *c);
HIDDEN void gatehandled(bool restarts);
HIDDEN void gateinterrupt(Ucontext *ctx);
extern int32_t stopfd HIDDEN; // what handlers write to, -1 without one
// The main goroutine is about to wait for addr in the table, or has (NULL).
HIDDEN void gatestopword(uint32_t *addr);
// May pthread_cancel end the caller's call?
HIDDEN bool gatecancels(void);
// Ends the call of gp, or of the thread that is a, if the call is in the kernel. The request is
// there.
HIDDEN void gatecancel(const Area *a, const G *gp);
// Returns the main goroutine, or NULL before it is there.
HIDDEN G *maingoroutine(void);
HIDDEN void gatesignal(const G *gp, Sigcontext *c);

// ---- musl_signal.c ------------------------------------------------------------------

// A thread may have sent the signal on to the one that has taken it: info is what it was before.
HIDDEN void arrived(Siginfo *info);

// ---- mask.c -------------------------------------------------------------------------

// The caller has waited for a signal, and taken it: it may have been one of its own.
HIDDEN void signaltaken(void);

// ---- gate.c -------------------------------------------------------------------------

// Makes the call for any caller, and returns its result or -errno.
HIDDEN int64_t gatecall(Call *c);
// Makes the call between entersyscall and exitsyscall.
HIDDEN int64_t gatemanaged(const Call *c);
// Is gatemanaged for a call that certainly blocks: the P is handed off before it.
HIDDEN int64_t blockingcall(const Call *c);
// Is the caller a goroutine that may park now?
HIDDEN bool atgate(void);
// Is the caller on the signal stack? The library's own handlers run there with the
// goroutine's G: they are not entered by the runtime.
HIDDEN bool onsignalstack(const M *mp);

// ---- gate_libc.c --------------------------------------------------------------------

// Locks the goroutine to its thread, if it may be on another one after a wait. True: the
// caller unlocks it (rt_unlock_os_thread).
bool __rt0_keepthread(void);

// ---- gate_wait.c --------------------------------------------------------------------

// Parks until fd is perhaps ready for any of what (RT_READABLE, RT_WRITABLE), at most
// until when. Returns 0, -ETIMEDOUT, -EINTR, -EBADF when it has been closed, -EPERM if the poller
// cannot watch it: then the call takes its thread.
HIDDEN int64_t gatewait(int32_t fd, uint32_t what, int64_t when);

// A call's use of a number: what it waits for, and then does, is with the description that it has
// begun with. Between a wait and what follows the number stays its own; before the first wait,
// seq tells of another description.
typedef struct {
	int32_t fd;
	uint32_t seq;
	Fd *d; // NULL before the first wait
} GateUse;

HIDDEN GateUse gateuse(int32_t fd);
// Is gatewait for the number. A use of it is left, until gatedrop.
HIDDEN int64_t gateusewait(GateUse *u, uint32_t what, int64_t when);
HIDDEN void gatedrop(GateUse *u);
// Parks until the instant: 0, -EINTR, or -EPERM as gatewait.
HIDDEN int64_t gatepark(int64_t when);
// Has the kernel report when fd becomes readable.
HIDDEN int64_t gatewatch(int32_t fd, Fd *d);
HIDDEN GateKind gatekind(int32_t fd);
HIDDEN GateKind findgatekind(int32_t fd); // asks the kernel
HIDDEN void setgatekind(int32_t fd, GateKind kind);
HIDDEN void gateforget(int32_t fd); // a new description is behind the number
// Is it a descriptor of the runtime's own? To the program it is not open.
HIDDEN bool runtimesfd(int32_t fd);
HIDDEN int64_t gateclose(const Call *c);
HIDDEN int64_t gatedup(const Call *c);
// The instant ns from now: Never for less than 0.
HIDDEN int64_t gateuntil(int64_t ns);

// ---- gate_file.c, gate_socket.c -----------------------------------------------------

// Makes the call as soon as its descriptor is ready for mode, at the latest at the
// instant when; -EAGAIN then.
HIDDEN int64_t polledcall(const Call *c, PollMode mode, int64_t when);
HIDDEN int64_t gateread(Call *c);
HIDDEN int64_t gatewrite(Call *c);
HIDDEN int64_t gatevector(Call *c, PollMode mode);
HIDDEN int64_t gatesplice(const Call *c);
HIDDEN int64_t gaterecv(Call *c);
HIDDEN int64_t gatesend(Call *c);
HIDDEN int64_t gaterecvmsg(Call *c);
HIDDEN int64_t gatesendmsg(Call *c);
HIDDEN int64_t gateaccept(const Call *c);
HIDDEN int64_t gateconnect(const Call *c);
HIDDEN int64_t gaterecvmmsg(const Call *c);
// When a wait that begins now ends by SO_RCVTIMEO or SO_SNDTIMEO.
HIDDEN int64_t patience(int32_t fd, PollMode mode);

// ---- gate_many.c --------------------------------------------------------------------

// Is poll by the thread, until when.
HIDDEN int64_t threadpoll(Pollfd *p, uint64_t n, int64_t when);
HIDDEN int64_t gatemany(Call *c);
// Is poll(2), for at most ns nanoseconds: no limit if that is negative.
HIDDEN int64_t gatepoll(Pollfd *p, uint64_t n, int64_t ns);

// ---- gate_process.c -----------------------------------------------------------------

HIDDEN int64_t gatesleep(const Call *c);
HIDDEN int64_t gatewait4(const Call *c);
HIDDEN int64_t gatewaitid(const Call *c);
HIDDEN int64_t gatelock(const Call *c);
HIDDEN int64_t gateopen(const Call *c);
HIDDEN int64_t gatequeue(const Call *c);
HIDDEN int64_t gatemsg(const Call *c);

#endif
