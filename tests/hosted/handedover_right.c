// tests/hosted/handedover_right.c - handedover.c without its error: no report.
// sanitizer: thread
// stdout: 20
// repeat: 3
#define RIGHT
#include "handedover.c"
