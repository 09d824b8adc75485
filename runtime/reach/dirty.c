// dirty.c - which pages of old objects the program writes to while they are marked: the kernel
// notes that.
//
// The heap is registered with a userfaultfd that resolves writes to protected pages by itself: the
// first write to a page costs a fault, a microsecond, and ends its protection; no thread notices. A
// scan of /proc/self/pagemap protects pages, and finds those that are not protected any more. The
// kernel's own writes, by read and the like, count as others do.
// Pages behind those that were registered are new, and so are the objects there.
//
// Where the kernel has none of it (before Linux 6.7), or does not allow it, nothing is
// marked beside the program.
//
// built: unchecked
#include <asm-generic/errno.h>

#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/reach/managed.h"

#ifndef __NR_userfaultfd
#define __NR_userfaultfd (-1)
#endif

// linux/userfaultfd.h and linux/fs.h; older headers lack most of it.
#define UffdioApi 0xc018aa3f
#define UffdioRegister 0xc020aa00
#define UffdApi 0xaa
#define PagemapScan 0xc0606610
enum {
	UffdUserModeOnly = 1,
	UffdFeatureWPAsync = 1 << 15,
	UffdRegisterWP = 1 << 1,
	ScanWPMatching = 1 << 0,
	ScanCheckWPAsync = 1 << 1,
	PageIsWritten = 1 << 1,
	PageIsPresent = 1 << 3,
	AtOnce = 64, PagesAtOnce = 64, // runs of pages, and pages
};

typedef struct {
	uint64_t lo, hi, categories;
} PageRegion;

typedef struct {
	uint64_t size, flags, start, end, walkend, vec, veclen, maxpages;
	uint64_t inverted, mask, anyof, returned;
} ScanArg;

enum { Untried, Works, Fails };

static struct {
	uint32_t state; // written in the stopped world; atomic
	int32_t uffd, pagemap;
	uintptr_t npages; // of the heap are registered
	PageRegion *regions; // AtOnce, in memory that is no root: addresses of what need not be in use
} dirty;

static int64_t control(int32_t fd, uint64_t request, void *arg)
{
	return syscall3(__NR_ioctl, (uint32_t)fd, request, ptrarg(arg));
}

static bool opendirty(void)
{
	struct {
		uint64_t api, features, ioctls;
	} api = { UffdApi, UffdFeatureWPAsync, 0 };
	int64_t fd = -1;

	if (physPageSize <= HeapPage) // what was written to is read again by pages of the heap
		fd = syscall3(__NR_userfaultfd, O_CLOEXEC | UffdUserModeOnly, 0, 0);
	if (fd < 0)
		return false;
	dirty.uffd = (int32_t)fd;
	if (control(dirty.uffd, UffdioApi, &api) == 0 && (api.features & UffdFeatureWPAsync)) {
		dirty.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
		dirty.regions = persistentalloc(AtOnce * sizeof *dirty.regions, sizeof(uint64_t));
		if (dirty.pagemap >= 0)
			return true;
	}
	closefd(dirty.uffd);
	return false;
}

static bool registerheap(void)
{
	struct {
		uint64_t lo, n, mode, ioctls;
	} arg = { mheap.base, mheap.npages << PageShift, UffdRegisterWP, 0 };

	if (dirty.npages == mheap.npages)
		return true;
	if (control(dirty.uffd, UffdioRegister, &arg) < 0)
		return false;
	dirty.npages = mheap.npages;
	return true;
}

// Finds up to atmost pages from *lo on that are not protected, in dirty.regions, or any number and says
// nothing; with ScanWPMatching they are protected. Sets *lo to where it stopped: that may be before hi though
// there are no more. Returns how many regions that was.
static int64_t scan(uintptr_t *lo, uintptr_t hi, uint64_t flags, uint64_t atmost)
{
	ScanArg arg = {
		.size = sizeof arg, .flags = flags | ScanCheckWPAsync, .start = *lo, .end = hi,
		.mask = PageIsWritten,
		// Some kernels look at the wrong bit of a page that is swapped out if PageIsWritten
		// alone is asked for.
		.returned = PageIsWritten | PageIsPresent,
	};
	int64_t n;

	if (atmost > 0) {
		arg.vec = ptrarg(dirty.regions);
		arg.veclen = AtOnce;
		arg.maxpages = atmost;
	}
	n = control(dirty.pagemap, PagemapScan, &arg);
	*lo = arg.walkend;
	return n;
}

bool dirtyfails(void)
{
	return atomic_load_relaxed(&dirty.state) == Fails;
}

bool dirtyworks(void)
{
	return atomic_load_relaxed(&dirty.state) == Works;
}

bool trydirty(void)
{
	if (atomic_load_relaxed(&dirty.state) == Untried)
		atomic_store_relaxed(&dirty.state, (uint32_t)(opendirty() ? Works : Fails));
	return dirtyworks();
}

static bool protectpages(void)
{
	uintptr_t lo = mheap.base, hi;

	if (!registerheap())
		return false;
	while ((hi = nextold(&lo)) > lo) {
		if (scan(&lo, hi, ScanWPMatching, 0) < 0)
			return false;
		lo = hi;
	}
	return true;
}

bool protectold(void)
{
	bool done = protectpages();

	if (!done)
		atomic_store_relaxed(&dirty.state, (uint32_t)Fails);
	return done;
}

int64_t readwritten(Marker *m, const bool *quit)
{
	uintptr_t lo = mheap.base, hi;
	int64_t npages = 0, n;

	while ((hi = nextold(&lo)) > lo) {
		do {
			uintptr_t from = lo;

			if (quit && atomic_load_relaxed(quit))
				return npages;
			n = scan(&lo, hi, quit ? ScanWPMatching : 0, PagesAtOnce);
			if (n < 0)
				return n;
			// All of them, since they are protected again.
			for (int64_t i = 0; i < n; i++) {
				markagain(m, dirty.regions[i].lo, dirty.regions[i].hi);
				npages += (int64_t)((dirty.regions[i].hi - dirty.regions[i].lo) / physPageSize);
			}
			if (n > 0 && lo <= from)
				return -EIO;
		} while (n > 0 && lo < hi);
		lo = hi;
	}
	return npages;
}
