// tests/arch/amd64/internal/preemptstorm_control.c - the negative control of preemptstorm.c:
// without the upper halves of the vector registers it must fail.
// matrix: GOMAXPROCS=2
// exit: 1
// stderr~: rounds with a changed register
#define CONTROL withoutwide
static void withoutwide(void);
#include "preemptstorm.c"

static void withoutwide(void)
{
	xsaveinit(); // which finds the mask out, once
	xsaveMask = 3;
}
