# compiler.mk - which compiler, for which processor; the options for every machine.

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

# ARCH=arm64 chooses Debian's compiler for that processor, unless this is one, or CC is given.
HOSTARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,amd64,$(shell uname -m)))
ifdef ARCH
ifneq ($(ARCH),$(HOSTARCH))
ifeq ($(CC),gcc)
CC = $(patsubst arm64,aarch64,$(patsubst amd64,x86_64,$(ARCH)))-linux-gnu-gcc
endif
endif
endif

ifneq ($(findstring clang,$(CC) $(shell $(CC) --version 2>/dev/null)),)
SUFFIX = -clang
WARN += -Wthread-safety
endif

# The processor that CC compiles for: its files are in asm/$(ARCH) and runtime/arch/$(ARCH).
MACHINE := $(or $(shell $(CC) -dumpmachine 2>/dev/null),x86_64-)
override ARCH := $(patsubst aarch64-%,arm64,$(patsubst x86_64-%,amd64,$(MACHINE)))
ifeq ($(wildcard runtime/arch/$(ARCH)),)
$(error there is no runtime/arch/$(ARCH), and $(CC) compiles for it)
endif
include runtime/arch/$(ARCH)/flags.mk
# Another processor's: build/ARCH/release and so on, made by its own binutils.
ifneq ($(ARCH),$(HOSTARCH))
CROSS = $(ARCH)/
BINUTILS = $(patsubst arm64,aarch64,$(patsubst amd64,x86_64,$(ARCH)))-linux-gnu-
endif
LD = $(BINUTILS)ld
OBJCOPY = $(BINUTILS)objcopy
AR = $(BINUTILS)ar

ifneq ($(words $(BUILD)),1)
$(error BUILD must be one word, since make knows no others: $(BUILD))
endif
# For rtcc and the tests, which run in other folders.
RT0_BUILD = $(if $(filter /%,$(BUILD)),,$(CURDIR)/)$(BUILD)
ifneq ($(BUILD),build)
export RT0_BUILD
endif

# Makes the output independent of the tree's place. gdb finds the sources if it has the tree's
# tools/gdb/rt0.py, or runs in the tree, or by its command directory.
MAPPED = '-ffile-prefix-map=$(subst ','\'',$(CURDIR))=.' $(if $(SUFFIX),-fdebug-compilation-dir=.)
