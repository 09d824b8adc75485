// tests/hosted/selectorder_right.c - selectorder.c without its error: no report.
// sanitizer: thread
// stdout: 14
// repeat: 3
#define RIGHT
#include "selectorder.c"
