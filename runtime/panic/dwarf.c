// dwarf.c - where a pc is in the source, from DWARF 4 and 5: line tables, inlined functions.
//
// Nothing in the sections is believed. A Cursor reads between two addresses:
//
//	base of the section <= p <= end <= base + n
//
// What is not there any more reads as 0 and leaves the cursor at its end, where every loop
// stops. What one table refers to in another is found with at(), which stays within it.
// There is no recursion; references are followed MaxHops times; the loops inside of others
// share the lookup's fuel. No memory is taken, and functions are small for small stacks.
//
// Units are tried one after another by the ranges of their outermost entry, because not all
// compilers write .debug_aranges. The last unit is tried first, and the last answers are kept,
// since many goroutines wait in few places.
#include "runtime/base/atomic.h"
#include "runtime/panic/dwarf.h"

enum {
	MaxHops = 4,      // from an entry to the one that has the name
	MaxFuel = 1 << 24, // ranges and abbreviations read for one pc
	AddressSize = 8,
	AnswerBits = 6,    // as many answers are kept
};

enum {
	DW_TAG_inlined_subroutine = 0x1d, DW_TAG_subprogram = 0x2e,

	DW_AT_abstract_origin = 0x31, DW_AT_specification = 0x47,

	DW_FORM_addr = 0x01, DW_FORM_string = 0x08, DW_FORM_strp = 0x0e, DW_FORM_udata = 0x0f,
	DW_FORM_ref_addr = 0x10, DW_FORM_ref1 = 0x11, DW_FORM_ref_udata = 0x15,
	DW_FORM_indirect = 0x16, DW_FORM_strx = 0x1a, DW_FORM_addrx = 0x1b,
	DW_FORM_line_strp = 0x1f, DW_FORM_implicit_const = 0x21, DW_FORM_rnglistx = 0x23,
	DW_FORM_strx1 = 0x25, DW_FORM_strx4 = 0x28, DW_FORM_addrx1 = 0x29,
	DW_FORM_addrx4 = 0x2c,

	DW_UT_type = 2, DW_UT_skeleton = 4,
	DW_LNCT_path = 1, DW_LNCT_directory_index = 2,

	DW_RLE_end_of_list = 0, DW_RLE_base_addressx, DW_RLE_startx_endx, DW_RLE_startx_length,
	DW_RLE_offset_pair, DW_RLE_base_address, DW_RLE_start_end, DW_RLE_start_length,

	DW_LNS_copy = 1, DW_LNS_advance_pc, DW_LNS_advance_line, DW_LNS_set_file,
	DW_LNS_const_add_pc = 8, DW_LNS_fixed_advance_pc,
	DW_LNE_end_sequence = 1, DW_LNE_set_address,
};

enum { Info, Abbrev, Line, Str, LineStr, Ranges, Rnglists, StrOffsets, Addr, NSections };

static const char sectionnames[NSections][20] = {
	".debug_info", ".debug_abbrev", ".debug_line", ".debug_str", ".debug_line_str",
	".debug_ranges", ".debug_rnglists", ".debug_str_offsets", ".debug_addr",
};

typedef struct {
	const uint8_t *p, *end;
} Cursor;

typedef struct {
	uint64_t form, v; // form 0: the entry has no such attribute
} Attr;

// The attributes of interest, and where an Entry keeps them.
enum {
	Name, StmtList, LowPC, HighPC, CompDir, Origin, RangeList, CallFile, CallLine,
	StrBase, AddrBase, RnglistsBase, NAttrs
};

static const uint8_t attrs[NAttrs] = {
	0x03, 0x10, 0x11, 0x12, 0x1b, DW_AT_abstract_origin, 0x55, 0x58, 0x59, 0x72, 0x73, 0x74,
};

// A "debugging information entry".
typedef struct {
	uint64_t tag; // 0: the end of a list of children
	bool children;
	Attr attr[NAttrs];
} Entry;

typedef struct {
	uint64_t start, end, abbrevs; // offsets
	Cursor entries;               // behind the root
	uint32_t offsize;             // of offsets: 4, or 8 in 64-bit DWARF
	uint32_t version;
	Entry root;
} Unit;

typedef struct {
	Bytes section[NSections];
	Unit unit;                 // the last one that had the pc; version 0: none
	uint32_t fuel;
	uint64_t abbrevs;          // the table that abbrev is about
	const uint8_t *abbrev[64]; // the small codes, behind the code; NULL: not seen yet
} Dwarf;

// ---- reading ------------------------------------------------------------------------

static Cursor at(Bytes b, uint64_t off)
{
	return (Cursor){ b.base + min(off, b.n), b.base + b.n };
}

static void skip(Cursor *c, uint64_t n)
{
	c->p += min(n, (uint64_t)(c->end - c->p));
}

// n bytes, at most 8.
static uint64_t word(Cursor *c, uint64_t n)
{
	uint64_t v = 0;

	if (n <= (uint64_t)(c->end - c->p))
		__builtin_memcpy(&v, c->p, n);
	skip(c, n);
	return v;
}

// Bits that do not fit are lost.
static uint64_t leb(Cursor *c, bool isSigned)
{
	uint64_t v = 0;
	uint8_t b = 0x80;

	for (uint32_t shift = 0; b & 0x80; shift += 7) {
		if (c->p == c->end)
			return 0;
		b = *c->p++;
		if (shift >= 64)
			continue;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (isSigned && (b & 0xc0) == 0x40)
			v |= -(uint64_t)0x40 << shift;
	}
	return v;
}

static uint64_t uleb(Cursor *c)
{
	return leb(c, false);
}

// Empty when it does not end.
static const char *cstring(Cursor *c)
{
	const uint8_t *s = c->p;

	while (c->p < c->end) {
		if (*c->p++ == '\0')
			return (const char *)s;
	}
	return "";
}

static const char *stringat(Bytes b, uint64_t off)
{
	Cursor c = at(b, off);

	return cstring(&c);
}

// The i-th of the words of that size behind base.
static uint64_t indexed(Bytes b, uint64_t base, uint64_t i, uint32_t size)
{
	Cursor c = at(b, base + i * size);

	return word(&c, size);
}

// The length that a unit begins with; the cursor ends with the unit.
static uint32_t unitlength(Cursor *c)
{
	uint32_t offsize = 4;
	uint64_t n = word(c, 4);

	if (n == 0xffffffff) {
		offsize = 8;
		n = word(c, 8);
	}
	c->end = c->p + min(n, (uint64_t)(c->end - c->p));
	return offsize;
}

// How a form is read: its size up to 8, or one of these. B1 + i: 1 << i bytes of length.
enum { LEB = 9, OFF, STR, B1, B2, B4, BLEB, BAD, D16 };

static const uint8_t forms[] = {
	BAD, AddressSize, BAD, B2, B4, 2, 4, 8, STR, BLEB, B1, 1, 1, LEB, OFF, LEB,
	OFF, 1, 2, 4, 8, LEB, BAD, OFF, BLEB, 0, LEB, LEB, 4, OFF, D16, OFF,
	8, BAD, LEB, LEB, 8, 1, 2, 3, 4, 1, 2, 3, 4,
};

// A value of a->form. The number, offset or index itself; the address of a string.
static void value(Cursor *c, uint32_t offsize, Attr *a)
{
	uint32_t how;

	if (a->form == DW_FORM_indirect)
		a->form = uleb(c);
	how = a->form < nelem(forms) ? forms[a->form] : BAD;
	if (how <= 8)
		a->v = word(c, how);
	else if (how == LEB)
		a->v = uleb(c);
	else if (how == OFF)
		a->v = word(c, offsize);
	else if (how == STR)
		a->v = (uintptr_t)cstring(c);
	else if (how == BAD)
		c->p = c->end;
	else
		skip(c, how == D16 ? 16 : how == BLEB ? uleb(c) : word(c, 1u << (how - B1)));
}

static const char *string(const Dwarf *d, const Unit *u, const Attr *a)
{
	uint64_t off = a->v;

	if (a->form == DW_FORM_string)
		return (const char *)off;
	if (a->form == DW_FORM_line_strp)
		return stringat(d->section[LineStr], off);
	if (a->form == DW_FORM_strx ||
	    (a->form >= DW_FORM_strx1 && a->form <= DW_FORM_strx4))
		off = indexed(d->section[StrOffsets], u->root.attr[StrBase].v, off, u->offsize);
	else if (a->form != DW_FORM_strp)
		return "";
	return stringat(d->section[Str], off);
}

static uint64_t addressx(const Dwarf *d, const Unit *u, uint64_t i)
{
	return indexed(d->section[Addr], u->root.attr[AddrBase].v, i, AddressSize);
}

// An address, or a number behind another address.
static uint64_t address(const Dwarf *d, const Unit *u, const Attr *a, uint64_t before)
{
	if (a->form == DW_FORM_addr)
		return a->v;
	if (a->form == DW_FORM_addrx ||
	    (a->form >= DW_FORM_addrx1 && a->form <= DW_FORM_addrx4))
		return addressx(d, u, a->v);
	return before + a->v;
}

// ---- entries ------------------------------------------------------------------------

static bool burn(Dwarf *d)
{
	return d->fuel != 0 && d->fuel-- != 0;
}

// Behind the code; at its end when there is no such abbreviation.
static Cursor abbreviation(Dwarf *d, const Unit *u, uint64_t code)
{
	Cursor c = at(d->section[Abbrev], u->abbrevs);
	uint64_t n, form;

	if (d->abbrevs != u->abbrevs)
		__builtin_memset(d->abbrev, 0, sizeof d->abbrev);
	d->abbrevs = u->abbrevs;
	if (code < nelem(d->abbrev) && d->abbrev[code]) {
		c.p = d->abbrev[code];
		return c;
	}
	while ((n = uleb(&c)) != 0 && burn(d)) {
		if (n < nelem(d->abbrev))
			d->abbrev[n] = c.p;
		if (n == code)
			return c;
		uleb(&c);
		word(&c, 1);
		do {
			uleb(&c);
			form = uleb(&c);
			if (form == DW_FORM_implicit_const)
				uleb(&c);
		} while (form != 0);
	}
	c.p = c.end;
	return c;
}

static void readentry(Dwarf *d, const Unit *u, Cursor *c, Entry *e)
{
	uint64_t code = uleb(c);
	Cursor a;

	__builtin_memset(e, 0, sizeof *e);
	if (code == 0)
		return;
	a = abbreviation(d, u, code);
	e->tag = uleb(&a);
	if (e->tag == 0)
		c->p = c->end;
	e->children = word(&a, 1);
	for (;;) {
		uint64_t name = uleb(&a);
		Attr attr = { .form = uleb(&a) };

		if (attr.form == 0)
			return;
		if (attr.form == DW_FORM_implicit_const)
			attr.v = uleb(&a);
		else
			value(c, u->offsize, &attr);
		if (name == DW_AT_specification)
			name = DW_AT_abstract_origin;
		for (uint32_t i = 0; i < NAttrs; i++) {
			if (name == attrs[i])
				e->attr[i] = attr;
		}
	}
}

// Reads the unit at off; false when there is none. One that cannot be used has no entries.
static bool unitat(Dwarf *d, uint64_t off, Unit *u)
{
	Cursor c = at(d->section[Info], off);
	uint64_t kind = 0;

	u->start = off;
	u->offsize = unitlength(&c);
	u->end = (uint64_t)(c.end - d->section[Info].base);
	if (c.p == c.end)
		return false;
	u->version = (uint32_t)word(&c, 2);
	if (u->version >= 5)
		kind = word(&c, 2) % 256; // and the size of an address
	u->abbrevs = word(&c, u->offsize);
	if (u->version < 5)
		skip(&c, 1);
	if (kind >= DW_UT_skeleton)
		skip(&c, 8); // dwo_id
	else if (kind == DW_UT_type || u->version > 5)
		c.p = c.end;
	readentry(d, u, &c, &u->root);
	u->entries = c;
	return true;
}

static bool inlist(Dwarf *d, const Unit *u, const Attr *list, uint64_t pc)
{
	uint64_t base = address(d, u, &u->root.attr[LowPC], 0), lo, hi, off = list->v;
	uint64_t lists = u->root.attr[RnglistsBase].v;
	Cursor c;

	if (list->form == DW_FORM_rnglistx)
		off = lists + indexed(d->section[Rnglists], lists, off, u->offsize);
	c = at(d->section[u->version >= 5 ? Rnglists : Ranges], off);
	while (c.p < c.end && burn(d)) {
		uint64_t kind = DW_RLE_offset_pair;

		if (u->version >= 5) {
			kind = word(&c, 1);
			if (kind == DW_RLE_end_of_list)
				return false;
			if (kind == DW_RLE_offset_pair)
				lo = base + uleb(&c);
			else if (kind < DW_RLE_offset_pair)
				lo = addressx(d, u, uleb(&c));
			else
				lo = word(&c, AddressSize);
			hi = lo;
			if (kind == DW_RLE_startx_endx)
				hi = addressx(d, u, uleb(&c));
			else if (kind == DW_RLE_start_end)
				hi = word(&c, AddressSize);
			else if (kind == DW_RLE_offset_pair)
				hi = base + uleb(&c);
			else if (kind == DW_RLE_base_addressx || kind == DW_RLE_base_address)
				base = lo;
			else
				hi += uleb(&c);
		} else {
			lo = word(&c, AddressSize);
			hi = word(&c, AddressSize);
			if ((lo | hi) == 0)
				return false;
			if (lo == UINT64_MAX)
				base = lo = hi;
			else
				lo += base, hi += base;
		}
		if (pc >= lo && pc < hi)
			return true;
	}
	return false;
}

static bool contains(Dwarf *d, const Unit *u, const Entry *e, uint64_t pc)
{
	uint64_t lo;

	if (e->attr[RangeList].form != 0)
		return inlist(d, u, &e->attr[RangeList], pc);
	lo = address(d, u, &e->attr[LowPC], 0);
	return pc >= lo && pc < address(d, u, &e->attr[HighPC], lo);
}

static bool findunit(Dwarf *d, uint64_t pc)
{
	Unit *u = &d->unit;

	if (u->version != 0 && contains(d, u, &u->root, pc))
		return true;
	for (uint64_t off = 0; unitat(d, off, u); off = u->end) {
		if (contains(d, u, &u->root, pc))
			return true;
	}
	u->version = 0;
	return false;
}

// Returns the name of the function at origin, which may be in another unit.
static const char *funcnameof(Dwarf *d, const Attr *origin)
{
	Unit u = d->unit;
	Attr ref = *origin;
	Entry e;

	for (uint32_t hops = 0; hops < MaxHops; hops++) {
		uint64_t off = ref.v;
		Cursor c;

		if (ref.form >= DW_FORM_ref1 && ref.form <= DW_FORM_ref_udata)
			off += u.start;
		else if (ref.form != DW_FORM_ref_addr)
			break;
		if (off < u.start || off >= u.end) {
			u.end = 0;
			while (unitat(d, u.end, &u) && u.end <= off)
				;
		}
		c = at(d->section[Info], off);
		c.end = max(c.p, u.entries.end);
		readentry(d, &u, &c, &e);
		if (e.attr[Name].form != 0)
			return string(d, &u, &e.attr[Name]);
		ref = e.attr[Origin];
	}
	return "?";
}

// ---- lines --------------------------------------------------------------------------

// A unit's line table, and what it says about a pc.
typedef struct {
	uint32_t version, offsize;
	uint32_t step, range, opbase; // of addresses; of lines; the first special opcode
	int8_t linebase;
	Cursor lengths; // numbers of operands, by opcode
	Cursor names;   // the tables of directories and of files
	Cursor program;
	uint64_t file, line;
} Lines;

typedef struct {
	const char *name;
	uint64_t dir;
} FileName;

// Passes a table of names, and has the one with that number in *f. Before version 5 an
// entry has so many of the fields below, numbers begin with 1, and an empty name is the end.
static void nametable(const Dwarf *d, const Lines *l, Cursor *c, uint32_t nfields,
                      uint64_t number, FileName *f)
{
	static const uint8_t old[] = {
		DW_LNCT_path, DW_FORM_string, DW_LNCT_directory_index, DW_FORM_udata,
		0, DW_FORM_udata, 0, DW_FORM_udata, // time and length
	};
	Cursor format = { old, old + (size_t)2 * nfields };
	uint64_t count = UINT64_MAX;
	const uint8_t *last = NULL;

	if (l->version >= 5) {
		nfields = 2 * (uint32_t)word(c, 1);
		format.p = c->p;
		while (nfields-- != 0)
			uleb(c);
		format.end = c->p;
		count = uleb(c);
		number++;
	}
	while (count-- != 0 && c->p != last) { // each entry has a length
		FileName e = { "", 0 };

		last = c->p;
		for (Cursor g = format; g.p < g.end;) {
			uint64_t what = uleb(&g);
			Attr a = { .form = uleb(&g) };

			value(c, l->offsize, &a);
			if (what == DW_LNCT_path)
				e.name = string(d, &d->unit, &a);
			if (what == DW_LNCT_directory_index)
				e.dir = a.v;
			if (l->version < 5 && e.name[0] == '\0')
				return;
		}
		if (--number == 0)
			*f = e;
	}
}

static void setpath(const Dwarf *d, const Lines *l, uint64_t file, Place *p)
{
	Cursor dirs = l->names, c = dirs;
	FileName f = { "?", 0 }, dir = { "", 0 };
	const char *names[3] = { string(d, &d->unit, &d->unit.root.attr[CompDir]) };

	nametable(d, l, &c, 1, UINT64_MAX, &dir);
	nametable(d, l, &c, 4, file, &f);
	nametable(d, l, &dirs, 1, f.dir, &dir);
	names[1] = dir.name;
	names[2] = f.name;
	for (uint32_t i = 0; i < 3; i++) {
		if (names[i][0] == '/') // absolute: those before it do not count
			for (uint32_t j = 0; j < 2 * i; j++)
				p->path[j] = "";
		p->path[2 * i] = names[i];
		if (i < 2)
			p->path[2 * i + 1] = names[i][0] ? "/" : "";
	}
}

// Reads the header of the unit's table; its program is empty when there is none.
static void openlines(const Dwarf *d, Lines *l)
{
	Cursor c = at(d->section[Line], d->unit.root.attr[StmtList].v);
	uint64_t n;

	l->offsize = unitlength(&c);
	l->version = (uint32_t)word(&c, 2);
	if (l->version >= 5)
		word(&c, 2);
	n = word(&c, l->offsize);
	l->program = c;
	skip(&l->program, n);
	l->step = (uint32_t)word(&c, 1);
	word(&c, l->version >= 4 ? 2 : 1);
	l->linebase = (int8_t)word(&c, 1);
	l->range = (uint32_t)word(&c, 1);
	l->opbase = (uint32_t)word(&c, 1);
	l->lengths = c;
	skip(&c, l->opbase - 1);
	l->names = c;
	if (l->range == 0)
		l->program.p = l->program.end;
}

// What the registers of a line program are at the beginning of a sequence.
static const struct Registers {
	uint64_t addr, file, line;
	bool row, end;
} beginning = { .file = 1, .line = 1 };

// Operations whose number is not one of the special ones.
static void standard(Lines *l, uint64_t op, struct Registers *s)
{
	Cursor *p = &l->program, c;
	uint64_t n;

	switch (op) {
	case 0:
		n = uleb(p);
		c = *p;
		skip(p, n);
		c.end = p->p;
		op = word(&c, 1);
		s->row = s->end = op == DW_LNE_end_sequence;
		if (op == DW_LNE_set_address)
			s->addr = word(&c, AddressSize);
		return;
	case DW_LNS_copy: s->row = true; return;
	case DW_LNS_advance_pc: s->addr += uleb(p) * l->step; return;
	case DW_LNS_advance_line: s->line += leb(p, true); return;
	case DW_LNS_set_file: s->file = uleb(p); return;
	case DW_LNS_const_add_pc: s->addr += (255 - l->opbase) / l->range * l->step; return;
	case DW_LNS_fixed_advance_pc: s->addr += word(p, 2); return;
	default: // the others have no part in file and line
		c = l->lengths;
		skip(&c, op - 1);
		for (n = word(&c, 1); n > 0; n--)
			uleb(p);
	}
}

// Runs the program until a row is behind pc: the one before it counts.
static bool findrow(Lines *l, uint64_t pc)
{
	struct Registers s = beginning;
	uint64_t before = UINT64_MAX;

	while (l->program.p < l->program.end) {
		uint64_t op = word(&l->program, 1);

		s.row = op >= l->opbase;
		if (s.row) {
			op -= l->opbase;
			s.addr += op / l->range * l->step;
			s.line += (uint64_t)l->linebase + op % l->range;
		} else {
			standard(l, op, &s);
		}
		if (!s.row)
			continue;
		if (pc >= before && pc < s.addr)
			return true;
		before = s.addr;
		l->file = s.file;
		l->line = s.line;
		if (s.end) {
			before = UINT64_MAX;
			s = beginning;
		}
	}
	return false;
}

// ---- places -------------------------------------------------------------------------

// Fills places from the function inwards, except for file and line of the innermost.
static int32_t findinlined(Dwarf *d, uint64_t pc, const Lines *l, Place *places)
{
	Cursor c = d->unit.entries;
	int64_t depth = 1, outer = 0;
	int32_t n = 0;
	Entry e;

	places[0].func = NULL;
	while (c.p < c.end) {
		readentry(d, &d->unit, &c, &e);
		if (e.tag == 0) {
			if (--depth <= outer)
				break;
			continue;
		}
		if (e.tag == DW_TAG_subprogram && contains(d, &d->unit, &e, pc)) {
			outer = depth;
		} else if (e.tag == DW_TAG_inlined_subroutine && n + 1 < MaxPlaces &&
		           contains(d, &d->unit, &e, pc)) {
			setpath(d, l, e.attr[CallFile].v, &places[n]);
			places[n].line = e.attr[CallLine].v;
			places[++n].func = funcnameof(d, &e.attr[Origin]);
		}
		depth += e.children;
	}
	return n;
}

static int32_t findplaces(Dwarf *d, uint64_t pc, Place *places)
{
	int32_t n;
	Lines l;

	d->fuel = MaxFuel;
	if (!findunit(d, pc))
		return 0;
	openlines(d, &l);
	if (!findrow(&l, pc))
		return 0;
	n = findinlined(d, pc, &l, places);
	setpath(d, &l, l.file, &places[n]);
	places[n].line = l.line;
	return n + 1;
}

static Dwarf dwarf;
static struct {
	uint64_t pc;
	int32_t n;
	Place places[MaxPlaces];
} answers[1 << AnswerBits];

const Place *__rt0_places(Bytes file, uint64_t pc, int32_t *n)
{
	__typeof__(answers[0]) *a = &answers[pc * 0x9e3779b97f4a7c15 >> (64 - AnswerBits)];

	if (dwarf.section[Info].n == 0) {
		// If the report dies in the middle, it starts over: the section tested comes last.
		for (uint32_t i = NSections; i-- > 0;) {
			dwarf.section[i] = __rt0_section(file, sectionnames[i]);
			compilerbarrier();
		}
	}
	if (a->pc != pc) {
		a->pc = 0; // no answer, if it dies here
		compilerbarrier();
		a->n = findplaces(&dwarf, pc, a->places);
		compilerbarrier();
		a->pc = pc;
	}
	*n = a->n;
	return a->places;
}
