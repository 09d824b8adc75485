// tests/internal/cpu_denied.c - GODEBUG=cpu.all=off denies every feature that has a name, and the
// runtime does without them.
// env: GODEBUG=cpu.all=off
#include "internal.h"

#include "cpufeature.h"

extern uintptr_t hashkey[4]; // runtime/boot/random.c

static void sends(void *c)
{
	char bytes[300];

	__builtin_memset(bytes, 7, sizeof bytes);
	rt_chan_send(c, bytes);
}

int rt_main(int nargs, char **args)
{
	rt_chan *c = rt_chan_make(300, 0);
	char bytes[300] = { 0 };

	(void)nargs, (void)args;
	for (uint32_t i = 0; i < NumCpuOptions; i++)
		check(!*cpuoption(i));
	check(!hasaeshash());
	for (uint32_t i = 0; i < nelem(hashkey); i++) // multipliers, drawn without the instructions
		check(hashkey[i] % 2 == 1);
	check(hashkey[0] != hashkey[1]);
	rt_go(sends, c);
	check(rt_chan_recv(c, bytes));
	for (size_t i = 0; i < sizeof bytes; i++)
		equal(bytes[i], 7);
	return 0;
}
