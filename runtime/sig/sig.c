// sig.c - installing the signal handlers, and what they do by default.
//
// Unyielding: the handler begins on the signal stack with the interrupted G's guard in
// force, and a prologue would compare the two.
//
// Follows Go's signal_unix.go (initsig, sighandler, dieFromSignal) and os_linux.go (setsig).
//
// built: unyielding libc
#include "runtime/sig/sig.h"

#include <asm-generic/errno.h>

#include "include/rt.h"
#include "runtime/base/guard.h"
#include "runtime/base/valgrind.h"
#include "runtime/mem/mem.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/morestack.h"
#include "runtime/sched/preempt.h"
#include "runtime/sig/signalstack.h"

uint32_t signalsOK;
uintptr_t fwdSig[NSIG];
uint32_t handlingSig[NSIG];
Sigset sigwanted;
bool (*sigsendp)(uint32_t sig);
void (*runPerThreadSyscallp)(M *mp);

extern const char __user_text_start[], __user_text_end[]; // linker.ld
extern const char __memory_text_end[], __text_end[];
extern const char __fdcall_text_start[], __fdcall_text_end[]; // linker.ld: io/file.c's
void gatesignal(const G *gp, Sigcontext *c); // cgo/gate_stop.c
extern const char touchreadat[], touchwriteat[], touchfailed[]; // touch.S

// ---- installing ---------------------------------------------------------------------

// valgrind keeps signal 64 to itself, qemu-user 32, 33 and 64.
static bool mayberefused(uint32_t sig)
{
	return sig == 32 || sig == 33 || sig == 64;
}

STEP bool setsig(uint32_t sig, void *fn)
{
	Sigaction sa = {
		.handler = fn,
		.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER | SA_RESTART,
		.restorer = (void *)sigreturn,
		.mask = ~(Sigset)0, // no signal comes in while another is handled
	};

	if (sigaction((int32_t)sig, &sa, NULL) == 0)
		return true;
	if (!mayberefused(sig))
		throw("sigaction failed");
	return false;
}

static void *getsig(uint32_t sig)
{
	Sigaction sa = { 0 };

	sigaction((int32_t)sig, NULL, &sa);
	return sa.handler;
}

// Does the runtime handle sig though the program has not asked for it?
static bool wantshandler(uint32_t sig)
{
	uint32_t flags = sigflags[sig];

	// 32 and 33 are a C library's own: read, never touched.
	if (flags == 0 || (flags & SigDefault) || sig == 32 || sig == 33 || librarysig(sig))
		return false;
	// A C program that begins in main dies by what others ignore: yes | head.
	if (Libc && &__rt0_cmain && (flags & ~SigUnblock) == SigNotify)
		return false;
	// nohup and shells' background jobs: ignored at exec stays ignored.
	return (sig != SIGHUP && sig != SIGINT) || fwdSig[sig] != (uintptr_t)SIG_IGN;
}

bool sigenable(uint32_t sig)
{
	if (atomic_xchg(&handlingSig[sig], 1))
		return true;
	fwdSig[sig] = (uintptr_t)getsig(sig);
	if (setsig(sig, (void *)sigtramp))
		return true;
	atomic_store_relaxed(&handlingSig[sig], 0);
	return false;
}

void sigdisable(uint32_t sig)
{
	if (!wantshandler(sig)) {
		setsig(sig, (void *)fwdSig[sig]);
		handlingSig[sig] = 0;
	}
}

STEP void initsig(void)
{
	atomic_store_release(&signalsOK, 1);
	for (uint32_t sig = 0; sig < NSIG; sig++) {
		if (sigflags[sig] == 0 || (sigflags[sig] & SigDefault))
			continue;
		fwdSig[sig] = (uintptr_t)getsig(sig);
		if (!wantshandler(sig))
			continue;
		handlingSig[sig] = setsig(sig, (void *)sigtramp);
	}
}

// ---- dying by a signal --------------------------------------------------------------

// Dies as if there had been no handler: the parent sees the signal in our wait status.
static void dieFromSignal(uint32_t sig)
{
	raisedefault((int32_t)sig);
	// Its default action does not end a process, or it takes a moment to arrive.
	for (int32_t i = 0; i < 100; i++)
		osyield();
	exit(2);
}

