// testentry.c - the door to testing.c, in programs that have tests.
//
// A member of the archive, so that the replay build knows before the first choice whether the
// program has any: then it draws them without being asked.
#include "include/rt.h"
#include "runtime/base/replay.h"
#include "runtime/io/testing.h"

const bool __rt0_tests = true;

#define CALLERPC ((uintptr_t)__builtin_return_address(0))

int rt_test(rt_func *fn, void *arg)
{
	return __rt0_runtests(1, fn, arg, CALLERPC, __func__);
}

int rt_test_seeds(int n, rt_func *fn, void *arg)
{
	return __rt0_runtests(n, fn, arg, CALLERPC, __func__);
}

void rt_test_wait(void)
{
	__rt0_testwait();
}
