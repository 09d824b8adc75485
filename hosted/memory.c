// memory.c - the program's memory that the runtime touches for it, whose own code no sanitizer
// sees; what comes before what inside of the runtime; errno.
#include <errno.h>

#include "hosted/wrap.h"
#include "runtime/base/hosted.h"
#include "runtime/mem/object.h"

enum { PageSize = 4096 };

static const uintptr_t LowHalf = (uintptr_t)1 << 47; // where programs have memory

bool canread(const void *p, size_t n); // os.h goes not with libc's headers

// A pointer that leads nowhere is the kernel's or the runtime's to refuse.
bool isaddress(const void *p)
{
	return (uintptr_t)p >= PageSize && (uintptr_t)p < LowHalf;
}

static bool isrange(const void *p, size_t n)
{
	return n > 0 && isaddress(p) && n <= LowHalf - (uintptr_t)p;
}

bool isthere(const void *p, size_t n)
{
	return isrange(p, n) && canread(p, n);
}

// Is there a byte that AddressSanitizer allows no access to?
static bool poisoned(const void *p, size_t n)
{
	return __asan_region_is_poisoned && __asan_region_is_poisoned((void *)p, n);
}

void readby(const void *p, size_t n)
{
	if (!isrange(p, n))
		return;
	if (__tsan_read_range)
		__tsan_read_range((void *)p, n);
	if (poisoned(p, n))
		__asan_report_load_n((void *)p, n);
	if (__msan_check_mem_is_initialized)
		__msan_check_mem_is_initialized(p, n);
}

void writtenby(void *p, size_t n)
{
	if (!isrange(p, n))
		return;
	if (__tsan_write_range)
		__tsan_write_range(p, n);
	if (poisoned(p, n))
		__asan_report_store_n(p, n);
	if (__msan_unpoison)
		__msan_unpoison(p, n);
}

// Returns how many bytes of a string there are, its end included. The C library's strlen is a
// sanitizer's, which has an opinion of the bytes.
static size_t extent(const volatile char *s, size_t most)
{
	size_t n = 0;

	for (; n < most; n++) {
		bool newpage = n == 0 || (uintptr_t)&s[n] % PageSize == 0;

		if (newpage && !canread((const void *)&s[n], 1))
			return n;
		if (!s[n])
			return n + 1;
	}
	return n;
}

void partread(const char *s, long most)
{
	if (isaddress(s))
		readby(s, extent(s, most < 0 ? SIZE_MAX : (size_t)most));
}

void stringread(const char *s)
{
	partread(s, -1);
}

// What the program gives the runtime to work on, such as a channel, has not been freed.
void __rt0_inuse(const void *p, uintptr_t n)
{
	if (isrange(p, n) && poisoned(p, n))
		__asan_report_load_n((void *)p, n);
}

// As checked before it happens; what is only read has been seen by readby.
void __rt0_writable(const void *p, uintptr_t n)
{
	if (isrange(p, n) && poisoned(p, n))
		__asan_report_store_n((void *)p, n);
}

void stringwritten(char *s, size_t size)
{
	writtenby(s, extent(s, size));
}

void __rt0_before(const void *p)
{
	publish(p);
}

void __rt0_after(const void *p)
{
	observe(p);
}

// rtcc defines it when a sanitizer is a part of the program itself.
extern const char __rt0_inside[] __attribute__((weak));

bool __rt0_interruptible(void)
{
	return !__rt0_inside;
}

int *__rt0_errno(void)
{
	return &errno;
}
