// print.c - the runtime's own messages, on descriptor 2. No locks, no memory: usable from
// any stack at any time.
#include "runtime/os/os.h"

typedef struct {
	char buf[256];
	uint32_t n;
} Message;

static void flush(Message *msg)
{
	write1(2, msg->buf, msg->n);
	msg->n = 0;
}

static void putch(Message *msg, char c)
{
	if (msg->n == sizeof msg->buf)
		flush(msg);
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

static void putint(Message *msg, int64_t v)
{
	if (v < 0)
		putch(msg, '-');
	putuint(msg, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

static void putverb(Message *msg, char verb, bool wide, va_list *ap)
{
	switch (verb) {
	case 's': putstr(msg, va_arg(*ap, const char *)); break;
	case 'c': putch(msg, (char)va_arg(*ap, int)); break;
	case 'd': putint(msg, wide ? va_arg(*ap, int64_t) : va_arg(*ap, int32_t)); break;
	case 'u': putuint(msg, wide ? va_arg(*ap, uint64_t) : va_arg(*ap, uint32_t), 10); break;
	case 'x': putuint(msg, wide ? va_arg(*ap, uint64_t) : va_arg(*ap, uint32_t), 16); break;
	case 'p':
		putstr(msg, "0x");
		putuint(msg, (uintptr_t)va_arg(*ap, void *), 16);
		break;
	default: putch(msg, verb);
	}
}

static void putall(Message *msg, const char *f, va_list *ap)
{
	for (; *f; f++) {
		bool wide;

		if (*f != '%') {
			putch(msg, *f);
			continue;
		}
		wide = *++f == 'l';
		if (wide)
			f++;
		putverb(msg, *f, wide, ap);
	}
}

void print(const char *format, ...)
{
	Message msg = { .n = 0 };
	va_list ap;

	va_start(ap, format);
	putall(&msg, format, &ap);
	va_end(ap);
	flush(&msg);
}

void fatalf(const char *format, ...)
{
	Message msg = { .n = 0 };
	va_list ap;

	va_start(ap, format);
	putall(&msg, format, &ap);
	va_end(ap);
	putch(&msg, '\0');
	fatal(msg.buf);
}
