// tests/crash/stack_overflow_unoptimised.c - a goroutine's endless recursion is reported in
// code that is not optimised, too.
// matrix: FRAME=little,middle,large,growing
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(little|middle|large|growing)\(\.\.\.\)\n
// exit: 2
// cflags: -O0
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "stack_overflow_goroutine.c"
