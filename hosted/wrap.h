// wrap.h - functions before those of rt.h: they tell the sanitizers what the real one orders and
// which memory it touches, and call it.
//
// A wrapper is a line, or a few:
//
//	VOID(name, parameters, arguments, before, after)
//	VALUE(name, type, parameters, arguments, before, after)
//
// before and after are statements, or nothing; after has the result in r. OWN(name) is
// before a function that is written out, and calls the real one as __real_name, or does without.
// make takes the names from the lines that begin with one of these words, and renames the
// runtime's functions (mk/rules.mk). So each name is written once; inside of the runtime, calls
// go to the real function.
//
// A function of rt.h needs a wrapper if it
//
//	orders: what a goroutine did before it comes before what another does after it
//	        (publish(p) and observe(p), with one address on both sides);
//	touches memory of the program's (readby, writtenby); or
//	returns or frees memory (heap.c); or
//	may park: then a thread of a library's, or a function of rt_cgocall's, has become a
//	goroutine, which keeps a P until a wrapper returns (cgo/foreign.c).
//
// The others need none.
#ifndef RT0_HOSTED_WRAP_H
#define RT0_HOSTED_WRAP_H

#include "hosted/sanitizer.h"
#include "include/rt.h"

#undef rt_chan_close
#undef rt_chan_free
#undef rt_chan_len
#undef rt_chan_cap

extern const char __rt0_io; // io.c
extern const char __rt0_left; // fiber.c: what goroutines did before they parked or ended
extern bool __rt0_testing;

static inline void publish(const void *p)
{
	if (__tsan_release)
		__tsan_release((void *)p);
}

static inline void observe(const void *p)
{
	if (__tsan_acquire)
		__tsan_acquire((void *)p);
}

// cgo/foreign.c: the code that calls may not be a goroutine's own. If so, __rt0_leavecall is
// called at the end.
bool __rt0_entercall(void);
void __rt0_leavecall(void);

// What ThreadSanitizer reports of the runtime has the line that calls it.
#define ENTERED                                                                        \
	if (__tsan_func_entry)                                                         \
		__tsan_func_entry(__builtin_return_address(0))
#define LEFT                                                                           \
	if (__tsan_func_exit)                                                          \
		__tsan_func_exit()

#define VOID(name, parameters, arguments, before, after)                               \
	void __real_##name parameters;                                                 \
	void name parameters                                                           \
	{                                                                              \
		bool entered_ = __rt0_entercall();                                     \
		ENTERED;                                                               \
		before;                                                                \
		__real_##name arguments;                                               \
		after;                                                                 \
		LEFT;                                                                  \
		if (entered_)                                                          \
			__rt0_leavecall();                                             \
	}
#define VALUE(name, type, parameters, arguments, before, after)                        \
	type __real_##name parameters;                                                 \
	type name parameters                                                           \
	{                                                                              \
		bool entered_ = __rt0_entercall();                                     \
		type r;                                                                \
		ENTERED;                                                               \
		before;                                                                \
		r = __real_##name arguments;                                           \
		after;                                                                 \
		LEFT;                                                                  \
		if (entered_)                                                          \
			__rt0_leavecall();                                             \
		return r;                                                              \
	}
#define OWN(name) _Static_assert(1, "for mk/rules.mk");

#endif