void sigpipe(void)
{
	if (fwdSig[SIGPIPE] != (uintptr_t)SIG_IGN && !(sigwanted & sigbit(SIGPIPE)))
		dieFromSignal(SIGPIPE);
}

typedef struct {
	uint32_t sig;
	Siginfo *info;
	Sigcontext *c;
	G *gp; // the G that was interrupted
} Caught;

static void sayregisters(void *arg)
{
	if (gotraceback().level == 0)
		return;
	print("\n");
	printregisters(((const Caught *)arg)->c);
}

static void sayfatal(void *arg)
{
	const Caught *s = arg;

	print("%s\n", signame(s->sig));
	if (gotraceback().level == 0)
		return;
	print("PC=0x%lx m=%ld sigcode=%lu", ctxpc(s->c), getg()->m->id, (int64_t)s->info->code);
	if (s->sig == SIGSEGV || s->sig == SIGBUS)
		print(" addr=0x%lx", s->info->addr);
	print("\n");
}

// Returns the panic's text for a fault of the program's own code; NULL: it is none.
static const char *faulttext(const Caught *s)
{
	enum { FPE_INTDIV = 1, FPE_INTOVF = 2, BUS_ADRERR = 2, SEGV_ACCERR = 2 };
	int32_t code = s->info->code;

	if (s->sig == SIGFPE)
		return code == FPE_INTDIV   ? "runtime error: integer divide by zero"
		       : code == FPE_INTOVF ? "runtime error: integer overflow"
		                            : "runtime error: floating point error";
	// The kernel has no address for other codes.
	if (s->info->addr >= 4096 || code > SEGV_ACCERR || (s->sig == SIGBUS && code != BUS_ADRERR))
		return NULL;
	return "runtime error: invalid memory address or nil pointer dereference";
}

static void sayfault(void *arg)
{
	const Caught *s = arg;

	print("unexpected fault address 0x%lx\nfatal error: fault\n", s->info->addr);
	printsignal(s->sig, s->info->code, s->info->addr, ctxpc(s->c));
}

// Was the stack's guard touched, or, by a big frame, the memory below the guard?
static bool overflowed(const Caught *s)
{
	const G *gp = s->gp;
	uintptr_t lo;

	if (s->sig != SIGSEGV && s->sig != SIGBUS)
		return false;
	if (Libc && gp == gp->m->curg && ondense(gp, s->info->addr))
		return true;
	// g0 and gsignal have a guard below their stacks, a goroutine below its segment.
	lo = gp == gp->m->curg ? gp->segment.lo : gp->stack.lo;
	return lo != 0 && s->info->addr < lo && s->info->addr >= lo - StackBelow;
}

static bool between(const char *start, uintptr_t pc, const char *end)
{
	return pc >= (uintptr_t)start && pc < (uintptr_t)end;
}

static bool inusertext(uintptr_t pc)
{
	return between(__user_text_start, pc, __user_text_end);
}

// Was the fault caused by the program's code, on a goroutine? *w is where. A call to nowhere
// is its caller's fault, and so is one of memcpy and the like, which have no frames.
static bool inprogram(const Caught *s, Where *w)
{
	M *mp = s->gp->m;
	uintptr_t caller, sp;

	if (s->gp != mp->curg || mp->locks != 0 || !onstacks(s->gp, w->sp))
		return false;
	if (inusertext(w->pc))
		return true;
	if (between(__memory_text_end, w->pc, __text_end))
		return false;
	caller = ctxcaller(s->c, &sp);
	if (w->pc >= 4096 && !inusertext(caller))
		return false;
	*w = (Where){ .pc = caller - 1, .sp = sp, .bp = w->bp }; // in the call
	return true;
}

