// tests/crash/stack_overflow_callers_o0.c - stack_overflow_callers.c, compiled without
// optimisation.
// cflags: -O0
// matrix: FRAME=none,large,array,arrays,alloca
// stderr~: \Aruntime: goroutine stack exceeds 67108864-byte limit\nruntime: sp=0x[0-9a-f]+ stack=\[0x[0-9a-f]+, 0x[0-9a-f]+\]\nfatal error: stack overflow\n\n(runtime stack:\n(.+\n)*\n)?goroutine [0-9]+ \[running\]:\n(ping_\w+\(\.\.\.\)\n\t.*\n)?(pong_\w+\(\.\.\.\)\n\t.*\nping_\w+\(\.\.\.\)\n\t.*\n){10,50}(pong_\w+\(\.\.\.\)\n\t.*\n)?(\.\.\.[0-9]+ frames elided\.\.\.\n(p[io]ng_\w+\(\.\.\.\)\n\t.*\n){49})?overflow\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
// arch: not qemu: it promises guards below stacks (MADV_GUARD_INSTALL) and makes none
#include "stack_overflow_callers.c"
