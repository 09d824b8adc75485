// tests/crash/gotraceback_all.c - GOTRACEBACK=all and 1 show all goroutines of the program.
// env: GOMAXPROCS=1
// matrix: GOTRACEBACK=all,1
// stderr~: \Apanic: on purpose\n\ngoroutine 1 \[running\]:\n(rt_panic\(\.\.\.\)\n\t.*\n)?panics\(\.\.\.\)\n\t.*\nrt_main\(\.\.\.\)\n\t.*\n\ngoroutine [0-9]+ \[chan receive\]:\n(rt_chan_recv\(\.\.\.\)\n\t.*\n)?receives\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n\t.*\n\Z
// exit: 2
#include "gotraceback.h"
