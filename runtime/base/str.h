// str.h - strings and numbers in them.
#ifndef RT0_BASE_STR_H
#define RT0_BASE_STR_H

#include "runtime/base/types.h"

bool streq(const char *a, const char *b);
uintptr_t strlength(const char *s);
// The rest of s behind prefix, or NULL when s does not begin with it.
const char *afterprefix(const char *s, const char *prefix);
// s is all decimal digits, at least one, and fits: true and the number in *n.
bool atou64(const char *s, uint64_t *n);
// The same for a signed 32-bit number with an optional '-'.
bool atoi32(const char *s, int32_t *n);
// v / div and v % div without a 64-bit division instruction; INT32_MAX when too large.
int32_t timediv(int64_t v, int32_t div, int32_t *rem);

#endif
