// tests/hosted/returnedstack_right.c - returnedstack.c without its error: no report.
// sanitizer: address
// stdout: 5
// matrix: HOW=parked,ended
#define RIGHT
#include "returnedstack.c"
