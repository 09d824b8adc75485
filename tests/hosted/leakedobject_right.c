// tests/hosted/leakedobject_right.c - leakedobject.c without its error: no report.
// sanitizer: address leak
// stdout: done
// repeat: 3
#define RIGHT
#include "leakedobject.c"
