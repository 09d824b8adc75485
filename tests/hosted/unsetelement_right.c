// tests/hosted/unsetelement_right.c - unsetelement.c without its error: no report.
// sanitizer: memory/clang
// stdout: 0 1
#define RIGHT
#include "unsetelement.c"
