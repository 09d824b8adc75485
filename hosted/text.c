// text.c - the texts that go into formatted ones.
//
// The arguments are looked at before the real function reads them. Functions with "..." cannot
// be called again with their arguments, so they hand on the text that came of them.
#include <stdlib.h>

#include "hosted/wrap.h"

int __real_rt_vsnprintf(char *buf, size_t size, const char *format, va_list ap);
int __real_rt_printf(const char *format, ...);
int __real_rt_eprintf(const char *format, ...);
RT_NORETURN void __real_rt_panic(const char *format, ...);

// What one conversion takes: its letter, and the size that l, ll, j and the like ask for.
typedef struct {
	char letter;
	bool wide, real;
	long precision; // -1: none
} Conversion;

static long number(const char **s, va_list *ap)
{
	long n = 0;

	if (**s == '*') {
		++*s;
		return va_arg(*ap, int);
	}
	while (**s >= '0' && **s <= '9' && n < 1 << 30)
		n = n * 10 + *(*s)++ - '0';
	return n;
}

static bool among(char c, const char *letters)
{
	for (; *letters; letters++) {
		if (c == *letters)
			return true;
	}
	return false;
}

// Reads what follows a %, and returns the place after it.
static const char *parse(const char *s, Conversion *v, va_list *ap)
{
	*v = (Conversion){ .precision = -1 };
	while (among(*s, "-+ #0"))
		s++;
	number(&s, ap);
	if (*s == '.') {
		s++;
		v->precision = number(&s, ap);
	}
	for (; among(*s, "hlzjtL"); s++) {
		v->wide |= *s == 'l' || *s == 'z' || *s == 'j' || *s == 't';
		v->real |= *s == 'L';
	}
	v->letter = *s;
	return *s ? s + 1 : s;
}

static void argumentread(const Conversion *v, va_list *ap)
{
	if (v->letter == 's') {
		partread(va_arg(*ap, const char *), v->wide ? 0 : v->precision);
	} else if (among(v->letter, "diuxXoc")) {
		if (v->wide)
			(void)va_arg(*ap, long);
		else
			(void)va_arg(*ap, int);
	} else if (among(v->letter, "pn")) {
		(void)va_arg(*ap, void *);
	} else if (among(v->letter, "fFeEgGaA")) {
		if (v->real)
			(void)va_arg(*ap, long double);
		else
			(void)va_arg(*ap, double);
	}
}

static void argumentsread(const char *format, va_list given)
{
	Conversion v;
	va_list ap;

	stringread(format);
	va_copy(ap, given);
	for (const char *s = isthere(format, 1) ? format : ""; *s;) {
		if (*s++ != '%')
			continue;
		s = parse(s, &v, &ap);
		argumentread(&v, &ap);
	}
	va_end(ap);
}

static int print(char *buf, size_t size, const char *format, va_list ap)
{
	int n;

	argumentsread(format, ap);
	n = __real_rt_vsnprintf(buf, size, format, ap);
	if (n >= 0 && size > 0)
		writtenby(buf, (size_t)n < size ? (size_t)n + 1 : size);
	return n;
}

OWN(rt_vsnprintf)
int rt_vsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
	int n;

	ENTERED;
	n = print(buf, size, format, ap);
	LEFT;
	return n;
}

OWN(rt_snprintf)
int rt_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	ENTERED;
	va_start(ap, format);
	n = print(buf, size, format, ap);
	va_end(ap);
	LEFT;
	return n;
}

// Only a text that is too long for the buffer is formatted twice.
static int printto(int (*real)(const char *format, ...), const char *format, va_list given)
{
	char small[4096], *text = small;
	va_list ap;
	int n;

	va_copy(ap, given);
	n = print(small, sizeof small, format, ap);
	va_end(ap);
	if (n >= (int)sizeof small) {
		text = malloc((size_t)n + 1);
		if (!text)
			text = small;
		else
			__real_rt_vsnprintf(text, (size_t)n + 1, format, given);
	}
	publish(&__rt0_io);
	if (n >= 0)
		n = real("%s", text);
	if (text != small)
		free(text);
	return n;
}

OWN(rt_printf)
int rt_printf(const char *format, ...)
{
	bool entered = __rt0_entercall();
	va_list ap;
	int n;

	ENTERED;
	va_start(ap, format);
	n = printto(__real_rt_printf, format, ap);
	va_end(ap);
	LEFT;
	if (entered)
		__rt0_leavecall();
	return n;
}

OWN(rt_eprintf)
int rt_eprintf(const char *format, ...)
{
	bool entered = __rt0_entercall();
	va_list ap;
	int n;

	ENTERED;
	va_start(ap, format);
	n = printto(__real_rt_eprintf, format, ap);
	va_end(ap);
	LEFT;
	if (entered)
		__rt0_leavecall();
	return n;
}

OWN(rt_panic)
void rt_panic(const char *format, ...)
{
	char text[1024]; // as long as a panic's is
	va_list ap;

	(void)__rt0_entercall(); // it is left by rt_recover, if at all
	ENTERED;
	va_start(ap, format);
	print(text, sizeof text, format, ap);
	va_end(ap);
	__real_rt_panic("%s", text);
}
