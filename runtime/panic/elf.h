// elf.h - sections of an ELF file that nobody vouches for.
#ifndef RT0_PANIC_ELF_H
#define RT0_PANIC_ELF_H

#include "runtime/base/types.h"

// n bytes at base; none when something is not there, or not in one piece.
typedef struct {
	const uint8_t *base;
	uint64_t n;
} Bytes;

// The n bytes of b from off; none when they are not all in b.
ALWAYS_INLINE Bytes part(Bytes b, uint64_t off, uint64_t n)
{
	if (off > b.n || n > b.n - off)
		return (Bytes){ 0 };
	return (Bytes){ b.base + off, n };
}

// The first section of that name; none when it is compressed, or has no contents in the
// file. Global, since the archive's other member needs it (panic/dwarf.c).
Bytes __rt0_section(Bytes file, const char *name);

#endif
