// vdso.c - finding the kernel's clock functions in the vDSO.
//
// Follows Go's vdso_linux.go: the dynamic symbol table, one version. Without a
// vDSO the symbols stay 0 and the clock is read by system calls.
//
// built: unchecked
#include <elf.h>

#include "runtime/base/str.h"
#include "runtime/os/os.h"

RELRO uintptr_t vdsoClockgettimeSym, vdsoGettimeofdaySym;

typedef struct {
	uintptr_t load; // what to add to an address in the image
	const Elf64_Sym *symtab;
	const char *strtab;
	const uint16_t *versym;
	const Elf64_Verdef *verdef;
	uint32_t nsyms;
	uint16_t version; // the index of VDSO_VERSION; 0 when there is none
} Vdso;

// The segment that maps the file's start gives the load bias; the dynamic segment follows.
static const Elf64_Dyn *vdsosegments(Vdso *v, const Elf64_Ehdr *ehdr)
{
	const Elf64_Phdr *ph = (const void *)((const char *)ehdr + ehdr->e_phoff);
	const Elf64_Dyn *dyn = NULL;
	bool loaded = false;

	for (int32_t i = 0; i < ehdr->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && !loaded) {
			v->load = (uintptr_t)ehdr + ph[i].p_offset - ph[i].p_vaddr;
			loaded = true;
		} else if (ph[i].p_type == PT_DYNAMIC) {
			dyn = (const void *)((const char *)ehdr + ph[i].p_offset);
		}
	}
	return loaded ? dyn : NULL;
}

// Returns the number of symbols by the GNU hash table: the last chain's end.
static uint32_t gnuhashcount(const uint32_t *hash)
{
	uint32_t nbuckets = hash[0], symoffset = hash[1], bloom = hash[2], last = 0;
	const uint32_t *buckets = hash + 4 + 2 * bloom, *chain = buckets + nbuckets;

	for (uint32_t i = 0; i < nbuckets; i++)
		last = max(last, buckets[i]);
	if (last < symoffset)
		return symoffset;
	while (!(chain[last - symoffset] & 1))
		last++;
	return last + 1;
}

static bool vdsotables(Vdso *v, const Elf64_Dyn *dyn)
{
	const uint32_t *hash = NULL, *gnuhash = NULL;

	for (; dyn->d_tag != DT_NULL; dyn++) {
		const void *p = (const void *)(v->load + dyn->d_un.d_ptr);

		switch (dyn->d_tag) {
		case DT_STRTAB: v->strtab = p; break;
		case DT_SYMTAB: v->symtab = p; break;
		case DT_HASH: hash = p; break;
		case DT_GNU_HASH: gnuhash = p; break;
		case DT_VERSYM: v->versym = p; break;
		case DT_VERDEF: v->verdef = p; break;
		}
	}
	if (!v->strtab || !v->symtab || (!hash && !gnuhash))
		return false;
	v->nsyms = hash ? hash[1] : gnuhashcount(gnuhash);
	if (!v->verdef)
		v->versym = NULL;
	return true;
}

static uint16_t vdsoversion(const Vdso *v)
{
	const Elf64_Verdef *def = v->verdef;

	while (def) {
		const Elf64_Verdaux *aux = (const void *)((const char *)def + def->vd_aux);

		if (!(def->vd_flags & VER_FLG_BASE) &&
		    streq(v->strtab + aux->vda_name, VDSO_VERSION))
			return def->vd_ndx & 0x7fff;
		if (def->vd_next == 0)
			break;
		def = (const void *)((const char *)def + def->vd_next);
	}
	return 0;
}

static uintptr_t vdsosymbol(const Vdso *v, const char *name)
{
	for (uint32_t i = 0; i < v->nsyms; i++) {
		const Elf64_Sym *s = &v->symtab[i];

		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || s->st_shndx == SHN_UNDEF)
			continue;
		if (v->versym && v->version && (v->versym[i] & 0x7fff) != v->version)
			continue;
		if (streq(v->strtab + s->st_name, name))
			return v->load + s->st_value;
	}
	return 0;
}

STEP void vdsoauxv(uintptr_t tag, uintptr_t val)
{
	Vdso v = { 0 };
	const Elf64_Dyn *dyn;

	if (tag != AT_SYSINFO_EHDR || val == 0)
		return;
	dyn = vdsosegments(&v, (const Elf64_Ehdr *)val);
	if (!dyn || !vdsotables(&v, dyn))
		return;
	v.version = vdsoversion(&v);
	vdsoGettimeofdaySym = vdsosymbol(&v, VDSO_GETTIMEOFDAY);
	vdsoClockgettimeSym = vdsosymbol(&v, VDSO_CLOCK_GETTIME);
}
