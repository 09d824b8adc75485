// fd.c - the table of descriptors: the users of each number, and closing it.
//
// The entry of a number is never freed, so that late events and timers find something
// that is still an Fd. Entries come in chunks; the memory is touched as numbers are used.
//
// mu counts the calls under way and holds the rights to read and to write, each for one
// goroutine at a time:
//
//	bit 0       closing: no more users
//	bit 1, 2    locked for reading, for writing
//	bit 3..     users, 20 bits
//	bit 23..    number of waiters to read, 20 bits
//	bit 43..    number of waiters to write, 20 bits
//	bit 63      claimed by fdinstall
//
// The last user after rt_close closes the number, never while a call is under way, so no
// call can meet another file behind its number. The entry is cleared before that, since
// the kernel may give the number to another thread before its close has returned; closing
// stays set until then. fdinstall, which has the number from the kernel, ignores it;
// other calls with the number wait for a moment (settled).
//
// Follows Go's internal/poll/fd_mutex.go.
//
// built: libc
#include "include/rt.h"
#include "runtime/base/race.h"
#include "runtime/io/fd.h"
#include "runtime/lock/lock.h"
#include "runtime/os/os.h"
#include "runtime/sched/fork.h"
#include "runtime/sched/poll.h"
#include "runtime/sched/yieldcheck.h"
#include "runtime/sync/sync.h"

#define BIT(n) ((uint64_t)1 << (n))

enum { CountMask = (1 << 20) - 1 };

static const uint64_t Closing = BIT(0), OneUser = BIT(3), Claimed = BIT(63);
static const uint64_t Users = CountMask * BIT(3);
static const uint64_t Waits = CountMask * BIT(23) + CountMask * BIT(43);

static uint64_t right(PollMode mode)
{
	return mode == PollRead ? BIT(1) : BIT(2);
}

static uint64_t onewait(PollMode mode)
{
	return mode == PollRead ? BIT(23) : BIT(43);
}

Fd *fdchunks[Chunks] LATEBSS;

static PollDesc *polldesc(int32_t fd);
static void forgetall(void);

// Returns the entry of a number; NULL if it is out of range.
static Fd *entry(int64_t fd)
{
	uint64_t i = (uint64_t)fd >> ChunkBits;
	Fd *chunk, *old;

	if (unlikely(i >= Chunks))
		return NULL;
	chunk = atomic_load_acquire(&fdchunks[i]); // pairs with the cas
	if (unlikely(!chunk)) {
		// Before the cas: another that sees the chunk may have an event come at
		// once. Their loads are in polldesc.c, blocking.c and fork.c.
		atomic_store_release(&polldescof, polldesc);
		atomic_store_release(&writehook, fdwrite);
		atomic_store_release(&forgetfds, forgetall);
		chunk = sysReserve(NULL, sizeof(Fd) << ChunkBits);
		if (!chunk)
			throw("out of memory for descriptors");
		if (!atomic_cas(&fdchunks[i], NULL, chunk)) {
			old = chunk;
			chunk = atomic_load_acquire(&fdchunks[i]);
			sysFree(old, sizeof(Fd) << ChunkBits);
		}
	}
	return &chunk[fd & ((1 << ChunkBits) - 1)];
}

static PollDesc *polldesc(int32_t fd)
{
	return &entry(fd)->pd;
}

// In a forked child: all descriptors are unknown again. The memory stays.
static void forgetall(void)
{
	for (uint32_t i = 0; i < Chunks; i++) {
		if (fdchunks[i])
			fdchunks[i] = NULL;
	}
}

// ---- mu -----------------------------------------------------------------------------

// Returns mu once the last user has closed the number: as soon as the kernel has it,
// another thread may get it by a raw system call, and use it here.
static uint64_t settled(const Fd *d)
{
	uint64_t old;

	while ((old = atomic_load_acquire(&d->mu)) == Closing)
		rt_sleep(20 * RT_MICROSECOND);
	return old;
}

static bool incref(Fd *d)
{
	uint64_t old;

	do {
		old = settled(d);
		if (old & Closing)
			return false;
		if ((old & Users) == Users)
			throw("too many concurrent operations on a single descriptor");
	} while (!atomic_cas(&d->mu, old, old + OneUser));
	return true;
}

// A woken waiter that does not take the right must wake the next one, unless the right is
// held: then its holder will.
static void passon(Fd *d, PollMode mode)
{
	uint64_t old;

	do {
		old = atomic_load_acquire(&d->mu);
		if ((old & right(mode)) || (old / onewait(mode) & CountMask) == 0)
			return;
	} while (!atomic_cas(&d->mu, old, old - onewait(mode)));
	semrelease(&d->sema[mode]);
}

