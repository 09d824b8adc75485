// module.c - the tables that describe the binary: where its code is, and whose.
//
// The linker script lays them down. There is one module: the program is static.
//
// built: unchecked
#include "runtime/boot/boot.h"

enum { AbiVersion = 2 };

extern const char __text_start[], __text_end[];
extern const char __runtime_text_start[], __runtime_text_end[];
extern const char __libc_text_start[], __libc_text_end[]; // empty without a C library
HIDDEN extern const char __rt0_abi[]; // __image_start + the linker script's idea of AbiVersion
extern const uintptr_t __typelink_start[], __typelink_end[];
extern const uintptr_t __itablink_start[], __itablink_end[];
void ENTRY(void);

ModuleData firstmoduledata;
static ModuleData *modules[1];
ModulesSlice modulesSlice;

static bool ordered(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	return a <= b && b < c && c <= d;
}

STEP void moduledataverify(void)
{
	ModuleData *md = &firstmoduledata;

	*md = (ModuleData){
		.text = (uintptr_t)__text_start,
		.etext = (uintptr_t)__text_end,
		.rttext = (uintptr_t)__runtime_text_start,
		.ertext = (uintptr_t)__runtime_text_end,
		.entry = (uintptr_t)ENTRY,
		.libctext = (uintptr_t)__libc_text_start,
		.elibctext = (uintptr_t)__libc_text_end,
		.abi = (uint32_t)((uintptr_t)__rt0_abi - (uintptr_t)__image_start),
	};
	if (!ordered(md->text, md->rttext, md->ertext, md->etext) ||
	    md->libctext < md->ertext || md->elibctext < md->libctext ||
	    md->entry < md->rttext || md->entry >= md->ertext || md->abi != AbiVersion)
		throw("invalid runtime symbol table");
}

STEP void modulesinit(void)
{
	modules[0] = &firstmoduledata;
	modulesSlice = (ModulesSlice){ modules, 1 };
}

// Every entry must point into the binary.
static void verifylinks(const uintptr_t *p, const uintptr_t *end)
{
	extern const char __image_end[];

	for (; p < end; p++) {
		if (*p < (uintptr_t)__image_start || *p >= (uintptr_t)__image_end)
			throw("invalid runtime symbol table");
	}
}

// Types need to be made one only across modules; what the program's compiler put into the
// section is checked.
STEP void typelinksinit(void)
{
	verifylinks(__typelink_start, __typelink_end);
}

STEP void itabsinit(void)
{
	verifylinks(__itablink_start, __itablink_end);
}

// A loader would do this. The segment has its first and its last page to itself. A kernel that
// refuses leaves the words writable, and nothing else depends on it.
STEP void relroinit(void)
{
	extern char __relro_start[], __relro_end[];
	uintptr_t start = (uintptr_t)__relro_start & -physPageSize;

	sysReadOnly((void *)start, alignup((uintptr_t)__relro_end, physPageSize) - start);
}
