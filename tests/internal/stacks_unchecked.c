// tests/internal/stacks_unchecked.c - in a program with code that does not check how much stack
// there is, segments and threads' stacks have guards of 1 MiB below, and a parked goroutine
// costs no more page tables for that: three pages, its stack's and what is above.
// cflags: -fno-split-stack
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "internal.h"

#include "runtime/base/str.h"

enum { Many = 300, Guard = 1 << 20 };

static int64_t status(const char *name)
{
	static char text[1 << 16];
	int fd = rt_open("/proc/self/status", 0, 0);
	int64_t n = rt_read(fd, text, sizeof text - 1);
	const char *p = text;

	check(n > 0);
	text[n] = '\0';
	rt_close(fd);
	for (; *p; p++) {
		const char *value = afterprefix(p, name);

		if (value && p > text && p[-1] == '\n') {
			for (; *value < '0' || *value > '9'; value++)
				;
			for (n = 0; *value >= '0' && *value <= '9'; value++)
				n = n * 10 + *value - '0';
			return n; // KiB
		}
	}
	check(false);
	return 0;
}

static bool readable(uintptr_t p)
{
	int fd = (int)rt_syscall(SYS_memfd_create, "probe", 0);
	bool ok = rt_syscall(SYS_write, fd, p, 1) == 1;

	rt_syscall(SYS_close, fd);
	return ok;
}

// guard: where it ends.
static void guarded(uintptr_t end)
{
	for (uintptr_t off = 2 * physPageSize; off <= Guard; off += 16 * physPageSize)
		check(!readable(end - off));
	check(!readable(end - Guard + 1));
}

static rt_waitgroup up;
static rt_chan *end;

static void waiter(void *unused)
{
	const G *gp = getg();

	(void)unused;
	equal(gp->stack.hi - gp->stack.lo, StackSegment);
	rt_waitgroup_done(&up);
	rt_chan_recv(end, NULL);
	rt_waitgroup_done(&up);
}

int rt_main(int argc, char **argv)
{
	uintptr_t top = alignup(getg()->stack.hi, physPageSize);
	int64_t before;

	(void)argc, (void)argv;
	check(readable(getg()->stack.lo));
	equal(top % (2 << 20), Guard);
	guarded(top - StackSegment - Guard);
	for (M *mp = allm; mp; mp = mp->alllink) {
		guarded(mp->gsignal->stack.lo);
		if (mp != &m0)
			guarded(mp->g0->stack.lo);
	}
	end = rt_chan_make(0, 0);
	before = status("VmPTE:");
	rt_waitgroup_add(&up, Many);
	for (int i = 0; i < Many; i++)
		rt_go(waiter, NULL);
	rt_waitgroup_wait(&up);
	check(status("VmPTE:") - before < Many * 4 + Many / 2);
	rt_waitgroup_add(&up, Many);
	rt_chan_close(end);
	rt_waitgroup_wait(&up);
	return 0;
}
