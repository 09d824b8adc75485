// auxv.c - the arguments and the auxiliary vector, found above argv on the initial stack.
//
// Follows Go's os_linux.go (sysargs, sysauxv).
//
// built: unchecked
#include "runtime/os/os.h"
#include "tls.h"

enum {
	AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_PAGESZ = 6, AT_SECURE = 23, AT_RANDOM = 25,
	AT_EXECFN = 31, AT_MINSIGSTKSZ = 51,
};

int32_t argc;
char **argv;
uintptr_t physPageSize, physHugePageSize;
uint8_t *startupRandomData;
uintptr_t auxvExecFn, auxvPhdr, auxvPhnum, auxvSecure, auxvMinSigStkSz;

// Finds the auxiliary vector, which follows envp's NULL; envp follows argv's.
STEP void sysargs(int32_t n, char **v)
{
	// argc may be 0; argv's NULL is at argv[0] then.
	char **env = v + n + 1, **p = env;

	while (*p)
		p++;
	sysauxv((uintptr_t *)(p + 1));
	if (Debug && !auxvSecure)
		failinit(env);
}

// One canary for the process, in every M, so that a goroutine can migrate in the middle
// of a protected function. Its first byte is 0: a string cannot run over it unnoticed.
static void setcanary(const uint8_t *random)
{
	uintptr_t canary;

	__builtin_memcpy(&canary, random + 8, sizeof canary);
	canary &= ~(uintptr_t)0xff;
	SETCANARY(canary);
}

STEP void sysauxv(uintptr_t *auxv)
{
	for (; auxv[0] != AT_NULL; auxv += 2) {
		uintptr_t val = auxv[1];

		switch (auxv[0]) {
		case AT_RANDOM:
			startupRandomData = (uint8_t *)val;
			setcanary(startupRandomData);
			break;
		case AT_PAGESZ:
			physPageSize = val;
			break;
		case AT_PHDR:
			auxvPhdr = val;
			break;
		case AT_PHNUM:
			auxvPhnum = val;
			break;
		case AT_SECURE:
			auxvSecure = val;
			break;
		case AT_EXECFN:
			auxvExecFn = val;
			break;
		case AT_MINSIGSTKSZ:
			auxvMinSigStkSz = val;
			break;
		}
		vdsoauxv(auxv[0], val);
	}
	if (physPageSize == 0)
		physPageSize = 4096;
}
