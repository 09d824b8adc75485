// fmtfloat.c - %f %e %g, correctly rounded for every value and every precision.
//
// A binary float is m * 2^e, and its decimal expansion ends: for e < 0 it is m * 5^-e
// divided by 10^-e.  So a Decimal holds the value exactly, as a big integer and the place
// of its decimal point, and needs no operation but multiplication by a small number:
//
//	value = sum(limb[i] * Base^i) / 10^scale
//	limb[i] < Base    n == 0 or limb[n-1] != 0
//
// Everything after that is the choice of a decimal place to round at (half to even, on
// the exact value, whatever the rounding mode) and the printing of digits.  A place is the power
// of ten of a digit: 0 for units, -1 for tenths.
//
// Rejected: shortest-digits algorithms with tables.  They are faster and answer another
// question; %.17g of 1e-300 takes some microseconds here, %f of everyday values a
// fraction of one, since the length of the integer follows the number of significant bits.
//
// built: floats
#include <limits.h>

#include "longdouble.h"
#include "runtime/base/format.h"

enum {
	Base = 1000000000,
	LimbDigits = 9,

	// The longest m * 5^-e, m being all ones and e that of the denormals, has 767 digits
	// for a double.  One limb more for the carry of rounding.
	DoubleLimbs = 767 / LimbDigits + 2,
	LongDoubleLimbs = LongDoubleDigits / LimbDigits + 2,
};

typedef struct Decimal {
	uint32_t *limb;  // least significant first
	int n;
	int scale;
} Decimal;

static const uint32_t tens[LimbDigits] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
};

// Arithmetic.

// f <= Base, so that the last carry is one limb.
static void
mulSmall(Decimal *d, uint32_t f)
{
	uint64_t carry = 0;

	for (int i = 0; i < d->n; i++) {
		carry += (uint64_t)d->limb[i] * f;
		d->limb[i] = (uint32_t)(carry % Base);
		carry /= Base;
	}
	if (carry != 0)
		d->limb[d->n++] = (uint32_t)carry;
}

// Multiplies by b^k, as many factors at once as one limb takes.
static NOSPLIT void
mulPower(Decimal *d, uint32_t b, int k)
{
	while (k > 0) {
		uint32_t f = 1;
		for (; k > 0 && f <= Base / b; k--)
			f *= b;
		mulSmall(d, f);
	}
}

// Multiplies the integer d by 2^e.
static NOSPLIT void
scaleBinary(Decimal *d, int e)
{
	if (e >= 0) {
		mulPower(d, 2, e);
		return;
	}
	d->scale = -e;
	mulPower(d, 5, -e);
}

// Sets d to m * 2^e; d->limb points to room enough.
static NOSPLIT void
setBinary(Decimal *d, uint64_t m, int e)
{
	d->n = 0;
	d->scale = 0;
	if (m == 0)
		return;
	int zeros = __builtin_ctzll(m);  // each bit less is a factor 5 less
	e += zeros;
	for (m >>= zeros; m != 0; m /= Base)
		d->limb[d->n++] = (uint32_t)(m % Base);
	scaleBinary(d, e);
}

static NOSPLIT void
addSmall(Decimal *d, uint32_t v)
{
	for (int i = 0; v != 0; i++) {
		if (i == d->n)
			d->limb[d->n++] = 0;
		v += d->limb[i];
		d->limb[i] = v % Base;
		v /= Base;
	}
}

// Sets d to (hi * 2^64 + lo) * 2^e.
static NOSPLIT void
setLongBinary(Decimal *d, uint64_t hi, uint64_t lo, int e)
{
	enum { Piece = 16, Pieces = 64 / Piece };

	if (lo == 0) {
		setBinary(d, hi, e + 64);
		return;
	}
	int zeros = __builtin_ctzll(lo);
	if (zeros > 0) {
		lo = lo >> zeros | hi << (64 - zeros);
		hi >>= zeros;
		e += zeros;
	}
	d->n = 0;
	d->scale = 0;
	for (int i = 2 * Pieces; i-- > 0;) {
		uint64_t half = i >= Pieces ? hi : lo;
		mulSmall(d, 1 << Piece);
		addSmall(d, half >> i % Pieces * Piece & ((1 << Piece) - 1));
	}
	scaleBinary(d, e);
}

// Digits of the integer, counted from its right end: digit 0 is the last one.

