// symtab.c - names of functions, and their places in the source, from the running binary.
//
// The file is mapped when the first name is asked for, by a program that is about to die.
// Nothing in it is believed without a check against its size (panic/elf.c, panic/dwarf.c).
//
// built: unchecked
#include <elf.h>

#include "runtime/os/os.h"
#include "runtime/panic/panic.h"

static struct {
	bool tried;
	Bytes file, syms, strs;
} self;

static Bytes mapfile(const char *path)
{
	int64_t fd = open(path, O_RDONLY | O_CLOEXEC, 0), n;
	Bytes file = { 0 };

	if (fd < 0)
		return file;
	n = filesize((int32_t)fd);
	if (n > 0)
		file.base = sysMapFile((int32_t)fd, (uintptr_t)n);
	if (file.base)
		file.n = (uint64_t)n;
	closefd((int32_t)fd);
	return file;
}

// Do these n bytes begin with a build-id?
static bool isbuildid(const Elf64_Nhdr *note, uint64_t n)
{
	return n > sizeof *note + sizeof "GNU" && note->n_type == NT_GNU_BUILD_ID &&
	       note->n_namesz == sizeof "GNU" &&
	       __builtin_memcmp(note + 1, "GNU", sizeof "GNU") == 0;
}

// Does the file have the running program's build-id, where the program has it?
static bool hasbuildid(Bytes file)
{
	const Elf64_Phdr *ph = (const void *)auxvPhdr;

	for (uintptr_t i = 0; ph && i < auxvPhnum; i++, ph++) {
		const void *note = (const void *)(loadbias + ph->p_vaddr);

		if (ph->p_type == PT_NOTE && isbuildid(note, ph->p_memsz) &&
		    part(file, ph->p_offset, ph->p_memsz).n != 0)
			return __builtin_memcmp(file.base + ph->p_offset, note,
			                        ph->p_memsz) == 0;
	}
	return false;
}

// Opens the running file. Without /proc, tries the path by which the program was started,
// which may name another program's file by now.
static Bytes findself(void)
{
	Bytes file = mapfile("/proc/self/exe");

	if (file.n != 0 || !auxvExecFn)
		return file;
	file = mapfile((const char *)auxvExecFn);
	if (file.n == 0 || hasbuildid(file))
		return file;
	sysFree((void *)(uintptr_t)file.base, file.n);
	return (Bytes){ 0 };
}

static void mapself(void)
{
	if (auxvSecure) // the file need not be the one that runs
		return;
	self.file = findself();
	self.strs = __rt0_section(self.file, ".strtab");
	if (self.strs.n != 0 && self.strs.base[self.strs.n - 1] == '\0')
		self.syms = __rt0_section(self.file, ".symtab");
}

const char *funcname(uintptr_t pc, uintptr_t *start)
{
	const Elf64_Sym *found = NULL, *s, *end;

	if (!self.tried) {
		mapself();
		compilerbarrier(); // a thread may die in it, and begins once more
		self.tried = true;
	}
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

#ifdef RT0_REPLAY
const char *varname(uintptr_t p, uintptr_t *start, uintptr_t *size)
{
	const Elf64_Sym *s = (const void *)self.syms.base, *end;

	p -= loadbias;
	if ((uintptr_t)s % PtrSize != 0)
		return NULL;
	for (end = s + self.syms.n / sizeof *s; s < end; s++) {
		if (ELF64_ST_TYPE(s->st_info) != STT_OBJECT || p - s->st_value >= s->st_size ||
		    s->st_name >= self.strs.n)
			continue;
		*start = loadbias + s->st_value;
		*size = s->st_size;
		return (const char *)self.strs.base + s->st_name;
	}
	return NULL;
}
#endif
