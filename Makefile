# Makefile - what is built, of what, with which flags. The rules are in mk/.
#
# make                 the runtime and the examples, in build/release
# make all             also the runtime for -static-pie, for musl and for tests of its parts
# make run             run the examples on real input
# make bench           benchmarks of rt0, Go (GO=go) and others (a quarter of an hour)
# make bench-scaling   the benchmarks with 1, 2, 4 and 8 processors
# make bench-startup   the time of each step of the start-up
# make longrun         all workloads in one process, for LONGRUN=600 seconds; with COLLECT=10
#                      the collector runs every 10 ms
# make test            all tests (minutes)
# make test-sanitizers tests/programs with AddressSanitizer and ThreadSanitizer, fuzzing
# make test-arm64      the programs of the tests for arm64, under qemu
#                      test-arm64-system: on Debian's kernel, in a machine of qemu's
# make coverage        what the tests run of the runtime: lines and branches, by file
# make stress          long runs of the concurrent tests; minimal systems (as root)
# make fuzz            arbitrary debug information, then requests to examples/httpd.c,
#                      for FUZZTIME=600 seconds each
# make check           layers, clang-tidy, cppcheck, clang thread-safety analysis
# make check-nosplit   prove that unchecked code fits below the guard of a small stack
# make check-startup   walk through the start-up with gdb and check every step
# make tour            an interactive tour of the start-up in gdb
# make docs            generate the pictures and the tour in docs/
# make man             the manual pages, in build/man
# make variants        the runtime: release, debug, stress, replay and hosted
# make install         rtcc, library, pkg-config and CMake files: PREFIX= DESTDIR=
# make uninstall       remove the installed files (same variables as for install)
# make clean           remove build/
#
# DEBUG=1   check invariants; every step is a real symbol (build/debug)
# STRESS=1  DEBUG, with small queues and random yields (build/stress)
# REPLAY=1  DEBUG, and GODEBUG=seed=N draws all choices from N (build/replay)
# HOSTED=1  for rtcc --hosted: programs of glibc's, with sanitizers (build/hosted)
# CC=clang  use clang (build/...-clang)
# ARCH=arm64 build for arm64 on another machine (build/arm64/...): docs/arm64.md
# CFLAGS=   more compiler flags: CFLAGS=-O3
# BUILD=DIR build in DIR; set RT0_BUILD=DIR for rtcc
# V=1       print whole commands

# A room may use itself and those before it (tools/check-layers holds it).
LAYERS = base os die lock mem sched panic trace sync sig io reach boot

# Where everything is made; the tree itself may be read-only.
BUILD = build
B = $(BUILD)/$(CROSS)$(VARIANT)$(SUFFIX)

include mk/compiler.mk

default: $(if $(HOSTED),hosted,runtime examples)
all: default $(if $(HOSTED),,pie musl internal)

# ---- variants ----------------------------------------------------------------------------

# What is hot is compiled for speed, the rest for size.
VARIANT = release
OPT = $(if $(filter $(HOT),$<),-O2,-Os)
ifdef DEBUG
VARIANT = debug
OPT = -O1
DEFS += -DRT0_DEBUG
endif
ifdef STRESS
VARIANT = stress
OPT = -O2
DEFS += -DRT0_DEBUG -DRT0_STRESS
endif
ifdef REPLAY
VARIANT = replay
OPT = -O1
DEFS += $(if $(HOSTED),,-DRT0_DEBUG) -DRT0_REPLAY
endif
ifdef HOSTED
VARIANT = hosted$(if $(REPLAY),-replay)
OPT = -O1
DEFS += -DRT0_HOSTED
endif
ifdef COVERAGE
VARIANT = coverage
OPT = -O1
COUNTING = -fprofile-arcs -ftest-coverage -fprofile-info-section -fprofile-update=atomic
endif

# ---- files -------------------------------------------------------------------------------

