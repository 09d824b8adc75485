// tests/fuzz/dwarf.c - whatever a binary's tables say, the traceback's readers stay within
// them and come to an end. Built by "make fuzz" with libFuzzer and clang's sanitizers.
//
// An input is an ELF file, or without that shell its sections:
//
//	pc, 8 bytes | sizes of the sections, 2 bytes each | the sections
//
// in the order of dwarf.c's sectionnames; each is put in memory of its own.
#include <stdlib.h>
#include <string.h>

#include "runtime/base/str.c"
#include "runtime/panic/elf.c"
#include "runtime/panic/dwarf.c"

enum { Pcs = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static volatile size_t length;

// Reads all that has been handed out.
static void
use(const Place *places, int32_t n)
{
	if (n < 0 || n > MaxPlaces)
		abort();
	for (int32_t i = 0; i < n; i++) {
		if (i > 0)
			length += strlen(places[i].func);
		for (int j = 0; j < 5; j++)
			length += strlen(places[i].path[j]);
	}
}

// The addresses of a small program's code.
static void
elf(Bytes file)
{
	int32_t n;

	__rt0_section(file, ".symtab");
	memset(&dwarf, 0, sizeof dwarf);
	memset(answers, 0, sizeof answers);
	for (uint64_t i = 0; i < Pcs; i++) {
		const Place *places = __rt0_places(file, 0x401000 + i * 4, &n);

		use(places, n);
	}
}

static void
sections(const uint8_t *data, size_t n)
{
	static const size_t head = 8 + 2 * NSections;
	Place places[MaxPlaces];
	size_t left = n - head;
	uint8_t *copies[NSections];
	uint64_t pc;

	memcpy(&pc, data, sizeof pc);
	memset(&dwarf, 0, sizeof dwarf);
	for (size_t i = 0; i < NSections; i++) {
		size_t size = data[8 + 2 * i] | (size_t)data[9 + 2 * i] << 8;

		size = min(size, left);
		copies[i] = malloc(size);
		memcpy(copies[i], data + n - left, size);
		left -= size;
		dwarf.section[i] = (Bytes){ copies[i], size };
	}
	for (uint64_t i = 0; i < 4; i++) // the later ones find what the first one has kept
		use(places, findplaces(&dwarf, pc + i, places));
	for (size_t i = 0; i < NSections; i++)
		free(copies[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n >= 4 && memcmp(data, ELFMAG, SELFMAG) == 0)
		elf((Bytes){ data, n });
	else if (n >= 8 + 2 * NSections)
		sections(data, n);
	return 0;
}
