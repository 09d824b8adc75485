// tests/internal/largepages.c - where the kernel's pages are larger than the heap's, what is given
// back, guarded or made read-only takes nothing from its neighbours in the pages at its ends:
// as if they had 16 KiB, only whole ones are given to the kernel, the rest of what must read as
// zero is cleared, and what is made memory is memory to both its ends. The heap works with
// such pages: objects keep their content, and memory that was given back reads as zero.
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "internal.h"

#include "runtime/mem/mheap.h"

#include <asm-generic/errno-base.h>
#include <linux/mman.h>

enum { Small = 4096, Large = 16384, Region = 256 << 10 };

static int zeros[2]; // a pipe: its reads and writes tell what the memory allows

// ---- looking --------------------------------------------------------------------------

static bool resident(char *p)
{
	unsigned char in;

	equal(rt_syscall(SYS_mincore, p, Small, &in), 0);
	return in & 1;
}

static bool writable(char *p)
{
	int64_t r;

	equal(rt_syscall(SYS_write, zeros[1], "x", 1), 1);
	r = rt_syscall(SYS_read, zeros[0], p, 1);
	if (r != 1) {
		char c;

		equal(r, -EFAULT);
		equal(rt_syscall(SYS_read, zeros[0], &c, 1), 1);
	}
	return r == 1;
}

static char *reserve(int prot)
{
	uintptr_t p = (uintptr_t)rt_syscall(SYS_mmap, 0, Region + Large, prot,
	                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return (char *)alignup(p, (uintptr_t)Large);
}

// ---- the calls --------------------------------------------------------------------------

// [from, to) of a filled area was given to sysUnused; [gone, end) are whole pages of it.
static void unused(uintptr_t from, uintptr_t to, uintptr_t gone, uintptr_t end, bool lazily)
{
	char *p = reserve(PROT_READ | PROT_WRITE);

	__builtin_memset(p, 0x5a, Region);
	sysUnused(p + from, to - from, lazily);
	for (uintptr_t i = 0; i < Region && !lazily; i += Small)
		equal(resident(p + i), i < gone || i >= end);
	for (uintptr_t i = 0; i < Region; i++) {
		bool inside = i >= from && i < to;

		if (!inside && p[i] != 0x5a)
			failed(__FILE__, __LINE__, "a neighbour's byte is as it was");
		if (inside && !lazily && p[i] != 0)
			failed(__FILE__, __LINE__, "what was given back is zero");
	}
	rt_syscall(SYS_munmap, p, Region);
}

static void kinds(void)
{
	static const uintptr_t ranges[][4] = {
		{ 8192, 49152, 16384, 49152 },   // the heap's page 1 to 5
		{ 16384, 40960, 16384, 32768 },
		{ 8192, 57344, 16384, 49152 },
		{ 16384, 49152, 16384, 49152 },
		{ 8192, 16384, 0, 0 },           // no whole page
		{ 24576, 40960, 0, 0 },
		{ 16384, 24576, 0, 0 },
		{ 20480, 28672, 0, 0 },
	};

	for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		const uintptr_t *r = ranges[i];

		unused(r[0], r[1], r[2], r[3], false);
		unused(r[0], r[1], r[2], r[3], true);
	}
}

static void protections(void)
{
	char *p = reserve(PROT_READ | PROT_WRITE), *none = reserve(PROT_NONE);

	check(sysGuard(p + 8192, 40960 - 4096));
	for (uintptr_t i = 0; i < Region; i += Small)
		equal(writable(p + i), i < 16384 || i >= 32768);
	check(sysGuard(p + 69632, 8192)); // no whole page
	check(writable(p + 69632));
	equal(sysReadOnly(p + 131072 + 32, 65536 - 64), 0);
	for (uintptr_t i = 131072 - Large; i < Region; i += Small)
		equal(writable(p + i), i < 147456 || i >= 180224);
	check(sysMap(none + 24576, 16384));
	for (uintptr_t i = 0; i < Region; i += Small)
		equal(writable(none + i), i >= 16384 && i < 49152);
}

// ---- the heap ---------------------------------------------------------------------------

enum { Objects = 400 };

static unsigned char *object[Objects];

static size_t size(int i)
{
	return 33000 + (size_t)(i % 7) * 8192;
}

static void heap(bool again)
{
	for (int i = 0; i < Objects; i++) {
		object[i] = rt_malloc(size(i));
		__builtin_memset(object[i], i, size(i));
	}
	for (int i = 0; i < Objects; i++) {
		if ((i + again) % 3 == 0) {
			rt_free(object[i]);
			object[i] = NULL;
		}
	}
	while (scavengeone(true))
		;
	for (int i = 0; i < Objects; i++) {
		for (size_t k = 0; object[i] && k < size(i); k++)
			if (object[i][k] != (unsigned char)i)
				failed(__FILE__, __LINE__, "an object is as it was");
	}
	for (int i = 0; i < Objects; i++) {
		if (object[i])
			continue;
		object[i] = rt_calloc(size(i), 1);
		for (size_t k = 0; k < size(i); k++)
			if (object[i][k] != 0)
				failed(__FILE__, __LINE__, "rt_calloc's is zero");
	}
	for (int i = 0; i < Objects; i++)
		rt_free(object[i]);
	heapcheck();
}

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	equal(rt_syscall(SYS_pipe2, zeros, 0), 0);
	physPageSize = Large;
	kinds();
	protections();
	heap(false);
	heap(true);
	debug.madvdontneed = 0;
	heap(false);
	heap(true);
	return 0;
}
