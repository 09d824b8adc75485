// dwarf.h - where a pc is in the source.
#ifndef RT0_PANIC_DWARF_H
#define RT0_PANIC_DWARF_H

#include "runtime/panic/elf.h"

enum { MaxPlaces = 16 };

typedef struct {
	const char *func;    // of an inlined function; NULL: that of the symbol table
	const char *path[5]; // the file's name, in pieces to be written one after another
	uint64_t line;
} Place;

// What is at pc: a place in the function itself, where it calls what has been inlined; a
// place in that; and so on inwards, *n in all. None when the file does not tell, or too
// much of it is wrong. Valid until the next call. A program without debug information is
// linked without it: it is NULL there (tools/ld-rt0/ld).
WEAK const Place *__rt0_places(Bytes file, uint64_t pc, int32_t *n);

#endif
