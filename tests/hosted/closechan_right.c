// tests/hosted/closechan_right.c - closechan.c without its error: no report.
// sanitizer: thread
// repeat: 3
#define RIGHT
#include "closechan.c"
