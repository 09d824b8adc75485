// heap.c - the heap is the C library's, where the sanitizers look for errors.
//
// So is what the runtime allocates for itself (mk/rules.mk). ThreadSanitizer ignores these calls,
// since it does not know what orders the runtime's threads.
#include <malloc.h>
#include <stdlib.h>

#include "hosted/wrap.h"
#include "runtime/base/getg.h"
#include "runtime/base/guard.h"
#include "runtime/sched/yieldcheck.h"

void *__real_rt_malloc(size_t size);
void *__real_rt_calloc(size_t n, size_t size);
void *__rt0_malloc(size_t size);
void *__rt0_calloc(size_t n, size_t size);
void *__rt0_realloc(void *p, size_t size);
void __rt0_free(void *p);
size_t __rt0_malloc_usable_size(const void *p);

// The real function says what is wrong.
static void *orpanic(void *p, size_t size)
{
	return p ? p : __real_rt_malloc(size);
}

// A goroutine that does nothing but allocate gives its processor back when its time is up, as
// with the runtime's own heap. The C library's is not preempted.
static void maylook(void)
{
	if (getg())
		preemptcheckas(NULL);
}

OWN(rt_malloc)
void *rt_malloc(size_t size)
{
	void *p;

	maylook();
	ENTERED;
	p = orpanic(malloc(size), size);
	LEFT;
	return p;
}

OWN(rt_calloc)
void *rt_calloc(size_t n, size_t size)
{
	void *p;

	maylook();
	ENTERED;
	p = calloc(n, size);
	if (!p)
		p = __real_rt_calloc(n, size);
	LEFT;
	return p;
}

OWN(rt_realloc)
void *rt_realloc(void *p, size_t size)
{
	maylook();
	ENTERED;
	p = orpanic(realloc(p, size ? size : 1), size);
	LEFT;
	return p;
}

OWN(rt_free)
void rt_free(void *p)
{
	maylook();
	ENTERED;
	free(p);
	LEFT;
}

OWN(rt_malloc_usable_size)
size_t rt_malloc_usable_size(const void *p)
{
	return malloc_usable_size((void *)p);
}

// ---- the runtime's own calls -----------------------------------------------------------

void *__rt0_malloc(size_t size)
{
	void *p;

	ignore();
	p = orpanic(malloc(size), size);
	heed();
	return p;
}

void *__rt0_calloc(size_t n, size_t size)
{
	void *p;

	ignore();
	p = calloc(n, size);
	heed();
	if (!p)
		p = __real_rt_calloc(n, size);
	return p;
}

void *__rt0_realloc(void *p, size_t size)
{
	ignore();
	p = orpanic(realloc(p, size ? size : 1), size);
	heed();
	return p;
}

void __rt0_free(void *p)
{
	ignore();
	free(p);
	heed();
}

size_t __rt0_malloc_usable_size(const void *p)
{
	return malloc_usable_size((void *)p);
}