// Makes the program's code at w continue in sigpanic. False: its stack is too full.
static bool injectpanic(const Caught *s, const Where *w, const char *text)
{
	enum { Room = 256 };
	Sigcontext *c = s->c;
	uintptr_t *sp = (uintptr_t *)((ctxsp(c) - RedZone) & ~(uintptr_t)15);

	if (!onstacks(s->gp, (uintptr_t)sp - Room))
		return false;
	valgrindMakeMemUndefined((uintptr_t)sp - Room, ctxsp(c) - RedZone - ((uintptr_t)sp - Room));
	ctxpanic(c, sp, w->pc, w->sp, text, s->sig, (uint32_t)s->info->code, s->info->addr);
	return true;
}

bool touched(uint32_t sig, const Siginfo *info, Sigcontext *c)
{
	uintptr_t pc = ctxpc(c);

	if ((sig != SIGSEGV && sig != SIGBUS) || info->code <= 0 ||
	    (pc != (uintptr_t)touchreadat && pc != (uintptr_t)touchwriteat))
		return false;
	ctxpc(c) = (uintptr_t)touchfailed;
	return true;
}

// ---- the handler --------------------------------------------------------------------

// Makes the fault a panic of the program's, or ends the process.
static void catchfault(Caught *s, bool sent)
{
	Where w = { .pc = ctxpc(s->c), .sp = ctxsp(s->c), .bp = ctxbp(s->c), .link = ctxlink(s->c) };
	Report r = { .before = sayfatal, .after = sayregisters, .arg = s };
	M *mp = s->gp->m;

	if (touched(s->sig, s->info, s->c))
		return;
	if (!sent && overflowed(s)) {
		mp->haltedat.link = w.link;
		stackoverflow(s->gp, w.pc, w.sp, w.bp);
	}
	if (!sent && (sigflags[s->sig] & SigPanic) && inprogram(s, &w)) {
		const char *text = faulttext(s);

		if (text && injectpanic(s, &w, text))
			return;
		if (!text) {
			r.before = sayfault;
			r.after = NULL;
		}
	}
	r.where = w;
	r.gp = s->gp;
	mp->caughtsig = s->gp;
	mp->throwing = sent ? -1 : 1; // if sent, it is not the runtime's fault
	die(&r);
}

// The P is wanted back from a call that should not block, but does: another process that
// shares the description has made it so. It returns EINTR instead of beginning again.
static void endblocked(Sigcontext *c)
{
	if (between(__fdcall_text_start, ctxpc(c), __fdcall_text_end) && ctxatsyscall(c))
		ctxendsyscall(c, -EINTR);
}

static void sigurg(const Caught *s)
{
	// Pairs with the store before the signal was sent.
	void (*run)(M *) = atomic_load_acquire(&runPerThreadSyscallp);

	if (unlikely(run))
		run(s->gp->m);
	endblocked(s->c);
	if (Libc)
		gatesignal(s->gp, s->c);
	doSigPreempt(s->gp, s->c);
}

static void sighandler(Caught *s)
{
	uint32_t flags = sigflags[s->sig];
	bool sent = s->info->code <= 0; // by kill, sigqueue, a timer: not by what this code did

	if (s->sig == SIGURG)
		sigurg(s);
	else if ((sent || (flags & SigNotify)) &&
	         (atomic_load_acquire(&sigwanted) & sigbit(s->sig)) && sigsendp(s->sig))
		return; // the program gets it; its own faults never
	else if (flags & SigKill)
		dieFromSignal(s->sig);
	else if (flags & (SigThrow | SigPanic))
		catchfault(s, sent);
}

// Handles a signal on gsignal's stack, called by sigtramp with the interrupted G still in
// force.
NOSPLIT void sigtrampgo(uint32_t sig, Siginfo *info, Ucontext *ctx)
{
	G *gp = getg(), *gsignal = gp->m->gsignal;
	Caught s = { .sig = sig, .info = info, .c = &ctx->mcontext, .gp = gp };
	uintptr_t guard = getguard();

	if (unlikely(gp == gsignal))
		s.gp = interrupted(gp, ctx);
	setg(gsignal);
	setguard(guardof(gsignal));
	if (Libc && SignalGap)
		usedup(s.gp, ctx);
	sighandler(&s);
	setg(gp);
	restoreguard(gp, guard); // a request to yield may have come meanwhile, or with this
	if (guardasks())
		curcache = nocache;
}
