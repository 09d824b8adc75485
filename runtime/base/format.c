// format.c - printf's language: the parser, integers, characters and strings.
//
// What C leaves undefined is chosen so that a wrong format prints oddly and does nothing
// else.  A conversion that is not ours is copied unchanged.  %n, %a, %lc and %ls are
// copied too, but their argument is skipped, so that those after it keep their places.
// A NULL %s whose precision cannot hold "(null)" prints nothing, as in glibc.
//
// The caller may be a goroutine on a small stack: the frames here are small, some 700 bytes
// in all, and only a conversion of a float calls a function with a large one (fmtfloat.c).
//
// built: floats
#include <limits.h>

#include "rt.h"
#include "runtime/base/format.h"
#include "runtime/base/race.h"

enum { ErrOverflow = 75 };  // Linux's EOVERFLOW; errno.h belongs to a libc

// va_list is an array type here, so it reaches a callee as a pointer; in a struct it has
// an address of one type on every path.
typedef struct Args {
	va_list ap;
} Args;

// Counts n bytes of text; false when they must not be stored.
static bool
count(Out *out, uint64_t n)
{
	if (out->err == 0 && n > INT_MAX - out->total)
		out->err = -ErrOverflow;
	if (out->err != 0)
		return false;
	out->total += n;
	return true;
}

// The bytes that fit now, after a flush if there was no room; 0: drop the rest.
static size_t
room(Out *out)
{
	if (out->n == out->size && out->flush != NULL) {
		out->err = out->flush(out);
		out->n = 0;
	}
	return out->err != 0 ? 0 : out->size - out->n;
}

NOSPLIT void
emitText(Out *out, const char *s, size_t n)
{
	size_t part;

	if (!count(out, n))
		return;
	for (; n > 0 && (part = room(out)) > 0; n -= part) {
		if (part > n)
			part = n;
		__builtin_memcpy(out->buf + out->n, s, part);
		out->n += part;
		s += part;
	}
}

NOSPLIT void
emitFill(Out *out, char c, int64_t n)
{
	size_t part;

	if (n <= 0 || !count(out, (uint64_t)n))
		return;
	for (; n > 0 && (part = room(out)) > 0; n -= (int64_t)part) {
		if (part > (size_t)n)
			part = (size_t)n;
		__builtin_memset(out->buf + out->n, c, part);
		out->n += part;
	}
}

// The length of s, of which at most max bytes are read when max is not negative: a %.3s
// need not end in NUL.
static int64_t
length(const char *s, int64_t max)
{
	int64_t n = 0;

	while (n != max && s[n] != 0)
		n++;
	return n;
}

NOSPLIT int64_t
openField(Out *out, const Spec *sp, const char *prefix, int64_t len)
{
	int64_t nprefix = length(prefix, -1);
	int64_t gap = sp->width - nprefix - len;

	if (gap < 0)
		gap = 0;
	if (!sp->left && !sp->zero)
		emitFill(out, ' ', gap);
	emitText(out, prefix, (size_t)nprefix);
	if (!sp->left && sp->zero)
		emitFill(out, '0', gap);
	return sp->left ? gap : 0;
}

NOSPLIT const char *
signText(const Spec *sp, bool negative)
{
	if (negative)
		return "-";
	if (sp->plus)
		return "+";
	return sp->space ? " " : "";
}

// Integers.

// Both write v's digits backwards from end and return the first; 0 has none.
static char *
decimalDigits(char *end, uint64_t v)
{
	for (; v != 0; v /= 10)
		*--end = (char)('0' + v % 10);
	return end;
}

static char *
binaryDigits(char *end, uint64_t v, int bits, const char *alphabet)
{
	for (; v != 0; v >>= bits)
		*--end = alphabet[v & ((1u << bits) - 1)];
	return end;
}

