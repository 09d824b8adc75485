// tests/arch/amd64/internal/preemptstorm_control_x87.c - the negative control of preemptstorm.c for x87 and MMX:
// if asyncPreempt leaves their registers full, the next goroutine computes with them.
// variants: release
// matrix: GOMAXPROCS=2
// exit: 1
// stderr~: rounds with a changed register
#define CONTROL withoutemms
static void withoutemms(void);
#include "preemptstorm.c"
#include "withoutemms.h"
