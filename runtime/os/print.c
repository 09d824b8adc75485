// print.c - the runtime's own messages, on descriptor 2. No locks, no memory: usable from
// any stack at any time.
#include "runtime/base/getg.h"
#include "runtime/os/os.h"
#include "runtime/runtime.h"

bool printbufs; // there have been some: until then g need not be there

NOSPLIT void printflush(Message *msg)
{
	Printbuf *b = printbufs ? getg()->m->printbuf : NULL;

	if (b) {
		for (uint32_t i = 0; i < msg->n; i++, b->n++) {
			if (b->n < b->size)
				b->buf[b->n] = msg->buf[i];
		}
	} else {
		write1(2, msg->buf, msg->n);
	}
	msg->n = 0;
}

static NOSPLIT void putch(Message *msg, char c)
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

// Addresses and what registers held are printed in base 16, and nothing else that is secret:
// a set-user-ID program shows none to the user that started it. What goes into the program's
// own buffer is the program's to judge.
static bool hidden(uint32_t base)
{
	return base == 16 && auxvSecure && !(printbufs && getg()->m->printbuf);
}

// v's lower half alone counts, unless the verb is wide or for a pointer.
static void putverb(Message *msg, char verb, bool wide, uint64_t v)
{
	uint32_t base = verb == 'x' || verb == 'p' ? 16 : 10;
	uint64_t u = wide ? v : (uint32_t)v;

	switch (verb) {
	case 's': putstr(msg, (const char *)v); return;
	case 'c': putch(msg, (char)v); return;
	case 'd':
		u = wide ? v : (uint64_t)(int32_t)v;
		if ((int64_t)u < 0) {
			putch(msg, '-');
			u = -u;
		}
		break;
	case 'p':
		putstr(msg, "0x");
		u = v;
		break;
	}
	if (hidden(base))
		putch(msg, '?');
	else
		putuint(msg, u, base);
}

static NOSPLIT void putall(Message *msg, const char *f, va_list *ap)
{
	for (; *f; f++) {
		bool wide;

		if (*f != '%' || *++f == '%') {
			putch(msg, *f);
			continue;
		}
		wide = *f == 'l';
		if (wide)
			f++;
		// Whatever its type is: an argument has eight bytes.
		putverb(msg, *f, wide, va_arg(*ap, uint64_t));
	}
}

void printto(Message *msg, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	putall(msg, format, &ap);
	va_end(ap);
}

void print(const char *format, ...)
{
	Message msg = { .n = 0 };
	va_list ap;

	va_start(ap, format);
	putall(&msg, format, &ap);
	va_end(ap);
	printflush(&msg);
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
