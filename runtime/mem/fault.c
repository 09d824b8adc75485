// fault.c - what is said when a program breaks the heap's rules.
#include "runtime/mem/mem.h"
#include "runtime/mem/mheap.h"
#include "runtime/os/os.h"

// The large object that p's page belongs to, or NULL: it has begun before.
static Mspan *largeof(uintptr_t p)
{
	uintptr_t i = (p - mheap.base) >> PageShift;
	Mspan *s = NULL;

	for (; i < mheap.npages && !s; i--)
		s = mheap.spans[i];
	return s && s->class == LargeClass && p - s->base < (uintptr_t)s->npages << PageShift
	               ? s
	               : NULL;
}

NORETURN void badpointer(uintptr_t p)
{
	static const char no[] = "free of a pointer that was not allocated";
	static const char twice[] = "free of a free object";
	Mspan *s = spanof(p), *large = s ? NULL : largeof(p);
	uintptr_t i = (p - mheap.base) >> PageShift;

	if (large)
		fatalf("%s: 0x%lx, inside a large object of %lu bytes", no, p,
		       (uint64_t)large->npages << PageShift);
	if (!s && i < mheap.pages.end && pageisfree(&mheap.pages, (uint32_t)i))
		fatalf("%s: 0x%lx, of any class", twice, p);
	if (!s)
		fatalf("%s: 0x%lx, not in the heap", no, p);
	if (s->class == StackClass)
		fatalf("%s: 0x%lx, a goroutine's stack", no, p);
	if (s->class == LargeClass)
		fatalf("%s: 0x%lx, large object of %lu bytes", p == s->base ? twice : no, p,
		       (uint64_t)s->npages << PageShift);
	i = (p - s->base) / s->size;
	fatalf("%s: 0x%lx, class %u (%u bytes)",
	       i < s->nelems && s->base + i * s->size == p ? twice : no, p, s->class, s->size);
}

NORETURN void badwrite(Mspan *s, uintptr_t p)
{
	fatalf("write to a free object: 0x%lx, class %u (%u bytes)", p, s->class, s->size);
}
