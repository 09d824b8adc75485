// tests/crash/gotraceback_none.c - GOTRACEBACK=none and 0 leave only the message; what is no
// level counts as 0, as in Go.
// env: GOMAXPROCS=1
// matrix: GOTRACEBACK=none,0,nonsense,-1,99999999999
// stderr~: \Apanic: on purpose\n\Z
// exit: 2
#include "gotraceback.h"
