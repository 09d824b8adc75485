// gopanic.c - rt_panic: a panic that nobody recovers.
//
// Built with the vector registers: a float among variable arguments arrives in one.
#include "include/rt.h"
#include "runtime/panic/panic.h"

static void saypanic(void *text)
{
	print("panic: %s\n", (const char *)text);
}

_Noreturn void rt_panic(const char *format, ...)
{
	char text[1024];
	Report r = { .before = saypanic, .arg = text, .where = HERE };
	va_list ap;

	va_start(ap, format);
	rt_vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	die(&r);
}
