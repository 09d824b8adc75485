// debugvars.c - GODEBUG and GOTRACEBACK.
//
// Follows Go's runtime1.go (parsedebugvars). Unknown keys and bad values are ignored.
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/panic/panic.h"

DebugVars debug;

static const struct {
	const char *name;
	int32_t *value;
} vars[] = {
	{ "allocfreetrace", &debug.allocfreetrace },
	{ "asyncpreemptoff", &debug.asyncpreemptoff },
	{ "cgocheck", &debug.cgocheck },
	{ "clobberfree", &debug.clobberfree },
	{ "efence", &debug.efence },
	{ "gccheckmark", &debug.gccheckmark },
	{ "gcpacertrace", &debug.gcpacertrace },
	{ "gcshrinkstackoff", &debug.gcshrinkstackoff },
	{ "gcstoptheworld", &debug.gcstoptheworld },
	{ "gctrace", &debug.gctrace },
	{ "invalidptr", &debug.invalidptr },
	{ "madvdontneed", &debug.madvdontneed },
	{ "memprofilerate", &debug.memprofilerate },
	{ "sbrk", &debug.sbrk },
	{ "scavenge", &debug.scavenge },
	{ "scavtrace", &debug.scavtrace },
	{ "scheddetail", &debug.scheddetail },
	{ "schedtrace", &debug.schedtrace },
	{ "tracebackancestors", &debug.tracebackancestors },
};

static void setvar(const char *field)
{
	for (uint32_t i = 0; i < nelem(vars); i++) {
		const char *rest = afterprefix(field, vars[i].name);
		int32_t n;

		if (rest && *rest == '=' && atoi32(rest + 1, &n))
			*vars[i].value = n;
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
	debug.madvdontneed = 1;
	if (godebug && !auxvSecure)
		parsegodebug(godebug);
	setTraceback(gogetenv("GOTRACEBACK"));
}
