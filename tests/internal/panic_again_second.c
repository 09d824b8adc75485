// tests/internal/panic_again_second.c - a failure while a report is printed prints its message
// first, then that it was one, then where it happened.
// args: 2
// env: GOTRACEBACK=system
// stderr~: \Afailure 1\nfailure 2\npanic during panic\n\nruntime stack:\n(.*\n)*dopanic\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[running\]:\n
// exit: 2
#include "panic_again.h"
