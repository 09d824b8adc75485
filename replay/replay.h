// replay.h - what the files of replay/ share.
#ifndef RT0_REPLAY_H
#define RT0_REPLAY_H

#include "runtime/runtime.h"

typedef struct {
	uint64_t choices; // so far
	uint64_t real;    // those of more than one
	uint64_t hash;    // of all of them
	int64_t now;      // monotonic
	bool outside;     // real time has had a part in the run
} Replayed;
extern Replayed replay;

void replaymix(uint64_t x); // into the hash

// ---- clock.c ------------------------------------------------------------------------

void replayclock(void);          // the clock is virtual from now on
void replaytick(uint64_t random); // a choice takes time
int64_t replaytime(void);        // ns since the start

#endif
