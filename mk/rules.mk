# rules.mk - how sources become objects, objects the libraries, and these programs.

# What make prints: a line for each folder that it fills, for each file that has changed; whole
# commands with V=1.
ifeq ($(V),1)
say =
else
Q = @
say = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-8s%s\n' '$1' '$2')
endif

RULES = Makefile mk/compiler.mk mk/rules.mk runtime/arch/$(ARCH)/flags.mk

# Sources are compiled a second time for pie/, those that say so for libc/.
pie = $(if $(filter $(B)/pie/%,$@),$1)
libc = $(if $(filter $(B)/libc/%,$@),$1)
again = $(call pie, pie)$(call libc, libc)
objects = $(patsubst %,$(B)/%.o,$(basename $1))
OBJ = $(filter-out $(MEMBEROBJ) $(MAINOBJ),$(call objects,$(SRC) $(ASM)))
MAINOBJ = $(call objects,$(CMAIN))
MEMBEROBJ = $(call objects,$(MEMBERS))
MUSLOBJ = $(patsubst %,$(B)/libc/%.o,$(basename $(MUSL)))
TWICEOBJ = $(call objects,$(TWICE))
LIBCOBJ = $(TWICEOBJ:$(B)/%=$(B)/libc/%)
HOSTEDOBJ = $(call objects,$(HOSTEDSRC))
PIEOBJ = $(OBJ:$(B)/%=$(B)/pie/%)
PIEMEMBEROBJ = $(MEMBEROBJ:$(B)/%=$(B)/pie/%)
PIEMAINOBJ = $(MAINOBJ:$(B)/%=$(B)/pie/%)

runtime: $(B)/librt0.a $(B)/librt0_main.a
pie: $(B)/pie/librt0.a $(B)/pie/librt0_main.a
internal: $(B)/internal/librt0.a
musl: $(B)/rt0_musl.o
hosted: $(B)/rt0_hosted.o

# ---- folders -----------------------------------------------------------------------------

FOLDERS = $(sort $(patsubst %/,%,$(dir $(OBJ) $(if $(HOSTED),$(HOSTEDOBJ)) $(MEMBEROBJ) $(MUSLOBJ) $(LIBCOBJ) $(PIEOBJ) $(PIEMEMBEROBJ))))
NEW := $(foreach folder,$(FOLDERS),$(if $(wildcard $(folder)),,$(folder)))
sayfile = $(if $(filter $(@D),$(NEW)),,$(call say,$1$(again),$<))

.SECONDEXPANSION:

folder = $(patsubst pie/%,%,$(patsubst libc/%,%,$*))
$(FOLDERS:%=%/.): $(B)/%/.:
	$(call say,$(if $(filter asm% rt0%,$(folder)),AS,CC)$(again),$(folder))
	@mkdir -p $@

# ---- objects -----------------------------------------------------------------------------

define COMPILE
	$(call sayfile,CC)
	$(Q)$(CC) $(WISHED) $(CPPFLAGS) $(CFLAGS) $(NEEDED) $(call pie,$(PIE)) $(call libc,-DRT0_LIBC) -MMD -MP -c -o $@ $<
	$(if $(filter $(@:$(B)/pie/%=$(B)/%),$(MEMBEROBJ)),$(count))
endef
# clang's own assembler does not say in .debug_frame which frames are a signal handler's.
define ASSEMBLE
	$(call sayfile,AS)
	$(Q)$(CC) -g $(ASFLAGS) $(if $(HOSTED),-DRT0_HOSTED) $(MAPPED) $(if $(SUFFIX),-fno-integrated-as -Wa$(comma)-g) \
		-I. -I$(B) $(ENTRY) $(call pie,$(PIE)) $(call libc,-DRT0_LIBC) -c -o $@ $<
endef
comma = ,

# make coverage: a file of counters beside each object, and an entry of the tests' own.
ifdef COVERAGE
count = $(Q)tools/coverage block $@ $(B)/counters/$(subst /,-,$(@:$(B)/%=%))
ENTRY = $(if $(filter rt0/%,$<),-D_rt0_$(ARCH)_linux=__rt0_covered)
endif

$(B)/%.o: %.c $(RULES) | $$(@D)/.
	$(COMPILE)

$(B)/pie/%.o: %.c $(RULES) | $$(@D)/.
	$(COMPILE)