static bool acquire(Fd *d, PollMode mode)
{
	uint64_t old, bit = right(mode);
	uint32_t use;

	settled(d);
	use = atomic_load_acquire(&d->pd.seq);
	for (;;) {
		old = atomic_load_acquire(&d->mu); // first: seq moves before it reopens
		// Closed while we waited, and perhaps in its next use. (The wait may have
		// been in that: between the load of mu and the cas the number may be
		// closed, opened and as busy as before.)
		if ((old & Closing) || atomic_load_acquire(&d->pd.seq) != use) {
			passon(d, mode);
			return false;
		}
		if (!(old & bit)) {
			if ((old & Users) == Users)
				throw("too many concurrent operations on a single descriptor");
			if (atomic_cas(&d->mu, old, (old | bit) + OneUser))
				return true;
		} else if ((old / onewait(mode) & CountMask) == CountMask) {
			throw("too many concurrent operations on a single descriptor");
		} else if (atomic_cas(&d->mu, old, old + onewait(mode))) {
			semacquire(&d->sema[mode], WaitReasonSemacquire);
		}
	}
}

// Drops a use, and the right in drop. True: it was the last one of a closed descriptor.
static bool dropuse(Fd *d, uint64_t drop, uint64_t wait, uint32_t *sema)
{
	uint64_t old, new;

	do {
		old = atomic_load_relaxed(&d->mu);
		must((old & Users) != 0 && (old & drop) == drop);
		new = old - drop - OneUser;
		// waits of one direction are the bits from wait up to 20 of them
		if (wait && (old & (wait * CountMask)))
			new -= wait;
	} while (!atomic_cas(&d->mu, old, new));
	if (wait && (old & (wait * CountMask)))
		semrelease(sema);
	return (new & (Closing | Users | Claimed)) == Closing;
}

// Bars new users, if mu is old; wakes the waiters for the rights, which then fail. Adds mark: a
// use of the caller's, or Claimed.
static bool bar(Fd *d, uint64_t old, uint64_t mark)
{
	if (!atomic_cas(&d->mu, old, ((old | Closing) & ~Waits) + mark))
		return false;
	for (PollMode mode = PollRead; mode <= PollWrite; mode++) {
		for (uint64_t n = old / onewait(mode) & CountMask; n > 0; n--)
			semrelease(&d->sema[mode]);
	}
	return true;
}

// Begins to close: the caller is a user then. Returns false if the entry is closing already.
static bool close1(Fd *d)
{
	uint64_t old;

	do {
		old = settled(d);
		if (old & Closing)
			return false;
	} while (!bar(d, old, OneUser));
	return true;
}

// ---- closing ------------------------------------------------------------------------

// Clears the entry for the number's next user.
static void clearentry(int32_t fd, Fd *d)
{
	if (unlikely(d->bond))
		d->bond->drop(d->bond); // first: until then a context may set info's bits
	netpollclose(watched(d) || (Libc && d->armed) ? fd : -1, &d->pd);
	d->kind = FdUnknown;
	d->flags = 0;
	d->messages = 0;
	d->port = 0;
	d->bond = NULL;
	d->drained = false;
	d->failures = 0;
	d->pid = 0;
	d->closer = NULL;
	if (Libc)
		d->armed = d->hint = 0;
}

// Closes the number, for its last user.
static int64_t destroy(int32_t fd, Fd *d)
{
	Call c = { __NR_close, { (uint32_t)fd } };
	uint32_t use;
	int64_t r;

	clearentry(fd, d);
	use = d->pd.seq;
	r = managed(&c);
	if (r == -EINTR)
		r = 0; // Linux has closed it nevertheless: do not close it twice
	// Unless the number has another owner already, which may be closing it too: seq
	// moves under the lock.
	lockdesc(&d->pd);
	if (d->pd.seq == use)
		atomic_cas(&d->mu, Closing, 0);
	unlock(&d->pd.lock);
	return r;
}

// Closes the number for a last user that is not the closer, which may wait for this and returns what
// the kernel says. What it waits on is its own, because the kernel may give the number away at once,
// and the next owner may be closing the entry too.
static void lastuse(int32_t fd, Fd *d)
{
	Closer *closer = d->closer;
	int64_t r = destroy(fd, d);

	if (!closer)
		return;
	closer->result = r; // another may have closed the number before
	semrelease(&closer->gone); // the last look at it: the closer returns
}

