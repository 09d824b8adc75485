// tests/unit/str.c - strings and the numbers in them.
//
// Promises: atou64 and atoi32 take decimal digits, all of the text, and nothing that does
// not fit; timediv divides as C does, and says so when the quotient does not fit.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/str.c"

static int failures;

static void
check(int ok, const char *what, const char *text)
{
	if (!ok && ++failures <= 20)
		printf("FAIL %s: \"%s\"\n", what, text);
}

static const char *const nonumbers[] = {
	"", " ", "-", "+", "+1", " 1", "1 ", "1x", "x1", "0x10", "1.0", "1,0", "--1",
	"1-", "/", ":", "\n", "\xff", "\xb1", "-+1", "1\n",
};

static void
unsigneds(void)
{
	static const struct {
		const char *text;
		uint64_t n;
	} good[] = {
		{ "0", 0 }, { "7", 7 }, { "00", 0 }, { "007", 7 }, { "10", 10 },
		{ "4294967296", 4294967296 }, { "9223372036854775808", 1ull << 63 },
		{ "18446744073709551609", UINT64_MAX - 6 },
		{ "18446744073709551610", UINT64_MAX - 5 },
		{ "18446744073709551615", UINT64_MAX },
		{ "0000000000000000000000000000018446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = {
		"-1", "-0", "18446744073709551616", "18446744073709551620",
		"18446744073709551700", "184467440737095516150", "99999999999999999999",
		"36893488147419103232", "100000000000000000000000000000000000000000000",
	};
	uint64_t n;

	for (size_t i = 0; i < nelem(good); i++) {
		n = good[i].n + 1;
		check(atou64(good[i].text, &n) && n == good[i].n, "atou64", good[i].text);
	}
	for (size_t i = 0; i < nelem(bad); i++) {
		n = 42;
		check(!atou64(bad[i], &n) && n == 42, "atou64 takes", bad[i]);
	}
	for (size_t i = 0; i < nelem(nonumbers); i++) {
		n = 42;
		check(!atou64(nonumbers[i], &n) && n == 42, "atou64 takes", nonumbers[i]);
	}
}

static void
signeds(void)
{
	static const struct {
		const char *text;
		int32_t n;
	} good[] = {
		{ "0", 0 }, { "-0", 0 }, { "1", 1 }, { "-1", -1 }, { "0012", 12 },
		{ "-0012", -12 }, { "2147483647", INT32_MAX },
		{ "-2147483647", -INT32_MAX }, { "-2147483648", INT32_MIN },
	};
	static const char *const bad[] = {
		"2147483648", "-2147483649", "4294967295", "4294967296", "4294967297",
		"-4294967296", "9223372036854775808", "-9223372036854775808",
		"18446744073709551615", "-18446744073709551615", "18446744073709551616",
	};
	int32_t n;

	for (size_t i = 0; i < nelem(good); i++) {
		n = good[i].n + 1;
		check(atoi32(good[i].text, &n) && n == good[i].n, "atoi32", good[i].text);
	}
	for (size_t i = 0; i < nelem(bad); i++) {
		n = 42;
		check(!atoi32(bad[i], &n) && n == 42, "atoi32 takes", bad[i]);
	}
	for (size_t i = 0; i < nelem(nonumbers); i++) {
		n = 42;
		check(!atoi32(nonumbers[i], &n) && n == 42, "atoi32 takes", nonumbers[i]);
	}
	for (int64_t v = -100000; v <= 100000; v++) {
		char text[32];

		snprintf(text, sizeof text, "%" PRId64, v);
		check(atoi32(text, &n) && n == v, "atoi32", text);
	}
}

static void
divide(int64_t v, int32_t div)
{
	int32_t rem = -1, q = timediv(v, div, &rem);
	int fits = v / div <= INT32_MAX;
	char text[64];

	snprintf(text, sizeof text, "%" PRId64 " / %d = %d rest %d", v, div, q, rem);
	check(q == (fits ? v / div : INT32_MAX), "timediv", text);
	check(rem == (fits ? v % div : 0), "timediv's rest", text);
	check(timediv(v, div, NULL) == q, "timediv without rest", text);
}

static void
divisions(void)
{
	static const int32_t divs[] = {
		1, 2, 3, 7, 10, 1000, 1000000, 1000000000, INT32_MAX - 1, INT32_MAX,
	};
	uint64_t random = 88172645463325252;

	for (size_t i = 0; i < nelem(divs); i++) {
		int64_t top = (int64_t)divs[i] * INT32_MAX;

		for (int64_t d = -1000; d <= 1000; d++) {
			if (d >= 0)
				divide(d, divs[i]);
			if (top + d >= 0)
				divide(top + d, divs[i]); // around the largest quotient
			if ((int64_t)divs[i] + d >= 0)
				divide(divs[i] + d, divs[i]);
		}
		divide(INT64_MAX, divs[i]);
		divide(INT64_MAX - 1, divs[i]);
	}
	for (int i = 0; i < 200000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		divide((int64_t)(random >> (1 + random % 63)),
		       (int32_t)(random % INT32_MAX >> random % 31) + 1);
	}
}

static void
strings(void)
{
	static const char *const texts[] = {
		"", "a", "b", "ab", "abc", "abd", "a\xff", "\xff", "aa", "A",
		"abcdefghijklmnop",
	};

	for (size_t i = 0; i < nelem(texts); i++) {
		const char *a = texts[i];

		check(strlength(a) == strlen(a), "strlength", a);
		for (size_t j = 0; j < nelem(texts); j++) {
			const char *b = texts[j], *rest = afterprefix(a, b);
			size_t n = strlen(b);

			check(streq(a, b) == (strcmp(a, b) == 0), "streq", a);
			check(rest == (strncmp(a, b, n) == 0 ? a + n : NULL),
			      "afterprefix", a);
		}
	}
}

int
main(void)
{
	unsigneds();
	signeds();
	divisions();
	strings();
	if (failures)
		printf("%d failures\n", failures);
	return failures != 0;
}
