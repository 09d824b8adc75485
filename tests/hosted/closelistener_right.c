// tests/hosted/closelistener_right.c - closelistener.c without its error: no report.
// sanitizer: thread
// repeat: 3
#define RIGHT
#include "closelistener.c"
