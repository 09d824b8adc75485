// bare.h - a system call that the runtime does not hear of.
#ifndef RT0_TESTS_BARE_H
#define RT0_TESTS_BARE_H

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

static inline int64_t bare(int64_t nr, int64_t a, int64_t b, int64_t c)
{
#ifdef __aarch64__
	register int64_t x8 __asm__("x8") = nr, x0 __asm__("x0") = a;
	register int64_t x1 __asm__("x1") = b, x2 __asm__("x2") = c;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#else
	int64_t r;

	__asm__ volatile("syscall"
	                 : "=a"(r)
	                 : "a"(nr), "D"(a), "S"(b), "d"(c)
	                 : "rcx", "r11", "memory");
	return r;
#endif
}

// A child with a copy of the memory and of this thread: fork, by a number that Linux has everywhere.
static inline int64_t barefork(void)
{
	return bare(SYS_clone, SIGCHLD, 0, 0);
}

#endif
