// maps.c - memory that the program has from the kernel by itself, and a C library its heap.
//
// Nothing says what such memory is for, so all that can be written to and is not the runtime's may
// hold pointers: private mappings without a file, shared ones of a process and its
// children, and what brk has made. The kernel knows them (/proc/self/maps); files that are mapped
// are the program's to name (rt_root_add).
//
// Threads that are not stopped may unmap memory meanwhile, and a guard in the middle of a mapping is not
// in the list. So the kernel copies what is read (__NR_process_vm_readv): it says what is not there. Pages
// that were never touched are left out (/proc/self/pagemap): they are zero, and a touch would
// make them memory.
//
// built: unchecked libc
#include <asm-generic/errno.h>

#include "runtime/base/str.h"
#include "runtime/os/os.h"
#include "runtime/os/syscall.h"
#include "runtime/reach/reach.h"
#include "runtime/sched/setarea.h"

enum {
	CopyBytes = 64 << 10,
	TextBytes = 16 << 10,
	PagesAtOnce = 512, // whose entries are read together
};

// The kernel's, of a page.
#define PagePresent ((uint64_t)1 << 63)
#define PageSwapped ((uint64_t)1 << 62)

struct Reader {
	Marker *m;
	int32_t pagemap; // < 0: cannot be read
	bool direct;     // the kernel does not copy
	uint64_t pages[PagesAtOnce];
	uint64_t copy[CopyBytes / sizeof(uint64_t)];
	char text[TextBytes];
	Stack *own; // what is not read; in order
	uint32_t nown;
	uintptr_t ownbytes;
};

// ---- reading --------------------------------------------------------------------------

typedef struct {
	uintptr_t at, n;
} Vector;

static void markcopied(Reader *r, uintptr_t lo, uintptr_t hi)
{
	while (lo < hi) {
		Vector to = { (uintptr_t)r->copy, min(hi - lo, (uintptr_t)CopyBytes) };
		Vector from = { lo, to.n };
		int64_t n = r->direct ? -ENOSYS :
		                        syscall6(__NR_process_vm_readv, (uint32_t)getpid(),
		                                 ptrarg(&to), 1, ptrarg(&from), 1, 0);

		if (n == -ENOSYS || n == -EPERM) {
			r->direct = true;
			markrange(r->m, lo, hi);
			return;
		}
		if (n > 0)
			markrange(r->m, to.at, to.at + (uintptr_t)n);
		lo += n > 0 ? (uintptr_t)n : 0;
		if (n < (int64_t)to.n && lo < hi) // up to a page that is not there
			lo = (lo & -physPageSize) + physPageSize;
	}
}

// Fills r->pages from the page of lo on. Returns for how many pages.
static uintptr_t readpagemap(Reader *r, uintptr_t lo, uintptr_t npages)
{
	uintptr_t n = min(npages, (uintptr_t)PagesAtOnce) * sizeof *r->pages;
	int64_t got = syscall4(__NR_pread64, (uint32_t)r->pagemap, ptrarg(r->pages), n,
	                       lo / physPageSize * sizeof *r->pages);

	return got > 0 ? (uintptr_t)got / sizeof *r->pages : 0;
}

void marktouched(Reader *r, uintptr_t lo, uintptr_t hi)
{
	while (lo < hi) {
		uintptr_t page = lo & -physPageSize, end = alignup(hi, physPageSize), n = 0, i = 0;

		if (r->pagemap >= 0)
			n = readpagemap(r, lo, (end - page) / physPageSize);
		if (n == 0) {
			markcopied(r, lo, hi);
			return;
		}
		while (i < n) {
			uintptr_t from = i;

			while (i < n && r->pages[i] & (PagePresent | PageSwapped))
				i++;
			markcopied(r, max(lo, page + from * physPageSize),
			           min(hi, page + i * physPageSize));
			while (i < n && !(r->pages[i] & (PagePresent | PageSwapped)))
				i++;
		}
		lo = page + n * physPageSize;
	}
}

// ---- what is the runtime's own ----------------------------------------------------------

extern const char __image_end[];

static void ownstack(const G *gp, Visit *visit, void *arg)
{
	if (gp && gp->stack.hi != 0)
		visit(gp->stack.lo, gp->stack.hi, arg);
}

// A goroutine's stacks, with the area above a dense one.
static void ownstacks(const G *gp, Visit *visit, void *arg)
{
	if (gp->stack.lo != 0 && spanref(gp->stack.lo) == &nospan)
		visit(gp->stack.lo, max(gp->stack.hi, gp->stack.lo + goroutineStack), arg);
	// What has the size of a segment is one, with a slot of address space; else it is a stack that
	// the goroutine has borrowed, or a thread's own.
	if (gp->segment.hi - gp->segment.lo == StackSegment)
		visit(segmentbottom(gp->segment), gp->segment.hi, arg);
	else if (gp->segment.hi != 0)
		visit(gp->segment.lo, gp->segment.hi, arg);
}

