// args.c - arguments and environment.
// built: unchecked
#include "include/rt.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"

StringSlice argslice, envs;

STEP void args(int32_t c, char **v)
{
	argc = c;
	argv = v;
	sysargs(c, v);
}

STEP void goargs(void)
{
	argslice = (StringSlice){ argv, argc };
}

// Finds the environment, which follows argv's NULL.
STEP void goenvs(void)
{
	envs.array = environment();
	envs.len = 0;
	while (envs.array[envs.len])
		envs.len++;
}

// The first match wins.
const char *gogetenv(const char *name)
{
	for (intptr_t i = 0; i < envs.len; i++) {
		const char *rest = afterprefix(envs.array[i], name);

		if (rest && *rest == '=')
			return rest + 1;
	}
	return NULL;
}

// A variable's name ends at the first '=', and is not empty.
const char *rt_getenv(const char *name)
{
	const char *s = name;

	while (*s && *s != '=')
		s++;
	if (s == name || *s == '=')
		return NULL;
	return gogetenv(name);
}

char *const *rt_environ(void)
{
	return environment();
}
