// tests/programs/recover_o3.c - recover.c, compiled with -O3.
// matrix: GOMAXPROCS=1,4
// cflags: -O3
#include "recover.c"
