// mark.c - which objects of the heap can be reached.
//
// The mark is a bit of the object's state. The world is stopped and the heap held, so nobody else
// looks at states: no memory is needed for marks, no locked instruction, and the line of the
// cache with the state must be fetched anyway. Beside a running program only a collector's objects
// are marked, whose states do not change meanwhile (reach/beside.c): rt_free compares those of
// rt_malloc's.
//
// Marking is bound by the processor's cache, and waits for one miss at a time if it looks at an
// object as soon as it has found a pointer to it. So a candidate waits in a ring of
// some while its state and memory are fetched.
//
// An object that is marked and not read yet is on the work stack. A large one is read a piece at a
// time, and what a piece leads to comes before the next one: a table of a million pointers
// would otherwise need as many entries. If the stack is full nevertheless, the object
// stays marked, and when the stack is empty all marked objects are read again.
//
// built: unchecked hot
#include "runtime/mem/mark.h"
#include "runtime/os/os.h"

enum {
	Ring = 32,
	PieceSize = 4 << 10,
	UnreadPiece = 1, // in an entry of the work stack: begins in a large object, not with one
	LeastWork = Stress ? 64 : 8 << 10, // entries
	NotedRoom = Stress ? 64 : 4 << 20,
};

typedef struct {
	uint8_t *state;
	uintptr_t base;
	uint32_t class;
} Candidate;

// Is in memory of its own, which is no root: it is full of pointers to what need not be in use.
struct Marker {
	Candidate ring[Ring];
	uint32_t at, nring; // where the next comes, and how many there are
	bool overflowed;
	uintptr_t *work, n, room;
	uintptr_t lowest, highest; // of all ranges
	const MarkHooks *hooks;
	MarkCount count;
	bool beside; // the program runs, or will
	bool new;    // what leads to new objects is noted
	uintptr_t nnoted; // words that lead to objects of rt_malloc's, or new ones
	uintptr_t *noted;
	uintptr_t bytes; // of its memory
};

// What there is to know about a class without looking at an Mspan. size 0: large, or no objects.
typedef struct {
	uint64_t recip;
	uint32_t size;
	bool known, noscan, typed;
} MarkClass;

// Both of NumClasses, in memory that is touched as far as there are classes.
static MarkClass *classes;
static const MarkLayout **layouts;

const MarkLayout nopointers;

void markclass(uint32_t class, uint32_t size, const MarkLayout *layout)
{
	bool noscan = layout == &nopointers;

	if (!classes) {
		// In one piece, so large that it takes no lock (persistent.c): the process may be dying.
		classes = persistentalloc(NumClasses * (sizeof *classes + sizeof *layouts), CacheLineSize);
		layouts = (const MarkLayout **)(classes + NumClasses);
	}
	layouts[class] = layout;
	classes[class] =
		(MarkClass){ size ? sizerecip(size) : 0, size, true, noscan, layout && !noscan };
}

static void knowclasses(void)
{
	for (uint32_t c = 0; c < NumSizeClasses; c++)
		markclass(c, classsize(c), NULL);
	markclass(LargeClass, 0, NULL);
}

// ---- words --------------------------------------------------------------------------

// Returns the range that p is in, or NULL.
static const MarkRange *rangeof(const Marker *m, uintptr_t p)
{
	const MarkRange *r = m->hooks->range;
	uint32_t lo = 0, hi = m->hooks->nranges;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (r[mid].hi <= p)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->hooks->nranges && r[lo].lo <= p ? &r[lo] : NULL;
}

static void outside(const Marker *m, uintptr_t p)
{
	const MarkRange *r = rangeof(m, p);

	if (r)
		m->hooks->onrange(m->hooks->arg, r->owner);
}

// Returns the span of the large object that p, on a page of r's, points into, or NULL. What r says
// may be left from an object that is gone.
static Mspan *largespan(const Spanref *r, uintptr_t p)
{
	Mspan *s = r->s;
	const Spanref *first;

	if (!s || !classes[s->class].known || classes[s->class].size != 0)
		return NULL;
	first = spanref(s->base);
	if (!first->inuse || first->s != s || p - s->base >= (uintptr_t)s->npages << PageShift)
		return NULL;
	return s;
}

