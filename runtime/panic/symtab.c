// symtab.c - names of functions, from the symbol table of the running binary itself.
//
// The file is mapped when the first name is asked for, by a program that is about to die.
// Nothing in it is believed without a check against its size.
#include <elf.h>

#include "runtime/os/os.h"
#include "runtime/panic/panic.h"

static struct {
	bool tried;
	const Elf64_Sym *syms;
	uint64_t nsyms;
	const char *strs;
	uint64_t strsize;
} symtab;

static const void *mapself(uint64_t *size)
{
	int64_t fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0), n;

	if (fd < 0 && auxvExecFn)
		fd = open((const char *)auxvExecFn, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	n = filesize((int32_t)fd);
	if (n <= 0)
		return NULL;
	*size = (uint64_t)n;
	return sysMapFile((int32_t)fd, (uintptr_t)n);
}

static bool within(uint64_t off, uint64_t n, uint64_t size)
{
	return off <= size && n <= size - off;
}

static void loadsymtab(void)
{
	uint64_t size = 0;
	const char *file;
	const Elf64_Ehdr *eh;
	const Elf64_Shdr *sh;

	symtab.tried = true;
	if (auxvSecure) // the file need not be the one that runs
		return;
	file = mapself(&size);
	eh = (const void *)file;
	if (!file || size < sizeof *eh || eh->e_shentsize != sizeof *sh ||
	    !within(eh->e_shoff, (uint64_t)eh->e_shnum * sizeof *sh, size))
		return;
	sh = (const void *)(file + eh->e_shoff);
	for (uint32_t i = 0; i < eh->e_shnum; i++) {
		const Elf64_Shdr *str = &sh[sh[i].sh_link < eh->e_shnum ? sh[i].sh_link : 0];

		if (sh[i].sh_type != SHT_SYMTAB || !within(sh[i].sh_offset, sh[i].sh_size, size) ||
		    !within(str->sh_offset, str->sh_size, size) || str->sh_size == 0 ||
		    file[str->sh_offset + str->sh_size - 1] != '\0')
			continue;
		symtab.syms = (const void *)(file + sh[i].sh_offset);
		symtab.nsyms = sh[i].sh_size / sizeof(Elf64_Sym);
		symtab.strs = file + str->sh_offset;
		symtab.strsize = str->sh_size;
		return;
	}
}

const char *funcname(uintptr_t pc, uintptr_t *start)
{
	const Elf64_Sym *found = NULL;

	if (!symtab.tried)
		loadsymtab();
	for (uint64_t i = 0; i < symtab.nsyms; i++) {
		const Elf64_Sym *s = &symtab.syms[i];

		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && pc >= s->st_value &&
		    pc < s->st_value + s->st_size && s->st_name < symtab.strsize)
			found = s;
	}
	if (!found)
		return NULL;
	*start = found->st_value;
	return symtab.strs + found->st_name;
}
