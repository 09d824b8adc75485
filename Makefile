# rt0 - make help lists the targets.

# The user's flags: added to what the runtime is built with, which has the last word.
CFLAGS =
CPPFLAGS =
ASFLAGS =

# The environment's CC too. But rtcc builds programs, and is built with nothing.
ifeq ($(origin CC),default)
CC = gcc
endif
ifeq ($(notdir $(firstword $(CC))),rtcc)
override CC = gcc
endif
LD = ld
OBJCOPY = objcopy
AR = ar

# The processor that CC compiles for: its files are in asm/$(ARCH) and runtime/arch/$(ARCH).
ARCH := $(shell $(CC) -dumpmachine 2>/dev/null)
ARCH := $(patsubst x86_64-%,amd64,$(or $(ARCH),x86_64-))
ifeq ($(wildcard runtime/arch/$(ARCH)),)
$(error there is no runtime/arch/$(ARCH), and $(CC) compiles for it)
endif
include runtime/arch/$(ARCH)/flags.mk

# A room may use itself and those before it (tools/check-layers holds it).
LAYERS = base os lock mem sched panic trace sync sig io boot

# ---- variants: release, DEBUG=1 (invariants checked), STRESS=1 (small queues, many yields)
VARIANT = release
OPT = -O2
ifdef DEBUG
VARIANT = debug
OPT = -O1
DEFS += -DRT0_DEBUG
endif
ifdef STRESS
VARIANT = stress
DEFS += -DRT0_DEBUG -DRT0_STRESS
endif
ifdef COVERAGE
VARIANT = coverage
OPT = -O1
COUNTING = -fprofile-arcs -ftest-coverage -fprofile-info-section -fprofile-update=atomic
count = $(Q)tools/coverage block $@ $(B)/counters/$(subst /,-,$(@:$(B)/%=%))
endif
ifneq ($(findstring clang,$(CC) $(shell $(CC) --version 2>/dev/null)),)
SUFFIX = -clang
WARN += -Wthread-safety
endif

# Where everything is made; the tree itself may be read-only.
BUILD = build
ifneq ($(words $(BUILD)),1)
$(error BUILD must be one word, since make knows no others: $(BUILD))
endif
B = $(BUILD)/$(VARIANT)$(SUFFIX)
# For rtcc and the tests, which run in other folders.
RT0_BUILD = $(if $(filter /%,$(BUILD)),,$(CURDIR)/)$(BUILD)
ifneq ($(BUILD),build)
export RT0_BUILD
endif

# A line for each file, or whole commands: make V=1.
ifeq ($(V),1)
say =
else
Q = @
say = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-8s%s\n' '$1' '$2')
endif

WARN += -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes

# gcc makes the checks. A runtime built by another compiler gives every goroutine a segment.
ifeq ($(SUFFIX),)
UNALIGNED = -falign-functions=1 -fno-align-loops -fno-align-jumps $(ARCHUNALIGNED)
SMALLER = -fno-jump-tables -fno-thread-jumps -fno-tree-loop-im -fno-move-loop-invariants \
	-fno-tree-dominator-opts -fno-shrink-wrap -fno-caller-saves $(ARCHSMALLER) -DRT0_SMALL
SPLIT = $(if $(filter $<,$(UNCHECKED)),-fno-split-stack,-fsplit-stack)
else
DEFS += -DRT0_NO_SPLIT
endif

# The same bytes wherever the tree lies. gdb finds the sources when it has tools/gdb/rt0.py from
# there, or runs there, or by its command directory.
MAPPED = '-ffile-prefix-map=$(subst ','\'',$(CURDIR))=.' $(if $(SUFFIX),-fdebug-compilation-dir=.)

