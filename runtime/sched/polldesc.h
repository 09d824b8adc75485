// polldesc.h - what the poller knows of a descriptor; sched/polldesc.c.
#ifndef RT0_SCHED_POLLDESC_H
#define RT0_SCHED_POLLDESC_H

#include "runtime/os/os.h"
#include "runtime/runtime.h"
#include "runtime/sched/poll.h"

typedef struct PollTimer PollTimer;

// What waits for one of the two directions.
typedef struct {
	uintptr_t g; // PollNil, PollReady, PollWait or the G that is parked

	// The PollDesc's lock protects:
	int64_t when;     // the deadline; 0 none
	PollTimer *timer; // NULL while there has been none since when was 0
} PollSide;

typedef enum { PollRead, PollWrite } PollMode;

typedef struct PollWatch PollWatch;

// In memory that is never used for anything else, because a late event may still come to it.
typedef struct {
	Mutex lock;
	uint32_t seq;  // +1 with every use of the descriptor's number; in the events' data
	uint32_t info; // PollClosing and the like: atomic, by locked instructions
	uint32_t timerseq; // +1 with every start of a side's timer; lock protects it
	PollSide side[2];
	PollWatch *watches; // of rt_wait and rt_copy: io/ready.c; lock protects it, read without it
} PollDesc;

// Takes its lock. The memory of PollDescs begins as zeros: with the first use of each the debug
// build learns the lock's rank.
void lockdesc(PollDesc *pd) ACQUIRES(pd->lock);

enum {
	PollClosing = 1,
	PollExpired = 2, // << mode: its deadline has passed
	PollHup = 8,     // the other end closed, or an error: no more edges may come
	PollCanceled = 16, // the context that it is bound to was cancelled,
	PollOverdue = 32,  // or its deadline has passed
	PollOver = PollCanceled | PollOverdue,
};

// The data of fd's events. Not the address of pd, which would leave few bits for seq. Never 0,
// which is netpoll's own.
ALWAYS_INLINE uint64_t polltag(int32_t fd, const PollDesc *pd)
{
	return (uint64_t)(uint32_t)(fd + 1) << 32 | atomic_load_acquire(&pd->seq);
}

// The descriptor that an event is for, as its data says.
ALWAYS_INLINE int32_t pollfd(const EpollEvent *ev)
{
	return (int32_t)(ev->data >> 32) - 1;
}

// Returns the PollDesc of a descriptor passed to netpollopen. The owner of the PollDescs sets it
// before that.
extern PollDesc *(*polldescof)(int32_t fd);

// What an event means for the two sides; netpollevent, unless goroutines have used rt_wait.
int32_t pollevent(const EpollEvent *ev, Gqueue *list);

// Before a descriptor is watched: from then on events may come. Returns 0, or why none can be.
ALWAYS_INLINE int64_t netpollbegin(void)
{
	int64_t err = netpollTryInit();

	if (err == 0 && unlikely(!atomic_load_relaxed(&netpollevent)))
		atomic_cas(&netpollevent, NULL, pollevent); // pairs with netpoll's load
	return err;
}

// Wakes the goroutines that watch pd for mode. Set before pd has the first of them.
extern void (*watchhook)(PollDesc *pd, PollMode mode);

// Registers fd with the kernel's epoll. Returns 0, -EPERM when fd cannot be waited for (a
// regular file), or another error of the kernel's.
int64_t netpollopen(int32_t fd, PollDesc *pd);
// Ends the events for this use of pd (fd < 0: there were none). No goroutine waits any more.
void netpollclose(int32_t fd, PollDesc *pd);
// Waits until fd is perhaps ready. Returns 0, -EBADF when the descriptor is closing,
// -ECANCELED or -ETIMEDOUT when its context is over, -ETIMEDOUT after the deadline. One
// goroutine at a time for each mode.
int64_t netpollwait(PollDesc *pd, PollMode mode);
// What netpollwait would fail with now.
int64_t netpollcheckerr(const PollDesc *pd, PollMode mode);
// From now on calls fail with -EBADF; those that wait return.
void netpollevict(PollDesc *pd);
// Takes the waiter out of the word, which becomes Ready or, if not ready, Nil. The caller
// readies the waiter, and counts it out (netpollcount).
G *netpollunblock(PollSide *s, bool ready);
// The caller has changed info: those that wait look at it.
void netpollwake(PollDesc *pd);
// when is an instant of nanotime, 0 for none.
void netpolldeadline(PollDesc *pd, PollMode mode, int64_t when);

#endif