static NOSPLIT int
digitCount(const Decimal *d)
{
	if (d->n == 0)
		return 0;
	int n = (d->n - 1) * LimbDigits;
	for (uint32_t v = d->limb[d->n - 1]; v != 0; v /= 10)
		n++;
	return n;
}

static NOSPLIT uint32_t
digit(const Decimal *d, int i)
{
	if (i / LimbDigits >= d->n)
		return 0;
	return d->limb[i / LimbDigits] / tens[i % LimbDigits] % 10;
}

// Digits at the right end that are 0; none for the integer 0.
static NOSPLIT int
trailingZeros(const Decimal *d)
{
	int i = 0;

	while (i < d->n && d->limb[i] == 0)
		i++;
	i *= LimbDigits;
	while (i < d->n * LimbDigits && digit(d, i) == 0)
		i++;
	return i;
}

// Places.

// The place of the first digit that is not 0; 0 for zero, as %e shows it.
static NOSPLIT int64_t
highPlace(const Decimal *d)
{
	return d->n == 0 ? 0 : digitCount(d) - 1 - d->scale;
}

// The place of the last digit that is not 0; 0 for zero.
static int64_t
lowPlace(const Decimal *d)
{
	return trailingZeros(d) - d->scale;
}

// Rounding.

// Whether the integer without its last `drop` digits (1 <= drop <= digitCount) is to grow
// by one: they are above one half, or are one half and the digit before them is odd.
static bool
roundsUp(const Decimal *d, int drop)
{
	uint32_t first = digit(d, drop - 1);

	if (first != 5)
		return first > 5;
	if (trailingZeros(d) < drop - 1)
		return true;
	return digit(d, drop) % 2 != 0;
}

// Adds unit, a power of ten, to limb i, a multiple of it: the sum is at most Base.
static void
addUnit(Decimal *d, int i, uint32_t unit)
{
	d->limb[i] += unit;
	while (d->limb[i] == Base) {
		d->limb[i++] = 0;
		if (i == d->n)
			d->limb[d->n++] = 0;
		d->limb[i]++;
	}
}

// Rounds the value to a multiple of 10^place.
static NOSPLIT void
roundAt(Decimal *d, int64_t place)
{
	int64_t drop = place + d->scale;

	if (drop <= 0)
		return;
	if (drop > digitCount(d)) {
		d->n = 0;  // below a tenth of 10^place
		return;
	}
	bool up = roundsUp(d, (int)drop);
	int i = (int)drop / LimbDigits;
	uint32_t unit = tens[drop % LimbDigits];
	if (i == d->n)
		d->limb[d->n++] = 0;
	for (int j = 0; j < i; j++)
		d->limb[j] = 0;
	d->limb[i] -= d->limb[i] % unit;
	if (up)
		addUnit(d, i, unit);
	while (d->n > 0 && d->limb[d->n - 1] == 0)
		d->n--;
}

// Printing.

// Emits part of a limb: count of its last `have` digits, from the left.
static void
emitLimb(Out *out, uint32_t v, int have, int64_t count)
{
	char text[LimbDigits];

	for (int i = LimbDigits; i-- > 0; v /= 10)
		text[i] = (char)('0' + v % 10);
	emitText(out, text + LimbDigits - have, (size_t)count);
}

// Emits count digits, the first at place; where the integer has none they are 0.
static NOSPLIT void
emitDigits(Out *out, const Decimal *d, int64_t place, int64_t count)
{
	int64_t left = place + d->scale + 1;  // digits of the integer from here to its end
	int64_t part = left - (int64_t)d->n * LimbDigits;

	if (part > count)
		part = count;
	if (part > 0) {
		emitFill(out, '0', part);
		left -= part;
		count -= part;
	}
	for (; count > 0 && left > 0; left -= part, count -= part) {
		int have = (int)((left - 1) % LimbDigits) + 1;
		part = count < have ? count : have;
		emitLimb(out, d->limb[(left - 1) / LimbDigits], have, part);
	}
	emitFill(out, '0', count);
}

// A rounded value on its way out.
typedef struct Shape {
	int64_t first;  // the place of the first digit printed
	int64_t prec;   // digits after the point
	bool point;
	int nexp;       // bytes of exp
	char exp[8];    // "e+05"; empty in the style of %f
} Shape;

