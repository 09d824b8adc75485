// tests/arch/amd64/internal/preemptstorm_control_x87_debug.c - the same where gogo looks at the registers: it
// says so before the next goroutine runs.
// variants: debug stress
// matrix: GOMAXPROCS=2
// exit: 2
// stderr~: fatal error: x87 or MMX registers in use at a call
#include "preemptstorm_control_x87.c"
