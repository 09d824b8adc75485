// tests/lib/raw.h - a system call in the caller's own frame.
#ifndef RAW_H
#define RAW_H

#ifdef __aarch64__
#define RAW_CALL3(nr, a, b, c) \
	do { \
		long a_ = (a), b_ = (b), c_ = (c); /* which may be calls */ \
		register long x8_ __asm__("x8") = (nr), x0_ __asm__("x0") = a_, \
			      x1_ __asm__("x1") = b_, x2_ __asm__("x2") = c_; \
		__asm__ volatile("svc #0" : "+r"(x0_) : "r"(x8_), "r"(x1_), "r"(x2_) : "memory"); \
	} while (0)
#else
#define RAW_CALL3(nr, a, b, c) \
	__asm__ volatile("syscall" : : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory")
#endif

#endif
