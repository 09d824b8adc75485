// tests/internal/preemptstorm_control.c - the negative control of preemptstorm.c: without the
// upper halves of the vector registers it must fail.
// matrix: GOMAXPROCS=2
// exit: 1
// stderr~: rounds with a changed register
#define CONTROL
#include "preemptstorm.c"