// Finds what p may point into, on a page of the heap. False: nothing.
ALWAYS_INLINE bool find(const Spanref *r, uintptr_t p, Candidate *c)
{
	uint32_t class = LISTCLASS(r->list);
	const MarkClass *k = &classes[class];
	uint64_t i;
	Mspan *s;

	if (likely(r->inuse && k->size != 0)) {
		i = productindex(objectproduct(p - r->base, k->recip));
		*c = (Candidate){ &r->s->state[i], r->base + i * k->size, class };
		return true;
	}
	s = largespan(r, p);
	if (s)
		*c = (Candidate){ &s->state[0], s->base, s->class };
	return s != NULL;
}

static uintptr_t sizeofclass(const Candidate *c)
{
	uint32_t size = classes[c->class].size;

	return size ? size : (uintptr_t)spanref(c->base)->s->npages << PageShift;
}

ALWAYS_INLINE uint8_t state(uint8_t v)
{
	return v & (ObjectMarked - 1) & ~ObjectWaited;
}

static void pushwork(Marker *m, uintptr_t entry)
{
	if (unlikely(m->n == m->room))
		m->overflowed = true;
	else
		m->work[m->n++] = entry;
}

// Marks the candidate, if it is an object in use and has no mark.
ALWAYS_INLINE void markobject(Marker *m, const Candidate *c)
{
	uint8_t v = *c->state;

	if ((v & ~ObjectWaited) != ObjectBusy)
		return;
	*c->state = v | ObjectMarked;
	m->count.n++;
	m->count.bytes += sizeofclass(c);
	if (!classes[c->class].noscan)
		pushwork(m, c->base);
	if (unlikely(v & ObjectWaited))
		m->hooks->onwaited(m->hooks->arg, c->base);
}

// Puts the candidate into the ring, and settles the one that is there for longest.
ALWAYS_INLINE void enring(Marker *m, const Candidate *c)
{
	__builtin_prefetch(c->state, 1);
	__builtin_prefetch((void *)c->base);
	if (likely(m->nring == Ring))
		markobject(m, &m->ring[m->at]);
	else
		m->nring++;
	m->ring[m->at] = *c;
	m->at = (m->at + 1) % Ring;
}

ALWAYS_INLINE void lookat(Marker *m, uintptr_t p)
{
	uintptr_t page = heappage(p);
	const Spanref *r;
	Candidate c;

	if (likely(page >= mheap.npages)) {
		if (p - m->lowest < m->highest - m->lowest)
			outside(m, p);
		return;
	}
	r = &mheap.spans[page];
	if (unlikely(!find(r, p, &c))) {
		if (r->inuse && r->s->class == StackClass)
			outside(m, p);
		return;
	}
	enring(m, &c);
}

// Settles candidates until there is work, or none is left.
static void flush(Marker *m)
{
	for (; m->nring > 0 && m->n == 0; m->nring--)
		markobject(m, &m->ring[(m->at - m->nring) % Ring]);
}

static COLD void note(Marker *m, uintptr_t p)
{
	if (m->nnoted == NotedRoom)
		m->overflowed = true;
	else if (m->nnoted == 0 || m->noted[m->nnoted - 1] != p)
		m->noted[m->nnoted++] = p;
}

// As lookat, beside the program. Only old spans are known; what a Spanref says of another page is used
// for nothing but to leave out what leads to no object of rt_malloc's.
ALWAYS_INLINE void lookbeside(Marker *m, uintptr_t p)
{
	uintptr_t page = heappage(p);
	const Spanref *r;
	const MarkClass *k;
	Candidate c;

	if (likely(page >= atomic_load_relaxed(&mheap.npages)))
		return;
	r = &mheap.spans[page];
	if (unlikely(!r->old)) {
		if (m->new || LISTCLASS(atomic_load_relaxed(&r->list)) <= LargeClass)
			note(m, p);
		return;
	}
	c.class = LISTCLASS(r->list);
	k = &classes[c.class];
	if (likely(k->size != 0)) {
		uint64_t i = productindex(objectproduct(p - r->base, k->recip));

		c.state = &r->s->state[i];
		c.base = r->base + i * k->size;
	} else {
		c.state = &r->s->state[0];
		c.base = r->base;
	}
	enring(m, &c);
}

