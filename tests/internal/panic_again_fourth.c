// tests/internal/panic_again_fourth.c - a fourth failure ends the process at once.
// args: 4
// stderr~: \Afailure 1\nfailure 2\nfailure 3\n\Z
// exit: 5
#include "panic_again.h"
