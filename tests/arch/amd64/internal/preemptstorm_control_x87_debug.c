// tests/arch/amd64/internal/preemptstorm_control_x87_debug.c - where gogo checks the
// registers, it reports them before the next goroutine runs.
// variants: debug stress
// matrix: GOMAXPROCS=2
// exit: 2
// stderr~: fatal error: x87 or MMX registers in use at a call
#include "preemptstorm_control_x87.c"
