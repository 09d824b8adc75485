// tests/internal/panic_again_third.c - a third failure prints its message and no stack.
// args: 3
// stderr~: \Afailure 1\nfailure 2\nfailure 3\nstack trace unavailable\n\Z
// exit: 4
#include "panic_again.h"
