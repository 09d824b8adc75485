// print.c - the runtime's own messages, on descriptor 2. No locks, no memory: usable from
// any stack at any time.
#include "runtime/os/os.h"

void printflush(Message *msg)
{
	write1(2, msg->buf, msg->n);
	msg->n = 0;
}

static __attribute__((noinline)) void putch(Message *msg, char c)
{
	if (msg->n == sizeof msg->buf)
		printflush(msg);
	msg->buf[msg->n++] = c;
}

static void putstr(Message *msg, const char *s)
{
	for (s = s ? s : "(null)"; *s; s++)
		putch(msg, *s);
}

static void putuint(Message *msg, uint64_t v, uint32_t base)
{
	char digits[20];
	int32_t i = 0;

	do {
		digits[i++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (i > 0)
		putch(msg, digits[--i]);
}

// v is an argument's whole word: of an int's, the upper half is anything.
static void putverb(Message *msg, char verb, bool wide, uint64_t v)
{
	if (verb == 's') {
		putstr(msg, (const char *)v);
	} else if (verb == 'c') {
		putch(msg, (char)v);
	} else if (verb == 'd') {
		int64_t n = wide ? (int64_t)v : (int32_t)v;

		if (n < 0)
			putch(msg, '-');
		putuint(msg, n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
	} else {
		if (verb == 'p')
			putstr(msg, "0x");
		else if (!wide)
			v = (uint32_t)v;
		putuint(msg, v, verb == 'u' ? 10 : 16);
	}
}

static void vprintto(Message *msg, const char *format, va_list *ap)
{
	for (const char *f = format; *f; f++) {
		bool wide;

		if (*f != '%' || *++f == '%') {
			putch(msg, *f);
			continue;
		}
		wide = *f == 'l';
		if (wide)
			f++;
		putverb(msg, *f, wide, va_arg(*ap, uint64_t));
	}
}

void printto(Message *msg, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vprintto(msg, format, &ap);
	va_end(ap);
}

void print(const char *format, ...)
{
	Message msg = { .n = 0 };
	va_list ap;

	va_start(ap, format);
	vprintto(&msg, format, &ap);
	va_end(ap);
	printflush(&msg);
}
