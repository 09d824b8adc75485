// tests/programs/gc_typed.c - a word keeps an object if the layout says that it is a pointer, and
// does not if that says that it is none.
// env: GODEBUG=clobberfree=1 GOGC=off
// matrix: GOMAXPROCS=1,4
// hosted: not any: nothing is collected there
#include "../lib/test.h"

enum { Targets = 200, Magic = 0x1234567, Stale = 8 };

// Targets of the present test that were freed; a stale word may keep one of an earlier test until now.
static uint32_t freed;
static uintptr_t test;

static void gone(void *of)
{
	if ((uintptr_t)of == __atomic_load_n(&test, __ATOMIC_ACQUIRE))
		__atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
}

static void begin(void)
{
	__atomic_store_n(&test, test + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&freed, 0, __ATOMIC_RELAXED);
}

static int gonesofar(void)
{
	return (int)__atomic_load_n(&freed, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) uint64_t *target(void)
{
	uint64_t *p = rt_gc_alloc_noscan(5 * sizeof *p);

	p[4] = Magic;
	rt_gc_finalizer(p, gone, (void *)test);
	return p;
}

// Overwrites what earlier calls have left on the stack below.
static __attribute__((noinline)) void scrub(void)
{
	volatile char below[1200];

	for (unsigned i = 0; i < sizeof below; i++)
		below[i] = 0;
}

// Collects until n targets are gone, and a few times more. Returns how many are.
static int collect(int n)
{
	for (int i = 0; i < 1000 && gonesofar() < n; i++) {
		scrub();
		rt_gc();
		rt_gosched();
	}
	for (int i = 0; i < 5; i++) {
		scrub();
		rt_gc();
		rt_gosched();
	}
	return gonesofar();
}

// The objects of a test: each word has the only pointer to a target.
typedef struct {
	const char *name;
	size_t words;  // of an object
	rt_layout layout;
} Case;

static uint64_t **objects[Targets];
static const Case *the;

static bool pointer(const rt_layout *l, size_t i)
{
	i %= l->words;
	return l->pointers[i / 64] >> i % 64 & 1;
}

// Returns how many targets there are whose words are pointers, or are not.
static int expected(bool pointers)
{
	int n = 0;

	for (size_t i = 0; i < the->words; i++)
		n += the->layout.words && pointer(&the->layout, i) ? pointers : !pointers;
	return n;
}

static __attribute__((noinline)) int fill(void)
{
	int n = 0;

	for (; n * the->words < Targets; n++) {
		objects[n] = rt_gc_alloc_typed(the->words * sizeof *objects[n], &the->layout);
		for (size_t i = 0; i < the->words; i++) {
			check(!objects[n][i]);
			objects[n][i] = target();
		}
	}
	return n;
}

static __attribute__((noinline)) void intact(int n)
{
	for (int o = 0; o < n; o++) {
		for (size_t i = 0; i < the->words; i++) {
			if (the->layout.words && pointer(&the->layout, i))
				equal(objects[o][i][4], Magic);
		}
	}
}

static void run(const Case *c)
{
	int n, lost, found;

	the = c;
	begin();
	n = fill();
	lost = n * expected(false);
	found = collect(lost - Stale);
	intact(n);
	if (found > lost || found < lost - Stale)
		rt_panic("%s: %d objects freed, not %d", c->name, found, lost);
	for (int i = 0; i < n; i++)
		objects[i] = NULL;
	// A stale word may keep all that one of the objects leads to.
	lost = (n - 2) * (int)c->words - Stale;
	found = collect(lost);
	if (found < lost)
		rt_panic("%s: %d objects freed, not %d", c->name, found, lost);
}

static const uint64_t second[] = { 2 }, both[] = { 3 }, neither[] = { 0 }, three[] = { 5 };
static const uint64_t sparse[] = { 0x8000000000000001, 0, 3 }; // of 130 words

static const Case cases[] = {
	{ "the second of two words", 2, { 2, second } },
	{ "that in a larger object", 3, { 2, second } },
	{ "both", 2, { 2, both } },
	{ "neither", 2, { 2, neither } },
	{ "no word", 2, { 0, NULL } },
	{ "an array", 31, { 3, three } },
	{ "a long layout", 130, { 130, sparse } },
	{ "an array of long ones", 1000, { 130, sparse } },
	{ "more words than the object has", 4, { 130, sparse } },
	{ "a large array", 6000, { 3, three } },
	{ "a large array of long ones", 6001, { 130, sparse } },
	{ "a large object without pointers", 6000, { 2, neither } },
};

// Words with a layout of NULL are all pointers.
static __attribute__((noinline)) void untyped(void)
{
	uint64_t **p = rt_gc_alloc_typed(2 * sizeof *p, NULL);

	begin();
	p[0] = target();
	p[1] = target();
	equal(collect(0), 0);
	equal(p[0][4] + p[1][4], 2 * Magic);
}

// More than there are kinds of objects: the others are read whole.
static void many(void)
{
	enum { N = 5000 };
	static uint64_t bits[N];
	static rt_layout layouts[N];
	static uint64_t **some[N];
	int pointers = 0;

	begin();
	for (uint64_t i = 0; i < N; i++) {
		bits[i] = i << 1;
		layouts[i] = (rt_layout){ 16, &bits[i] };
		some[i] = rt_gc_alloc_typed(16 * sizeof *some[i], &layouts[i]);
		for (int k = 0; k < 16; k++) {
			if (bits[i] >> k & 1) {
				some[i][k] = target();
				pointers++;
			}
		}
	}
	equal(collect(0), 0);
	for (int i = 0; i < N; i++) {
		for (int k = 0; k < 16; k++)
			pointers -= some[i][k] && some[i][k][4] == Magic;
	}
	equal(pointers, 0);
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		run(&cases[i]);
	untyped();
	many();
	rt_printf("ok\n");
	return 0;
}
