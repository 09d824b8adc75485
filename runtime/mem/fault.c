// fault.c - what is said when a program breaks the heap's rules.
// built: unchecked
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

// The large object that p's page belongs to, or NULL: it has begun before.
static Mspan *largeof(uintptr_t p)
{
	Mspan *s = NULL;

	for (uintptr_t i = heappage(p); i < mheap.npages && !s; i--)
		s = mheap.spans[i].inuse ? mheap.spans[i].s : NULL;
	if (!s || s->class != LargeClass || p - s->base >= (uintptr_t)s->npages << PageShift)
		return NULL;
	return s;
}

static NORETURN void fatalpointer(const char *what, uintptr_t p, const char *where,
                                  uint64_t size)
{
	fatalf("%s: 0x%lx, %s of %lu bytes", what, p, where, size);
}

NORETURN void badpointer(uintptr_t p)
{
	static const char no[] = "free of a pointer that was not allocated";
	static const char twice[] = "free of a free object";
	Mspan *s = spanof(p), *large = largeof(p);
	uintptr_t i = heappage(p);
	bool free = pageisfree(&mheap.pages, i);
	bool used = free || (i < mheap.npages && mheap.spans[i].s); // not in a hole

	if (s && s->class >= ManagedClass)
		fatalpointer("free of collected memory", p, "an object", slotsize(s));
	if (Debug)
		badrecorded(p);
	if (large)
		fatalpointer(p == large->base ? twice : no, p, "large object",
		             (uint64_t)large->npages << PageShift);
	if (!s)
		fatalf("%s: 0x%lx, %s", free ? twice : no, p,
		       used ? "of any class" : "not in the heap");
	i = (p - s->base) / s->size;
	if (s->class == StackClass)
		fatalpointer(no, p, "a stack", s->size);
	fatalf("%s: 0x%lx, class %u (%u bytes)",
	       i < s->nelems && s->base + i * s->size == p ? twice : no, p, s->class,
	       s->size);
}
