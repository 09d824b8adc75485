// options.c - the sanitizers' options that a program starts with; the environment's
// have the last word.
//
// The runtime handles faults: a null pointer is a panic. Each M's signal stack is the runtime's,
// and a sanitizer that takes it back when a thread ends would unmap it. leakreport.c asks for the
// search for leaks, and wants the objects' addresses. A mutex need not be unlocked by the goroutine
// that has locked it (mutex.c), and the runtime itself reports one that is not locked.
#include "hosted/sanitizer.h"

#define FAULTS \
	"handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:" \
	"use_sigaltstack=0:"
#define LEAKS "leak_check_at_exit=0:report_objects=1:"

const char *__asan_default_options(void);
const char *__lsan_default_options(void);
const char *__tsan_default_options(void);
const char *__msan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return FAULTS "leak_check_at_exit=0:detect_stack_use_after_return=1";
}

const char *__lsan_default_options(void)
{
	// By itself LeakSanitizer knows no goroutines' stacks, and forgives what it cannot unwind.
	return __asan_report_load_n ? LEAKS : LEAKS "fast_unwind_on_malloc=0:use_sigaltstack=0";
}

const char *__tsan_default_options(void)
{
	return FAULTS "report_signal_unsafe=0:report_mutex_bugs=0:"
	              "detect_deadlocks=1:second_deadlock_stack=1";
}

const char *__msan_default_options(void)
{
	return FAULTS;
}

const char *__ubsan_default_options(void)
{
	return FAULTS "print_stacktrace=1";
}
