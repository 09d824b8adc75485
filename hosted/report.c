// report.c - which goroutine was it? AddressSanitizer and others know threads alone. Behind their
// report this prints the goroutine that is running, those that allocated and freed the object,
// or the one on whose stack the address is; each with the line of the rt_go that created it.
//
// A table has the goroutines that allocated and freed an object, of the last ones at each place.
// Two threads that use one place at one moment may mix theirs up: the report's own stacks are
// right.
//
// LeakSanitizer takes words of the program's data for pointers, so the table's are inverted.
#include "hosted/report.h"

#include "hosted/sanitizer.h"
#include "runtime/base/getg.h"
#include "runtime/base/str.h"
#include "runtime/os/os.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/g.h"

void __ubsan_on_report(void);

// ---- places ---------------------------------------------------------------------------------

// Prints the function and its line in which pc is, behind the words.
static void printline(const char *words, uintptr_t pc)
{
	uintptr_t start = 0;
	const char *name = funcname(pc, &start);
	int32_t n;
	const Place *p = funcplaces(pc, &n);
	const char *const *s;

	print("%s %s\n", words, name ? name : "?");
	if (n == 0)
		return;
	s = p[n - 1].path;
	print("\t%s%s%s%s%s:%lu\n", s[0], s[1], s[2], s[3], s[4], p[n - 1].line);
}

static void printwho(const char *words, uint64_t goid, uintptr_t gopc)
{
	print("%s goroutine %lu\n", words, goid);
	if (goid != 1 && gopc != 0)
		printline("created by", gopc - 1);
}

// ---- allocations ----------------------------------------------------------------------------

enum { Places = 1 << 16 }; // as many as placeof's product has high bits

typedef struct {
	uintptr_t object; // inverted
	uint64_t goid;    // 0: no goroutine
	uintptr_t gopc;
} Act;

static Act allocated[Places], freed[Places];

static Act *placeof(Act *table, uintptr_t p)
{
	return &table[(p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 48];
}

// The goroutine that runs on this thread, or calls g0; NULL if there is none.
static const G *current(void)
{
	const G *gp = getg();

	return gp && gp->m ? gp->m->curg : NULL;
}

static void note(Act *table, const volatile void *p)
{
	const G *gp = current();

	*placeof(table, (uintptr_t)p) = (Act){
		.object = ~(uintptr_t)p,
		.goid = gp ? gp->goid : 0,
		.gopc = gp ? gp->gopc : 0,
	};
}

static void notealloc(const volatile void *p, size_t n)
{
	(void)n;
	note(allocated, p);
}

static void notefree(const volatile void *p)
{
	if (p)
		note(freed, p);
}

static void printact(const char *what, const Act *a, const void *p)
{
	if (a->object != ~(uintptr_t)p || a->goid == 0)
		return;
	printwho(what, a->goid, a->gopc);
}

void reportallocator(const void *p)
{
	printact("allocated by", placeof(allocated, (uintptr_t)p), p);
}

// ---- whose variable it is -------------------------------------------------------------------

// What AddressSanitizer has at the low end of a frame on a second stack.
typedef struct {
	uintptr_t magic;
	const char *variables;
	uintptr_t pc; // the function
} Frame;

enum {
	SecondSize = 12 << 20, // no second stack is larger
	FrameMax = 64 << 10,
	FrameAlign = 64,
};
#define InUse 0x41b58ab3u
#define Returned 0x45e0360eu

// Returns the frame that p is in, on the second stack at lo; NULL if there is none.
// __asan_addr_is_in_fake_stack knows only those in use.
static const Frame *frameof(uintptr_t p, uintptr_t lo)
{
	uintptr_t end = max(lo, p - FrameMax);

	for (p &= -(uintptr_t)FrameAlign; p > end; p -= FrameAlign) {
		const Frame *f = (const Frame *)p;

		if (f->magic == InUse || f->magic == Returned)
			return f;
	}
	return NULL;
}

static bool within(uintptr_t p, uintptr_t lo, uintptr_t n)
{
	return lo != 0 && p - lo < n;
}

static uintptr_t secondstack(const G *gp)
{
	return (uintptr_t)(gp == current() ? __asan_get_current_fake_stack()
		                                   : gp->fiber[AsanStack]);
}

static void printowner(const G *gp, const Frame *f)
{
	if (f)
		printline("a variable of", f->pc);
	printwho("on the stack of", gp->goid, gp->gopc);
}

static void reportstack(uintptr_t p)
{
	uintptr_t n = atomic_load_acquire(&allglen), nearest = 0; // pairs with allgadd
	G **gs = atomic_load_acquire(&allgs);
	const G *owner = NULL;

	for (uintptr_t i = 0; i < n; i++) {
		const G *gp = gs[i];
		uintptr_t second = secondstack(gp);

		if (within(p, gp->stack.lo, gp->stack.hi - gp->stack.lo)) {
			owner = gp;
			nearest = 0;
			break;
		}
		if (within(p, second, SecondSize) && second > nearest) {
			owner = gp;
			nearest = second;
		}
	}
	if (owner)
		printowner(owner, nearest ? frameof(p, nearest) : NULL);
}

// ---- the reports ----------------------------------------------------------------------------

static void reportcurrent(const char *what)
{
	const G *gp = current();

	if (gp)
		printwho(what, gp->goid, gp->gopc);
}

static void reportaddress(void *p)
{
	char name[1];
	void *object = NULL;
	size_t size;
	const char *kind = __asan_locate_address(p, name, sizeof name, &object, &size);

	if (streq(kind, "heap")) {
		printact("freed by", placeof(freed, (uintptr_t)object), object);
		reportallocator(object);
	} else if (!streq(kind, "global")) {
		reportstack((uintptr_t)p);
	}
}

static void addresserror(const char *text)
{
	(void)text;
	reportcurrent("done by");
	reportaddress(__asan_get_report_address());
}

static void dying(void)
{
	reportcurrent("done by");
}

// Called by UndefinedBehaviorSanitizer.
void __ubsan_on_report(void)
{
	reportcurrent("undefined behaviour of");
}

void reportinit(void)
{
	if (__asan_set_error_report_callback) {
		__asan_set_error_report_callback(addresserror);
	} else if (__msan_set_death_callback) {
		__msan_set_death_callback(dying);
	}
	if (__asan_set_error_report_callback || __lsan_do_leak_check)
		__sanitizer_install_malloc_and_free_hooks(notealloc, notefree);
}
