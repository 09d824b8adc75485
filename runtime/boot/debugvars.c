// debugvars.c - GODEBUG and GOTRACEBACK.
//
// Follows Go's runtime1.go (parsedebugvars). Unknown keys and bad values are ignored.
//
// built: unchecked
#include "runtime/base/replay.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"
#include "runtime/panic/panic.h"

DebugVars debug;
const char *debugtrace;
static const char *replayskip; // GODEBUG from there on

// In the order of the struct.
#define NAME(name) #name,
static const char names[][20] = { DEBUGVARS(NAME) };

static void setvar(const char *field)
{
	int32_t *value = (int32_t *)&debug, n;

	for (uint32_t i = 0; i < nelem(names); i++) {
		const char *rest = afterprefix(field, names[i]);

		if (rest && *rest == '=' && atoi32(rest + 1, &n))
			value[i] = n;
	}
}

// Splits a comma list; a field longer than any we know is skipped.
static void parsegodebug(const char *p)
{
	char field[64];

	while (*p) {
		uint32_t n = 0;
		const char *file = afterprefix(p, "trace=");

		if (file && *file && *file != ',')
			debugtrace = file;
		if (Replay && (file = afterprefix(p, "seedskip=")))
			replayskip = file;
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
	if (Replay)
		replayinit(replayskip);
	watchcreation = debug.tracebackancestors > 0;
	setTraceback(gogetenv("GOTRACEBACK"));
}
