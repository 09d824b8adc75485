// tests/crash/musl_stack_overflow_unchecked.c - with musl, code without checks that exceeds its
// part of a dense stack comes to the guard below: functions of the program's, and of the library.
// cflags: --musl -fno-inline
// matrix: GOMAXPROCS=1,4
// matrix: HOW=unchecked,library
// stderr~: \Aruntime: code without checks exceeds 32768 bytes of a goroutine's stack\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(unchecked|tdestroy)\(\.\.\.\)\n
// exit: 2
// compilers: gcc
// arch: not arm64: goroutines start on segments there
#include "musl_stack_overflow.h"
