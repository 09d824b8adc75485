// tests/hosted/freedelement_right.c - freedelement.c without its error: no report.
// sanitizer: address
// stdout: 7
#define RIGHT
#include "freedelement.c"
