// fd.h - descriptors: what the runtime knows of each number; io/fd.c.
#ifndef RT0_IO_FD_H
#define RT0_IO_FD_H

#include "runtime/mem/object.h"
#include "runtime/os/socket.h"
#include "runtime/os/syscall.h"
#include "runtime/sched/polldesc.h"

enum { PipeBuf = 4096 }; // a pipe that is ready takes so much without blocking

typedef enum {
	FdUnknown, // not used here yet
	FdFile,    // epoll cannot watch it: calls block their thread
	FdShared,  // from outside: perhaps in blocking mode, which is not ours to change
	FdOwn,     // made here, non-blocking
} FdKind;

enum {
	FdMade = 1,   // flags: FdUnknown, but the description is ours
	FdSocket = 2,
	FdTcp = 4,    // it, or what it accepts, is a TCP connection
	FdStream = 8, // bytes; a short read says that it is empty, and an edge follows
	FdMessage = 16, // what a write gives to the kernel is one message
	FdProcess = 32, // it becomes readable when the process pid has ended
};

// What binds a descriptor to a context; ctxbind.c.
typedef struct Bond Bond;
struct Bond {
	void (*drop)(Bond *b); // the entry has no user any more
};

// A call of rt_close that waits for the last user.
typedef struct {
	uint32_t gone; // a semaphore: the user has closed the number
	int64_t result; // of that
} Closer;

typedef struct {
	PollDesc pd;

	uint64_t mu; // its users: fd.c
	uint32_t sema[2]; // by PollMode: the waiters for the right to read or write
	Closer *closer; // the one that waits for the last user, or NULL; written while it is
	                // a user itself
	Bond *bond; // pd.lock protects it: ctxbind.c
	uint8_t kind, flags;
	uint8_t messages; // a MessageKind, as soon as it is known: message.c

	// The right to read protects:
	bool drained; // the last read emptied it
	uint8_t failures; // of accept in a row, without descriptors or memory
	uint16_t port; // the socket's, in network order; 0: no PKTINFO yet: message.c

	int32_t pid; // FdProcess: 0 once the process is reaped; pd.lock protects it

	// Of a C library's calls; cgo/gate_wait.c.
	uint8_t armed; // epoll watches it for them; pd.lock protects it
	uint8_t hint;  // a GateKind: a guess
} __attribute__((aligned(2 * CacheLineSize))) Fd;

// The entries, in chunks that are NULL until a number of theirs is used.
enum { ChunkBits = 10, Chunks = 4096 };
extern Fd *fdchunks[Chunks];

// Acquires the right to read or write fd, for one goroutine. Returns 0 or -EBADF.
int64_t fdlock(int32_t fd, PollMode mode, Fd **d);
void fdunlock(int32_t fd, Fd *d, PollMode mode);
// Keeps the number from being closed and reused, without the right to either.
int64_t fdref(int32_t fd, Fd **d);
// Like fdref, but does not find out of what kind the descriptor is.
int64_t fdhold(int32_t fd, Fd **d);
void fdunref(int32_t fd, Fd *d);

// r is a descriptor that the kernel has just made, or its error, which is returned. kind
// is FdOwn, or FdUnknown with FdMade. Returns r, or closes it and returns an error.
int64_t fdinstall(int64_t r, FdKind kind, uint32_t flags);

// ---- fdkind.c -----------------------------------------------------------------------

// Finds out of what kind a number is that has not been used yet. Returns 0 or -EBADF.
int64_t fdprobe(int32_t fd, Fd *d);
// Returns 0 if epoll watches fd, or why it cannot: -EPERM for a regular file. The caller
// has a use of it.
int64_t fdwatch(int32_t fd, Fd *d);
// The description may block from now on: each call waits before it.
void fdshare(Fd *d);
// Does a call nr of this mode fail, however long one waits until fd is ready for it? Asked where fd is not
// ready, because such a wait might not end: the description is not open for that, is no socket, or does not
// listen.
bool neverserves(int32_t fd, PollMode mode, uint64_t nr);

