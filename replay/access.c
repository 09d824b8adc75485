// access.c - memory accesses as choices, and as what the race detector looks at.
//
// Code compiled with -fsanitize=thread says of each access that it is about to happen. Linked
// without that sanitizer's library it comes here, and may yield: so an error shows whose halves
// have no call of the interface in between. The accesses of atomic functions are made here.
//
// On the goroutine's stack, without checks: the frames are small.
//
// built: unyielding libc
#include "replay/race.h"
#include "replay/replay.h"
#include "runtime/base/getg.h"
#include "runtime/base/replay.h"

#define HERE_ ((uintptr_t)__builtin_return_address(0))

ALWAYS_INLINE void happens(const volatile void *p, uintptr_t n, uint32_t kind, uintptr_t pc)
{
	replayaccess();
	if (RACING)
		raceaccess((uintptr_t)p, n, kind, pc);
}

#define ACCESS(name, n, kind)                                                          \
	void name(void *p);                                                            \
	void name(void *p)                                                             \
	{                                                                              \
		happens(p, n, kind, HERE_);                                            \
	}
#define ACCESSES(name, kind)                                                           \
	ACCESS(__tsan_##name##1, 1, kind)                                              \
	ACCESS(__tsan_##name##2, 2, kind)                                              \
	ACCESS(__tsan_##name##4, 4, kind)                                              \
	ACCESS(__tsan_##name##8, 8, kind)                                              \
	ACCESS(__tsan_##name##16, 16, kind)
ACCESSES(read, 0)
ACCESSES(write, AccessWrite)
ACCESSES(read_write, AccessWrite)
ACCESSES(volatile_read, 0)
ACCESSES(volatile_write, AccessWrite)
ACCESSES(unaligned_read, 0)
ACCESSES(unaligned_write, AccessWrite)
ACCESSES(unaligned_read_write, AccessWrite)
ACCESSES(unaligned_volatile_read, 0)
ACCESSES(unaligned_volatile_write, AccessWrite)
ACCESS(__tsan_vptr_read, PtrSize, 0)

#define RANGE(name, kind)                                                              \
	void name(void *p, uintptr_t n);                                               \
	void name(void *p, uintptr_t n)                                                \
	{                                                                              \
		happens(p, n, kind, HERE_);                                            \
	}
RANGE(__tsan_read_range, 0)
RANGE(__tsan_write_range, AccessWrite)

// A constructor or destructor writes the pointer that is there already.
void __tsan_vptr_update(void **p, void *value);
void __tsan_vptr_update(void **p, void *value)
{
	happens(p, PtrSize, *p == value ? 0 : AccessWrite, HERE_);
}

// The constructors of files that are compiled so call it.
void __tsan_init(void);
void __tsan_init(void)
{
	instrumented = true;
	racing = Races && replaying && debug.seedrace >= 0;
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	if (RACING)
		raceenter((uintptr_t)pc);
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
	if (RACING)
		raceleave();
}

// ---- atomic functions ---------------------------------------------------------------
//
// order is what the program has asked for. All are of the strongest here, as on one processor;
// what they order for the race detector is no more than what was asked for.

ALWAYS_INLINE void loads(const volatile void *p, uintptr_t n, int order, uintptr_t pc)
{
	happens(p, n, AccessAtomic, pc);
	if (RACING)
		raceload(p, order);
}

ALWAYS_INLINE void stores(const volatile void *p, uintptr_t n, int order, uintptr_t pc)
{
	happens(p, n, AccessAtomic | AccessWrite, pc);
	if (RACING)
		racestore(p, order);
}

ALWAYS_INLINE void updates(const volatile void *p, uintptr_t n, int order, uintptr_t pc)
{
	happens(p, n, AccessAtomic | AccessWrite, pc);
	if (RACING)
		raceupdate(p, order);
}

#define OPERATION(bits, type, name, builtin)                                           \
	type __tsan_atomic##bits##_##name(type *p, type v, int order);                 \
	type __tsan_atomic##bits##_##name(type *p, type v, int order)                  \
	{                                                                              \
		updates(p, sizeof v, order, HERE_);                                    \
		return builtin(p, v, __ATOMIC_SEQ_CST);                                \
	}
// After it, since only then is it known what it was. Nothing yields in between.
#define EXCHANGE(bits, type, strength, isweak)                                         \
	int __tsan_atomic##bits##_compare_exchange_##strength(type *p, type *old,      \
	                                                      type v, int order,       \
	                                                      int failed);             \
	int __tsan_atomic##bits##_compare_exchange_##strength(type *p, type *old,      \
	                                                      type v, int order,       \
	                                                      int failed)              \
	{                                                                              \
		return exchange##bits(p, old, v, isweak, order, failed, HERE_);        \
	}
#define ATOMIC(bits, type)                                                             \
	ALWAYS_INLINE bool exchange##bits(type *p, type *old, type v, bool isweak,     \
	                                  int order, int failed, uintptr_t pc)         \
	{                                                                              \
		bool done;                                                             \
                                                                                       \
		replayaccess();                                                        \
		done = __atomic_compare_exchange_n(p, old, v, isweak, __ATOMIC_SEQ_CST, \
		                                   __ATOMIC_SEQ_CST);                  \
		if (RACING)                                                            \
			raceaccess((uintptr_t)p, sizeof v,                             \
			           AccessAtomic | (done ? AccessWrite : 0), pc);       \
		if (RACING && done)                                                    \
			raceupdate(p, order);                                          \
		else if (RACING)                                                       \
			raceload(p, failed);                                           \
		return done;                                                           \
	}                                                                              \
	type __tsan_atomic##bits##_load(const type *p, int order);                     \
	type __tsan_atomic##bits##_load(const type *p, int order)                      \
	{                                                                              \
		loads(p, sizeof *p, order, HERE_);                                     \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                           \
	}                                                                              \
	void __tsan_atomic##bits##_store(type *p, type v, int order);                  \
	void __tsan_atomic##bits##_store(type *p, type v, int order)                   \
	{                                                                              \
		stores(p, sizeof v, order, HERE_);                                     \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                              \
	}                                                                              \
	OPERATION(bits, type, exchange, __atomic_exchange_n)                           \
	OPERATION(bits, type, fetch_add, __atomic_fetch_add)                           \
	OPERATION(bits, type, fetch_sub, __atomic_fetch_sub)                           \
	OPERATION(bits, type, fetch_and, __atomic_fetch_and)                           \
	OPERATION(bits, type, fetch_or, __atomic_fetch_or)                             \
	OPERATION(bits, type, fetch_xor, __atomic_fetch_xor)                           \
	OPERATION(bits, type, fetch_nand, __atomic_fetch_nand)                         \
	EXCHANGE(bits, type, strong, false)                                            \
	EXCHANGE(bits, type, weak, true)                                               \
	type __tsan_atomic##bits##_compare_exchange_val(type *p, type old, type v,     \
	                                                int order, int failed);        \
	type __tsan_atomic##bits##_compare_exchange_val(type *p, type old, type v,     \
	                                                int order, int failed)         \
	{                                                                              \
		exchange##bits(p, &old, v, false, order, failed, HERE_);               \
		return old;                                                            \
	}
ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	if (RACING)
		racefence(order);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
