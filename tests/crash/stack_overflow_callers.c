// tests/crash/stack_overflow_callers.c - the report of a stack overflow names the function that
// wanted more, its caller, and theirs, each once: two functions that call each other
// alternate in it, whatever the stack was wanted for.
// matrix: FRAME=none,large,array,arrays,alloca
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(ping_\w+\(\.\.\.\)\n\t.*\n)?(pong_\w+\(\.\.\.\)\n\t.*\nping_\w+\(\.\.\.\)\n\t.*\n){10,50}(pong_\w+\(\.\.\.\)\n\t.*\n)?(\.\.\.[0-9]+ frames elided\.\.\.\n(p[io]ng_\w+\(\.\.\.\)\n\t.*\n){49})?overflow\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "../lib/test.h"

#define NOINLINE __attribute__((noinline, noclone))

// The value makes the two differ, or the compiler has one for both.
#define FUNCTION(name, value, next, size, memory)                                      \
	static NOINLINE void name(int n)                                               \
	{                                                                              \
		volatile char frame[size];                                             \
		memory;                                                                \
		frame[0] = frame[(size) - 1] = (char)(value);                          \
		next(n + 1);                                                           \
		kept = frame[0];                                                       \
	}

#define RECURSION(how, size, memory)                                                   \
	static NOINLINE void pong_##how(int n);                                        \
	FUNCTION(ping_##how, n, pong_##how, size, memory)                              \
	FUNCTION(pong_##how, -n, ping_##how, size, memory)

enum { Large = 1500 * 1000 };

static volatile int kept;

RECURSION(none, 1, )
RECURSION(large, Large, )
RECURSION(array, Large + n, )
RECURSION(arrays, Large + n, volatile char more[n + 5000]; more[0] = 1)
RECURSION(alloca, 1, *(volatile char *)__builtin_alloca((size_t)(Large + n)) = 1)

static void overflow(void *arg)
{
	const char *how = rt_getenv("FRAME");

	(void)arg;
	if (same(how, "none"))
		ping_none(1);
	if (same(how, "large"))
		ping_large(1);
	if (same(how, "array"))
		ping_array(1);
	if (same(how, "arrays"))
		ping_arrays(1);
	ping_alloca(1);
	kept++;
}

int rt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	rt_go(overflow, NULL);
	rt_chan_recv(rt_chan_make(0, 0), NULL);
	return 0;
}
