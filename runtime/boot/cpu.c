// cpu.c - what the processor can do, and GODEBUG's cpu.* options that deny it.
//
// Follows Go's internal/cpu. Runs before the environment is parsed, so it looks for
// GODEBUG in the raw one.
//
// built: unchecked
#include "cpufeature.h"
#include "runtime/base/str.h"
#include "runtime/boot/boot.h"

// The options' names, in the order of the features in the struct.
static const char names[][10] = { CPUOPTIONS };
_Static_assert(nelem(names) == NumCpuOptions, "a name for each feature");

static struct {
	bool specified, enable;
} options[NumCpuOptions];

// ---- GODEBUG=cpu.avx2=off,cpu.all=off -----------------------------------------------

typedef struct {
	const char *p;
	uintptr_t n;
} Text;

static bool texteq(Text t, const char *s)
{
	return strlength(s) == t.n && __builtin_memcmp(t.p, s, t.n) == 0;
}

// Cuts *rest at the first c: what is before it, and *rest is what is behind.
static Text cut(Text *rest, char c)
{
	Text t = { rest->p, 0 };

	while (t.n < rest->n && t.p[t.n] != c)
		t.n++;
	rest->p += t.n + (t.n < rest->n);
	rest->n -= t.n + (t.n < rest->n);
	return t;
}

static void printtext(const char *before, Text t, const char *after)
{
	char buf[64];
	uintptr_t n = min(t.n, sizeof buf - 1);

	__builtin_memcpy(buf, t.p, n);
	buf[n] = '\0';
	print("%s%s%s", before, buf, after);
}

// key=on or off; true when one of ours is meant.
static void setoption(Text key, Text value)
{
	bool enable = texteq(value, "on");
	bool known = false;

	if (!enable && !texteq(value, "off")) {
		printtext("GODEBUG: value \"", value, "\" not supported for cpu option \"");
		printtext("", key, "\"\n");
		return;
	}
	for (uint32_t i = 0; i < NumCpuOptions; i++) {
		if (texteq(key, "all") || texteq(key, names[i])) {
			options[i].specified = known = true;
			options[i].enable = enable;
		}
	}
	if (!known)
		printtext("GODEBUG: unknown cpu feature \"", key, "\"\n");
}

static void processoption(Text field)
{
	Text rest = field, key;

	if (field.n < 4 || __builtin_memcmp(field.p, "cpu.", 4) != 0)
		return;
	key = cut(&rest, '=');
	if (key.n == field.n) {
		printtext("GODEBUG: no value specified for \"", field, "\"\n");
		return;
	}
	key.p += 4;
	key.n -= 4;
	setoption(key, rest);
}

static void applyoptions(void)
{

	for (uint32_t i = 0; i < NumCpuOptions; i++) {
		bool *feature = cpuoption(i);

		if (!options[i].specified)
			continue;
		if (options[i].enable && !*feature)
			print("GODEBUG: can not enable \"%s\", missing CPU support\n",
			      names[i]);
		else
			*feature = options[i].enable;
	}
}

STEP void cpuinit(void)
{
	const char *godebug = NULL;

	cpudetect();
	for (char **p = environment(); *p && !godebug; p++)
		godebug = afterprefix(*p, "GODEBUG=");
	if (!godebug || auxvSecure)
		return;
	for (Text rest = { godebug, strlength(godebug) }; rest.n > 0;)
		processoption(cut(&rest, ','));
	applyoptions();
}
