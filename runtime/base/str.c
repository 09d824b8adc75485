// str.c - strings and numbers in them.
// built: unchecked
#include "runtime/base/str.h"

bool streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

uintptr_t strlength(const char *s)
{
	uintptr_t n = 0;

	while (s[n])
		n++;
	return n;
}

const char *afterprefix(const char *s, const char *prefix)
{
	while (*prefix) {
		if (*s++ != *prefix++)
			return NULL;
	}
	return s;
}

bool atou64(const char *s, uint64_t *n)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*n = v;
	return true;
}

bool atoi32(const char *s, int32_t *n)
{
	bool neg = *s == '-';
	uint64_t v;

	if (!atou64(s + neg, &v) || v > (uint64_t)INT32_MAX + neg)
		return false;
	*n = (int32_t)(neg ? -(int64_t)v : (int64_t)v);
	return true;
}

// Bit by bit, so that it is cheap on stack and needs nothing from a library.
int32_t timediv(int64_t v, int32_t div, int32_t *rem)
{
	int32_t res = 0;

	for (int32_t bit = 30; bit >= 0; bit--) {
		if (v >= (int64_t)div << bit) {
			v -= (int64_t)div << bit;
			res |= (int32_t)1 << bit;
		}
	}
	if (v >= div) { // the quotient does not fit
		if (rem)
			*rem = 0;
		return INT32_MAX;
	}
	if (rem)
		*rem = (int32_t)v;
	return res;
}
