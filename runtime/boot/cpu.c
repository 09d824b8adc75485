// cpu.c - what the processor can do, and GODEBUG's cpu.* options that deny it.
//
// Each CPUID instruction costs microseconds in a virtual machine: leaves 0, 1 and 7 only.
//
// Follows Go's internal/cpu. Runs before the environment is parsed, so it looks for
// GODEBUG in the raw one.
//
// built: unchecked
#include <cpuid.h>

#include "runtime/base/str.h"
#include "runtime/boot/boot.h"

X86 x86;

// The options' names, in the order of the features in the struct.
static const char names[] =
	"adx\0aes\0avx\0avx2\0bmi1\0bmi2\0erms\0fma\0pclmulqdq\0popcnt\0sse3\0ssse3\0"
	"sse41\0sse42\0";

enum { NumOptions = offsetof(X86, HasOSXSAVE) };
static struct {
	bool specified, enable;
} options[NumOptions];

// Does the system save the vector registers that AVX uses?
static bool osavx(bool osxsave)
{
	uint32_t eax = 0, edx;

	if (osxsave)
		__asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	return (eax & 6) == 6;
}

static void detect(void)
{
	uint32_t a, b, c, d, maxleaf;
	bool avx;

	__cpuid(0, maxleaf, b, c, d);
	if (maxleaf < 1)
		return;
	__cpuid(1, a, b, c, d);
	x86.HasSSE2 = d & bit_SSE2;
	x86.HasSSE3 = c & bit_SSE3;
	x86.HasPCLMULQDQ = c & bit_PCLMUL;
	x86.HasSSSE3 = c & bit_SSSE3;
	x86.HasSSE41 = c & bit_SSE4_1;
	x86.HasSSE42 = c & bit_SSE4_2;
	x86.HasPOPCNT = c & bit_POPCNT;
	x86.HasAES = c & bit_AES;
	x86.HasOSXSAVE = c & bit_OSXSAVE;
	avx = osavx(x86.HasOSXSAVE);
	x86.HasFMA = (c & bit_FMA) && avx;
	x86.HasAVX = (c & bit_AVX) && avx;
	if (maxleaf < 7)
		return;
	__cpuid_count(7, 0, a, b, c, d);
	x86.HasBMI1 = b & bit_BMI;
	x86.HasAVX2 = (b & bit_AVX2) && avx;
	x86.HasBMI2 = b & bit_BMI2;
	x86.HasERMS = b & (1u << 9);
	x86.HasADX = b & bit_ADX;
}

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
	const char *name = names;

	if (!enable && !texteq(value, "off")) {
		printtext("GODEBUG: value \"", value, "\" not supported for cpu option \"");
		printtext("", key, "\"\n");
		return;
	}
	for (uint32_t i = 0; i < NumOptions; i++, name += strlength(name) + 1) {
		if (texteq(key, "all") || texteq(key, name)) {
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
	const char *name = names;

	for (uint32_t i = 0; i < NumOptions; i++, name += strlength(name) + 1) {
		bool *feature = (bool *)&x86 + i;

		if (!options[i].specified)
			continue;
		if (options[i].enable && !*feature)
			print("GODEBUG: can not enable \"%s\", missing CPU support\n", name);
		else
			*feature = options[i].enable;
	}
}

STEP void cpuinit(void)
{
	const char *godebug = NULL;

	detect();
	for (char **p = argv + argc + 1; *p && !godebug; p++)
		godebug = afterprefix(*p, "GODEBUG=");
	if (!godebug || auxvSecure)
		return;
	for (Text rest = { godebug, strlength(godebug) }; rest.n > 0;)
		processoption(cut(&rest, ','));
	applyoptions();
}
