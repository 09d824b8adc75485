// tests/internal/gstatus_change.c - a change of status that is not in the table throws, in
// the builds that check it: FROM and TO in one number.
// variants: debug stress
// matrix: CHANGE=00,01,02,03,04,09,10,11,13,14,16,19,20,22,30,33,34,36,39,40,42,43,44,46,49,60,62,63,64,66,69,90,91,92,93,96,99
// stderr: fatal error: casgstatus: bad incoming values
// stderr~: ^runtime: casgstatus: oldval=[0-9] newval=[0-9]$
// exit: 2
#include "internal.h"

int rt_main(int argc, char **argv)
{
	uint32_t change = (uint32_t)number(rt_getenv("CHANGE"));
	G gp = { .atomicstatus = change / 10 };

	(void)argc, (void)argv;
	casgstatus(&gp, change / 10, change % 10);
	return 0;
}
