// tests/crash/gotraceback_single.c - by default and with GOTRACEBACK=single the panicking
// goroutine alone is shown.
// env: GOMAXPROCS=1
// env: GOMAXPROCS=1 GOTRACEBACK=
// env: GOMAXPROCS=1 GOTRACEBACK=single
// stderr~: \Apanic: on purpose\n\ngoroutine 1 \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?panics\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\n\Z
// exit: 2
#include "gotraceback.h"
