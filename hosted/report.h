// report.h - what hosted/'s files share about goroutines, for the sanitizers' reports.
#ifndef RT0_HOSTED_REPORT_H
#define RT0_HOSTED_REPORT_H

#include "runtime/runtime.h"

// Of G.fiber. CallerStack is the goroutine's while it is in rt_cgocall, where it may park on the
// thread's stack, with the thread's second one.
enum { TsanFiber, AsanStack, CallerStack };

void fiberinit(void);
void noteerrno(void);
void exceptionsinit(void);
void exceptionsenter(const G *gp);
void exceptionsleave(G *gp);
void meetfiber(G *gp); // gp is the calling thread
void reportinit(void); // before the program allocates memory

// Prints which goroutine allocated the object at p, if that is known.
void reportallocator(const void *p);

#endif
