// tests/internal/panic_again_fault.c - a fault while a report is printed says what it was.
// stderr~: \Apanic: first\n\ngoroutine 1 \[running\]:\n(.*\n)+SIGSEGV: segmentation violation\nPC=0x[0-9a-f]+ m=[0-9]+ sigcode=1 addr=0x[0-9a-f]+\npanic during panic\n\nruntime stack:\n(.*\n)*dopanic\(\.\.\.\)\n
// stderr~: ^(rflags|pstate) 0x[0-9a-f]+$
// env: GOTRACEBACK=all
// exit: 2
#include "internal.h"

int rt_main(int nargs, char **args)
{
	(void)nargs, (void)args;
	allgs[1] = (G *)0x12345670; // the next after this goroutine
	rt_panic("first");
}
