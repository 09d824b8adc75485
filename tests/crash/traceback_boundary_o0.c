// tests/crash/traceback_boundary_o0.c - traceback_boundary.c, compiled without optimisation.
// cflags: -O0
// matrix: HOW=panic,fault,alloca_panic,alloca_fault,parked,alloca_parked
// stderr: third(...)
// stderr: second(...)
// stderr: first(...)
// stderr: crossing(...)
// stderr: small2(...)
// stderr: small1(...)
// stderr: walker(...)
// stderr: created by rt_main in goroutine 1
// stderr~: \A(panic: .+|fatal error: all goroutines are asleep - deadlock!)\n(\[.*\]\n)?\ngoroutine
// stderr~: \ngoroutine [0-9]+ \[(running|chan receive)\]:\n(rt_\w+\(\.\.\.\)\n\t.*\n)?third\(\.\.\.\)\n\t.*\nsecond\(\.\.\.\)\n\t.*\nfirst\(\.\.\.\)\n\t.*\ncrossing\(\.\.\.\)\n\t.*\nsmall2\(\.\.\.\)\n\t.*\nsmall1\(\.\.\.\)\n\t.*\nwalker\(\.\.\.\)\n\t.*\ncreated by rt_main in goroutine 1\n
// exit: 2
#include "traceback_boundary.c"
