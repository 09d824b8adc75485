// str.h - strings and numbers in them.
#ifndef RT0_BASE_STR_H
#define RT0_BASE_STR_H

#include "runtime/base/types.h"

bool streq(const char *a, const char *b);
uintptr_t strlength(const char *s);
// Returns the rest of s behind prefix, or NULL if s does not begin with it.
const char *afterprefix(const char *s, const char *prefix);
// Stores the number in *n and returns true if s is one or more decimal digits, and fits.
bool atou64(const char *s, uint64_t *n);
// Is atou64 for a signed 32-bit number, which may begin with '-'.
bool atoi32(const char *s, int32_t *n);
// v / div and v % div without a 64-bit division instruction; INT32_MAX when too large.
int32_t timediv(int64_t v, int32_t div, int32_t *rem);

#endif