SRC = $(foreach room,$(if $(HOSTED),$(filter-out reach,$(LAYERS)),$(LAYERS)) arch/$(ARCH),$(sort $(wildcard runtime/$(room)/*.c))) $(REPLAYSRC)
REPLAYSRC = $(if $(REPLAY),$(sort $(wildcard replay/*.c)))
ASM = rt0/rt0_linux_$(ARCH).S $(sort $(wildcard asm/*.S asm/$(ARCH)/*.S)) \
	$(if $(COVERAGE),tests/arch/$(ARCH)/coverage.S)
MUSL = $(filter-out $(MEMBERS),$(sort $(wildcard cgo/*.c cgo/*_$(ARCH).S)))

# With HOSTED=1: what is between the runtime, glibc and the sanitizers. The runtime calls it, and
# it calls the runtime's FORHOSTED. It is compiled with glibc's headers.
HOSTEDSRC = $(sort $(wildcard hosted/*.c hosted/*_$(ARCH).S))
FORHOSTED = rt0_go allgs allglen allm allp droppanics fatal gomaxprocs print streq funcname funcplaces \
	printgoroutine whereparked freezetheworld inforkedchild yieldcheck canread gcpercent \
	borrowedof fdchunks
SRC += $(if $(HOSTED),cgo/foreign.c)
HOSTEDGLOBALS = rt_* main __rt0_fuzzmain __*san_default_options __ubsan_on_report \
	_ZN6__tsan8OnReport* __runtime_text_*

# What few programs need: archive members of their own. Programs with debug information need
# the reader of it, the tracer and what looks for leaks, which tools/ld-rt0/ld asks for (what trace/event.o needs in
# rt0.o is linked with it); C++ asks for its things by itself,
# and so does what calls the deep functions of a C library. By testentry.o the replay build sees
# whether a program has tests.
MEMBERS = $(wildcard cgo/deep_$(ARCH).S) cgo/keepthread.c cgo/keepaio.c runtime/panic/dwarf.c runtime/trace/event.c $(if $(HOSTED),,runtime/reach/leakdoor.c) \
	runtime/boot/cxxabi.c runtime/io/testentry.c

# A main for programs without rt_main: an archive of its own, since some want an error instead.
CMAIN = runtime/boot/cmain.c

# What a program can see; everything else becomes local (gdb still shows it).
GLOBALS = rt_* _rt0_$(ARCH)_linux __morestack* memcpy memmove memset memcmp \
	__stack_chk_fail __stack_chk_guard _cgo_* __rt0_* $(if $(REPLAY),__tsan_*)

# What musl has by these names cgo/ calls, or replaces; the runtime's own get others beside it.
ALSOMUSLS = abort clone eventfd exit fcntl getpid gettid open pipe2 raise read \
	sched_getaffinity sigaction sigaltstack sigprocmask usleep

# The end of a file's head says what the file needs: "// built: unchecked hot".
#	unchecked	no function checks for room on the stack: they run on g0, or their frames
#			are small and they call little (StackGuard has room for them)
#	unyielding	unchecked because nothing in the file may yield, as it would at a check
#	hot		compiled for speed
#	floats		may use the vector registers, which the rest leaves to the program
#	libc		compiled a second time, with Libc, for programs with a C library
built = $(shell grep -lE '^// built:.* $1( |$$)' $(sort $(SRC) $(ASM) $(MUSL) $(MEMBERS)))
UNCHECKED := $(call built,(unchecked|unyielding))
HOT := $(call built,hot)
FLOATS := $(call built,floats)
TWICE := $(call built,libc)

# ---- flags -------------------------------------------------------------------------------

# WISHED serves speed, size and warnings; the user's flags may change it. The runtime does not
# work without NEEDED. gcc makes the checks of the stack; a runtime built by another compiler
# gives every goroutine a segment.
WISHED = $(OPT) -g $(WARN)
WARN += -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
NEEDED = -std=gnu11 $(FREE) -fno-pic -fno-pie $(ARCHNEEDED) -fno-omit-frame-pointer \
	-fno-stack-protector $(TABLES) -fno-strict-aliasing -fno-common \
	-ffunction-sections -fdata-sections $(MAPPED) $(COUNTING) $(SPLIT) $(NOFLOATS) $(DEFS) \
	-I. -Iruntime/arch/$(ARCH) -Iinclude
FREE = -ffreestanding
# A plain program's tracebacks and gdb need none. gcc's default for arm64 is the second kind.
TABLES = $(if $(HOSTED),-fasynchronous-unwind-tables,-fno-asynchronous-unwind-tables -fno-unwind-tables)
SPLIT = $(if $(SUFFIX)$(HOSTED)$(NOSPLIT),-DRT0_NO_SPLIT,-f$(if $(filter $<,$(UNCHECKED)),no-)split-stack)
NOFLOATS = $(if $(filter $<,$(FLOATS)),,-mgeneral-regs-only)
PIE = -fpie $(ARCHPIE) -DRT0_PIE

include mk/rules.mk mk/bench.mk mk/install.mk mk/test.mk
