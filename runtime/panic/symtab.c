// symtab.c - names of functions, and their places in the source, from the running binary.
//
// The file is mapped when the first name is asked for, by a program that is about to die.
// Nothing in it is believed without a check against its size (panic/elf.c, panic/dwarf.c).
#include <elf.h>

#include "runtime/os/os.h"
#include "runtime/panic/panic.h"

static struct {
	bool tried;
	Bytes file, syms, strs;
} self;

static void mapself(void)
{
	int64_t fd, n;

	self.tried = true;
	if (auxvSecure) // the file need not be the one that runs
		return;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0 && auxvExecFn)
		fd = open((const char *)auxvExecFn, O_RDONLY | O_CLOEXEC, 0);
	n = filesize((int32_t)fd);
	if (n <= 0)
		return;
	self.file.base = sysMapFile((int32_t)fd, (uintptr_t)n);
	if (!self.file.base)
		return;
	self.file.n = (uint64_t)n;
	self.strs = __rt0_section(self.file, ".strtab");
	if (self.strs.n != 0 && self.strs.base[self.strs.n - 1] == '\0')
		self.syms = __rt0_section(self.file, ".symtab");
}

const char *funcname(uintptr_t pc, uintptr_t *start)
{
	const Elf64_Sym *found = NULL, *s, *end;

	if (!self.tried)
		mapself();
	pc -= loadbias;
	s = (const void *)self.syms.base;
	if ((uintptr_t)s % PtrSize != 0)
		return NULL;
	for (end = s + self.syms.n / sizeof *s; s < end; s++) {
		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && pc - s->st_value < s->st_size &&
		    s->st_name < self.strs.n)
			found = s;
	}
	if (!found)
		return NULL;
	*start = loadbias + found->st_value;
	return (const char *)self.strs.base + found->st_name;
}

const Place *funcplaces(uintptr_t pc, int32_t *n)
{
	static const Place unknown = { .path = { "?", "", "", "", "" } };
	const Place *places;

	*n = 0;
	if (__rt0_places) {
		places = __rt0_places(self.file, pc - loadbias, n);
		if (*n > 0)
			return places;
	}
	*n = 1;
	return &unknown;
}
