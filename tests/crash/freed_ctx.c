// tests/crash/freed_ctx.c - a context that was given back more often than there are handles is
// found by rt_ctx_free in every build.
// hosted: not address: AddressSanitizer reports it in its own words
// stderr~: ^fatal error: use of a freed context: 0x[0-9a-f]+
// stderr~: ^goroutine 1 \[running\]:$
// exit: 2
#include "../lib/test.h"

int rt_main(int argc, char **argv)
{
	rt_ctx *c = rt_ctx_with_timeout(rt_ctx_background(), RT_SECOND);

	(void)argc, (void)argv;
	rt_ctx_ref(c);
	rt_ctx_free(c);
	rt_ctx_free(c);
	rt_ctx_free(c);
	return 0;
}
