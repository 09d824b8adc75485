# test.mk - tests, checks, and pictures of what runs.

# Some tests are about rtcc --hosted or replayed runs, whatever the variant.
test: all $(if $(HOSTED),,$(BUILD)/hosted$(SUFFIX)) $(if $(REPLAY),,replayed)
	tests/run --variant $(VARIANT)$(SUFFIX)

# The programs for arm64, which qemu's emulator runs elsewhere, and the start-up's steps.
test-arm64:
	@$(MAKE) --no-print-directory ARCH=arm64 all
	tests/run --arch arm64 programs crash
	tests/check/startup.sh --arch arm64

# These programs on a kernel of Debian's, in a machine of qemu's with four processors.
test-arm64-system:
	@$(MAKE) --no-print-directory ARCH=arm64 all
	tests/machine tests/run --arch arm64 programs crash

# build/replay, for the tests of it.
replayed:
	@$(MAKE) --no-print-directory DEBUG= STRESS= COVERAGE= HOSTED= REPLAY=1 runtime musl

# What the tests run of the runtime, file by file. Those that fail in this build are listed.
coverage: $(BUILD)/hosted$(SUFFIX) replayed
	@$(MAKE) --no-print-directory COVERAGE=1 all
	@tools/coverage clear $(BUILD)/coverage
	-tests/run --variant coverage
	@tools/coverage report $(BUILD)/coverage

stress: $(BUILD)/hosted$(SUFFIX) replayed stress-hosted
	tests/stress
	tests/model/run --large
	tests/check/replay.py --all
	tests/check/leaks.sh --all
	tests/check/gc_mutants.py --all
	RT0_WHOLE=1 tests/run tests/check/debian.sh tests/check/morestack.sh tests/check/options.sh
	tests/run --times 100 tests/hosted
	$(if $(shell command -v $(GO)),tests/twins/run $(GO) 100,@echo "no Go: no twins (GO=)")
	tests/real/run
	tests/check/quitstorm.py 1000
	$(MAKE) DEBUG=1 longrun COLLECT=10
	$(MAKE) STRESS=1 longrun COLLECT=10
	$(MAKE) fuzz FUZZTIME=60
	tests/fresh

# All programs with sanitizers, by both compilers; those that make no sense there say why.
stress-hosted:
	$(MAKE) --no-print-directory HOSTED=1 all
	for cc in gcc clang; do \
		for sanitizer in "" address thread; do \
			CC=$$cc tests/run --variant hosted --sanitize "$$sanitizer" programs || exit; \
		done; \
		CC=$$cc tests/run --variant hosted crash || exit; \
	done

# With ThreadSanitizer these take a minute or more, each.
SLOW_THREADS = freed_locks join malloc net_reuse process_fds waitgroup

# What is checked of a change beside make test (.ci/run).
test-sanitizers:
	$(MAKE) --no-print-directory HOSTED=1 all
	tests/run --variant hosted --sanitize address programs
	tests/run --variant hosted --sanitize thread $(filter-out $(SLOW_THREADS:%=tests/programs/%.c), \
		$(wildcard tests/programs/*.c tests/arch/$(ARCH)/programs/*.c))
	$(MAKE) --no-print-directory fuzz FUZZTIME=60

# COLLECT: milliseconds from one cycle of the collector to the next; there are no others then, since
# in the stress build each allocation would run one.
LONGRUN = 600
COLLECT =

# Two minutes more than it wants are a hang: SIGQUIT shows the goroutines.
longrun: $(B)/internal/librt0.a
	@mkdir -p $(BUILD)/tests
	RT0_VARIANT=$(VARIANT)$(SUFFIX)/internal tools/rtcc -O2 -g -I. -Iruntime/arch/$(ARCH) $(DEFS) \
		tests/internal/longrun.c -o $(BUILD)/tests/longrun
	GODEBUG=clobberfree=1 GOGC=$(if $(COLLECT),off,100) GOMAXPROCS=4 timeout -s QUIT -k 10 $$(($(LONGRUN) + 120)) \
		$(BUILD)/tests/longrun $(LONGRUN) $(COLLECT)

# What fails is left in FUZZDIR, what goes new ways in its corpus.
FUZZTIME = 600
FUZZDIR = $(BUILD)/fuzz
FUZZ = clang -std=gnu11 -O1 -g -Wall -Wextra -I. -fsanitize=fuzzer,address,undefined \
	-fno-sanitize=pointer-overflow -fno-sanitize-recover=undefined

$(FUZZDIR)/dwarf: tests/fuzz/dwarf.c $(wildcard runtime/panic/*.[ch] runtime/base/*.[ch])
	@mkdir -p $(@D)/corpus
	$(FUZZ) -o $@ $<

$(FUZZDIR)/httpd: tests/fuzz/httpd.c examples/httpd.c $(BUILD)/hosted$(SUFFIX)
	@mkdir -p $(@D)/httpd.corpus
	RT0_CC=clang tools/rtcc --hosted -g -O1 -fsanitize=fuzzer,address,undefined -I. -o $@ $<

# One after the other.
fuzz: $(FUZZDIR)/dwarf $(FUZZDIR)/httpd
	$< -max_total_time=$(FUZZTIME) -timeout=10 -max_len=9000 \
		-artifact_prefix=$(FUZZDIR)/ $(FUZZDIR)/corpus tests/fuzz/corpus
	$(FUZZDIR)/httpd -max_total_time=$(FUZZTIME) -timeout=10 -dict=tests/fuzz/httpd.dict \
		-artifact_prefix=$(FUZZDIR)/ $(FUZZDIR)/httpd.corpus tests/fuzz/httpd

check: check-layers
	tools/lint

check-layers: $(B)/librt0.a
	tools/check-layers $(B) $(LAYERS)
	tools/check-arch

check-nosplit: examples
	@for program in $(EXAMPLES); do tools/check-nosplit $$program || exit 1; done

check-startup:
	$(MAKE) DEBUG=1 all
	tests/check/startup.sh $(if $(filter arm64,$(ARCH)),--arch arm64)

# ---- seeing ------------------------------------------------------------------------------

tour: examples
	gdb -q -iex 'set auto-load no' -x tools/gdb/rt0.py -ex rt0-tour $(B)/examples/hello

docs: examples
	tools/gomap --write
	tools/docs $(B)/examples/hello
	tools/tour-page $(B)/examples/hello docs/tour.html $(BUILD)/tour.json

man:
	tools/man $(BUILD)/man