static void rangebeside(Marker *m, uintptr_t lo, uintptr_t hi)
{
	for (; lo + PtrSize <= hi; lo += PtrSize)
		lookbeside(m, atomic_load_relaxed((const uintptr_t *)lo));
}

void markrange(Marker *m, uintptr_t lo, uintptr_t hi)
{
	lo = alignup(lo, (uintptr_t)PtrSize);
	if (m->beside) {
		rangebeside(m, lo, hi);
		return;
	}
	for (; lo + PtrSize <= hi; lo += PtrSize)
		lookat(m, *(const uintptr_t *)lo);
}

void markword(Marker *m, uintptr_t p)
{
	if (m->beside)
		lookbeside(m, p);
	else
		lookat(m, p);
}

// ---- following them -----------------------------------------------------------------

// Marks what the words in [from, end) of an object that begins at base lead to, where it holds
// pointers by its layout.
static void marktyped(Marker *m, const MarkLayout *l, uintptr_t base, uintptr_t from, uintptr_t end)
{
	uint32_t i = (uint32_t)((from - base) / PtrSize % l->words), n;

	for (; from < end; from += n * PtrSize) {
		uint64_t bits = l->bits[i / 64] >> i % 64;

		n = min(64 - i % 64, l->words - i);
		for (; bits; bits &= bits - 1) {
			uintptr_t at = from + (uint32_t)__builtin_ctzl(bits) * PtrSize;

			if (at < end)
				markword(m, atomic_load_relaxed((const uintptr_t *)at));
		}
		i = i + n < l->words ? i + n : 0;
	}
}

// Marks what those of a class with pointers lead to.
ALWAYS_INLINE void markpart(Marker *m, uint32_t class, uintptr_t base, uintptr_t from, uintptr_t end)
{
	if (unlikely(classes[class].typed))
		marktyped(m, layouts[class], base, from, end);
	else
		markrange(m, from, end);
}

void markinside(Marker *m, uintptr_t object)
{
	Candidate c;

	if (find(spanref(object), object, &c) && !classes[c.class].noscan)
		markpart(m, c.class, c.base, c.base, c.base + sizeofclass(&c));
}

// Reads the object, or the large object's first unread piece, and puts the rest back.
static void readwork(Marker *m, uintptr_t entry)
{
	uintptr_t from = entry & ~(uintptr_t)UnreadPiece, end;
	const Spanref *r = spanref(from);
	uint32_t class = LISTCLASS(r->list), size = classes[class].size;

	if (likely(size != 0)) {
		end = from + size;
	} else {
		end = r->s->base + ((uintptr_t)r->s->npages << PageShift);
		if (end - from > PieceSize) {
			end = from + PieceSize;
			m->work[m->n++] = end | UnreadPiece; // in the entry's place
		}
	}
	markpart(m, class, size != 0 ? from : r->s->base, from, end);
}

static void followwork(Marker *m)
{
	for (;;) {
		if (m->n == 0)
			flush(m);
		if (m->n == 0)
			return;
		readwork(m, m->work[--m->n]);
	}
}

// Calls fn for each span with objects of a class that is known.
ALWAYS_INLINE void everyspan(void (*fn)(void *arg, Mspan *s), void *arg)
{
	for (uintptr_t page = 0; page < mheap.npages;) {
		const Spanref *r = &mheap.spans[page];
		Mspan *s = r->s;

		page += r->inuse ? s->npages : 1;
		if (r->inuse && classes[s->class].known)
			fn(arg, s);
	}
}

// Of a large object only the first page has a Spanref. The others get one that leads there, and that
// is not in use: to rt_free it is as if nothing were there, as before.
static void fillpages(void *unused, Mspan *s)
{
	Spanref *r = &mheap.spans[heappage(s->base)];

	(void)unused;
	if (Debug || classes[s->class].size != 0)
		return;
	for (uint32_t i = 1; i < s->npages; i++)
		r[i] = (Spanref){ .s = s, .base = s->base, .list = r->list, .old = r->old };
}

