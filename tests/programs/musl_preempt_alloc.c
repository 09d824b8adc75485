// tests/programs/musl_preempt_alloc.c - the same with a C library, where the request comes by a
// signal always.
// matrix: GODEBUG=asyncpreemptoff=1,asyncpreemptoff=0
// env: GOMAXPROCS=1
// cflags: --musl
// timeout: 20
#include "preempt_alloc.c"
