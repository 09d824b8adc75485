// leak.h - what leak.c, which knows the runtime, and leakreport.c, which knows the C library,
// share.
#ifndef RT0_HOSTED_LEAK_H
#define RT0_HOSTED_LEAK_H

#include <stdbool.h>
#include <stdint.h>

struct G;

// Shows LeakSanitizer where goroutines' pointers are.
void showroots(void);
// Did showroots make the object at p? *gp: the goroutine that it is a copy of, or NULL.
bool ismade(uintptr_t p, struct G **gp);
void printleaked(struct G *gp);
bool maysearch(void); // is it a goroutine that calls, in no forked child?

#endif
