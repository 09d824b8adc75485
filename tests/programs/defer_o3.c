// tests/programs/defer_o3.c - defer.c, compiled with -O3.
// matrix: GOMAXPROCS=1,4
// cflags: -O3
#include "defer.c"
