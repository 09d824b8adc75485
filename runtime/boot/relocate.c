// relocate.c - a position-independent program makes its own pointers right.
//
// The linker has left a table of the words that hold an address. Nothing has a meaning
// before they do: no pointer in a table, no thread pointer, no check for room on the stack.
//
// built: unchecked
#include <elf.h>

#include "runtime/boot/boot.h"

HIDDEN extern const Elf64_Rela __rela_start[], __rela_end[];

// There is one kind of entry, as long as every symbol is the program's own.
void relocate(void)
{
	for (const Elf64_Rela *r = __rela_start; r < __rela_end; r++) {
		if (r->r_info != ELF64_R_INFO(0, RELOCATION))
			__builtin_trap();
		*(uintptr_t *)(loadbias + r->r_offset) = loadbias + (uintptr_t)r->r_addend;
	}
}
