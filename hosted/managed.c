// managed.c - rt_gc_alloc and the like: nothing is collected.
//
// The objects are the C library's, like those of rt_malloc, so that AddressSanitizer finds what is
// written beside them. The runtime's collector knows nothing of that heap, and does not read
// what the C library and the sanitizers have mapped. So the objects stay; LeakSanitizer does not
// report them. Finalizers are never called.
#include "include/rt.h"
#include "hosted/sanitizer.h"
#include "runtime/base/atomic.h"
#include "runtime/mem/mem.h"

void *rt_gc_alloc(size_t size)
{
	void *p = rt_calloc(1, size ? size : 1);

	if (__lsan_ignore_object)
		__lsan_ignore_object(p);
	return p;
}

void *rt_gc_alloc_noscan(size_t size)
{
	return rt_gc_alloc(size);
}

void *rt_gc_alloc_typed(size_t size, const rt_layout *t)
{
	(void)t;
	return rt_gc_alloc(size);
}

void rt_gc(void)
{
}

bool rt_gc_finalizer(void *p, rt_func *fn, void *arg)
{
	(void)fn;
	(void)arg;
	return p != NULL;
}

int rt_gc_percent(int percent)
{
	return atomic_xchg(&gcpercent, percent < 0 ? -1 : percent);
}
