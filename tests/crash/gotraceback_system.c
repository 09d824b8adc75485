// tests/crash/gotraceback_system.c - GOTRACEBACK=system and 2 show the runtime's goroutines and frames
// as well, with their addresses.
// env: GOMAXPROCS=1
// matrix: GOTRACEBACK=system,2
// stderr: panic: on purpose
// stderr: goroutine 1 [running]:
// stderr: goroutine 2 [force gc (idle)]:
// stderr: goroutine 3 [GC sweep wait]:
// stderr: goroutine 4 [GC scavenge wait]:
// stderr~: ^rt_main\(\.\.\.\)\n\t.*fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+\nruntime_main\(\.\.\.\)\n
// exit: 2
#include "gotraceback.h"
