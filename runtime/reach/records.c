// records.c - sorting, in place.
//
// built: unchecked
#include "runtime/reach/reach.h"

// Records of whole words, the first of which is what they are sorted by.
typedef struct {
	char *at;
	uint32_t size;
} Records;

static uintptr_t keyof(const Records *r, uint32_t i)
{
	return *(const uintptr_t *)(const void *)(r->at + (uintptr_t)i * r->size);
}

static void swaprecords(const Records *r, uint32_t i, uint32_t k)
{
	uintptr_t *a = (uintptr_t *)(void *)(r->at + (uintptr_t)i * r->size);
	uintptr_t *b = (uintptr_t *)(void *)(r->at + (uintptr_t)k * r->size);

	for (uint32_t w = 0; w < r->size / PtrSize; w++) {
		uintptr_t t = a[w];

		a[w] = b[w];
		b[w] = t;
	}
}

static void sift(const Records *r, uint32_t i, uint32_t n)
{
	uint32_t c;

	while ((c = 2 * i + 1) < n) {
		if (c + 1 < n && keyof(r, c + 1) > keyof(r, c))
			c++;
		if (keyof(r, c) <= keyof(r, i))
			return;
		swaprecords(r, c, i);
		i = c;
	}
}

// Heapsort: there may be a million, on a stack that does not grow.
void sortrecords(void *at, uint32_t size, uint32_t n)
{
	Records r = { at, size };

	for (uint32_t i = n / 2; i-- > 0;)
		sift(&r, i, n);
	for (uint32_t i = n; i-- > 1;) {
		swaprecords(&r, 0, i);
		sift(&r, 0, i);
	}
}
