// tests/crash/musl_stack_overflow.c - with musl, too deep a recursion of checked code is reported
// when it exceeds the segment, and so is code without checks that it has called there.
// cflags: --musl -fno-inline
// matrix: GOMAXPROCS=1,4
// matrix: HOW=checked,array,deep
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(checked|array|unchecked)\(\.\.\.\)\n
// exit: 2
// compilers: gcc
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "musl_stack_overflow.h"