static char *
integerDigits(char *end, uint64_t v, char conv)
{
	switch (conv) {
	case 'o':
		return binaryDigits(end, v, 3, "01234567");
	case 'x':
		return binaryDigits(end, v, 4, "0123456789abcdef");
	case 'X':
		return binaryDigits(end, v, 4, "0123456789ABCDEF");
	default:
		return decimalDigits(end, v);
	}
}

static NOSPLIT void
formatInteger(Out *out, Spec *sp, const char *prefix, uint64_t v)
{
	char text[22];  // 2^64-1 in octal
	char *end = text + sizeof text;
	char *first = integerDigits(end, v, sp->conv);
	int64_t n = end - first;
	int64_t wanted = sp->prec < 0 ? 1 : sp->prec;

	if (sp->prec >= 0)
		sp->zero = false;  // C: a precision rules out the 0 flag
	if (sp->conv == 'o' && sp->alt && wanted <= n)
		wanted = n + 1;
	if (wanted < n)
		wanted = n;
	int64_t after = openField(out, sp, prefix, wanted);
	emitFill(out, '0', wanted - n);
	emitText(out, first, (size_t)n);
	emitFill(out, ' ', after);
}

static void
formatSigned(Out *out, Spec *sp, Args *args)
{
	int64_t v;

	if (sp->size >= 8)
		v = va_arg(args->ap, int64_t);
	else
		v = va_arg(args->ap, int);
	if (sp->size == 1)
		v = (int8_t)v;
	else if (sp->size == 2)
		v = (int16_t)v;
	uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	formatInteger(out, sp, signText(sp, v < 0), magnitude);
}

static void
formatUnsigned(Out *out, Spec *sp, Args *args)
{
	const char *prefix = "";
	uint64_t v;

	if (sp->size >= 8)
		v = va_arg(args->ap, uint64_t);
	else
		v = va_arg(args->ap, unsigned);
	if (sp->size == 1)
		v = (uint8_t)v;
	else if (sp->size == 2)
		v = (uint16_t)v;
	if (sp->alt && v != 0 && sp->conv == 'x')
		prefix = "0x";
	else if (sp->alt && v != 0 && sp->conv == 'X')
		prefix = "0X";
	formatInteger(out, sp, prefix, v);
}

static void
formatPointer(Out *out, Spec *sp, Args *args)
{
	sp->conv = 'x';
	if (sp->prec == 0)
		sp->prec = 1;  // NULL is 0x0, never a bare 0x
	formatInteger(out, sp, "0x", (uintptr_t)va_arg(args->ap, void *));
}

// Text.

static NOSPLIT void
formatBytes(Out *out, Spec *sp, const char *s, int64_t n)
{
	sp->zero = false;
	int64_t after = openField(out, sp, "", n);
	emitText(out, s, (size_t)n);
	emitFill(out, ' ', after);
}

static void
formatString(Out *out, Spec *sp, Args *args)
{
	const char *s = va_arg(args->ap, const char *);
	int64_t n;

	if (s == NULL)
		s = sp->prec < 0 || sp->prec >= 6 ? "(null)" : "";
	n = length(s, sp->prec);
	racetakes(s, (uintptr_t)n);
	formatBytes(out, sp, s, n);
}

static void
formatChar(Out *out, Spec *sp, Args *args)
{
	char c = (char)va_arg(args->ap, int);

	formatBytes(out, sp, &c, 1);
}

static void
formatFloat(Out *out, Spec *sp, Args *args)
{
	if (sp->size == 16)
		formatLongDouble(out, sp, va_arg(args->ap, long double));
	else
		formatDouble(out, sp, va_arg(args->ap, double));
}

// A conversion of C's that is not offered: steps over its argument.
static void
skipArgument(const Spec *sp, Args *args)
{
	switch (sp->conv) {
	case 'a': case 'A':
		if (sp->size == 16)
			(void)va_arg(args->ap, long double);
		else
			(void)va_arg(args->ap, double);
		break;
	case 'c':
		(void)va_arg(args->ap, int);
		break;
	case 'n': case 's':
		(void)va_arg(args->ap, void *);
		break;
	}
}

// Does one conversion; false when its text in the format must be copied instead.
static bool
convert(Out *out, Spec *sp, Args *args)
{
	bool wide = sp->size == 8;  // %lc, %ls

	switch (sp->conv) {
	case 'd': case 'i':
		formatSigned(out, sp, args);
		return true;
	case 'u': case 'x': case 'X': case 'o':
		formatUnsigned(out, sp, args);
		return true;
	case 'f': case 'F': case 'e': case 'E': case 'g': case 'G':
		formatFloat(out, sp, args);
		return true;
	case 'p':
		formatPointer(out, sp, args);
		return true;
	case 'c':
		if (wide)
			break;
		formatChar(out, sp, args);
		return true;
	case 's':
		if (wide)
			break;
		formatString(out, sp, args);
		return true;
	case '%':
		emitText(out, "%", 1);
		return true;
	}
	skipArgument(sp, args);
	return false;
}

// The parser.  Each step takes the place in the format and returns the place after what
// it read; none steps over the final NUL.

static const char *
parseFlags(const char *s, Spec *sp)
{
	for (;; s++) {
		switch (*s) {
		case '-':
			sp->left = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '#':
			sp->alt = true;
			break;
		case '0':
			sp->zero = true;
			break;
		default:
			return s;
		}
	}
}

// A number or a '*'.  A number too large for int stays so, without wrapping: the text it
// asks for cannot be counted and ends in EOVERFLOW.
static NOSPLIT const char *
parseNumber(const char *s, int64_t *v, Args *args)
{
	if (*s == '*') {
		*v = va_arg(args->ap, int);
		return s + 1;
	}
	for (*v = 0; *s >= '0' && *s <= '9'; s++)
		if (*v <= INT_MAX)
			*v = *v * 10 + (*s - '0');
	return s;
}

static const char *
parseSize(const char *s, Spec *sp)
{
	switch (*s) {
	case 'h':
		sp->size = s[1] == 'h' ? 1 : 2;
		return s[1] == 'h' ? s + 2 : s + 1;
	case 'l':
		sp->size = 8;
		return s[1] == 'l' ? s + 2 : s + 1;
	case 'z': case 'j': case 't':
		sp->size = 8;
		return s + 1;
	case 'L':
		sp->size = 16;
		return s + 1;
	}
	return s;
}

static const char *
parseSpec(const char *s, Spec *sp, Args *args)
{
	*sp = (Spec){ .prec = -1, .size = 4 };
	s = parseFlags(s, sp);
	s = parseNumber(s, &sp->width, args);
	if (sp->width < 0) {
		sp->left = true;
		sp->width = -sp->width;
	}
	if (*s == '.')
		s = parseNumber(s + 1, &sp->prec, args);
	if (sp->prec < 0)
		sp->prec = -1;  // C: a negative precision is none
	s = parseSize(s, sp);
	sp->conv = *s;
	return *s == 0 ? s : s + 1;
}

void
format(Out *out, const char *fmt, va_list ap)
{
	const char *from;
	Args args;
	Spec sp;

	va_copy(args.ap, ap);
	while (*fmt != 0 && out->err == 0) {
		from = fmt;
		if (*fmt == '%') {
			fmt = parseSpec(fmt + 1, &sp, &args);
			if (convert(out, &sp, &args))
				continue;
		} else {
			while (*fmt != 0 && *fmt != '%')
				fmt++;
		}
		emitText(out, from, (size_t)(fmt - from));
	}
	va_end(args.ap);
}

NOSPLIT int
rt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	Out out = { .buf = buf, .size = size > 0 ? size - 1 : 0 };  // one byte for the NUL

	format(&out, fmt, ap);
	if (size > 0)
		buf[out.n] = 0;
	if (size > 0)
		racegets(buf, out.n + 1);
	return out.err != 0 ? out.err : (int)out.total;
}

int
rt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = rt_vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