# WISHED serves speed, size and warnings; the user's flags may change it. The runtime does not
# work without NEEDED.
WISHED = $(OPT) -g $(WARN)
NEEDED = -std=gnu11 -ffreestanding -fno-pic -fno-pie $(ARCHNEEDED) -fno-omit-frame-pointer \
	-fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fno-common $(MAPPED) $(COUNTING) -ffunction-sections -fdata-sections $(SPLIT) \
	$(DEFS) -I. -Iruntime/arch/$(ARCH) -Iinclude
# clang's own assembler does not say in .debug_frame which frames are a signal handler's.
ASNEEDED = $(MAPPED) $(if $(SUFFIX),-fno-integrated-as -Wa$(comma)-g) -I. -I$(B)
comma = ,

# -Oz loads constants by push and pop, which gdb does not hear of behind the frame: not where
# a test unwinds from every instruction. SMALLER: what -Oz does for speed all the same, found
# by trying; together they are 2 % of a small program.
small = $(if $(filter runtime/sched/preempt.c runtime/sched/morestack.c,$<),-Os,-Oz) $(SMALLER)
cold = $(if $(filter release,$(VARIANT)),$(if $(filter $(HOT),$<),$(UNALIGNED),$(small) $(if $(UNALIGNED),$(ARCHUNALIGNED))))

NOFLOATS = -mgeneral-regs-only

