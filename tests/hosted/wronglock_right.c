// tests/hosted/wronglock_right.c - wronglock.c without its error: no report.
// sanitizer: thread
// stdout: 40
// repeat: 3
#define RIGHT
#include "wronglock.c"
