// tests/programs/musl_preempt_alloc.c - preempt_alloc.c with a C library, where a signal
// always brings the request.
// matrix: GODEBUG=asyncpreemptoff=1,asyncpreemptoff=0
// env: GOMAXPROCS=1
// cflags: --musl
// timeout: 20
#include "preempt_alloc.c"