// Writes the exponent to sh->exp: e, the sign and at least two digits.
static void
setExponent(Shape *sh, char letter, int64_t x)
{
	int v = (int)(x < 0 ? -x : x);
	int digits = v < 100 ? 2 : v < 1000 ? 3 : 4;

	sh->exp[0] = letter;
	sh->exp[1] = x < 0 ? '-' : '+';
	sh->nexp = digits + 2;
	for (int i = sh->nexp; i-- > 2; v /= 10)
		sh->exp[i] = (char)('0' + v % 10);
}

// Rounds for %g, with prec significant digits.  Returns whether it prints in the style of
// %f, and the digits after the point, in *prec.
static bool
roundGeneral(Decimal *d, bool keepZeros, int64_t *prec)
{
	int64_t wanted = *prec == 0 ? 1 : *prec;

	roundAt(d, highPlace(d) - wanted + 1);
	int64_t x = highPlace(d);  // after rounding: 9.9 may have become 10
	bool fixed = -4 <= x && x < wanted;
	int64_t unit = fixed ? 0 : x;
	*prec = wanted - 1 - (x - unit);
	int64_t used = unit - lowPlace(d);
	if (!keepZeros && used < *prec)
		*prec = used > 0 ? used : 0;
	return fixed;
}

// Rounds d as sp asks and decides how it is written.
static void
setShape(Shape *sh, const Spec *sp, Decimal *d)
{
	bool lower = sp->conv >= 'a';
	char style = lower ? sp->conv : (char)(sp->conv - 'A' + 'a');
	bool fixed = style == 'f';

	sh->prec = sp->prec < 0 ? 6 : sp->prec;
	if (style == 'g')
		fixed = roundGeneral(d, sp->alt, &sh->prec);
	else
		roundAt(d, fixed ? -sh->prec : highPlace(d) - sh->prec);
	sh->point = sh->prec > 0 || sp->alt;
	sh->first = highPlace(d);
	sh->nexp = 0;
	if (!fixed)
		setExponent(sh, lower ? 'e' : 'E', sh->first);
	else if (sh->first < 0)
		sh->first = 0;
}

static NOSPLIT void
formatDecimal(Out *out, const Spec *sp, bool negative, Decimal *d)
{
	Shape sh;

	setShape(&sh, sp, d);
	int64_t whole = sh.nexp > 0 ? 1 : sh.first + 1;
	int64_t len = whole + sh.point + sh.prec + sh.nexp;
	int64_t after = openField(out, sp, signText(sp, negative), len);
	emitDigits(out, d, sh.first, whole);
	if (sh.point)
		emitText(out, ".", 1);
	emitDigits(out, d, sh.first - whole, sh.prec);
	emitText(out, sh.exp, (size_t)sh.nexp);
	emitFill(out, ' ', after);
}

// Infinity, or not a number: the 0 flag means nothing to them.
static NOSPLIT void
formatSpecial(Out *out, Spec *sp, bool negative, bool nan)
{
	bool lower = sp->conv >= 'a';

	sp->zero = false;
	int64_t after = openField(out, sp, signText(sp, negative), 3);
	emitText(out, nan ? lower ? "nan" : "NAN" : lower ? "inf" : "INF", 3);
	emitFill(out, ' ', after);
}

// Never inlined, as the next one: integers must not pay for these frames.
NOINLINE void
formatDouble(Out *out, Spec *sp, double x)
{
	uint32_t limbs[DoubleLimbs];
	Decimal d = { .limb = limbs };
	union { double x; uint64_t bits; } u = { .x = x };
	uint64_t m = u.bits & ((1ull << 52) - 1);
	int e = (int)(u.bits >> 52 & 0x7ff);
	bool negative = u.bits >> 63 != 0;

	if (e == 0x7ff) {
		formatSpecial(out, sp, negative, m != 0);
		return;
	}
	if (e == 0)
		e = 1;  // denormal: the least exponent, no hidden bit
	else
		m |= 1ull << 52;
	setBinary(&d, m, e - 1075);
	formatDecimal(out, sp, negative, &d);
}

NOINLINE void
formatLongDouble(Out *out, Spec *sp, long double x)
{
	uint32_t limbs[LongDoubleLimbs];
	Decimal d = { .limb = limbs };
	LongParts p = longparts(x);

	if (p.special) {
		formatSpecial(out, sp, p.negative, p.nan);
		return;
	}
	if (p.hi == 0)
		setBinary(&d, p.lo, p.e);
	else
		setLongBinary(&d, p.hi, p.lo, p.e);
	formatDecimal(out, sp, p.negative, &d);
}