static void readmarked(void *arg, Mspan *s)
{
	Marker *m = arg;

	for (uint32_t i = 0; i < s->nelems && !classes[s->class].noscan; i++) {
		if (!(s->state[i] & ObjectMarked))
			continue;
		pushwork(m, s->base + i * s->size);
		followwork(m);
	}
}

void markdrain(Marker *m)
{
	followwork(m);
	while (m->overflowed) {
		m->overflowed = false;
		everyspan(readmarked, m);
	}
}

// ---- beside the program ---------------------------------------------------------------

// s is there when marking begins.
static void nowold(void *unused, Mspan *s)
{
	Spanref *r = &mheap.spans[heappage(s->base)];

	(void)unused;
	for (uint32_t i = 0; s->class >= ManagedClass && i < s->npages; i++)
		r[i].old = true;
}

bool markbeside(Marker *m)
{
	m->noted = sysReserve(NULL, NotedRoom * sizeof *m->noted);
	if (!m->noted)
		return false;
	everyspan(nowold, NULL);
	m->beside = true;
	return true;
}

void marknew(Marker *m)
{
	m->new = true;
}

bool markwhile(Marker *m, const bool *quit)
{
	while (!atomic_load_relaxed(quit)) {
		if (m->n == 0)
			flush(m);
		if (m->n == 0)
			return true;
		readwork(m, m->work[--m->n]);
	}
	return false;
}

// Old objects that may hold pointers.
static bool protectable(uintptr_t page)
{
	const Spanref *r = &mheap.spans[page];

	return r->old && !classes[LISTCLASS(r->list)].noscan;
}

uintptr_t nextold(uintptr_t *from)
{
	uintptr_t n = atomic_load_relaxed(&mheap.npages), page = heappage(*from), end;

	while (page < n && !protectable(page))
		page++;
	for (end = page; end < n && protectable(end);)
		end++;
	*from = mheap.base + (page << PageShift);
	return mheap.base + (end << PageShift);
}

// [lo, hi) is on one page.
static void readagain(Marker *m, uintptr_t lo, uintptr_t hi)
{
	const Spanref *r = spanref(lo);
	uint32_t class = LISTCLASS(r->list), size = classes[class].size;
	const Mspan *s = r->s;

	if (size == 0) {
		if (s->state[0] & ObjectMarked)
			markpart(m, class, s->base, lo, hi);
		return;
	}
	for (uint64_t i = (lo - s->base) / size; i < s->nelems && s->base + i * size < hi; i++) {
		uintptr_t base = s->base + i * size;

		if (s->state[i] & ObjectMarked)
			markpart(m, class, base, max(lo, base), min(hi, base + size));
	}
}

void markagain(Marker *m, uintptr_t lo, uintptr_t hi)
{
	while (lo < hi) {
		uintptr_t end = min(hi, (lo & -(uintptr_t)HeapPage) + HeapPage);

		readagain(m, lo, end);
		followwork(m);
		lo = end;
	}
}

void markstill(Marker *m)
{
	everyspan(fillpages, NULL);
	m->beside = false;
	for (uintptr_t i = 0; i < m->nnoted; i++)
		markword(m, m->noted[i]);
}

void markallagain(Marker *m)
{
	m->overflowed = true;
}

// ---- questions ----------------------------------------------------------------------

Stack markermemory(const Marker *m)
{
	return (Stack){ (uintptr_t)m, (uintptr_t)m + m->bytes };
}

MarkCount markedobjects(const Marker *m)
{
	return m->count;
}

static uint8_t *stateinuse(uintptr_t p, Candidate *c)
{
	if (!find(spanref(p), p, c) || state(*c->state) != ObjectBusy)
		return NULL;
	return c->state;
}

uintptr_t objectbase(Marker *m, uintptr_t p)
{
	Candidate c;

	(void)m;
	return stateinuse(p, &c) ? c.base : 0;
}