// Has epoll been asked to watch d?
ALWAYS_INLINE bool watched(const Fd *d)
{
	return d->kind == FdOwn || d->kind == FdShared;
}

// ---- blocking.c ---------------------------------------------------------------------

typedef struct {
	int32_t fd;
	int16_t events, revents;
} Pollfd;

// A system call; its first argument is a descriptor.
typedef struct {
	int64_t nr;
	uint64_t arg[6];
} Call;

// fd.c: makes a call that puts another description behind fd. The users of the number fail before it, as
// when it is closed.
int64_t fdreplace(int32_t fd, const Call *c);

// Makes a call within entersyscall and exitsyscall; restarting repeats it after EINTR.
int64_t managed(const Call *c);
int64_t restarting(const Call *c);
// Waits in a system call until fd is ready for mode.
void waitready(int32_t fd, PollMode mode);
// The bare call: which of the events are there, EPOLLHUP and EPOLLERR included?
uint32_t pollevents(int32_t fd, uint32_t events);
// Is fd ready for mode? A bare call; with wait it lasts until fd is, or a signal comes.
bool pollready(int32_t fd, PollMode mode, bool wait);
// Is rt_write for code that is on no goroutine: its thread waits.
int64_t barewrite(int32_t fd, const char *p, size_t n);
// Returns what rt_write returns for err.
int64_t writeerror(int32_t fd, int64_t err);
// What rt_write calls as soon as a descriptor has an entry: fdwrite. A program that only
// writes is linked without the table and the poller's part.
extern int64_t (*writehook)(int32_t fd, const char *p, size_t n);

// ---- file.c -------------------------------------------------------------------------

int64_t fdwrite(int32_t fd, const char *p, size_t n);
// Makes the call, which reads up to n bytes from fd, with the right to.
int64_t fdread(int32_t fd, const Call *c, size_t n);
// Ends a write with the result r: the caller has the right to write.
int64_t endwrite(int32_t fd, Fd *d, int64_t r);
// What a call returns that failed with err after done bytes.
int64_t partly(int64_t err, int64_t done);
// Is the read with the result r, of up to n bytes, one that has emptied d?
ALWAYS_INLINE bool drains(const Fd *d, int64_t r, size_t n)
{
	return (d->flags & FdStream) && d->kind == FdOwn && r > 0 && (size_t)r < n;
}
// If the last read has emptied d, waits for an edge or for what makes calls fail: returns that.
int64_t waitdrained(Fd *d);
// Makes the call, waiting as d's kind wants it, until its result is not -EINTR or -EAGAIN.
// The caller has the right to mode. A write to a stream that another process has made
// blocking meanwhile returns -EINTR once; then the caller goes over to pieces of PipeBuf.
int64_t fdcall(Fd *d, PollMode mode, const Call *c);
// Writes n bytes by c, whose second and third argument are address and length. Returns n,
// or what rt_write returns. The caller has the right to write.
int64_t writeall(Fd *d, Call *c, size_t n);
// Makes a call for an own d, once. Returns -EINTR if another process has made d blocking: it is
// shared now.
int64_t tryown(Fd *d, const Call *c);

// A write(2) to a socket makes no signal.
ALWAYS_INLINE void quietly(const Fd *d, Call *write)
{
	if ((d->flags & FdSocket) != 0) {
		write->nr = __NR_sendto;
		write->arg[3] = MSG_NOSIGNAL;
	}
}

// ---- ready.c ------------------------------------------------------------------------

enum { WatchStop = 4 }; // with RT_READABLE and RT_WRITABLE: what ends calls, but no edge

// One that waits for what happens to pd, without its rights.
struct PollWatch {
	PollDesc *pd;
	uint32_t what;  // RT_READABLE, RT_WRITABLE, WatchStop
	PollSide *side; // if not NULL: becomes Ready, of another descriptor that the caller uses

	// pd.lock protects:
	PollWatch *next, *prev;
	G *gp;      // the waiter while it is parked
	bool fired; // a waker has come since the waiter looked last
};

void addwatch(PollWatch *w);
void removewatch(PollWatch *w);

#endif
