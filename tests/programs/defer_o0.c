// tests/programs/defer_o0.c - defer.c, compiled with -O0.
// matrix: GOMAXPROCS=1,4
// cflags: -O0
#include "defer.c"