static void everyown(Visit *visit, void *arg)
{
	visit((uintptr_t)__image_start, alignup((uintptr_t)__image_end, physPageSize), arg);
	visit(mheap.base, mheap.base + (mheap.reserved << PageShift), arg);
	visit((uintptr_t)mheap.spans, heaptablesend(), arg);
	for (const Persistent *p = atomic_load_acquire(&persistentlist); p; p = p->next)
		visit(p->base, p->end, arg);
	for (uintptr_t i = 0; i < allglen; i++)
		ownstacks(allgs[i], visit, arg);
	for (const M *mp = allm; mp; mp = mp->alllink) {
		ownstack(mp->g0, visit, arg);
		ownstack(mp->gsignal, visit, arg);
		ownstack(mp->gcgo, visit, arg);
	}
	for (int32_t i = 0; i < gomaxprocs; i++) {
		for (int32_t k = 0; k < allp[i]->nsegcache; k++)
			visit(segmentbottom(allp[i]->segcache[k]), allp[i]->segcache[k].hi, arg);
	}
	freestacks(visit, arg);
	if (Libc)
		freedense(visit, arg);
}

static void countown(uintptr_t lo, uintptr_t hi, void *arg)
{
	(void)lo;
	(void)hi;
	++*(uint32_t *)arg;
}

static void addown(uintptr_t lo, uintptr_t hi, void *arg)
{
	Reader *r = arg;

	r->own[r->nown++] = (Stack){ lo & -physPageSize, alignup(hi, physPageSize) };
}

static bool collectown(Reader *r, Stack callers)
{
	Stack markers = markermemory(r->m);
	uint32_t n = 4; // those below

	everyown(countown, &n);
	r->ownbytes = n * sizeof *r->own;
	r->own = sysReserve(NULL, r->ownbytes);
	if (!r->own)
		return false;
	everyown(addown, r);
	addown(callers.lo, callers.hi, r);
	addown(markers.lo, markers.hi, r);
	addown((uintptr_t)r, (uintptr_t)(r + 1), r);
	addown((uintptr_t)r->own, (uintptr_t)r->own + r->ownbytes, r);
	sortrecords(r->own, sizeof *r->own, r->nown);
	return true;
}

// ---- the list of mappings ---------------------------------------------------------------

typedef struct {
	uintptr_t lo, hi;
	bool wanted;
} Mapping;

static const char *hex(const char *s, uintptr_t *v)
{
	for (*v = 0;; s++) {
		uint32_t digit = *s >= 'a' ? (uint32_t)(*s - 'a') + 10 : (uint32_t)(*s - '0');

		if (digit > 15)
			return s;
		*v = *v * 16 + digit;
	}
}

static const char *skipfield(const char *s)
{
	while (*s != ' ' && *s != '\0')
		s++;
	while (*s == ' ')
		s++;
	return s;
}

// Reads a line: "lo-hi rwxp offset device inode   name".
static Mapping parsemapping(const char *line)
{
	Mapping a;
	const char *perms, *inode, *name;

	perms = skipfield(line = hex(hex(line, &a.lo) + 1, &a.hi));
	inode = skipfield(skipfield(skipfield(perms)));
	name = skipfield(inode);
	a.wanted = perms[0] == 'r' && perms[1] == 'w' &&
	           (*inode == '0' || afterprefix(name, "/dev/zero") || afterprefix(name, "/memfd:") ||
	            afterprefix(name, "/SYSV")) &&
	           !afterprefix(name, "[stack]");
	return a;
}

// Reads what of the mapping is not the runtime's own. *next: the first of r->own that may matter;
// mappings come in order.
static void markmapping(Reader *r, const Mapping *a, uint32_t *next)
{
	uintptr_t at = a->lo;

	while (*next < r->nown && r->own[*next].hi <= a->lo)
		++*next;
	for (uint32_t i = *next; i < r->nown && r->own[i].lo < a->hi; i++) {
		marktouched(r, at, max(at, min(r->own[i].lo, a->hi)));
		at = max(at, r->own[i].hi);
	}
	if (at < a->hi)
		marktouched(r, at, a->hi);
}

// Returns where the line ends, or NULL: in the next piece of the list.
static char *lineend(char *s)
{
	while (*s != '\n' && *s != '\0')
		s++;
	return *s ? s : NULL;
}

static void markmappings(Reader *r, int32_t fd)
{
	uint32_t have = 0, next = 0;
	int64_t n;

	while ((n = read(fd, r->text + have, TextBytes - 1 - have)) > 0) {
		char *line = r->text, *end;

		have += (uint32_t)n;
		r->text[have] = '\0';
		for (; (end = lineend(line)); line = end + 1) {
			Mapping a;

			*end = '\0';
			a = parsemapping(line);
			if (a.wanted)
				markmapping(r, &a, &next);
		}
		have -= (uint32_t)(line - r->text);
		__builtin_memmove(r->text, line, have);
	}
}

// ---- the reader -------------------------------------------------------------------------

Reader *openreader(Marker *m)
{
	Reader *r = sysReserve(NULL, sizeof *r);

	if (!r)
		return NULL;
	r->m = m;
	r->pagemap = (int32_t)open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
	// An emulator's is about other addresses: this page has just been touched.
	if (r->pagemap >= 0 && (readpagemap(r, (uintptr_t)r & -physPageSize, 1) == 0 ||
	                        !(r->pages[0] & (PagePresent | PageSwapped)))) {
		closefd(r->pagemap);
		r->pagemap = -1;
	}
	return r;
}

bool markmaps(Reader *r, Stack own)
{
	int32_t fd = (int32_t)open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	if (collectown(r, own)) {
		markmappings(r, fd);
		sysFree(r->own, r->ownbytes);
	}
	closefd(fd);
	return r->own != NULL;
}

void closereader(Reader *r)
{
	if (r->pagemap >= 0)
		closefd(r->pagemap);
	sysFree(r, sizeof *r);
}
