// tests/crash/gotraceback_crash.c - GOTRACEBACK=crash is like system, and the process ends by SIGABRT.
// env: GOMAXPROCS=1 GOTRACEBACK=crash
// env: GOMAXPROCS=4 GOTRACEBACK=crash
// stderr: panic: on purpose
// stderr: goroutine 1 [running]:
// stderr: goroutine 2 [force gc (idle)]:
// exit: signal 6
#include "gotraceback.h"
