// area.c - the area of a goroutine: made, reset, left (area.h).
//
// It is above the goroutine's stack, in its memory, which is touched there anyway:
//
//	    +------------------------+
//	    | dtv                    |  for __tls_get_addr
//	    +------------------------+
//	    | struct pthread         |  <- area
//	    | and, below or above it |
//	    | thread-local data      |  (library.h)
//	hi  +------------------------+
//	    | 32 bytes left free ... |  newproc.c
//
// A large one (MostOnStack) has memory of its own, which is freed with the stack.
//
// Unyielding: the area of the thread may be in force.
//
// built: unyielding hot
#include "cgo/area.h"

#include "runtime/mem/mem.h"
#include "runtime/os/os.h"
#include "runtime/sched/g.h"
#include "runtime/sched/setarea.h"

enum {
	MostOnStack = 8 << 10,
	DtvWords = 2,
};

// Laid down by linker.ld.
extern const char __tdata_start[], __tdata_end[], __tls_end[];
HIDDEN extern const char __rt0_tls_align[], __image_start[];

// musl's, where the program has what needs them.
HIDDEN void __do_orphaned_stdio_locks(void) WEAK;
HIDDEN void __dl_thread_cleanup(void) WEAK;

// ---- its place ----------------------------------------------------------------------

static uintptr_t blocksize(void)
{
	return (uintptr_t)(__tls_end - __tdata_start);
}

static uintptr_t areaalign(void)
{
	uintptr_t align = (uintptr_t)__rt0_tls_align - (uintptr_t)__image_start;

	return max(align, (uintptr_t)16);
}

// Returns the size of the memory that has room for an area.
static uintptr_t areasize(void)
{
	return areabytes(areaalign(), blocksize()) + DtvWords * PtrSize + areaalign();
}

static bool areafits(void)
{
	return areasize() <= MostOnStack;
}

static uintptr_t ownsize(void)
{
	return alignup(areasize(), physPageSize);
}

// Returns where the area is in memory that ends at hi.
static Area *areabelow(uintptr_t hi)
{
	return (Area *)areabefore(hi - DtvWords * PtrSize, areaalign(), blocksize());
}

static uintptr_t ownmemory(Area *a)
{
	uintptr_t end = (uintptr_t)areaback(a, areaalign(), blocksize()) + DtvWords * PtrSize +
	                areaalign() - 1;

	return end & ~(physPageSize - 1);
}

static Area *placearea(G *gp)
{
	uintptr_t p;

	if (likely(areafits()))
		return areabelow(gp->stack.lo + goroutineStack);
	if (gp->area) {
		sysUnused((void *)(ownmemory(gp->area) - ownsize()), ownsize(), false);
		return gp->area;
	}
	p = (uintptr_t)sysReserve(NULL, ownsize());
	if (p == 0)
		throw("runtime: out of memory");
	return areabelow(p + ownsize());
}

// ---- its life -----------------------------------------------------------------------

uintptr_t newarea(G *gp)
{
	const Area *first = g0.area; // the process's first thread's
	Area *a = placearea(gp);
	char *block = areablock(a, areaalign(), blocksize());
	uintptr_t ndata = (uintptr_t)(__tdata_end - __tdata_start);
	uintptr_t hi = areafits() ? (uintptr_t)areafront(a, block) & ~(uintptr_t)15 :
	                            gp->stack.lo + goroutineStack;

	if (areafits())
		cleararea(a, block, ndata, blocksize());
	__builtin_memcpy(block, __tdata_start, ndata);
	a->self = a->prev = a->next = a;
	a->dtv = (uintptr_t *)areaback(a, areaalign(), blocksize());
	a->canary = first->canary;
	a->tid = gp->tid;
	a->detachstate = mainStarted ? AreaDetached : AreaJoinable; // the main goroutine's
	a->stack = (void *)hi;
	a->stacksize = hi - gp->stack.lo;
	a->robusthead = &a->robusthead;
	a->locale = first->locale;
	a->dtv[0] = 1;
	a->dtv[1] = (uintptr_t)block;
	initvalues(a);
	gp->area = a;
	return hi;
}

void freearea(G *gp)
{
	if (gp->area && !areafits())
		sysFree((void *)(ownmemory(gp->area) - ownsize()), ownsize());
	gp->area = NULL;
	gp->stack.hi = gp->stack.lo + goroutineStack;
}

void endarea(void)
{
	Area *a = getarea();

	if (unlikely(a->flags & (AreaCounted | AreaEnding)))
		endpthread(a);
	else
		endvalues(a);
	leaveprogram(a);
}

void endvalues(Area *a)
{
	if (unlikely(a->flags & AreaUsesKeys))
		__pthread_tsd_run_dtors();
	freevalues(a);
	if (unlikely(a->files))
		__do_orphaned_stdio_locks();
	if (unlikely(a->dlerror))
		__dl_thread_cleanup();
	endmask(a);
}

// ---- how many there are -------------------------------------------------------------

// Goroutines that may run code of the program's. They change that number themselves, or a thread does
// that is not the runtime's and becomes one: so a goroutine that finds itself alone stays that until
// it makes another, or such a thread comes.
static uint32_t nprogram;

void joinprogram(void)
{
	(void)atomic_xadd(&nprogram, 1); // before it runs, or a join can end; pairs with alone
}

// Before what joins the goroutine knows of its end.
void leaveprogram(Area *a)
{
	if ((a->flags & AreaLeaving) || getg()->issystem)
		return;
	a->flags |= AreaLeaving;
	(void)atomic_xadd(&nprogram, -1u); // pairs with alone
}

// Acquires: what the others have done, up to their ends, is visible to the one that is left.
bool alone(void)
{
	return atomic_load_acquire(&nprogram) <= 1; // pairs with leaveprogram and joinprogram
}

int32_t *areaerror(Area *a)
{
	return &a->error;
}

const char *areaname(const Area *a)
{
	return a->tid < AreaTid ? "" : a->name;
}

G *goroutineof(const Area *a)
{
	uint32_t i = (uint32_t)(a->tid - AreaTid);

	if (a->tid < AreaTid || i >= atomic_load_acquire(&allglen)) // pairs with allgadd's store
		return NULL;
	return atomic_load_acquire(&allgs)[i];
}

// ---- as the thread ------------------------------------------------------------------

typedef struct {
	void (*fn)(void *);
	void *arg;
} ThreadCall;

// On g0, or on gsignal.
static void callasthread(void *arg)
{
	const ThreadCall *c = arg;
	Area *was = getarea(), *own = getg()->m->g0->area;

	own->error = was->error;
	setarea(own);
	c->fn(c->arg);
	setarea(was);
	was->error = own->error;
}

void asthread(void (*fn)(void *), void *arg)
{
	if (getg())
		systemstack(callasthread, &(ThreadCall){ fn, arg });
	else
		fn(arg);
}
