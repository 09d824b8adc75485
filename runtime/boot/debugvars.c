// debugvars.c - GODEBUG and GOTRACEBACK.
//
// Follows Go's runtime1.go (parsedebugvars). Unknown keys and bad values are ignored.
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/panic/panic.h"

DebugVars debug;

#define VAR(name) { #name, offsetof(DebugVars, name) }
static const struct {
	char name[19];
	uint8_t offset;
} vars[] = {
	VAR(allocfreetrace), VAR(asyncpreemptoff), VAR(cgocheck), VAR(clobberfree),
	VAR(efence), VAR(gccheckmark), VAR(gcpacertrace), VAR(gcshrinkstackoff),
	VAR(gcstoptheworld), VAR(gctrace), VAR(inittrace), VAR(invalidptr),
	VAR(madvdontneed), VAR(memprofilerate), VAR(sbrk), VAR(scavenge),
	VAR(scavtrace), VAR(scheddetail), VAR(schedtrace), VAR(tracebackancestors),
};

static void setvar(const char *field)
{
	for (uint32_t i = 0; i < nelem(vars); i++) {
		const char *rest = afterprefix(field, vars[i].name);
		int32_t n;

		if (rest && *rest == '=' && atoi32(rest + 1, &n))
			*(int32_t *)((char *)&debug + vars[i].offset) = n;
	}
}

// Splits a comma list; a field longer than any we know is skipped.
static void parsegodebug(const char *p)
{
	char field[64];

	while (*p) {
		uint32_t n = 0;

		for (; *p && *p != ','; p++) {
			if (n < sizeof field)
				field[n++] = *p;
		}
		if (n < sizeof field) {
			field[n] = '\0';
			setvar(field);
		}
		if (*p == ',')
			p++;
	}
}

STEP void parsedebugvars(void)
{
	const char *godebug = gogetenv("GODEBUG");

	debug.cgocheck = 1;
	debug.invalidptr = 1;
	if (godebug && !auxvSecure)
		parsegodebug(godebug);
	setTraceback(gogetenv("GOTRACEBACK"));
}
