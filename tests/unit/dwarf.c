// tests/unit/dwarf.c - the runtime's reader of debug information says what addr2line says.
//
// Promises: equal files, lines and inlined functions for addresses all over
// programs built by gcc and clang, without and with optimisation, with DWARF 4 and 5, in 32
// and 64 bits, with and without link-time optimisation and unused code. With sections that
// are compressed, missing or cut off anywhere it says less, and stays within the file.
//
// binutils' addr2line is the reference for DWARF 4. With version 5 it confuses files up to
// binutils 2.40; there it is LLVM's, and if that is not installed, nobody.
// needs: gcc clang addr2line objcopy
// variants: release
// timeout: 600
// arch: not qemu: it needs minutes there
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/str.c"
#include "runtime/panic/elf.c"
#include "runtime/panic/dwarf.c"

#ifdef __aarch64__
#define PROCESSOR "arm64"
#else
#define PROCESSOR "amd64"
#endif

enum { MaxFailures = 20, Room = 4096, Step = 5 };

static int failures;
static long addresses, frames;
static const char *build;

static void
fail(uint64_t pc, const char *got, const char *wanted)
{
	printf("FAIL %s: 0x%llx:\n  got    %s\n  wanted %s\n", build, (unsigned long long)pc, got,
	       wanted);
	if (++failures == MaxFailures)
		exit(1);
}

static Bytes
mapped(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) != 0)
		return (Bytes){ 0 };
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return (Bytes){ p, (uint64_t)st.st_size };
}

// dir/../ goes, as does ./
static void
normalise(char *path)
{
	char *dots, *slash;

	while ((dots = strstr(path, "/./")))
		memmove(dots, dots + 2, strlen(dots + 2) + 1);
	while ((dots = strstr(path, "/../"))) {
		*dots = '\0';
		slash = strrchr(path, '/');
		*dots = '/';
		memmove(slash, dots + 3, strlen(dots + 3) + 1);
	}
}

// "function at file:line" of each, from the innermost outwards; the last has no name.
static void
describe(const Place *places, int32_t n, char *text)
{
	char path[Room];
	int at = 0;

	*text = '\0';
	for (int32_t i = n - 1; i >= 0; i--) {
		const Place *p = &places[i];

		snprintf(path, sizeof path, "%s%s%s%s%s", p->path[0], p->path[1], p->path[2],
		         p->path[3], p->path[4]);
		normalise(path);
		at += snprintf(text + at, (size_t)(Room - at), "%s%s %s:%llu", at ? " < " : "",
		               i > 0 ? p->func : "", path, (unsigned long long)p->line);
	}
}

