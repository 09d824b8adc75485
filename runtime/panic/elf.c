// elf.c - sections of an ELF file that nobody vouches for: no offset is used before a check.
// built: unchecked
#include "runtime/panic/elf.h"

#include <elf.h>

#include "runtime/base/str.h"

static Bytes contents(Bytes file, const Elf64_Shdr *sh)
{
	if (sh->sh_type == SHT_NOBITS || (sh->sh_flags & SHF_COMPRESSED))
		return (Bytes){ 0 };
	return part(file, sh->sh_offset, sh->sh_size);
}

Bytes __rt0_section(Bytes file, const char *name)
{
	const Elf64_Ehdr *eh = (const void *)part(file, 0, sizeof *eh).base;
	const Elf64_Shdr *sh;
	Bytes names;

	if (!eh || eh->e_shentsize != sizeof *sh || eh->e_shoff % PtrSize != 0)
		return (Bytes){ 0 };
	sh = (const void *)part(file, eh->e_shoff, eh->e_shnum * sizeof *sh).base;
	if (!sh || eh->e_shstrndx >= eh->e_shnum)
		return (Bytes){ 0 };
	names = part(file, sh[eh->e_shstrndx].sh_offset, sh[eh->e_shstrndx].sh_size);
	if (names.n == 0 || names.base[names.n - 1] != '\0')
		return (Bytes){ 0 };
	for (uint32_t i = 0; i < eh->e_shnum; i++) {
		if (sh[i].sh_name < names.n &&
		    streq((const char *)names.base + sh[i].sh_name, name))
			return contents(file, &sh[i]);
	}
	return (Bytes){ 0 };
}
