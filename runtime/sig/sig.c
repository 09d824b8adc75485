// sig.c - installing the signal handlers, and what they do by default.
//
// Follows Go's signal_unix.go (initsig, sighandler, dieFromSignal) and os_linux.go (setsig).
#include "runtime/sig/sig.h"

#include "include/rt.h"
#include "runtime/mem/mem.h"
#include "runtime/os/sigtable.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/sched.h"

uint32_t signalsOK;
uintptr_t fwdSig[NSIG];
uint32_t handlingSig[NSIG];

extern const char __text_start[], __text_end[];
extern const char __runtime_text_start[], __runtime_text_end[];

// ---- installing ---------------------------------------------------------------------

STEP void setsig(uint32_t sig, void *fn)
{
	Sigaction sa = {
		.handler = fn,
		.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER | SA_RESTART,
		.restorer = (void *)sigreturn,
		.mask = ~(Sigset)0, // no signal comes in while another is handled
	};

	if (sigaction((int32_t)sig, &sa, NULL) != 0)
		throw("sigaction failed");
}

static void *getsig(uint32_t sig)
{
	Sigaction sa = { 0 };

	sigaction((int32_t)sig, NULL, &sa);
	return sa.handler;
}

static bool wantshandler(uint32_t sig)
{
	// A C library's own; read, never touched.
	if (sig == 32 || sig == 33)
		return false;
	// nohup and shells' background jobs: ignored at exec stays ignored.
	if ((sig == SIGHUP || sig == SIGINT) && fwdSig[sig] == (uintptr_t)SIG_IGN)
		return false;
	return true;
}

STEP void initsig(void)
{
	atomic_store_release(&signalsOK, 1);
	for (uint32_t sig = 0; sig < NSIG; sig++) {
		uint32_t flags = sigflags[sig];

		if (flags == 0 || (flags & SigDefault))
			continue;
		fwdSig[sig] = (uintptr_t)getsig(sig);
		if (!wantshandler(sig))
			continue;
		handlingSig[sig] = 1;
		setsig(sig, (void *)sigtramp);
	}
}

// ---- dying by a signal --------------------------------------------------------------

// As if there had been no handler: the parent sees the signal in our wait status.
static void dieFromSignal(uint32_t sig)
{
	Sigaction dfl = { .handler = SIG_DFL };
	Sigset unblock = (Sigset)1 << (sig - 1);

	sigaction((int32_t)sig, &dfl, NULL);
	sigprocmask(SIG_UNBLOCK, &unblock, NULL);
	raise((int32_t)sig);
	// Its default action does not end a process, or it takes a moment to arrive.
	for (int32_t i = 0; i < 100; i++)
		osyield();
	exit(2);
}

void sigpipe(void)
{
	if (fwdSig[SIGPIPE] != (uintptr_t)SIG_IGN)
		dieFromSignal(SIGPIPE);
}

typedef struct {
	uint32_t sig;
	Siginfo *info;
	Sigcontext *c;
	G *gp; // who was interrupted
} Caught;

static bool isfault(uint32_t sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL;
}

#define AT(field) offsetof(Sigcontext, field)

static void sayregisters(void *arg)
{
	static const struct {
		char name[8];
		uint8_t offset;
	} regs[] = {
		{ "rax    ", AT(rax) }, { "rbx    ", AT(rbx) }, { "rcx    ", AT(rcx) },
		{ "rdx    ", AT(rdx) }, { "rdi    ", AT(rdi) }, { "rsi    ", AT(rsi) },
		{ "rbp    ", AT(rbp) }, { "rsp    ", AT(rsp) }, { "r8     ", AT(r8) },
		{ "r9     ", AT(r9) }, { "r10    ", AT(r10) }, { "r11    ", AT(r11) },
		{ "r12    ", AT(r12) }, { "r13    ", AT(r13) }, { "r14    ", AT(r14) },
		{ "r15    ", AT(r15) }, { "rip    ", AT(rip) }, { "rflags ", AT(eflags) },
		{ "cs     ", AT(cs) }, { "fs     ", AT(fs) }, { "gs     ", AT(gs) },
	};
	const char *c = (const char *)((const Caught *)arg)->c;

	print("\n");
	for (uint32_t i = 0; i < nelem(regs); i++) {
		const void *reg = c + regs[i].offset;

		print("%s0x%lx\n", regs[i].name,
		      regs[i].offset < AT(cs) ? *(const uint64_t *)reg
		                              : *(const uint16_t *)reg);
	}
}

