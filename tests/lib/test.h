// tests/lib/test.h - what the test programs share: they fail with a clear message.
#ifndef TEST_H
#define TEST_H

#include <rt.h>

#include <errno.h>
#include <sys/syscall.h>

// Ends the program with status 1 and a line that names the place, unless cond holds.
#define check(cond)                                                                    \
	do {                                                                           \
		if (!(cond))                                                           \
			failed(__FILE__, __LINE__, #cond);                             \
	} while (0)

// Does so unless got == wanted; the line shows both.
#define equal(got, wanted)                                                             \
	do {                                                                           \
		int64_t got_ = (int64_t)(got), wanted_ = (int64_t)(wanted);            \
		if (got_ != wanted_)                                                   \
			differs(__FILE__, __LINE__, #got, got_, wanted_);              \
	} while (0)

RT_NORETURN static inline void failed(const char *file, int line, const char *what)
{
	rt_eprintf("%s:%d: FAILED: %s\n", file, line, what);
	rt_exit(1);
}

RT_NORETURN static inline void differs(const char *file, int line, const char *what,
                                        int64_t got, int64_t wanted)
{
	rt_eprintf("%s:%d: FAILED: %s is %lld, not %lld\n", file, line, what,
	           (long long)got, (long long)wanted);
	rt_exit(1);
}

// The value of a decimal number; what it is not is an error of the caller's.
static inline int64_t number(const char *text)
{
	int64_t n = 0;

	for (; *text; text++) {
		check(*text >= '0' && *text <= '9');
		n = n * 10 + (*text - '0');
	}
	return n;
}

// The program's first argument, or usual when there is none.
static inline int64_t argument(int argc, char **argv, int64_t usual)
{
	return argc > 1 ? number(argv[1]) : usual;
}

static inline bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static inline bool starts_with(const char *text, const char *with)
{
	while (*with && *text == *with)
		text++, with++;
	return !*with;
}

// Returns where the first what in text is; NULL: there is none.
static inline const char *find(const char *text, const char *what)
{
	while (*text && !starts_with(text, what))
		text++;
	return starts_with(text, what) ? text : NULL;
}

// For what depends on how far others have got, and must be right however far that is: they
// have probably had so much time. On a slow machine the test proves less.
static inline void perhaps_later(int64_t ns)
{
	rt_sleep(ns);
}

// For what must not happen, which nothing can be waited for: it had so much time for it.
static inline void nothing_within(int64_t ns)
{
	rt_sleep(ns);
}

// The runtime was built with small queues and random yields: the order in which
// goroutines run says nothing then. The runner tells us.
static inline bool stressed(void)
{
	const char *variant = rt_getenv("RT0_VARIANT");

	return variant && same(variant, "stress");
}

// What many goroutines and deferred calls do.
static inline void nothing(void *arg)
{
	(void)arg;
}

static inline void panics(void *text)
{
	rt_panic("%s", (char *)text);
}

// Starts n goroutines, each of which is done with wg at its end.
static inline void go_all(rt_waitgroup *wg, int n, rt_func *fn, void *arg)
{
	rt_waitgroup_add(wg, n);
	for (int i = 0; i < n; i++)
		rt_go(fn, arg);
}

static inline int64_t gettid(void)
{
	return rt_syscall(SYS_gettid);
}

// A number that differs from call to call; seed must not be 0.
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
