// racereport.c - what is said of a data race: both accesses, with their goroutines and the calls
// that led there, and what the memory is.
//
// Two places are reported once. The line that begins with WARNING names them in one order,
// whichever comes first in a run: rt0-explore counts by it.
//
// built: unchecked
#include "replay/race.h"

#include "replay/replay.h"
#include "runtime/base/getg.h"
#include "runtime/mem/mem.h"
#include "runtime/mem/object.h"
#include "runtime/panic/panic.h"
#include "runtime/sched/g.h"

enum { Pairs = 2048, RaceStatus = 66 };

extern const char __text_start[], __runtime_text_start[], __runtime_text_end[];

static struct {
	uint64_t pair[Pairs]; // a hash table
	uint32_t n;
} reported;

// Notes the pair. Returns whether it is a new one, and there is room for it.
static bool isnew(uint32_t a, uint32_t b)
{
	uint64_t pair = (uint64_t)max(a, b) << 32 | min(a, b);
	uint32_t i = (uint32_t)(pair * 0x9e3779b97f4a7c15 >> 53);

	while (reported.pair[i] != 0 && reported.pair[i] != pair)
		i = (i + 1) % Pairs;
	if (reported.pair[i] == pair || reported.n >= Pairs / 2)
		return false;
	reported.pair[i] = pair;
	reported.n++;
	return true;
}

static uintptr_t pcof(uint32_t pc)
{
	return (uintptr_t)__text_start + pc;
}

static bool inruntime(uintptr_t pc)
{
	return pc >= (uintptr_t)__runtime_text_start && pc < (uintptr_t)__runtime_text_end;
}

static bool isfd(uintptr_t p)
{
	return p - (uintptr_t)racefds < RaceFds;
}

// Where in the program the access is, or the call that makes it.
static uint32_t placeof(const Cell *c)
{
	return inruntime(pcof(c->pc)) && c->calls != 0 ? callat(c->calls)->pc : c->pc;
}

static const char *kindname(const Cell *c, uintptr_t p)
{
	static const char names[][20] = {
		[0] = "read",
		[AccessWrite] = "write",
		[AccessAtomic] = "atomic read",
		[AccessAtomic | AccessWrite] = "atomic write",
		[AccessWrite | AccessFree] = "free",
	};

	if (isfd(p))
		return c->kind & AccessWrite ? "close" : "use";
	return names[c->kind];
}

// An access in short.
typedef struct {
	const char *kind, *function, *file;
	uint64_t line;
	uint32_t key; // for whether it has been reported
} Short;

static Short inshort(const Cell *c, uintptr_t p)
{
	uintptr_t start = 0, pc = pcof(placeof(c));
	const char *name = funcname(pc - 1, &start);
	int32_t n;
	const Place *place = funcplaces(pc - 1, &n) + n - 1;
	Short s = { kindname(c, p), n > 1 ? place->func : name, place->path[4], place->line, 0 };

	for (const char *f = s.file; *f; f++) {
		if (*f == '/')
			s.file = f + 1;
	}
	s.key = (uint32_t)(uintptr_t)s.function * 0x9e3779b1u ^ (uint32_t)s.line * 0x85ebca6bu ^ c->kind;
	return s;
}

static void printshort(const Short *s)
{
	print("%s in %s (%s:%lu)", s->kind, s->function ? s->function : "?", s->file, s->line);
}

static void printaccess(const char *when, uintptr_t p, const Cell *c)
{
	const Life *l = lifeof(c->slot, c->epoch);
	uint32_t first = (uint32_t)__builtin_ctz(c->mask);
	uint32_t n = (uint32_t)__builtin_popcount(c->mask);

	p = (p & ~(uintptr_t)7) + first;
	if (isfd(p))
		print("%s%s of descriptor %lu", when, kindname(c, p), p - (uintptr_t)racefds);
	else
		print("%s%s of %u byte%s at 0x%lx", when, kindname(c, p), n, n == 1 ? "" : "s", p);
	print(" by goroutine %lu%s:\n", l->goid, l->ended ? ", which has ended" : "");
	printcall(pcof(c->pc));
	for (uint32_t i = c->calls; i != 0; i = callat(i)->outer)
		printcall(pcof(callat(i)->pc));
	if (l->goid != 1 && l->gopc != 0)
		printmaker(l->gopc, l->parent);
	for (uint32_t i = l->made; i != 0 && callat(i)->outer != 0; i = callat(i)->outer)
		printcall(pcof(callat(i)->pc));
	print("\n");
}

// Whose stack is p on?
static G *stackowner(uintptr_t p)
{
	for (uintptr_t i = 0; i < allglen; i++) {
		G *gp = allgs[i];

		if (readgstatus(gp) != Gdead && (p - gp->stack.lo < gp->stack.hi - gp->stack.lo ||
		                                 p - gp->segment.lo < gp->segment.hi - gp->segment.lo))
			return gp;
	}
	return NULL;
}

static void printmemory(uintptr_t p)
{
	uintptr_t start, size;
	const char *name = varname(p, &start, &size);
	const G *gp = stackowner(p);

	if (isfd(p))
		return;
	if (name)
		print("0x%lx is byte %lu of %s, a variable of %lu bytes\n", p, p - start, name, size);
	else if (gp)
		print("0x%lx is on the stack of goroutine %lu\n", p, gp->goid);
	else
		printobject(p);
}

void racefound(uintptr_t p, const Cell *old, const Cell *now)
{
	Short a, b;

	if (!isnew(placeof(old), placeof(now)))
		return;
	p = (p & ~(uintptr_t)7) + (uint32_t)__builtin_ctz(old->mask & now->mask);
	a = inshort(placeof(old) <= placeof(now) ? old : now, p);
	b = inshort(placeof(old) <= placeof(now) ? now : old, p);
	if (!isnew(a.key, b.key)) // another instruction of the line
		return;
	print("WARNING: %s: ", old->kind & AccessFree ? "use of freed memory" : "data race");
	printshort(&a);
	print(", ");
	printshort(&b);
	print("\n");
	if (gotraceback().level == 0)
		return;
	print("\n");
	printaccess("", p, now);
	printaccess("earlier ", p, old);
	printmemory(p);
	print("\n");
}

// A process that would have ended well has found a race.
int32_t racestatus(int32_t status)
{
	return status == 0 && reported.n > 0 ? RaceStatus : status;
}
