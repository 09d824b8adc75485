// race.h - what the runtime tells the race detector of the replay build (replay/race.c): what
// comes before what, and which of the program's memory it accesses. In other builds all of this
// is nothing.
#ifndef RT0_BASE_RACE_H
#define RT0_BASE_RACE_H

#include "runtime/base/types.h"

typedef struct G G; // runtime.h, which hosted tests do not include
typedef struct RaceChan RaceChan;

enum { Races = Replay && !Hosted && !Libc };

extern bool racing; // there is code that says what it accesses

#define RACING (Races && unlikely(racing))

void racenew(G *newg);
void raceend(G *gp);
void raceclear(uintptr_t p, uintptr_t n);
void raceallocated(uintptr_t p, uintptr_t n);
void racefreed(uintptr_t p, uintptr_t n);
void racebefore(const void *p);
void raceafter(const void *p);
void raceafterof(G *gp, const void *p); // of gp, which is parked
void raceafterall(void);                // what all others have done comes before what follows
void racefresh(void);
RaceChan *racechan(uint64_t cap);
void racechanfree(RaceChan *o);
// Under the channel's lock: an element goes into its buffer, comes from there, or would go through
// it from one of two. NULL: the code that runs.
void racesent(RaceChan *o, G *gp);
void racereceived(RaceChan *o, G *gp);
void racehandover(RaceChan *o, G *from, G *to);
void raceused(const void *p);
void raceread(const void *p, uintptr_t n);
void racewritten(const void *p, uintptr_t n);
void racereadstring(const char *s);
uint32_t racecalls(void); // where the code that runs is
void racereturn(uint32_t back);
void raceignore(const void *p); // a lock of the runtime's: its uses say nothing of the program
void racefd(int32_t fd, bool closes);
void raceopened(int32_t fd);
int32_t racestatus(int32_t status);

// A function uses an object of the program's: after its free it must not.
ALWAYS_INLINE void raceuses(const void *p)
{
	if (RACING)
		raceused(p);
}

// It has stored n bytes, unless p is NULL.
ALWAYS_INLINE void racegets(const void *p, uintptr_t n)
{
	if (RACING && p)
		racewritten(p, n);
}

// It has read r of n bytes, or failed.
ALWAYS_INLINE void racefilled(const void *p, int64_t r, uintptr_t n)
{
	if (RACING && r > 0)
		racewritten(p, (uintptr_t)r < n ? (uintptr_t)r : n);
}

ALWAYS_INLINE void racetakes(const void *p, uintptr_t n)
{
	if (RACING && p)
		raceread(p, n);
}

// It reads a string that there is.
ALWAYS_INLINE void racestring(const char *s)
{
	if (RACING && s)
		racereadstring(s);
}

// What is done before racereleases(p) comes before what is done after raceacquires(p). As
// happensbefore and happensafter (hosted.h), where the hosted build has a function before this
// one that says so.
ALWAYS_INLINE void racereleases(const void *p)
{
	if (RACING)
		racebefore(p);
}

ALWAYS_INLINE void raceacquires(const void *p)
{
	if (RACING)
		raceafter(p);
}

// Any output comes before any input: through a pipe, a socket, a file or a process one goroutine may
// tell another what it has done. A close, a deadline and the like are output: they end others' calls.
extern const char __rt0_io;

ALWAYS_INLINE void raceoutput(void)
{
	racereleases(&__rt0_io);
}

ALWAYS_INLINE void raceinput(void)
{
	raceacquires(&__rt0_io);
}

// A close comes after all uses that have begun, which it may end. A use that begins after it, and
// that nothing orders, is a race: by then the number may be another file's.
ALWAYS_INLINE void raceusesfd(int32_t fd)
{
	if (RACING)
		racefd(fd, false);
}

ALWAYS_INLINE void raceclosesfd(int32_t fd)
{
	if (RACING)
		racefd(fd, true);
}

#endif
