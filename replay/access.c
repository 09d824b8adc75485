// access.c - memory accesses as choices.
//
// Code compiled with -fsanitize=thread says of each access that it is about to happen. Linked
// without that sanitizer's library it comes here, and may yield: so an error shows whose halves
// have no call of the interface in between. The accesses of atomic functions are made here.
//
// On the goroutine's stack, without checks: the frames are small.
//
// built: unyielding libc
#include "replay/replay.h"
#include "runtime/base/replay.h"

#define ACCESS(name)                                                                   \
	void name(void *p);                                                            \
	void name(void *p)                                                             \
	{                                                                              \
		(void)p;                                                               \
		replayaccess();                                                        \
	}
#define ACCESSES(kind)                                                                 \
	ACCESS(__tsan_##kind##1)                                                       \
	ACCESS(__tsan_##kind##2)                                                       \
	ACCESS(__tsan_##kind##4)                                                       \
	ACCESS(__tsan_##kind##8)                                                       \
	ACCESS(__tsan_##kind##16)
ACCESSES(read)
ACCESSES(write)
ACCESSES(read_write)
ACCESSES(volatile_read)
ACCESSES(volatile_write)
ACCESSES(unaligned_read)
ACCESSES(unaligned_write)
ACCESSES(unaligned_read_write)
ACCESSES(unaligned_volatile_read)
ACCESSES(unaligned_volatile_write)
ACCESS(__tsan_vptr_read)

#define RANGE(name)                                                                    \
	void name(void *p, uintptr_t n);                                               \
	void name(void *p, uintptr_t n)                                                \
	{                                                                              \
		(void)p;                                                               \
		(void)n;                                                               \
		replayaccess();                                                        \
	}
RANGE(__tsan_read_range)
RANGE(__tsan_write_range)

void __tsan_vptr_update(void **p, void *value);
void __tsan_vptr_update(void **p, void *value)
{
	(void)p;
	(void)value;
	replayaccess();
}

#define NOTHING(name, ...)                                                             \
	void name(__VA_ARGS__);                                                        \
	void name(__VA_ARGS__)                                                         \
	{                                                                              \
	}
NOTHING(__tsan_init, void)
NOTHING(__tsan_func_exit, void)

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	(void)pc;
}

// ---- atomic functions ---------------------------------------------------------------
//
// order is what the program has asked for. All are of the strongest here, as on one processor.

#define OPERATION(bits, type, name, builtin)                                           \
	type __tsan_atomic##bits##_##name(type *p, type v, int order);                 \
	type __tsan_atomic##bits##_##name(type *p, type v, int order)                  \
	{                                                                              \
		(void)order;                                                           \
		replayaccess();                                                        \
		return builtin(p, v, __ATOMIC_SEQ_CST);                                \
	}
#define EXCHANGE(bits, type, strength, isweak)                                         \
	int __tsan_atomic##bits##_compare_exchange_##strength(type *p, type *old,      \
	                                                      type v, int order,       \
	                                                      int failed);             \
	int __tsan_atomic##bits##_compare_exchange_##strength(type *p, type *old,      \
	                                                      type v, int order,       \
	                                                      int failed)              \
	{                                                                              \
		(void)order;                                                           \
		(void)failed;                                                          \
		replayaccess();                                                        \
		return __atomic_compare_exchange_n(p, old, v, isweak, __ATOMIC_SEQ_CST, \
		                                   __ATOMIC_SEQ_CST);                  \
	}
#define ATOMIC(bits, type)                                                             \
	type __tsan_atomic##bits##_load(const type *p, int order);                     \
	type __tsan_atomic##bits##_load(const type *p, int order)                      \
	{                                                                              \
		(void)order;                                                           \
		replayaccess();                                                        \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                           \
	}                                                                              \
	void __tsan_atomic##bits##_store(type *p, type v, int order);                  \
	void __tsan_atomic##bits##_store(type *p, type v, int order)                   \
	{                                                                              \
		(void)order;                                                           \
		replayaccess();                                                        \
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
		__tsan_atomic##bits##_compare_exchange_strong(p, &old, v, order, failed); \
		return old;                                                            \
	}
ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	(void)order;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