SRC = $(foreach room,$(LAYERS) arch/$(ARCH),$(sort $(wildcard runtime/$(room)/*.c)))
ASM = rt0/rt0_linux_$(ARCH).S $(sort $(wildcard asm/*.S asm/$(ARCH)/*.S))
ifdef COVERAGE
ASM += tests/arch/$(ARCH)/coverage.S
$(B)/rt0/%.o $(B)/pie/rt0/%.o: ASNEEDED += -D_rt0_$(ARCH)_linux=__rt0_covered
endif
SOURCES = $(SRC) cgo/musl.c cgo/musl_signal.c
OBJ = $(filter-out $(MEMBERS),$(SRC:%.c=$(B)/%.o) $(ASM:%.S=$(B)/%.o))

# What a file needs is said at the end of its head, "// built: unchecked hot". The words are:
#	unchecked	no function checks for room on the stack: they run on g0, or their frames
#			are small and they call little (StackGuard has room for them)
#	unyielding	unchecked because nothing in the file may yield, which it would at a check
#	hot		compiled for speed, not for size
#	floats		may use the vector registers, which the rest leaves to the program
built = $(shell grep -lE '^// built:.* $1( |$$)' $(SOURCES))
UNCHECKED := $(call built,(unchecked|unyielding))
HOT := $(call built,hot)
FLOATS := $(call built,floats)

# What few programs need: archive members of their own. Who has debug information needs the
# reader of it and the tracer, which tools/ld-rt0/ld asks for (what trace/event.o needs in
# rt0.o is linked with it); C++ asks for its things by itself.
MEMBERS = $(addprefix $(B)/runtime/,panic/dwarf.o trace/event.o boot/cxxabi.o)

# What a program can see; everything else becomes local (gdb still shows it). The assembler
# names a table of offsets for each use of thread-local data, and has no use for it.
GLOBALS = 'rt_*' '_rt0_$(ARCH)_linux' '__morestack*' 'memcpy' 'memmove' \
	'memset' 'memcmp' '__stack_chk_fail' '_cgo_*' \
	'__rt0_*'

all: $(B)/librt0.a $(B)/internal/librt0.a $(B)/pie/librt0.a $(B)/rt0_musl.o examples

# In pie/: for programs that may lie anywhere.
$(B)/pie/%.o: NEEDED += $(PIE)
$(B)/pie/%.o: ASNEEDED += $(PIE)
PIE = -fpie $(ARCHPIE) -DRT0_PIE
PIEOBJ = $(OBJ:$(B)/%=$(B)/pie/%)

$(B)/librt0.a $(B)/pie/librt0.a: %/librt0.a: %/rt0.o $(addprefix %/,$(MEMBERS:$(B)/%=%))
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcD $@ $^

$(B)/rt0.o $(B)/pie/rt0.o: %/rt0.o: %/internal/rt0.o
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -w $(GLOBALS:%=--keep-global-symbol=%) -N _GLOBAL_OFFSET_TABLE_ $< $@

# With every name visible: for the tests of single parts.
$(B)/internal/librt0.a: $(B)/internal/rt0.o $(MEMBERS)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcD $@ $^

# Each function in a section of its own still: two of the same name in different files must
# not come into a program together.
$(B)/internal/rt0.o: $(OBJ)
$(B)/pie/internal/rt0.o: $(PIEOBJ)
$(B)/internal/rt0.o $(B)/pie/internal/rt0.o:
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) -r --unique='.text.*' --unique='.rodata.*' --unique='.data.*' --unique='.bss.*' -o $@ $^
	$(count)

# The same source is compiled again for pie/.
tool = $1$(if $(filter $(B)/pie/%,$@), pie)

define COMPILE
	$(call say,$(call tool,CC),$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WISHED) $(cold) $(CPPFLAGS) $(CFLAGS) $(NEEDED) \
		$(if $(filter $<,$(FLOATS)),,$(NOFLOATS)) -MMD -MP -c -o $@ $<
	$(if $(filter $(@:$(B)/pie/%=$(B)/%),$(MEMBERS)),$(count))
endef
define ASSEMBLE
	$(call say,$(call tool,AS),$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -g $(ASFLAGS) $(ASNEEDED) -c -o $@ $<
endef

# Said in one place: here, by rtcc, in the manual, and what is installed.
$(B)/runtime/boot/schedinit.o $(B)/pie/runtime/boot/schedinit.o: VERSION
$(B)/runtime/boot/schedinit.o $(B)/pie/runtime/boot/schedinit.o: \
	DEFS += -DRT0_VERSION='"$(shell cat VERSION)"'

$(B)/%.o: %.c Makefile
	$(COMPILE)

$(B)/pie/%.o: %.c Makefile
	$(COMPILE)

$(B)/%.o: %.S $(B)/offsets.h asm/$(ARCH)/asm.h Makefile
	$(ASSEMBLE)

$(B)/pie/%.o: %.S $(B)/offsets.h asm/$(ARCH)/asm.h Makefile
	$(ASSEMBLE)

$(B)/asm/gdb.o $(B)/pie/asm/gdb.o: $(wildcard tools/gdb/*.py)

$(B)/offsets.h: asm/offsets.c runtime/runtime.h runtime/os/os.h \
		$(wildcard runtime/arch/$(ARCH)/*.h) Makefile
	$(call say,OFFSETS,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WISHED) $(CPPFLAGS) $(CFLAGS) $(NEEDED) $(NOFLOATS) -S -o $(B)/offsets.s $<
	$(Q)sed -n 's/^.*#@\([a-z_A-Z0-9]*\) \([0-9]*\).*$$/#define \1 \2/p' $(B)/offsets.s > $@

# What rtcc --musl links beside the library.
$(B)/rt0_musl.o: $(B)/cgo/musl.o $(B)/cgo/musl_signal.o $(B)/cgo/musl_$(ARCH).o
	$(call say,LD,$@)
	$(Q)$(LD) -r --unique='.text.*' --unique='.data.*' -o $@ $^
	$(count)

-include $(OBJ:.o=.d) $(PIEOBJ:.o=.d) $(MEMBERS:.o=.d) $(MEMBERS:$(B)/%.o=$(B)/pie/%.d) \
	$(B)/cgo/musl.d $(B)/cgo/musl_signal.d

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

# ---- benchmarks: rt0's programs, Go's twins and peers (bench/README.md) -------------------

GO = go
BENCH = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
TWINS = $(if $(shell command -v $(GO)),$(BUILD)/bench/go/built)
# Peers of a C library: each from its file, the start-up's from one for each library. Those
# whose library is missing are left out.
PEER = $(BUILD)/bench/peers
PEERS = $(patsubst bench/%.c,$(BUILD)/bench/%,$(filter-out %/startup_nop.c %/startup_hello.c \
	$(if $(wildcard /usr/include/mimalloc.h),,%/alloc_mimalloc.c),$(wildcard bench/peers/*.c))) \
	$(foreach lib,glibc asm $(if $(shell command -v musl-gcc),musl), \
	$(PEER)/startup_nop_$(lib) $(PEER)/startup_hello_$(lib))

bench: bench-programs
	tools/bench

bench-scaling: bench-programs
	tools/bench --scaling

bench-startup: bench-programs
	tools/startup-cost

bench-programs: $(BENCH) $(PEERS) $(TWINS)

$(BUILD)/bench/%: bench/%.c $(wildcard bench/*.h) $(B)/librt0.a include/rt.h linker.ld tools/rtcc
	$(call say,RTCC,$<)
	@mkdir -p $(@D)
	$(Q)CC="$(CC)" RT0_VARIANT=$(VARIANT)$(SUFFIX) tools/rtcc -O2 -Wall -Wextra $< -o $@

$(PEER)/%: bench/peers/%.c $(wildcard bench/*.h bench/peers/*.h)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -Wall -Wextra $< -o $@ $(if $(findstring mimalloc,$@),-lmimalloc) -lpthread

$(PEER)/startup_%_glibc: bench/peers/startup_%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)gcc -O2 -static $< -o $@

$(PEER)/startup_%_musl: bench/peers/startup_%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)musl-gcc -O2 -static $< -o $@

$(PEER)/startup_%_asm: bench/peers/startup_%_asm.S
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)gcc -nostdlib -static $< -o $@

$(BUILD)/bench/go/built: $(wildcard bench/go/*/*.go) bench/go/go.mod
	$(call say,GO,$(@D))
	@mkdir -p $(@D)
	$(Q)GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0 \
		$(GO) build -C bench/go -o "$(RT0_BUILD)/bench/go/" ./...
	@touch $@

# ---- installing --------------------------------------------------------------------------

PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
VARIANTS = release debug stress

variants: $(VARIANTS:%=$(BUILD)/%$(SUFFIX))

install: variants
	@DESTDIR="$(DESTDIR)" CC="$(CC)" tools/install "$(PREFIX)" "$(LIBDIR)" $(VARIANTS:%=%$(SUFFIX))

uninstall:
	@DESTDIR="$(DESTDIR)" tools/install --remove "$(LIBDIR)"

# A variant is what make DEBUG=1 builds (RELEASE=1 means nothing).
$(patsubst %,$(BUILD)/%$(SUFFIX),$(VARIANTS)): FORCE
	@$(MAKE) --no-print-directory DEBUG= STRESS= COVERAGE= $(shell echo $(patsubst %$(SUFFIX),%,$(@F)) | tr a-z A-Z)=1 \
		$@/librt0.a $@/pie/librt0.a $@/rt0_musl.o

FORCE:

# ---- tests -------------------------------------------------------------------------------

test: all
	tests/run --variant $(VARIANT)$(SUFFIX)

# What the tests run of the runtime, file by file. Those that fail in this build are listed.
coverage:
	@$(MAKE) --no-print-directory COVERAGE=1 all
	@tools/coverage clear $(BUILD)/coverage
	-tests/run --variant coverage
	@tools/coverage report $(BUILD)/coverage

stress:
	tests/stress
	tests/zlib/run
	tests/check/quitstorm.py 1000
	tests/fresh

LONGRUN = 600

# Two minutes more than it wants are a hang: SIGQUIT shows the goroutines.
longrun: $(B)/internal/librt0.a
	@mkdir -p $(BUILD)/tests
	RT0_VARIANT=$(VARIANT)$(SUFFIX)/internal tools/rtcc -O2 -g -I. -Iruntime/arch/$(ARCH) $(DEFS) \
		tests/internal/longrun.c -o $(BUILD)/tests/longrun
	GOMAXPROCS=4 timeout -s QUIT -k 10 $$(($(LONGRUN) + 120)) $(BUILD)/tests/longrun $(LONGRUN)

# What fails is left in FUZZDIR, what goes new ways in its corpus.
FUZZTIME = 600
FUZZDIR = $(BUILD)/fuzz
FUZZ = clang -std=gnu11 -O1 -g -Wall -Wextra -I. -fsanitize=fuzzer,address,undefined \
	-fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined

$(FUZZDIR)/dwarf: tests/fuzz/dwarf.c $(wildcard runtime/panic/*.[ch] runtime/base/*.[ch])
	@mkdir -p $(@D)/corpus
	$(FUZZ) -o $@ $<

fuzz: $(FUZZDIR)/dwarf
	$< -max_total_time=$(FUZZTIME) -timeout=10 -max_len=9000 \
		-artifact_prefix=$(FUZZDIR)/ $(FUZZDIR)/corpus tests/fuzz/corpus

check: check-layers
	tools/lint

check-layers: $(B)/librt0.a
	tools/check-layers $(B) $(LAYERS)

check-nosplit: examples
	@for program in $(EXAMPLES); do tools/check-nosplit $$program || exit 1; done

check-startup:
	$(MAKE) DEBUG=1
	tests/check/startup.sh

# ---- seeing ------------------------------------------------------------------------------

tour: examples
	gdb -q -iex 'set auto-load no' -x tools/gdb/rt0.py -ex rt0-tour $(B)/examples/hello

docs: examples
	tools/docs $(B)/examples/hello

man:
	tools/man $(BUILD)/man

clean:
	rm -rf $(if $(filter build,$(BUILD)),build,$(addprefix $(BUILD)/, \
		release* debug* stress* bench fuzz man tests))

help:
	@echo 'make                 the runtime and the examples, in build/release'
	@echo 'make run             run the examples on real input'
	@echo 'make bench           benchmarks of rt0, Go (GO=go) and others (a quarter of an hour)'
	@echo 'make bench-scaling   the benchmarks with 1, 2, 4 and 8 processors'
	@echo 'make bench-startup   the time of each step of the start-up'
	@echo 'make longrun         all workloads in one process, for LONGRUN=600 seconds'
	@echo 'make test            all tests (minutes)'
	@echo 'make coverage        what the tests run of the runtime: lines and branches, by file'
	@echo 'make stress          long runs of the concurrent tests; minimal systems (as root)'
	@echo 'make fuzz            arbitrary debug information, for FUZZTIME=600 seconds'
	@echo 'make check           layers, clang-tidy, cppcheck, clang thread-safety analysis'
	@echo 'make check-nosplit   prove that unchecked code fits below the guard of a small stack'
	@echo 'make check-startup   walk through the start-up with gdb and check every step'
	@echo 'make tour            an interactive tour of the start-up in gdb'
	@echo 'make docs            generate the pictures and the tour in docs/'
	@echo 'make man             the manual pages, in build/man'
	@echo 'make variants        the runtime: release, debug and stress'
	@echo 'make install         rtcc, library, pkg-config and CMake files: PREFIX= DESTDIR='
	@echo 'make uninstall       remove the installed files (same variables as for install)'
	@echo 'make clean           remove build/'
	@echo
	@echo 'DEBUG=1   check invariants; every step is a real symbol (build/debug)'
	@echo 'STRESS=1  DEBUG, with small queues and random yields (build/stress)'
	@echo 'CC=clang  use clang (build/...-clang)'
	@echo 'CFLAGS=   more compiler flags: CFLAGS=-O3'
	@echo 'BUILD=DIR build in DIR; set RT0_BUILD=DIR for rtcc'
	@echo 'V=1       print whole commands'

.PHONY: FORCE all bench bench-programs bench-scaling bench-startup examples variants install \
	uninstall run test stress longrun fuzz check check-layers check-nosplit check-startup \
	tour docs man clean help
.DELETE_ON_ERROR:
