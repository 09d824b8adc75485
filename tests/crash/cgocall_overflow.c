// tests/crash/cgocall_overflow.c - a function that rt_cgocall runs and that wants more than its
// stack has: in small frames, in one that is larger than the stack, in arrays of a variable
// length. The report says so, and has both stacks.
// matrix: HOW=small,large,array,alloca
// stderr~: \Aruntime: stack of rt_cgocall exceeds 8[0-9]+-byte limit \(see ulimit -s\)\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\nruntime stack:\n(small|large|array)\(\.\.\.\)\n(.*\n)*\ngoroutine 1 \[syscall\]:\nrt_cgocall\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n
// exit: 2
#include "cgocall_overflow.h"
