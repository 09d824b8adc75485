// stdio_lock.c - the lock of a FILE, and the functions of stdio that take it by themselves.
//
//	lock:	0..29	the owner's tid, 0: unlocked
//		30	FileWaiters: some may wait
//		< 0	nobody locks: a string of sscanf's, or one that the caller has locked
//
// All others of stdio call __lockfile. ftrylockfile is musl's: it takes 0 alone for free, so an
// unlock leaves no FileWaiters behind. It wakes one waiter, which sets it again.
//
// Unyielding, as futextable.c.
//
// built: unyielding hot
#include "cgo/pthread.h"
#include "runtime/os/os.h"

enum { FileWaiters = 0x40000000 };

// musl's FILE, as far as it is needed.
typedef struct {
	uint32_t flags;
	unsigned char *rpos, *rend;
	void *close;
	unsigned char *wend, *wpos;
	void *unused[9];
	int32_t fd, pid;
	long lockcount;
	int32_t mode;
	uint32_t lock;
	int32_t lbf;
} LibraryFile;
_Static_assert(offsetof(LibraryFile, fd) == 120 && offsetof(LibraryFile, lock) == 140, "musl's");

extern LibraryFile *const stdin, *const stdout;

int __lockfile(LibraryFile *f);
void __unlockfile(LibraryFile *f);
int __uflow(LibraryFile *f);
int __overflow(LibraryFile *f, int c);
int getc(LibraryFile *f);
int putc(int c, LibraryFile *f);
int fgetc(LibraryFile *f) ALSO(getc);
int _IO_getc(LibraryFile *f) ALSO(getc);
int fputc(int c, LibraryFile *f) ALSO(putc);
int _IO_putc(int c, LibraryFile *f) ALSO(putc);
int getchar(void);
int putchar(int c);

// Returns whether the caller must unlock it: not if it owned it already.
int __lockfile(LibraryFile *f)
{
	uint32_t self = callertid(), old = atomic_load_relaxed(&f->lock);

	if ((old & ~(uint32_t)FileWaiters) == self)
		return 0;
	if (likely(atomic_cas(&f->lock, 0, self))) // acquire: pairs with __unlockfile
		return 1;
	// One that may have waited keeps the mark, because others may still wait.
	for (;;) {
		old = 0;
		if (atomic_cas_or_load(&f->lock, &old, self | FileWaiters))
			return 1;
		if ((old & FileWaiters) || atomic_cas(&f->lock, old, old | FileWaiters))
			futexwait(&f->lock, old | FileWaiters, Never, WaitReasonMutexLock);
	}
}

// The word first: the next owner may close f.
void __unlockfile(LibraryFile *f)
{
	if (atomic_xchg(&f->lock, 0) & FileWaiters) // release: pairs with __lockfile
		futexwake(&f->lock, 1);
}

ALWAYS_INLINE bool mustlock(const LibraryFile *f)
{
	return (int32_t)atomic_load_relaxed(&f->lock) >= 0;
}

ALWAYS_INLINE int getbyte(LibraryFile *f)
{
	return f->rpos != f->rend ? *f->rpos++ : __uflow(f);
}

ALWAYS_INLINE int putbyte(int c, LibraryFile *f)
{
	if ((unsigned char)c != f->lbf && f->wpos != f->wend)
		return *f->wpos++ = (unsigned char)c;
	return __overflow(f, (unsigned char)c);
}

int getc(LibraryFile *f)
{
	bool locked = mustlock(f) && __lockfile(f);
	int c = getbyte(f);

	if (locked)
		__unlockfile(f);
	return c;
}

int putc(int c, LibraryFile *f)
{
	bool locked = mustlock(f) && __lockfile(f);
	int r = putbyte(c, f);

	if (locked)
		__unlockfile(f);
	return r;
}

int getchar(void)
{
	return getc(stdin);
}

int putchar(int c)
{
	return putc(c, stdout);
}
