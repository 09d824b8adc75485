// tests/hosted/leakedgoroutine_right.c - leakedgoroutine.c without its error: no report.
// sanitizer: address leak
// stdout: done
// repeat: 3
#define RIGHT
#include "leakedgoroutine.c"