int64_t fdhold(int32_t fd, Fd **dp)
{
	Fd *d = entry(fd);

	if (!d || !incref(d))
		return -EBADF;
	*dp = d;
	return 0;
}

int64_t fdref(int32_t fd, Fd **dp)
{
	int64_t err;

	raceusesfd(fd);
	err = fdhold(fd, dp);
	if (err || likely(atomic_load_acquire(&(*dp)->kind) != FdUnknown))
		return err;
	err = fdprobe(fd, *dp);
	if (err)
		fdunref(fd, *dp);
	return err;
}

void fdunref(int32_t fd, Fd *d)
{
	if (dropuse(d, 0, 0, NULL))
		lastuse(fd, d);
}

int64_t fdlock(int32_t fd, PollMode mode, Fd **dp)
{
	Fd *d = entry(fd);
	int64_t err;

	raceusesfd(fd);
	if (!d || !acquire(d, mode))
		return -EBADF;
	*dp = d;
	if (likely(atomic_load_acquire(&d->kind) != FdUnknown))
		return 0;
	err = fdprobe(fd, d);
	if (err)
		fdunlock(fd, d, mode);
	return err;
}

void fdunlock(int32_t fd, Fd *d, PollMode mode)
{
	if (dropuse(d, right(mode), onewait(mode), &d->sema[mode]))
		lastuse(fd, d);
}

// Ends the users of a number that a raw system call has closed, or dup2 is about to: they fail, as
// after rt_close. given: the caller has got the number from the kernel again, so a closer
// that has not reopened the entry is done with it.
static void seize(Fd *d, bool given)
{
	uint64_t old;

	for (;;) {
		old = given ? atomic_load_relaxed(&d->mu) : settled(d);
		if (old & Claimed)
			rt_gosched();
		else if (bar(d, old, Claimed))
			break;
	}
	while (atomic_load_acquire(&d->mu) & Users) {
		netpollevict(&d->pd);
		rt_sleep(100 * RT_MICROSECOND);
	}
	// The last user has seen Claimed, and left the rest to us. Where there was none, a closer was
	// the last one itself and waits for nobody: it may be gone.
	if ((old & Users) && d->closer)
		semrelease(&d->closer->gone);
}

int64_t fdinstall(int64_t r, FdKind kind, uint32_t flags)
{
	int32_t fd = (int32_t)r;
	Fd *d = entry(r);
	int64_t err = 0;

	if (r < 0)
		return r;
	if (!d) {
		closefd(fd);
		return -EMFILE;
	}
	if (RACING)
		raceopened(fd);
	seize(d, true);
	clearentry(fd, d);
	if (kind == FdOwn)
		err = netpollopen(fd, &d->pd);
	if (err == 0) {
		d->flags = (uint8_t)flags;
		d->kind = (uint8_t)kind;
	} else {
		closefd(fd);
	}
	atomic_store_release(&d->mu, 0);
	return err ? err : r;
}

// Other new users begin when this returns: the second clearentry moves seq past those that looked
// between the first one and the call.
int64_t fdreplace(int32_t fd, const Call *c)
{
	Fd *d = Libc ? entry(fd) : NULL; // cgo/ alone calls it
	int64_t r;

	if (!d)
		return -EBADF;
	seize(d, false);
	clearentry(fd, d);
	r = managed(c);
	clearentry(fd, d);
	atomic_store_release(&d->mu, 0);
	return r;
}

// Do d's users leave soon, once they have been evicted? They do if they are parked, in a
// call that does not block, or still have to find out of what kind it is. A thread in a
// blocking system call may stay forever.
static bool usersleave(Fd *d)
{
	uint8_t kind = atomic_load_relaxed(&d->kind);

	if (kind == FdUnknown) {
		lockdesc(&d->pd);
		kind = d->kind;
		unlock(&d->pd.lock);
	}
	return kind == FdOwn || kind == FdUnknown;
}

int rt_close(int fd)
{
	Fd *d = entry(fd);
	Closer closer = { 0 };
	bool waits;

	preemptcheck();
	raceclosesfd(fd);
	raceoutput();
	if (!d || !close1(d))
		return -EBADF;
	// Whatever its kind is: a user may be about to find that out, and to wait.
	netpollevict(&d->pd);
	waits = usersleave(d);
	d->closer = waits ? &closer : NULL;
	if (dropuse(d, 0, 0, NULL))
		return (int)destroy(fd, d);
	if (waits)
		semacquire(&closer.gone, WaitReasonSemacquire);
	return (int)closer.result;
}
