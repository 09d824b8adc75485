// leakreport.c - what rt_leaks writes: the goroutines that never continue, those that wait at
// one place together, and how many objects of each size are lost.
//
// The report is made while the world is stopped, since stacks are read for it, and in memory,
// because nobody may read the descriptor meanwhile.
//
// built: unchecked
#include "runtime/os/os.h"
#include "runtime/panic/panic.h"
#include "runtime/reach/leaks.h"
#include "runtime/sched/g.h"
#include "runtime/sched/morestack.h"

enum { FirstText = 64 << 10 };

// ---- goroutines -----------------------------------------------------------------------

// Goroutines that wait at one place. While they are sorted by place, key is its hash; then it is the
// first one's number.
typedef struct {
	uintptr_t key;
	uint32_t g; // the one to show
	uint32_t n;
} Group;

static uint64_t mix(uint64_t hash, uint64_t v)
{
	hash = (hash ^ v) * 0x9e3779b97f4a7c15;
	return (hash ^ hash >> 29) | 2;
}

// Returns a hash of why and where gp waits, with all that it has called, and of where it was made.
static uint64_t placehash(const G *gp)
{
	Where w = whereparked(gp);
	uint64_t hash = mix(mix(reasonof(gp), gp->gopc), w.pc);
	uintptr_t bp = w.bp;

	while (bp != 0 && readable(gp, bp, 2)) {
		const uintptr_t *frame = (const uintptr_t *)bp;

		hash = mix(hash, returnaddress(gp, &frame[1]));
		if (frame[0] <= bp && readable(gp, frame[0], 2) && onbase(gp, bp) == onbase(gp, frame[0]))
			break; // upwards, except once from the segment to the small stack
		bp = frame[0];
	}
	return hash;
}

// Fills groups; returns how many there are.
static uint32_t makegroups(const Search *s, Group *groups)
{
	uint32_t n = 0, ngroups = 0;

	for (uint32_t g = 0; g < s->n; g++) {
		if (s->is[g] == GLeaked)
			groups[n++] = (Group){ placehash(s->gs[g]), g, 1 };
	}
	sortrecords(groups, sizeof *groups, n);
	for (uint32_t i = 0; i < n; i++) {
		Group *last = &groups[ngroups - 1];

		if (ngroups == 0 || last->key != groups[i].key) {
			groups[ngroups++] = groups[i];
			continue;
		}
		last->n++;
		if (s->gs[groups[i].g]->goid < s->gs[last->g]->goid)
			last->g = groups[i].g;
	}
	for (uint32_t i = 0; i < ngroups; i++)
		groups[i].key = s->gs[groups[i].g]->goid;
	sortrecords(groups, sizeof *groups, ngroups);
	return ngroups;
}

static void printgroup(const Search *s, const Group *group)
{
	G *gp = s->gs[group->g];
	Where w = whereparked(gp);

	print("\n");
	printgoroutine(gp, &w, 1);
	if (group->n > 1)
		print("and %u more like it\n", group->n - 1);
}

static void printgoroutines(const Search *s)
{
	const rt_leak_counts *c = &s->counts;
	uintptr_t bytes = c->goroutines * sizeof(Group);
	Group *groups = sysReserve(NULL, bytes);
	uint32_t n;

	print("leaked goroutines: %lu; objects that they hold: %lu, %lu bytes\n", c->goroutines,
	      c->held, c->held_bytes);
	if (!groups)
		return;
	n = makegroups(s, groups);
	for (uint32_t i = 0; i < n; i++)
		printgroup(s, &groups[i]);
	sysFree(groups, bytes);
}

// ---- objects --------------------------------------------------------------------------

// Returns the entry of objects of this kind. If there is none and the table is full, that is an entry
// for all the rest.
static LostKind *lostkind(Search *s, uint64_t hash, uint64_t size, const Site *site)
{
	enum { Rest = 1 }; // no kind's hash
	uint32_t i = (uint32_t)(hash >> 16) % LostKinds;

	while (s->lost[i].hash != 0 && s->lost[i].hash != hash)
		i = (i + 1) % LostKinds;
	if (s->lost[i].hash == hash)
		return &s->lost[i];
	if (s->nlost >= LostKinds - 2 && hash != Rest)
		return lostkind(s, Rest, 0, &(Site){ 0 });
	s->nlost++;
	s->lost[i] = (LostKind){ .hash = hash, .size = size, .site = *site };
	return &s->lost[i];
}

void countlost(void *arg, const Mspan *span, uint32_t i)
{
	Search *s = arg;
	uint64_t size = slotsize(span), hash;
	Site site = { 0 };
	LostKind *kind;

	if (Debug) {
		site = records(span)[i].made;
		size = records(span)[i].size;
	}
	hash = mix(0, size);
	for (uint32_t k = 0; k < nelem(site.pc); k++)
		hash = mix(hash, site.pc[k]);
	kind = lostkind(s, hash, size, &site);
	kind->count.n++;
	kind->count.bytes += size;
	s->counts.objects++;
	s->counts.object_bytes += size;
	if (unlikely(leaksoverwritten))
		overwritelost(span, i);
}

// Moves the table's entries to its front, the one with the most bytes last.
static uint32_t packlost(LostKind *lost)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < LostKinds; i++) {
		if (lost[i].hash == 0)
			continue;
		lost[n] = lost[i];
		lost[n++].hash = lost[i].count.bytes; // what they are sorted by
	}
	sortrecords(lost, sizeof *lost, n);
	return n;
}

static void printlost(LostKind *lost, uint32_t nlost, const rt_leak_counts *c)
{
	print("%slost objects: %lu, %lu bytes\n", c->goroutines > 0 ? "\n" : "", c->objects,
	      c->object_bytes);
	for (uint32_t i = nlost; i-- > 0;) {
		const LostKind *k = &lost[i];

		if (k->size != 0)
			print("%s%lu of %lu bytes\n", k->site.pc[0] ? "\n" : "\t", k->count.n, k->size);
		else
			print("\t%lu of other sizes, %lu bytes\n", k->count.n, k->count.bytes);
		printsite("allocated", &k->site);
	}
}

// ---- the report -----------------------------------------------------------------------

static void printleaks(void *arg)
{
	Search *s = arg;

	if (s->partial)
		print("leaks: the program's own memory could not be read; what only that leads to is "
		      "below\n");
	if (s->counts.goroutines > 0)
		printgoroutines(s);
	if (s->counts.objects > 0)
		printlost(s->lost, s->nlost, &s->counts);
}

// Prints once more if there was too little room.
void reportleaks(Search *s)
{
	s->nlost = packlost(s->lost);
	for (uintptr_t size = FirstText;; size = s->text.n) {
		s->text = (Printbuf){ .size = size };
		s->text.buf = sysReserve(NULL, size);
		if (!s->text.buf)
			return;
		printinto(&s->text, printleaks, s);
		if (s->text.n <= size)
			return;
		sysFree(s->text.buf, size);
	}
}
