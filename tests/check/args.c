// tests/check/args.c - prints its arguments, each in brackets, then what FIRST and EMPTY
// are in the environment.
#include <rt.h>

static void show(const char *name)
{
	const char *value = rt_getenv(name);

	rt_printf("%s=%s\n", name, value ? value : "(unset)");
}

int rt_main(int argc, char **argv)
{
	rt_printf("%d\n", argc);
	for (int i = 0; i < argc; i++)
		rt_printf("[%s]\n", argv[i]);
	if (argv[argc] != NULL)
		return 1;
	show("FIRST");
	show("EMPTY");
	if (rt_getenv("FIRST=a") || rt_getenv(""))
		return 1; // these are no names
	return 0;
}