static char *
line(FILE *f)
{
	static char text[Room];

	if (!fgets(text, sizeof text, f))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

// Reads the output of addr2line -afi: address, then pairs of lines up to the next address.
static uint64_t
reference(FILE *f, char *text)
{
	static char ahead[Room];
	uint64_t pc;
	char *s, name[Room] = "", *cut;
	int at = 0;

	if (!*ahead) {
		s = line(f);
		if (!s)
			return 0;
		strcpy(ahead, s);
	}
	pc = strtoull(ahead, NULL, 16);
	*text = *ahead = '\0';
	while ((s = line(f))) {
		if (strncmp(s, "0x", 2) == 0) {
			strcpy(ahead, s);
			break;
		}
		strcpy(name, s);
		s = line(f);
		if ((cut = strstr(s, " (discriminator")))
			*cut = '\0';
		if (strncmp(s, "??:", 3) == 0)
			continue;
		if ((cut = strstr(s, ":?")))
			strcpy(cut, ":0");
		normalise(s);
		at += snprintf(text + at, (size_t)(Room - at), "%s%s %s", at ? " < " : "", name, s);
	}
	// The outermost one's name is the symbol table's matter.
	s = text;
	for (char *next; (next = strstr(s, " < "));)
		s = next + 3;
	if (*s)
		memmove(s, strchr(s, ' '), strlen(strchr(s, ' ')) + 1);
	return pc;
}

// Addresses of every function.
static void
listaddresses(Bytes file, const char *to)
{
	Bytes symtab = __rt0_section(file, ".symtab");
	const Elf64_Sym *s = (const void *)symtab.base;
	FILE *f = fopen(to, "w");

	for (uint64_t i = 0; i < symtab.n / sizeof *s; i++) {
		if (ELF64_ST_TYPE(s[i].st_info) != STT_FUNC)
			continue;
		for (uint64_t a = 0; a < s[i].st_size; a += Step)
			fprintf(f, "0x%llx\n", (unsigned long long)(s[i].st_value + a));
	}
	fclose(f);
}

static void
forget(void)
{
	memset(&dwarf, 0, sizeof dwarf);
	memset(answers, 0, sizeof answers);
}

static void
compare(Bytes file)
{
	char got[Room], wanted[Room];
	uint64_t pc;
	FILE *f;

	listaddresses(file, getenv("ADDRESSES"));
	f = popen("$TOOL -afi -e \"$PROGRAM\" <\"$ADDRESSES\"", "r");
	forget();
	while ((pc = reference(f, wanted)) != 0) {
		int32_t n;
		const Place *places = __rt0_places(file, pc, &n);

		describe(places, n, got);
		if (strcmp(got, wanted) != 0)
			fail(pc, got, wanted);
		addresses++;
		frames += n;
	}
	if (pclose(f) != 0)
		fail(0, "no", "reference");
}

// The functions' first addresses; how many of them have a place.
static int
known(Bytes file, Bytes symbols)
{
	const Elf64_Sym *s = (const void *)symbols.base;
	char text[Room];
	int count = 0;

	forget();
	for (uint64_t i = 0; i < symbols.n / sizeof *s; i++) {
		int32_t n;
		const Place *places;

		if (ELF64_ST_TYPE(s[i].st_info) != STT_FUNC || s[i].st_size == 0)
			continue;
		places = __rt0_places(file, s[i].st_value, &n);
		describe(places, n, text);
		count += n > 0;
	}
	return count;
}

// The file ends earlier and earlier; behind its end nothing can be read. Its first page holds
// the section table then, which otherwise is what is missing first.
static void
cutoff(Bytes file)
{
	Bytes symbols = __rt0_section(file, ".symtab");
	Elf64_Ehdr eh;
	size_t table, room, page = 4096;
	int all = known(file, symbols);
	uint8_t *area;

	memcpy(&eh, file.base, sizeof eh);
	table = eh.e_shnum * sizeof(Elf64_Shdr);
	room = (file.n + table + page) / page * page;
	area = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	mprotect(area + room, page, PROT_NONE);
	for (size_t n = file.n; n > sizeof eh + table; n -= 37) {
		uint8_t *copy = area + (room - n) / 8 * 8;
		size_t size = (size_t)(area + room - copy);

		memcpy(copy, file.base, min(size, file.n));
		eh.e_shoff = sizeof eh;
		memcpy(copy + sizeof eh, file.base + ((const Elf64_Ehdr *)file.base)->e_shoff, table);
		memcpy(copy, &eh, sizeof eh);
		if (known((Bytes){ copy, size }, symbols) > all)
			fail(0, "more", "less");
	}
	munmap(area, room + page);
}

static const char *const builds[] = {
	"gcc -O0 -gdwarf-5", "gcc -O1 -gdwarf-5", "gcc -O2 -gdwarf-5", "gcc -O3 -gdwarf-5",
	"gcc -Os -gdwarf-5", "gcc -O0 -gdwarf-4", "gcc -O1 -gdwarf-4", "gcc -O2 -gdwarf-4",
	"gcc -O3 -gdwarf-4", "gcc -Os -gdwarf-4", "gcc -O2 -gdwarf-5 -gdwarf64",
	"gcc -O2 -gdwarf-4 -gdwarf64", "gcc -O2 -gdwarf-5 -flto", "gcc -O2 -g1",
	"gcc -O2 -gdwarf-5 -ffunction-sections -Wl,--gc-sections",
	"gcc -O2 -g -fdebug-types-section",
	"clang -O0 -gdwarf-5", "clang -O1 -gdwarf-5", "clang -O2 -gdwarf-5",
	"clang -O3 -gdwarf-5", "clang -Os -gdwarf-5", "clang -O0 -gdwarf-4",
	"clang -O1 -gdwarf-4", "clang -O2 -gdwarf-4", "clang -O3 -gdwarf-4",
	"clang -Os -gdwarf-4", "clang -O2 -gline-tables-only",
	"clang -O2 -gdwarf-5 -ffunction-sections -Wl,--gc-sections",
};

// What is left of the program, and whether that still tells something.
static const struct {
	const char *command;
	bool some;
} changes[] = {
	{ "strip \"$PROGRAM\" -o \"$CHANGED\"", false },
	{ "objcopy --compress-debug-sections \"$PROGRAM\" \"$CHANGED\"", false },
	{ "objcopy --compress-debug-sections=zlib-gnu \"$PROGRAM\" \"$CHANGED\"", false },
	{ "objcopy --only-keep-debug \"$PROGRAM\" \"$CHANGED\"", true },
	{ "objcopy -R .debug_info \"$PROGRAM\" \"$CHANGED\"", false },
	{ "objcopy -R .debug_abbrev \"$PROGRAM\" \"$CHANGED\"", false },
	{ "objcopy -R .debug_line \"$PROGRAM\" \"$CHANGED\"", false },
	{ "objcopy -R .debug_aranges \"$PROGRAM\" \"$CHANGED\"", true },
	{ "objcopy -R .debug_str \"$PROGRAM\" \"$CHANGED\"", true },
	{ "objcopy -R .debug_line_str \"$PROGRAM\" \"$CHANGED\"", true },
	{ "head -c 50 \"$PROGRAM\" >\"$CHANGED\"", false },
	{ ": >\"$CHANGED\"", false },
};

static void
less(Bytes file)
{
	Bytes symbols = __rt0_section(file, ".symtab");

	for (size_t i = 0; i < nelem(changes); i++) {
		if (system(changes[i].command) != 0)
			fail(0, changes[i].command, "works");
		if ((known(mapped(getenv("CHANGED")), symbols) > 0) != changes[i].some)
			fail(0, changes[i].command,
			     changes[i].some ? "tells something" : "tells nothing");
	}
}

static void
setpathname(const char *name, const char *file)
{
	const char *tmp = getenv("RT0_TMP");
	char path[Room];

	snprintf(path, sizeof path, "%s/%s", tmp ? tmp : "/tmp", file);
	setenv(name, path, 1);
}

int
main(void)
{
	bool llvm = system("command -v llvm-addr2line >/dev/null") == 0;

	setpathname("PROGRAM", "program");
	setpathname("CHANGED", "changed");
	setpathname("ADDRESSES", "addresses");
	for (size_t i = 0; i < nelem(builds); i++) {
		Bytes file;

		build = builds[i];
		setenv("BUILD", build, 1);
		setenv("TOOL", strstr(build, "-gdwarf-4") ? "addr2line" : "llvm-addr2line", 1);
		if (system("$BUILD -w -no-pie -fno-pie -I. -Iruntime/arch/" PROCESSOR " -Iinclude -o \"$PROGRAM\" "
		           "tests/unit/dwarf/one.c \"$PWD/tests/unit/dwarf/two.c\" runtime/base/str.c "
		           "runtime/base/format.c runtime/base/fmtfloat.c "
		           "runtime/base/strerror.c") != 0) {
			fail(0, "does not build", "");
			continue;
		}
		file = mapped(getenv("PROGRAM"));
		if (llvm || strstr(build, "-gdwarf-4"))
			compare(file);
		if (strstr(build, "-O2 -gdwarf-5")) {
			less(file);
			cutoff(file);
		}
		munmap((void *)(uintptr_t)file.base, file.n);
	}
	printf("%ld addresses, %ld frames, %d failures\n", addresses, frames, failures);
	return failures != 0;
}