bool markwaited(Marker *m, uintptr_t object)
{
	Candidate c;
	uint8_t *at = stateinuse(object, &c);

	(void)m;
	*at |= ObjectWaited;
	return *at & ObjectMarked;
}

bool marked(Marker *m, uintptr_t object)
{
	Candidate c;
	const uint8_t *at = stateinuse(object, &c);

	(void)m;
	return at && (*at & ObjectMarked);
}

// ---- the heap ---------------------------------------------------------------------------

// The world is stopped. An M without a P, in a function of rt_cgocall's, takes the first lock for
// every object that it allocates or frees, and the second one for a large object.
UNCHECKED_LOCKS void heaphold(void)
{
	lock(&mheap.sharedLock);
	lock(&mheap.lock);
}

UNCHECKED_LOCKS void heaprelease(void)
{
	unlock(&mheap.lock);
	unlock(&mheap.sharedLock);
}

bool heapheld(void)
{
	return atomic_load_acquire(&mheap.sharedLock.key) != 0 ||
	       atomic_load_acquire(&mheap.lock.key) != 0;
}

// ---- the beginning and the end --------------------------------------------------------

// The work stack is touched only as deep as it gets. It cannot overflow if it has an entry for each
// object of the least size; where a limit does not allow that, it has fewer.
static Marker *newmarker(void)
{
	uintptr_t room = max((mheap.npages << PageShift) / 16, (uintptr_t)LeastWork);

	if (Stress)
		room = LeastWork;
	for (; room >= LeastWork; room /= 2) {
		uintptr_t bytes = alignup(sizeof(Marker) + room * PtrSize, physPageSize);
		Marker *m = sysReserve(NULL, bytes);

		if (m) {
			m->work = (uintptr_t *)(m + 1);
			m->room = room;
			m->bytes = bytes;
			return m;
		}
	}
	return NULL;
}

Marker *markbegin(const MarkHooks *hooks)
{
	Marker *m = newmarker();

	if (!m)
		return NULL;
	knowclasses();
	m->hooks = hooks;
	if (hooks->nranges > 0) {
		m->lowest = hooks->range[0].lo;
		m->highest = hooks->range[hooks->nranges - 1].hi;
	}
	everyspan(fillpages, NULL);
	return m;
}

typedef struct {
	void (*unreached)(void *arg, const Mspan *s, uint32_t i);
	void *arg;
} Unreached;

// Eight states at a time, where all eight objects were reached: most are.
static void unmark(void *arg, Mspan *s)
{
	enum { Eight = 8 };
	static const uint64_t each = 0x0101010101010101;
	const Unreached *u = arg;

	if (s->class > LargeClass)
		return;
	for (uint32_t i = 0; i < s->nelems; i++) {
		uint64_t *eight = (uint64_t *)(void *)&s->state[i];
		uint8_t v = s->state[i];

		if (i % Eight == 0 && *eight == each * (ObjectBusy | ObjectMarked)) {
			*eight = each * ObjectBusy;
			i += Eight - 1;
			continue;
		}
		if (v < ObjectWaited && v != ObjectBusy)
			continue;
		s->state[i] = state(v);
		if (!(v & ObjectMarked) && u->unreached)
			u->unreached(u->arg, s, i);
	}
}

// Follows what was noted, but not to what is beside. In the end no object of rt_malloc's is marked.
void marknoted(Marker *m)
{
	Unreached nobody = { NULL, NULL };
	Candidate c;

	for (uintptr_t i = 0; i < m->nnoted; i++) {
		uintptr_t p = m->noted[i];

		if (!find(spanref(p), p, &c) || *c.state != ObjectBusy)
			continue;
		*c.state = ObjectBusy | ObjectMarked;
		markrange(m, c.base, c.base + sizeofclass(&c));
	}
	m->nnoted = 0;
	everyspan(unmark, &nobody);
}

void markend(Marker *m, void (*unreached)(void *arg, const Mspan *s, uint32_t i), void *arg)
{
	Unreached u = { unreached, arg };

	everyspan(unmark, &u);
	if (m->noted)
		sysFree(m->noted, NotedRoom * sizeof *m->noted);
	sysFree(m, m->bytes);
}
