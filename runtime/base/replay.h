// replay.h - the hooks of the build in which a run is drawn from a seed. replay/ has the
// functions; in all other builds REPLAYING is a constant false.
#ifndef RT0_BASE_REPLAY_H
#define RT0_BASE_REPLAY_H

#include "runtime/runtime.h"

extern bool replaying; // from parsedebugvars on: GODEBUG has a seed

#define REPLAYING (Replay && replaying)

void replayinit(const char *skip);
void replaybegin(void *unused); // the start-up is over; on g0
void replayend(int32_t status);

// ---- choices ------------------------------------------------------------------------

uint32_t replayrandom(void);
void replaymix(uint64_t x); // into the hash of the run
void replayput(G *gp);       // on the P's queue
void replaylower(G *gp);     // it lets others run first
G *replaypick(bool *inheritTime);  // the next goroutine; waits for one
G *replaytake(bool *inheritTime);  // one of the queue, or NULL
bool replayempty(void);
bool replayyields(void);     // shall what runs next yield at each chance?
bool replayprologue(uintptr_t pc); // shall the function that begins at about pc yield?
void replaychance(void);     // the goroutine that calls may yield
void replayawait(Note *n);   // parks the goroutine until a signal handler has woken n

// ---- tests --------------------------------------------------------------------------

extern const bool __rt0_tests WEAK; // io/testentry.c: the program has some

int32_t replayseed(void);         // the one that GODEBUG asks for, or 0
void replaytest(int32_t seed);    // a test begins, drawn from seed, and its clock
int64_t replaytested(void);       // and ends; by how much the clock is later now
// Parks the driver until nothing is runnable, and what has run has come to an end; still: and
// something has run.
void replayidle(bool still);
void replayadvance(int64_t when); // sets the clock, unless it is later
void replayline(void);    // prints how to run the test again

// ---- faults -------------------------------------------------------------------------

// Return 0 (false), or what the call is to fail with.
int64_t replaytransfer(int32_t fd, uint64_t *n, bool socket); // or lowers *n
int64_t replaynofd(void);
bool replayinterrupts(int64_t nr);

#endif
