// tests/crash/cgocall_overflow_unchecked.c - an overflow of the stack of rt_cgocall by
// unchecked code: it reaches the guard below.
// cflags: -fno-split-stack
// matrix: HOW=small,large,array,alloca
// stderr~: \Aruntime: stack of rt_cgocall exceeds 8[0-9]+-byte limit \(see ulimit -s\)\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\nruntime stack:\n(small|large|array)\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[syscall\]:\nrt_cgocall\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include "cgocall_overflow.h"
