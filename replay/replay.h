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
	bool ended;       // status and time are known
	int32_t status;
	int64_t time;
} Replayed;
extern Replayed *replay; // where the server reads it

// Choices [begin, end), counted from 0, that are not drawn.
typedef struct {
	uint32_t begin, end;
} Skip;
enum { MaxSkips = 100 };
typedef struct {
	uint32_t nskip;
	Skip skip[MaxSkips]; // in order
} Explored;
extern Explored explored;

void replaybreak(void);
void replaywatch(void); // in sysmon's place
uint32_t replaydraw(uint32_t n); // [0, n)
bool leftout(void);              // is the next choice not drawn?
void replayaccess(void); // the program is about to access memory
extern bool instrumented; // some of it says so

// ---- server.c -----------------------------------------------------------------------

void serve(void);

// ---- virtualclock.c -----------------------------------------------------------------

void replayclock(void);          // the clock is virtual from now on
void replayrestart(void);        // it begins again
void replaytick(uint64_t random); // a choice takes time
int64_t replaytime(void);        // ns since the start

#endif
