// tests/programs/recover_o0.c - recover.c, compiled with -O0.
// matrix: GOMAXPROCS=1,4
// cflags: -O0
#include "recover.c"
