// panic.c - rt_recover leaves functions that ThreadSanitizer has seen begin.
#include <setjmp.h>

#include "hosted/wrap.h"

bool __real_rt_recover(rt_func *fn, void *arg, char *buf, size_t size);

// longjmp tells it which of them are over. _longjmp would not: it is not heard of.
OWN(rt_recover)
bool rt_recover(rt_func *fn, void *arg, char *buf, size_t size)
{
	volatile bool entered = __rt0_entercall();
	jmp_buf here;
	bool r = true;

	if (_setjmp(here) != 0)
		stringwritten(buf, size);
	else if (__real_rt_recover(fn, arg, buf, size))
		longjmp(here, 1);
	else
		r = false;
	if (entered)
		__rt0_leavecall();
	return r;
}