$(B)/libc/%.o: %.c $(RULES) | $$(@D)/.
	$(COMPILE)

$(B)/%.o: %.S $(B)/offsets.h asm/$(ARCH)/asm.h asm/endfile.h $(RULES) | $$(@D)/.
	$(ASSEMBLE)

$(B)/pie/%.o: %.S $(B)/offsets.h asm/$(ARCH)/asm.h asm/endfile.h $(RULES) | $$(@D)/.
	$(ASSEMBLE)

$(B)/libc/%.o: %.S $(B)/offsets.h asm/$(ARCH)/asm.h asm/endfile.h $(RULES) | $$(@D)/.
	$(ASSEMBLE)

$(HOSTEDOBJ): FREE =
$(HOSTEDOBJ): NOFLOATS =

$(B)/asm/gdb.o $(B)/pie/asm/gdb.o: $(wildcard tools/gdb/*.py)

# The race detector's are before them (replay/memory.c).
ifneq ($(REPLAY),)
ifeq ($(HOSTED),)
$(B)/asm/$(ARCH)/memory.o $(B)/pie/asm/$(ARCH)/memory.o: \
	ASFLAGS += $(foreach name,cpy move set cmp,-Dmem$(name)=rt0mem$(name))
endif
endif

# Said in one place: here, by rtcc, in the manual, and what is installed.
$(B)/runtime/boot/schedinit.o $(B)/pie/runtime/boot/schedinit.o: VERSION
$(B)/runtime/boot/schedinit.o $(B)/pie/runtime/boot/schedinit.o: \
	DEFS += -DRT0_VERSION='"$(shell cat VERSION)"'

$(B)/offsets.h: asm/offsets.c runtime/runtime.h runtime/gocompat.h runtime/os/os.h \
		$(wildcard runtime/arch/$(ARCH)/*.h) $(RULES)
	$(call say,OFFSETS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WISHED) $(CPPFLAGS) $(CFLAGS) $(NEEDED) -S -o $(B)/offsets.s $<
	$(Q)sed -n 's/^.*#@\([a-z_A-Z0-9]*\) \([0-9]*\).*$$/#define \1 \2/p' $(B)/offsets.s > $@

-include $(patsubst %.o,%.d,$(OBJ) $(MEMBEROBJ) $(PIEOBJ) $(PIEMEMBEROBJ) $(MUSLOBJ) $(LIBCOBJ) \
	$(MAINOBJ) $(PIEMAINOBJ) $(if $(HOSTED),$(HOSTEDOBJ)))

# ---- libraries ---------------------------------------------------------------------------

# Each function keeps its own section: a program must not get both of two functions that have
# one name in different files.
$(B)/internal/rt0.o: $(OBJ)
$(B)/pie/internal/rt0.o: $(PIEOBJ)
$(B)/libc/runtime.o: $(filter-out $(TWICEOBJ),$(OBJ)) $(LIBCOBJ)
$(B)/libc/internal/rt0.o: $(B)/libc/runtime.o $(MUSLOBJ)
$(B)/internal/rt0.o $(B)/pie/internal/rt0.o $(B)/libc/runtime.o $(B)/libc/internal/rt0.o:
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) -r --unique='.text.*' --unique='.rodata.*' --unique='.data.*' --unique='.bss.*' -o $@ $^
	$(if $(findstring runtime,$(@F)),$(Q)$(OBJCOPY) $(foreach name,$(ALSOMUSLS),--redefine-sym $(name)=rt0.$(name)) $@,$(count))

# The assembler names a table of offsets for each use of thread-local data, and has no use for
# it.
$(B)/rt0.o $(B)/pie/rt0.o: %/rt0.o: %/internal/rt0.o
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -w $(GLOBALS:%=--keep-global-symbol='%') --strip-unneeded-symbol=_GLOBAL_OFFSET_TABLE_ $< $@

# What rtcc --musl links: the runtime and what replaces parts of musl, whose names stay visible.
$(B)/rt0_musl.o: $(B)/libc/internal/rt0.o
	$(call say,OBJCOPY,$@)
	$(Q)readelf -sW $(MUSLOBJ) | awk '$$5 ~ /GLOBAL|WEAK/ && $$6 == "DEFAULT" && $$7 != "UND" { print $$8 }' \
		>$(B)/libc/names
	$(Q)$(OBJCOPY) -w $(GLOBALS:%=--keep-global-symbol='%') --keep-global-symbols=$(B)/libc/names \
		--strip-unneeded-symbol=_GLOBAL_OFFSET_TABLE_ $< $@

# What rtcc --hosted links: the whole runtime, and hosted/ around it. hosted/ has functions
# before some of rt.h's (hosted/wrap.h): those get the names by which it calls them, before all
# names are hidden that are glibc's, too. hosted/runtime.ld brackets the code. The runtime's own
# objects come from the C library's heap as well, so calls of HOSTEDHEAP go to hosted/heap.c
# wherever they are.
HOSTEDHEAP = rt_malloc rt_calloc rt_realloc rt_free rt_malloc_usable_size
$(B)/hosted/names: $(HOSTEDSRC)
	@mkdir -p $(@D)
	$(Q)sed -n 's/^\(VOID\|VALUE\|OWN\)(\(rt_[a-z_]*\).*/\2 __real_\2/p' $^ >$@
	$(Q)printf '__wrap_%s\n' $(HOSTEDHEAP) | sed 's/__wrap_rt_\(.*\)/& __rt0_\1/' >>$@
$(B)/hosted/renamed.o: $(OBJ) $(filter-out %/cxxabi.o $(B)/cgo/%,$(MEMBEROBJ)) $(B)/hosted/names
	$(call say,OBJCOPY,$@)
	$(Q)$(LD) -r $(HOSTEDHEAP:%=--wrap=%) --unique='.text.*' --unique='.rodata.*' --unique='.data.*' \
		--unique='.bss.*' -o $@ $(filter %.o,$^)
	$(Q)$(OBJCOPY) --redefine-syms=$(B)/hosted/names $@
	$(Q)$(OBJCOPY) -w $(foreach name,rt_* __real_rt_* __rt0_* _cgo_* $(FORHOSTED),--keep-global-symbol='$(name)') $@
$(B)/rt0_hosted.o: $(B)/hosted/renamed.o $(HOSTEDOBJ) hosted/runtime.ld hosted/numbers.ld
	$(call say,LD,$@)
	$(Q)$(LD) -r $(HOSTEDNUMBERS) -T hosted/runtime.ld -o $@ $(filter %.o,$^)
	$(Q)$(OBJCOPY) -w $(HOSTEDGLOBALS:%=--keep-global-symbol='%') $@

# internal/ has every name visible: for the tests of single parts.
$(B)/librt0.a: $(B)/rt0.o $(MEMBEROBJ)
$(B)/pie/librt0.a: $(B)/pie/rt0.o $(PIEMEMBEROBJ)
$(B)/internal/librt0.a: $(B)/internal/rt0.o $(MEMBEROBJ)
$(B)/librt0_main.a: $(MAINOBJ)
$(B)/pie/librt0_main.a: $(PIEMAINOBJ)
$(B)/librt0.a $(B)/pie/librt0.a $(B)/internal/librt0.a $(B)/librt0_main.a $(B)/pie/librt0_main.a:
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcD $@ $^

# ---- examples ----------------------------------------------------------------------------

EXAMPLES = $(patsubst examples/%.c,$(B)/examples/%,$(wildcard examples/*.c))

examples: $(EXAMPLES)

$(B)/examples/%: examples/%.c $(B)/librt0.a include/rt.h linker.ld tools/rtcc
	$(call say,RTCC,$<)
	@mkdir -p $(@D)
	$(Q)CC="$(CC)" RT0_VARIANT=$(VARIANT)$(SUFFIX) tools/rtcc -O2 -g -Wall -Wextra \
		$(CPPFLAGS) $(CFLAGS) $< -o $@

run: examples
	$(B)/examples/hello
	$(B)/examples/sieve 2000
	$(B)/examples/wordcount README.md include/rt.h linker.ld
	$(B)/examples/pipeline 50

# ---- the rest ----------------------------------------------------------------------------

clean:
	rm -rf $(if $(filter build,$(BUILD)),build,$(addprefix $(BUILD)/, \
		release* debug* stress* replay* hosted* coverage* bench fuzz man tests))

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: FORCE default all runtime replayed pie musl hosted internal examples bench bench-programs \
	bench-scaling bench-startup variants install uninstall run test test-sanitizers coverage \
	stress stress-hosted longrun fuzz test-arm64 test-arm64-system check check-layers check-nosplit check-startup tour docs \
	man clean help
.DELETE_ON_ERROR:
