// format.h - printf's language over a sink, for rt_snprintf and rt_printf alike.
//
// An Out takes the text.  Without flush it is a bounded buffer: bytes past its size are
// counted and dropped.  With flush it is a stream: the buffer is handed over each time a
// byte no longer fits, so a text of exactly size bytes is one piece.
//
//	n <= size    total <= INT_MAX    err == 0 until something fails
//
// Once err is set nothing more is stored or counted, and format stops.
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/types.h"

typedef struct Out Out;

struct Out {
	char *buf;       // may be NULL when size is 0
	size_t size;
	size_t n;        // bytes in buf that wait for flush
	uint64_t total;  // bytes of text so far, dropped ones included
	int (*flush)(Out *out);  // takes buf[0..n); 0 or a negative errno; leaves n alone
	int err;         // 0 or a negative errno: flush's, or -EOVERFLOW past INT_MAX bytes
};

// One conversion: what is between '%' and its letter.
typedef struct Spec {
	int64_t width;   // 0: none
	int64_t prec;    // -1: none
	uint8_t size;    // bytes of an integer argument: 1 2 4 8; 16 after L
	char conv;       // the letter, 0 at the end of the format
	bool left, plus, space, alt, zero;  // the flags - + ' ' # 0
} Spec;

// format.c

// Appends the text of fmt and ap to out.  It adds no terminating NUL, and with flush the
// last out->n bytes stay in the buffer: the caller hands them over, unless err is set.
// The caller's ap is left as it was.
void format(Out *out, const char *fmt, va_list ap);

void emitText(Out *out, const char *s, size_t n);
void emitFill(Out *out, char c, int64_t n);  // n <= 0: nothing

// Begins a field whose text is prefix (a sign, "0x") and then len more bytes: emits the
// spaces or zeros that sp asks for, and prefix.  The caller emits the len bytes and after
// them as many spaces as openField returned.
int64_t openField(Out *out, const Spec *sp, const char *prefix, int64_t len);

const char *signText(const Spec *sp, bool negative);

// fmtfloat.c: the f, e and g conversions, upper and lower case.  sp is used up.
void formatDouble(Out *out, Spec *sp, double x);
void formatLongDouble(Out *out, Spec *sp, long double x);

#endif
