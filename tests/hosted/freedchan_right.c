// tests/hosted/freedchan_right.c - freedchan.c without its error: no report.
// sanitizer: address
// stdout: fine
#define RIGHT
#include "freedchan.c"
