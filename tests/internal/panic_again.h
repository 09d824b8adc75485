// tests/internal/panic_again.h - a report that fails as often as the argument says.
#include "internal.h"

#include "runtime/panic/panic.h"

static int64_t failures;

static void says(void *arg)
{
	int64_t n = (int64_t)(intptr_t)arg;
	Report next = { .before = says, .arg = (void *)(intptr_t)(n + 1), .where = HERE };

	print("failure %ld\n", n);
	if (n < failures)
		die(&next);
}

int rt_main(int nargs, char **args)
{
	Report r = { .before = says, .arg = (void *)(intptr_t)1, .where = HERE };

	failures = argument(nargs, args, 1);
	die(&r);
}
