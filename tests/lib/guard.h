// guard.h - the guard in force, with which functions compare the stack pointer.
#ifndef RT0_TESTS_GUARD_H
#define RT0_TESTS_GUARD_H

#include <stdint.h>

// Inline: a call might have to go to the segment, and have its guard. 0 where no function compares.
static inline __attribute__((always_inline)) uintptr_t stack_guard(void)
{
#ifdef __x86_64__
	uintptr_t guard;

	__asm__ volatile("mov %%fs:0x70, %0" : "=r"(guard));
	return guard;
#else
	return 0;
#endif
}

#endif
