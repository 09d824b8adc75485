// tests/hosted/closefd_right.c - closefd.c without its error: no report.
// sanitizer: thread
// repeat: 3
#define RIGHT
#include "closefd.c"
