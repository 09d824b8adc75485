// main.c - the main goroutine: the last steps of the runtime's start, then the program.
//
// Follows Go's proc.go (main).
//
// built: libc
#include <asm-generic/errno-base.h>

#include "include/rt.h"
#include "machine.h"
#include "runtime/base/getg.h"
#include "runtime/base/hosted.h"
#include "runtime/base/leakhook.h"
#include "runtime/base/replay.h"
#include "runtime/base/tracehook.h"
#include "runtime/boot/boot.h"
#include "runtime/mem/mem.h"
#include "runtime/sched/m.h"
#include "runtime/sched/proc.h"
#include "runtime/sched/sysmon.h"
#include "runtime/sched/wake.h"
#include "runtime/sync/hchan.h"

const FuncVal mainPC = { runtime_main };
bool mainStarted;
int64_t runtimeInitTime;
uintptr_t maxstacksize;

rt_chan *main_init_done;

// A C library beside the runtime defines these (cgo/).
void *_cgo_init WEAK;
CgoThreadStartFunc *_cgo_thread_start WEAK;
CgoExitFunc *_cgo_exit WEAK;

// Laid down by linker.ld: the program's constructors and destructors.
typedef void InitFunc(int argc, char **argv, char **envp);
typedef void FiniFunc(void);
extern InitFunc *const __preinit_array_start[], *const __preinit_array_end[];
extern InitFunc *const __rt0_init_array_start[], *const __rt0_init_array_end[];
extern FiniFunc *const __fini_array_start[], *const __fini_array_end[];

// ---- what is initialised ------------------------------------------------------------

// A closed descriptor 0, 1 or 2 would go to the next file opened, and messages into it.
static void checkfds(void)
{
	for (int32_t fd = 0; fd < 3; fd++) {
		enum { FGETFD = 1, ORDWR = 2 };

		if (fcntl(fd, FGETFD, 0) != -EBADF)
			continue;
		if (open("/dev/null", ORDWR, 0) < 0)
			throw("cannot open standard fds");
	}
}

static void runtimeinit(void)
{
	checkfds();
	rt_go(forcegchelper, NULL);
}

static void runinit(InitFunc *const *p, InitFunc *const *end)
{
	for (; p < end; p++)
		(*p)(argc, argv, envs.array);
}

static NOSPLIT void maininit(void)
{
	if (!Hosted)
		runinit(__preinit_array_start, __preinit_array_end);
	runinit(__rt0_init_array_start, __rt0_init_array_end);
}

InitTask runtime_inittask, main_inittask;

STEP void doInit(InitTask *t, void (*run)(void))
{
	if (t->state == 2)
		return;
	if (t->state == 1)
		throw("recursive call during initialization - linker skew");
	t->state = 1;
	run();
	t->state = 2;
}

// ---- the end ------------------------------------------------------------------------

// The process ends any moment.
static NORETURN void waitforend(bool goroutine)
{
	uint32_t never = 0;

	if (goroutine)
		gopark(NULL, NULL, WaitReasonPanicWait);
	for (;;)
		futexsleep(&never, 0, -1);
}

// GODEBUG=leaks.
static COLD int leaksatend(int status)
{
	if (&__rt0_leakfinder)
		return __rt0_leakfinder.exit(debug.leaks, status);
	print("runtime: nothing looks for leaks: compile with -g\n");
	return status;
}

// The first to come runs the destructors; a destructor that comes again ends the process.
// It may be called by a function of rt_cgocall's, which is no goroutine.
NORETURN void rt_exit(int status)
{
	static G *exiting;
	G *gp = callerg();
	bool goroutine = gp == gp->m->curg;

	comeback(gp);
	if (!atomic_cas(&exiting, NULL, gp)) {
		if (atomic_load_relaxed(&exiting) == gp)
			exit(status);
		waitforend(goroutine);
	}
	if (!_cgo_exit) {
		for (FiniFunc *const *p = __fini_array_end; p > __fini_array_start;)
			(*--p)();
	}
	if (unlikely(debug.leaks > 0) && !Hosted && goroutine)
		status = leaksatend(status);
	if (&__rt0_tracer)
		goroutine ? __rt0_tracer.exit() : __rt0_tracer.die();
	if (RACING)
		status = racestatus(status);
	if (REPLAYING)
		replayend(status);
	if (_cgo_exit)
		_cgo_exit(status); // its own list first, then the destructors, then its files
	exit(status);
}

// Goroutines that panic now print their traces before the process ends.
static void waitforpanics(void)
{
	for (int32_t i = 0; i < 1000 && atomic_load_relaxed(&runningPanicDefers) != 0; i++)
		rt_gosched();
	if (atomic_load_relaxed(&panicking) != 0)
		waitforend(true);
}

// Clears what the start has left on the stack. A frame of rt_main's that covers it would show it to
// what looks for pointers, as long as the program runs.
static NOINLINE NOSPLIT void forgetframes(void)
{
	uintptr_t below[512 / PtrSize];

	__builtin_memset(below, 0, sizeof below);
	inmemory(below);
}

// ---- the main goroutine -------------------------------------------------------------

static NOSPLIT void checkheap(void *unused)
{
	(void)unused;
	heapcheck();
}

static NOSPLIT void newsysmon(void *unused)
{
	(void)unused;
	beginsharing();
	newm(sysmon, NULL, -1);
}

static void tracefromstart(const char *value)
{
	checkfds(); // it opens a file
	if (&__rt0_tracer)
		__rt0_tracer.start(value);
	else
		print("runtime: no tracer: compile with -g\n");
}

STEP void runtime_main(void *ctxt)
{
	static StartChan room;
	int status;

	(void)ctxt;
	maxstacksize = 1000000000;
	mainStarted = true; // newproc may start Ms now
	if (!REPLAYING)
		systemstack(newsysmon, NULL);

	// Initialisation happens on the first thread: a constructor may depend on it.
	if (!REPLAYING) // where other Ms would run the rest meanwhile
		lockOSThread();
	if (getg()->m != &m0)
		throw("runtime.main not on m0");
	if (debugtrace)
		tracefromstart(debugtrace);
	beginstart();
	doInit(&runtime_inittask, runtimeinit);
	runtimeInitTime = nanotime();
	if (runtimeInitTime == 0)
		throw("nanotime returning zero");
	gcenable();
	if (!REPLAYING)
		systemstack(endsharing, NULL);
	endstart();
	main_init_done = startchan(&room, sizeof(bool), 0);
	if (REPLAYING)
		systemstack(replaybegin, NULL);
	doInit(&main_inittask, maininit);
	rt_chan_close(main_init_done);
	if (!REPLAYING)
		unlockOSThread();

	expectthreads();
	forgetframes();
	status = rt_main(argc, argv);
	waitforpanics();
	if (Debug)
		systemstack(checkheap, NULL); // what was written past objects that are never freed
	rt_exit(status);
}
