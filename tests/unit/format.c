// tests/unit/format.c - rt_snprintf prints what C's snprintf prints, bit for bit.
//
// Promises: every flag, width, precision and length of the integer, character and string
// conversions; floats correctly rounded for any value and precision; the length wanted is
// returned and nothing past size is touched; a stream gets that text in pieces of the
// buffer's size; and where C leaves the result open, the project's own choice.
// The C library that this hosted test runs on is the reference.
// exit: 0
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/format.c"
#include "runtime/base/fmtfloat.c"
#include "runtime/base/strerror.c"

enum {
	Room = 20000,         // the longest text compared
	MaxFailures = 50,     // then it stops: the rest would add nothing
	RandomFloats = 400000,
	RandomIntegers = 200000,
	RandomLongDoubles = 4000,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char got[Room], want[Room];
static int failures;
static long checks;

static void
fail(const char *what, const char *g, int ng, const char *w, int nw)
{
	printf("FAIL %s\n  got  %d \"%.300s\"\n  want %d \"%.300s\"\n", what, ng, g, nw, w);
	if (++failures == MaxFailures)
		exit(1);
}

static void
compare(const char *what, int ng, int nw)
{
	checks++;
	if (ng != nw || strcmp(got, want) != 0)
		fail(what, got, ng, want, nw);
}

// Makes a call to both, with equal arguments.  A function, not a macro: the arguments
// may be random numbers, and the formats need not please the compiler.
static void
same(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int nw = vsnprintf(want, Room, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	int ng = rt_vsnprintf(got, Room, fmt, ap);
	va_end(ap);
	compare(fmt, ng, nw);
}

// Compares a call with a text written here.
static void
is(const char *text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = rt_vsnprintf(got, Room, fmt, ap);
	va_end(ap);
	strcpy(want, text);
	compare(fmt, n, (int)strlen(text));
}

// The random numbers do not change from run to run.
static uint64_t
next(void)
{
	static uint64_t state = 20240229;
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int
below(int n)
{
	return (int)(next() % (uint64_t)n);
}

static double
doubleOf(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

// Formats made from tables: every set of flags, some widths, some precisions.

static const char *const widths[] = { "", "1", "2", "7", "30" };
static const char *const precs[] = { "", ".", ".0", ".1", ".2", ".6", ".12", ".25" };

static void
setFlags(char *to, unsigned set)
{
	for (int i = 0; i < 5; i++)
		if (set >> i & 1)
			*to++ = "-+ #0"[i];
	*to = 0;
}

// Calls fn with each "%<flags><width><precision><rest>".
static void
eachFormat(const char *rest, void (*fn)(const char *fmt))
{
	char flags[8], fmt[40];

	for (unsigned set = 0; set < 32; set++) {
		setFlags(flags, set);
		for (size_t w = 0; w < COUNT(widths); w++)
			for (size_t p = 0; p < COUNT(precs); p++) {
				sprintf(fmt, "%%%s%s%s%s", flags, widths[w], precs[p], rest);
				fn(fmt);
			}
	}
}

static const int64_t integers[] = {
	0, 1, -1, 7, 8, -8, 9, 10, 99, 100, 127, 128, -128, 255, 256, 32767, 32768, -32768,
	65535, 65536, 1000000007, INT_MAX, INT_MIN, UINT_MAX, INT64_MAX, INT64_MIN,
};

static void
wideIntegers(const char *fmt)
{
	for (size_t i = 0; i < COUNT(integers); i++)
		same(fmt, integers[i]);
}

static void
plainIntegers(const char *fmt)
{
	for (size_t i = 0; i < COUNT(integers); i++)
		same(fmt, (int)integers[i]);
}

static void
testIntegers(void)
{
	static const char *const wide[] = { "l", "ll", "z", "j", "t" };
	static const char *const plain[] = { "", "h", "hh" };
	char rest[8];

	for (const char *conv = "diuxXo"; *conv != 0; conv++) {
		for (size_t i = 0; i < COUNT(wide); i++) {
			sprintf(rest, "%s%c", wide[i], *conv);
			eachFormat(rest, wideIntegers);
		}
		for (size_t i = 0; i < COUNT(plain); i++) {
			sprintf(rest, "%s%c", plain[i], *conv);
			eachFormat(rest, plainIntegers);
		}
	}
}

static void
testRandomIntegers(void)
{
	char flags[8], fmt[40];

	for (int i = 0; i < RandomIntegers; i++) {
		setFlags(flags, (unsigned)below(32));
		sprintf(fmt, "<%%%s*.*l%c>", flags, "diuxXo"[below(6)]);
		int width = below(80) - 40, prec = below(40) - 5;
		same(fmt, width, prec, (int64_t)(next() >> below(64)));
	}
}

static void
testText(void)
{
	static const char *const flags[] = { "", "-" };
	static const char *const strings[] = { "", "a", "hello", "a longer text than 25 bytes" };
	char fmt[40];

	for (size_t f = 0; f < COUNT(flags); f++)
		for (size_t w = 0; w < COUNT(widths); w++) {
			sprintf(fmt, "[%%%s%sc]", flags[f], widths[w]);
			same(fmt, 'x');
			for (size_t p = 0; p < COUNT(precs); p++) {
				sprintf(fmt, "[%%%s%s%ss]", flags[f], widths[w], precs[p]);
				for (size_t s = 0; s < COUNT(strings); s++)
					same(fmt, strings[s]);
				same(fmt, (char *)NULL);
			}
		}
	static const char unterminated[3] = { 'a', 'b', 'c' };
	same("%.3s|", unterminated);
	same("%.*s|", 2, unterminated);
	same("%s %d %c %% %5.1f %p", "mixed", 42, 'z', 2.5, (void *)&failures);
	same("%hhd %hd %d %ld %Lf %g %zu", 300, 70000, -1, -1L, 1.5L, 2.5, (size_t)9);
	same("%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, 9);
	same("%g%g%g%g%g%g%g%g%g%g", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10.);
	same("%*d|%-*d|%.*d", -6, 42, 6, 42, -1, 42);
	rt_snprintf(got, Room, "a%cb", 0);
	if (memcmp(got, "a\0b", 4) != 0)
		fail("%c of NUL", got, 0, "a", 3);
}

// What C leaves open, or this project decides.
static void
testOwn(void)
{
	static const char hex[] = "0123456789abcdef";
	long stored = 77;

	is("0x0", "%p", NULL);
	is("0x0", "%.0p", NULL);
	is("0xdeadbeef", "%p", (void *)0xdeadbeef);
	is("0xffffffffffffffff", "%p", (void *)-1);
	is("[     0x0]", "[%8p]", NULL);
	is("[0x10    ]", "[%-8p]", (void *)16);
	is("(null)", "%s", NULL);
	is("[  (null)]", "[%8s]", NULL);
	is("[(null)]", "[%.6s]", NULL);
	is("[]", "[%.5s]", NULL);
	is("%", "%");
	is("a%", "a%");
	is("%-+ #012.34", "%-+ #012.34");
	is("%ll", "%ll");
	is("%5q|7", "%5q|%d", 7);
	is("%y%", "%y%%");
	is("%1$d", "%1$d");
	is("%!", "%!");
	is("%m", "%m");
	is("%n3", "%n%d", &stored, 3);
	is("%hhn%lln4", "%hhn%lln%d", &stored, &stored, 4);
	is("%a3", "%a%d", 1.5, 3);
	is("%La3", "%La%d", 1.5L, 3);
	is("%ls%lc3", "%ls%lc%d", L"wide", L'w', 3);
	is("", "");
	is(hex, "%s", hex);
	if (stored != 77)
		fail("%n stored something", "", 0, "", 0);
}

// Floats.

static const double doubles[] = {
	0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 3.5, -2.5, 0.25, 0.125, 0.375, 0.0625,
	0.1, 0.2, 0.3, 0.7, 9.5, 9.95, 9.995, 99.5, 999999.5, 999999.4999, 9999995.0, 1e5,
	123456.0, 1234567.0, 0.0001, 0.00001, 0.00012345, 0.0000999995, 9.9999995e-5,
	5e-324, 1e-323, 2.2250738585072014e-308, 2.225073858507201e-308, 1e-300, 1e-10,
	1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 123456789012345678.0, 9007199254740993.0, 1e100,
	1e308, 1.7976931348623157e308, 3.14159265358979, 2.718281828459045, 1e9, 999999999.0,
	1000000000.5, 0.000000001, 0.0000000005, 4294967296.0, 18446744073709551616.0,
};

// What C says %#g prints, through %e and %f: glibc's own "1.e+06" for 999999.5 lacks
// the zeros that # keeps.
static char
alternateG(char conv, int *prec, long double x)
{
	int wanted = *prec < 0 ? 6 : *prec == 0 ? 1 : *prec;

	snprintf(want, Room, "%.*Le", wanted - 1, x);
	int exponent = atoi(strchr(want, 'e') + 1);
	bool fixed = -4 <= exponent && exponent < wanted;
	*prec = fixed ? wanted - 1 - exponent : wanted - 1;
	return fixed ? 'f' : conv == 'g' ? 'e' : 'E';
}

// The reference takes every float as a long double, which changes no digit.
static int
reference(const char *flags, int width, int prec, char conv, long double x)
{
	char fmt[16];
	bool finite = x - x == 0;

	if (finite && (conv == 'g' || conv == 'G') && strchr(flags, '#') != NULL)
		conv = alternateG(conv, &prec, x);
	sprintf(fmt, "%%%s*.*L%c", flags, conv);
	return snprintf(want, Room, fmt, width, prec, x);
}

static void
compareFloat(const char *fmt, int width, int prec, long double x, int ng, int nw)
{
	char what[100];

	checks++;
	if (ng == nw && strcmp(got, want) == 0)
		return;
	snprintf(what, sizeof what, "%s of %d, %d, %La", fmt, width, prec, x);
	fail(what, got, ng, want, nw);
}

static void
sameDouble(const char *flags, int width, int prec, char conv, double x)
{
	char fmt[16];

	sprintf(fmt, "%%%s*.*%c", flags, conv);
	int ng = rt_snprintf(got, Room, fmt, width, prec, x);
	compareFloat(fmt, width, prec, x, ng, reference(flags, width, prec, conv, x));
}

static void
sameLongDouble(const char *flags, int width, int prec, char conv, long double x)
{
	char fmt[16];

	sprintf(fmt, "%%%s*.*L%c", flags, conv);
	int ng = rt_snprintf(got, Room, fmt, width, prec, x);
	compareFloat(fmt, width, prec, x, ng, reference(flags, width, prec, conv, x));
}

static void
eachDouble(const char *flags, int width, int prec, char conv)
{
	for (size_t i = 0; i < COUNT(doubles); i++)
		sameDouble(flags, width, prec, conv, doubles[i]);
	sameDouble(flags, width, prec, conv, __builtin_inf());
	sameDouble(flags, width, prec, conv, -__builtin_inf());
	sameDouble(flags, width, prec, conv, __builtin_nan(""));
	sameDouble(flags, width, prec, conv, -__builtin_nan(""));
}

static void
testDoubles(void)
{
	static const int some[] = { -1, 0, 1, 2, 3, 6, 12, 17, 25 };
	char flags[8];

	for (const char *conv = "fegFEG"; *conv != 0; conv++) {
		for (unsigned set = 0; set < 32; set++) {
			setFlags(flags, set);
			for (size_t p = 0; p < COUNT(some); p++) {
				eachDouble(flags, 0, some[p], *conv);
				eachDouble(flags, 7, some[p], *conv);
				eachDouble(flags, 30, some[p], *conv);
			}
		}
		for (int prec = 0; prec <= 1100; prec += prec < 30 ? 1 : 107) {
			eachDouble("", 0, prec, *conv);
			eachDouble("#", 0, prec, *conv);
		}
	}
	same("%f %e %g", 1.5, 2.5, 3.5);
	same("%lf %le %lg", 1.5, 2.5, 3.5);
	same("[%10.f] [%-10.2e] [%010g] [%+.3f]", 1.5, 2.5, 3.5, 1e308);
	is("1.00000e+06", "%#g", 999999.5);
}

// Where the decimal expansion stops exactly at the half, and one bit beside it.
static void
testTies(void)
{
	for (int k = 1; k <= 52; k++)
		for (int i = 0; i < 40; i++) {
			double x = (double)(next() >> below(52) >> 11 | 1) / (double)(1ull << k);
			uint64_t bits;
			memcpy(&bits, &x, sizeof bits);
			for (int near = -1; near <= 1; near++) {
				same("%.*f", k - 1, doubleOf(bits + (uint64_t)near));
				same("%.*e", below(20), doubleOf(bits + (uint64_t)near));
			}
		}
}

// Every power of ten and of two, and its neighbours: carries into a new digit.
static void
testPowers(void)
{
	char text[16];

	for (int e = -323; e <= 308; e++) {
		sprintf(text, "1e%d", e);
		uint64_t bits;
		double x = strtod(text, NULL);
		memcpy(&bits, &x, sizeof bits);
		for (int near = -1; near <= 1; near++) {
			same("%g", doubleOf(bits + (uint64_t)near));
			same("%.*e", below(20), doubleOf(bits + (uint64_t)near));
			same("%.*f", below(40), doubleOf(bits + (uint64_t)near));
		}
	}
	for (uint64_t e = 0; e < 0x7ff; e++) {
		same("%.17g", doubleOf(e << 52));
		same("%.1100f", doubleOf(e << 52));
	}
}

// Any bits at all, or a value of the size people print.
static double
randomDouble(void)
{
	double x;

	if (below(2) == 0)
		return doubleOf(next());
	x = (double)(int64_t)(next() >> below(64));
	for (int i = below(20); i > 0; i--)
		x /= 10;
	return below(2) == 0 ? x : -x;
}

static void
testRandomDoubles(void)
{
	char flags[8];

	for (int i = 0; i < RandomFloats; i++) {
		setFlags(flags, (unsigned)below(32));
		int width = below(60) - 30;
		int prec = below(50) == 0 ? below(1200) : below(25) - 2;
		sameDouble(flags, width, prec, "fegFEG"[below(6)], randomDouble());
	}
}

// Of any magnitude, or near 1.
static long double
randomLongDouble(void)
{
	enum { More = LDBL_MANT_DIG - 64 };  // bits
	int exponent = below(2) == 0 ? below(0x7fff) : 16383 - 40 + below(80);
	uint64_t m = next() | 1ull << 63;
	long double x;

	if (exponent == 0)
		m >>= 1;  // a denormal lacks that bit
	x = (long double)m;
	if (More > 0)
		x = scalbnl(x, More) + (long double)(next() >> (64 - More) % 64);
	x = scalbnl(x, (exponent == 0 ? 1 : exponent) - 1 + LDBL_MIN_EXP - LDBL_MANT_DIG);
	return below(2) == 0 ? x : -x;
}

static void
testLongDoubles(void)
{
	char flags[8];

	same("%.16495Lf", LDBL_TRUE_MIN);
	same("%.16495Lf", LDBL_MIN - LDBL_TRUE_MIN);
	same("%.11580Le", 2 * LDBL_MIN - LDBL_TRUE_MIN);  // the most digits
	same("%.3Lf", LDBL_MAX);
	same("%Lf %LE %Lg", 0.0L, -0.0L, 0.1L);
	same("%Lf %LF %Lg", (long double)__builtin_inf(), -(long double)__builtin_inf(),
	    (long double)__builtin_nan(""));
	for (int i = 0; i < RandomLongDoubles; i++) {
		setFlags(flags, (unsigned)below(32));
		int width = below(60) - 30;
		int prec = below(20) == 0 ? below(9000) : below(30) - 2;
		sameLongDouble(flags, width, prec, "fegFEG"[below(6)], randomLongDouble());
	}
}

// The bounds of the buffer and of the length.

// rt_snprintf into size bytes stores a prefix and a NUL, and leaves the rest alone.
static void
testSize(size_t size)
{
	static const char full[] = "x=42 0x002a    abc 3.1416 end";
	const char *const fmt = "x=%d %#06x %6s %.4f end";
	char buf[64];

	memset(buf, '~', sizeof buf);
	int n = rt_snprintf(buf, size, fmt, 42, 42, "abc", 3.14159265);
	checks++;
	size_t kept = size == 0 ? 0 : size - 1 < strlen(full) ? size - 1 : strlen(full);
	bool good = n == (int)strlen(full) && memcmp(buf, full, kept) == 0;
	if (size > 0)
		good = good && buf[kept++] == 0;
	for (; kept < sizeof buf; kept++)
		good = good && buf[kept] == '~';
	if (!good)
		fail("truncated to size", buf, n, full, (int)size);
}

#define RETURNS(value, ...) do { \
	int n_ = __VA_ARGS__; \
	checks++; \
	if (n_ != (value)) \
		fail(#__VA_ARGS__, "", n_, "", (value)); \
} while (0)

static int
lengthOf(size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = rt_vsnprintf(got, size, fmt, ap);
	va_end(ap);
	return n;
}

static void
testLimits(void)
{
	for (size_t size = 0; size <= 40; size++)
		testSize(size);
	RETURNS(5, rt_snprintf(NULL, 0, "%d", 12345));
	RETURNS(INT_MAX, lengthOf(0, "%2147483647d", 1));
	RETURNS(INT_MAX, lengthOf(0, "%2147483646d%s", 1, "x"));
	RETURNS(-EOVERFLOW, lengthOf(0, "%2147483646d%s", 1, "xy"));
	RETURNS(-EOVERFLOW, lengthOf(8, "%2147483646d%s", 1, "xy"));
	RETURNS(7, (int)strlen(got));
	RETURNS(-EOVERFLOW, lengthOf(0, "%2147483648d", 1));
	RETURNS(-EOVERFLOW, lengthOf(0, "%18446744073709551621d", 1));  // 5, if it wrapped
	RETURNS(-EOVERFLOW, lengthOf(0, "%.18446744073709551621d", 1));
	RETURNS(-EOVERFLOW, lengthOf(0, "%.99999999999f", 1.0));
	RETURNS(-EOVERFLOW, lengthOf(0, "%*d", INT_MIN, 1));
	RETURNS(-EOVERFLOW, lengthOf(0, "%.*e", INT_MAX, 1.0));
	RETURNS(INT_MAX, lengthOf(0, "%.*f", INT_MAX - 2, 1.0));
	RETURNS(1, lengthOf(0, "%.*g", INT_MAX, 1.0));
}

// Streams.

static struct {
	size_t n;     // bytes taken, in got
	int pieces;
	bool uneven;  // a piece was not a full buffer
	bool broken;  // the next piece fails
} stream;

static int
take(Out *out)
{
	stream.pieces++;
	if (stream.broken)
		return -EPIPE;
	stream.uneven = stream.uneven || out->n != out->size;
	memcpy(got + stream.n, out->buf, out->n);
	stream.n += out->n;
	return 0;
}

static void
formatTo(Out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(out, fmt, ap);
	va_end(ap);
}

static void
testStreamOf(size_t size)
{
	const char *fmt = "%s|%-40d|%60.30f|%x%%";
	char buf[512];
	Out out = { .buf = buf, .size = size, .flush = take };

	int nw = snprintf(want, Room, fmt, "a stream", 42, 0.1, 0xbeef);
	memset(&stream, 0, sizeof stream);
	formatTo(&out, fmt, "a stream", 42, 0.1, 0xbeef);
	take(&out);  // what remains is the caller's
	got[stream.n] = 0;
	compare("stream", (int)out.total, nw);
	int pieces = (nw + (int)size - 1) / (int)size;
	if (out.err != 0 || stream.pieces != pieces)
		fail("pieces of the stream", "", stream.pieces, "", pieces);
}

static void
testStreams(void)
{
	char buf[10];
	Out out = { .buf = buf, .size = sizeof buf, .flush = take };

	for (size_t size = 1; size <= 400; size++)
		testStreamOf(size);

	memset(&stream, 0, sizeof stream);
	formatTo(&out, "%s", "0123456789");
	RETURNS(0, stream.pieces);  // it just fits
	formatTo(&out, "%s", "abc");
	RETURNS(1, stream.pieces);
	RETURNS(false, stream.uneven);
	RETURNS(3, (int)out.n);
	RETURNS(13, (int)out.total);

	stream.broken = true;
	formatTo(&out, "%100d%s", 1, "x");
	RETURNS(-EPIPE, out.err);
	RETURNS(2, stream.pieces);
	formatTo(&out, "%100d%s", 1, "x");
	RETURNS(2, stream.pieces);  // after an error nothing more is handed over
}

// A field that cannot be counted is refused before any of it is written.
static void
testImpossibleStream(void)
{
	char buf[10];
	Out out = { .buf = buf, .size = sizeof buf, .flush = take };

	memset(&stream, 0, sizeof stream);
	formatTo(&out, "%*d", INT_MIN, 1);
	RETURNS(-EOVERFLOW, out.err);
	RETURNS(0, stream.pieces);
}

static void
testStrerror(void)
{
	for (int err = 1; err <= 133; err++) {
		const char *text = err == 41 || err == 58 ? "unknown error" : strerror(err);
		checks++;
		if (strcasecmp(rt_strerror(err), text) != 0)
			fail("rt_strerror", rt_strerror(err), err, text, err);
		if (rt_strerror(-err) != rt_strerror(err) && strcmp(text, "unknown error") != 0)
			fail("rt_strerror", rt_strerror(-err), -err, text, err);
	}
	is("success", "%s", rt_strerror(0));
	is("connection reset by peer", "%s", rt_strerror(-ECONNRESET));
	is("unknown error", "%s", rt_strerror(134));
	is("unknown error", "%s", rt_strerror(-134));
	is("unknown error", "%s", rt_strerror(INT_MAX));
	is("unknown error", "%s", rt_strerror(INT_MIN));
}

int
main(void)
{
	testIntegers();
	testRandomIntegers();
	testText();
	testOwn();
	testDoubles();
	testTies();
	testPowers();
	testRandomDoubles();
	testLongDoubles();
	testLimits();
	testStreams();
	testImpossibleStream();
	testStrerror();
	printf("format: %ld checks, %d failures\n", checks, failures);
	return failures != 0;
}