static void sayfatal(void *arg)
{
	const Caught *s = arg;

	printsigname(s->sig);
	print("\nPC=0x%lx m=%ld sigcode=%d", s->c->rip, getg()->m->id, s->info->code);
	if (isfault(s->sig))
		print(" addr=0x%lx", s->info->addr);
	print("\n");
}

// "panic: runtime error: ..." for a fault in the program's own code.
static const char *faulttext(const Caught *s)
{
	enum { FPE_INTDIV = 1, FPE_INTOVF = 2 };

	if (s->sig == SIGFPE && s->info->code == FPE_INTDIV)
		return "runtime error: integer divide by zero";
	if (s->sig == SIGFPE && s->info->code == FPE_INTOVF)
		return "runtime error: integer overflow";
	if (s->sig == SIGFPE)
		return "runtime error: floating point error";
	return "runtime error: invalid memory address or nil pointer dereference";
}

static void sayfault(void *arg)
{
	const Caught *s = arg;

	if (s->sig == SIGFPE || s->info->addr < 4096) {
		print("panic: %s\n", faulttext(s));
	} else {
		print("unexpected fault address 0x%lx\n", s->info->addr);
		print("fatal error: fault\n");
	}
	print("[signal ");
	printsigname(s->sig);
	print(" code=0x%x addr=0x%lx pc=0x%lx]\n", s->info->code, s->info->addr, s->c->rip);
}

// The stack's guard was touched, or what lies below the guard by a big frame.
static bool overflowed(const Caught *s)
{
	const G *gp = s->gp;
	uintptr_t lo;

	if (s->sig != SIGSEGV && s->sig != SIGBUS)
		return false;
	// g0 and gsignal have a guard below their stacks, a goroutine below its segment.
	lo = gp == gp->m->curg ? gp->segment.lo : gp->stack.lo;
	return lo != 0 && s->info->addr < lo && s->info->addr >= lo - StackGuardArea;
}

// The program's code, on a goroutine; a call of a null function pointer too.
static bool inprogram(const Caught *s)
{
	uintptr_t pc = s->c->rip;
	M *mp = s->gp->m;

	if (s->gp != mp->curg || mp->locks != 0)
		return false;
	return pc < 4096 || (pc >= (uintptr_t)__text_start && pc < (uintptr_t)__text_end &&
	                     !(pc >= (uintptr_t)__runtime_text_start &&
	                       pc < (uintptr_t)__runtime_text_end));
}

static bool sentbysomeone(const Siginfo *info)
{
	return info->code == SI_USER || info->code == SI_QUEUE || info->code == SI_TKILL;
}

static NORETURN void diefault(Caught *s)
{
	Where where = { .pc = s->c->rip, .sp = s->c->rsp, .bp = s->c->rbp };
	Report r = { .arg = s, .gp = onstacks(s->gp, where.sp) ? s->gp : NULL };
	bool sent = sentbysomeone(s->info);

	// A jump to nowhere: the caller is what is of interest.
	if (where.pc < 4096 && r.gp)
		where = (Where){ .pc = *(uintptr_t *)where.sp, .bp = where.bp };
	r.where = where;
	if (!sent && overflowed(s))
		stackoverflow(s->gp, where.pc, where.sp, where.bp);
	if (!sent && (sigflags[s->sig] & SigPanic) && inprogram(s)) {
		r.before = sayfault;
	} else {
		r.before = sayfatal;
		r.after = sayregisters;
		getg()->m->caughtsig = s->gp;
		// Sent from outside: not the runtime's fault, but all goroutines are of
		// interest.
		getg()->m->throwing = sent ? -1 : 1;
	}
	die(&r);
}

// ---- the handler --------------------------------------------------------------------

static void sighandler(Caught *s)
{
	uint32_t flags = sigflags[s->sig];

	if (s->sig == SIGURG) {
		doSigPreempt(s->gp, s->c);
		return;
	}
	if (flags & SigKill)
		dieFromSignal(s->sig);
	if (!(flags & (SigThrow | SigPanic)))
		return;
	diefault(s);
}

// On gsignal's stack, called by sigtramp with the interrupted G still in %fs:-8.
NOSPLIT void sigtrampgo(uint32_t sig, Siginfo *info, Ucontext *ctx)
{
	G *gp = getg(), *gsignal = gp->m->gsignal;
	Caught s = { .sig = sig, .info = info, .c = &ctx->mcontext, .gp = gp };
	uintptr_t guard = getguard();

	setg(gsignal);
	setguard(gsignal->stackguard0);
	sighandler(&s);
	setg(gp);
	// A request to yield may have come meanwhile.
	setguard(gp->preempt && gp == gp->m->curg ? StackPreempt : guard);
}
