// layout.c - the kinds of rt_gc_alloc_typed: which one has objects of a size and a layout.
//
// A kind belongs to a size class and to what the layout says: layouts that do not differ share
// their spans. That takes a look at all kinds, so what was found is in a table by the
// layout's address and the class, which the allocation reads without a lock.
//
// Nothing here is ever freed, the tables that were too small included.
//
// built: unyielding hot
#include "include/rt.h"
#include "runtime/reach/managed.h"

enum { LeastPlaces = 64, MaxPlaces = 1 << 20, WordBits = 64 };

// The key is written last: after it was found the kind may be read.
typedef struct {
	uint32_t kind;
	uint64_t key; // 0: there is none. Atomic
} Place;

typedef struct {
	uint32_t size, used; // a power of two; a quarter at least is not used
	Place place[];
} Places;

static struct {
	Mutex lock;

	// lock protects what is written:
	Places *places; // atomic
} layouts = { .lock.rank = RANKED(RankManaged) };

// Addresses have less than 56 bits.
static uint64_t keyoflayout(const rt_layout *t, uint32_t class)
{
	return (uint64_t)(class + 1) << 56 | (uintptr_t)t;
}

ALWAYS_INLINE Place *placeofkey(Places *places, uint64_t key)
{
	uint64_t hash = key * 0x9e3779b97f4a7c15;

	for (uint32_t i = (uint32_t)(hash >> 32);; i++) {
		Place *p = &places->place[i & (places->size - 1)];
		uint64_t there = atomic_load_acquire(&p->key); // pairs with addplace's store

		if (there == key || there == 0)
			return p;
	}
}

uint32_t knownkind(const rt_layout *t, uint32_t class)
{
	Places *places = atomic_load_acquire(&layouts.places); // pairs with makeroom's store
	uint64_t key = keyoflayout(t, class);
	const Place *p;

	if (unlikely(!places))
		return NoKind;
	p = placeofkey(places, key);
	// The place may have been empty, and have another key by now. Pairs with addplace's store.
	return likely(atomic_load_acquire(&p->key) == key) ? p->kind : NoKind;
}

// ---- on g0 --------------------------------------------------------------------------------

static void addplace(Places *places, uint64_t key, uint32_t kind) HOLDS(layouts.lock)
{
	Place *p = placeofkey(places, key);

	p->kind = kind;
	places->used++;
	atomic_store_release(&p->key, key); // pairs with placeofkey's load
}

// Makes room for one more, or throws.
static Places *makeroom(void) HOLDS(layouts.lock)
{
	Places *old = layouts.places, *new;
	uint32_t size = old ? old->size : LeastPlaces / 2;

	if (old && old->used < size / 4 * 3)
		return old;
	if (size >= MaxPlaces)
		throw("rt_gc_alloc_typed: too many layouts");
	size *= 2;
	new = persistentalloc(sizeof *new + size * sizeof *new->place, CacheLineSize);
	new->size = size;
	for (uint32_t i = 0; old && i < old->size; i++) {
		if (old->place[i].key != 0)
			addplace(new, old->place[i].key, old->place[i].kind);
	}
	atomic_store_release(&layouts.places, new); // pairs with knownkind's load
	return new;
}

static bool pointerat(const rt_layout *t, uint32_t i)
{
	return t->pointers[i / WordBits] >> i % WordBits & 1;
}

// How many words of t matter to objects of the class: with less there is no more.
static uint32_t wordsof(const rt_layout *t, uint32_t class)
{
	return class == LargeClass ? t->words : min(t->words, classsize(class) / PtrSize);
}

// Returns how often t fits into a word of bits: a short one is read faster if it is repeated.
static uint32_t repeats(uint32_t words)
{
	return max(WordBits / words, 1u);
}

// Does l say what t does?
static bool same(const MarkLayout *l, const rt_layout *t, uint32_t words)
{
	if (l->words != words * repeats(words))
		return false;
	for (uint32_t i = 0; i < l->words; i++) {
		if ((l->bits[i / WordBits] >> i % WordBits & 1) != pointerat(t, i % words))
			return false;
	}
	return true;
}

// How many pointers there are in the first words.
static uint32_t pointers(const rt_layout *t, uint32_t words)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < words; i++)
		n += pointerat(t, i);
	return n;
}

static const MarkLayout *newlayout(const rt_layout *t, uint32_t words)
{
	MarkLayout *l = persistentalloc(sizeof *l, sizeof(uint64_t));

	l->words = words * repeats(words);
	l->bits = persistentalloc(alignup(l->words, (uint32_t)WordBits) / 8, sizeof(uint64_t));
	for (uint32_t i = 0; i < l->words; i++)
		l->bits[i / WordBits] |= (uint64_t)pointerat(t, i % words) << i % WordBits;
	return l;
}

// The kind of objects of a class with that layout. If there is no room for another kind, one of
// objects that are read whole.
static uint32_t kindlike(const rt_layout *t, uint32_t class) HOLDS(layouts.lock)
{
	uint32_t words = t ? wordsof(t, class) : 0, n = t ? pointers(t, words) : 0;
	const MarkLayout *l = NULL;

	if (!t || (n == words && words > 0))
		return kindofclass(class, false);
	if (n == 0)
		return kindofclass(class, true);
	for (uint32_t k = NumKinds; k < nkinds; k++) {
		if (!same(kinds[k].layout, t, words))
			continue;
		if (kinds[k].sizeclass == class)
			return k;
		l = kinds[k].layout;
	}
	if (nkinds == MaxKinds)
		return kindofclass(class, false);
	addkind(class, TypedClass + nkinds - NumKinds, l ? l : newlayout(t, words));
	return nkinds - 1;
}

uint32_t kindoflayout(const rt_layout *t, uint32_t class)
{
	uint32_t kind;

	lock(&layouts.lock);
	kind = knownkind(t, class);
	if (kind == NoKind) {
		kind = kindlike(t, class);
		addplace(makeroom(), keyoflayout(t, class), kind);
	}
	unlock(&layouts.lock);
	return kind;
}
