# bench.mk - benchmarks: rt0's programs, Go's twins and peers (bench/README.md).

GO = go
CARGO = cargo
CRATES = /usr/share/cargo/registry
# Two libraries that are not Debian's: the folder of neco's header and object, and the one where
# libdill is installed.
NECO =
LIBDILL =
BENCH = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c)) $(BUILD)/bench/httpd
TWINS = $(if $(shell command -v $(GO)),$(BUILD)/bench/go/built)
# Peers of a C library: each from its file, the start-up's from one for each library. Those
# whose library is missing are left out. Boost.Fiber's are in C++; Tokio's are one crate, which is
# built of the sources that Debian's packages have, and nothing from the network. neco's and
# libdill's share their sources; some only neco can do.
PEER = $(BUILD)/bench/peers
COROUTINES = $(basename $(notdir $(wildcard bench/peers/coroutines/*.c)))
PEERS = $(patsubst bench/%.c,$(BUILD)/bench/%,$(filter-out %/startup_nop.c %/startup_hello.c \
	$(if $(wildcard /usr/include/mimalloc.h),,%/alloc_mimalloc.c) \
	$(if $(wildcard /usr/include/gc.h),,%/gc_boehm.c),$(wildcard bench/peers/*.c))) \
	$(foreach lib,glibc asm $(if $(shell command -v musl-gcc),musl), \
	$(PEER)/startup_nop_$(lib) $(PEER)/startup_hello_$(lib)) \
	$(if $(NECO),$(patsubst %,$(PEER)/%_neco,$(COROUTINES:_neco=))) \
	$(if $(LIBDILL),$(patsubst %,$(PEER)/%_libdill,$(filter-out %_neco,$(COROUTINES)))) \
	$(if $(wildcard /usr/include/boost/fiber),$(patsubst bench/%.cpp,$(BUILD)/bench/%,$(wildcard bench/peers/*_boost.cpp))) \
	$(if $(shell command -v $(CARGO)),$(if $(wildcard $(CRATES)/tokio-1.*),$(BUILD)/bench/tokio/built))

bench: bench-programs
	tools/bench

bench-scaling: bench-programs
	tools/bench --scaling

bench-startup: bench-programs
	tools/startup-cost

bench-programs: $(BENCH) bench-peers $(TWINS)

.PHONY: bench-peers
bench-peers: $(PEERS)

define bench-program
	$(call say,RTCC,$<)
	@mkdir -p $(@D)
	$(Q)CC="$(CC)" RT0_VARIANT=$(VARIANT)$(SUFFIX) tools/rtcc -O2 -Wall -Wextra $< -o $@
endef

$(BUILD)/bench/%: bench/%.c $(wildcard bench/*.h) $(B)/librt0.a include/rt.h linker.ld tools/rtcc
	$(bench-program)

# The web server that is measured is the example.
$(BUILD)/bench/httpd: examples/httpd.c $(B)/librt0.a include/rt.h linker.ld tools/rtcc
	$(bench-program)

$(PEER)/%: bench/peers/%.c $(wildcard bench/*.h bench/peers/*.h)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -Wall -Wextra $< -o $@ $(if $(findstring mimalloc,$@),-lmimalloc) $(if $(findstring boehm,$@),-lgc) -lpthread

$(PEER)/%_boost: bench/peers/%_boost.cpp bench/peers/fibers.h bench/peers/procstatus.h bench/late.h
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)g++ -O2 -std=c++17 -DNDEBUG -Wall -Wextra -Ibench $< -o $@ -Wl,-z,now -lboost_fiber -lboost_context -lpthread

define neco-peer
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)gcc -O2 -Wall -Wextra -DNECO -I$(NECO) $< $(NECO)/neco.o -o $@ -lpthread
endef

$(PEER)/%_neco: bench/peers/coroutines/%.c $(wildcard bench/*.h bench/peers/*.h bench/peers/*/*.h)
	$(neco-peer)

$(PEER)/%_neco: bench/peers/coroutines/%_neco.c $(wildcard bench/*.h bench/peers/*.h bench/peers/*/*.h)
	$(neco-peer)

$(PEER)/%_libdill: bench/peers/coroutines/%.c $(wildcard bench/*.h bench/peers/*.h bench/peers/*/*.h)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)gcc -O2 -Wall -Wextra -I$(LIBDILL)/include $< $(LIBDILL)/lib/libdill.a -o $@ -lpthread

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

# In a folder of its own, for cargo writes beside the manifest.
$(BUILD)/bench/tokio/built: $(wildcard bench/peers/tokio/src/*.rs bench/peers/tokio/src/bin/*.rs) bench/peers/tokio/Cargo.toml
	$(call say,CARGO,$(@D))
	@mkdir -p $(@D)/.cargo $(PEER)
	@ln -sfn "$(CURDIR)/bench/peers/tokio/Cargo.toml" "$(CURDIR)/bench/peers/tokio/src" $(@D)
	@printf '[source.%s]\n%s\n' crates-io 'replace-with = "debian"' debian 'directory = "$(CRATES)"' >$(@D)/.cargo/config.toml
	$(Q)cd $(@D) && $(CARGO) build --offline --release --quiet --target-dir target
	@cp $(patsubst bench/peers/tokio/src/bin/%.rs,$(@D)/target/release/%,$(wildcard bench/peers/tokio/src/bin/*.rs)) $(PEER)
	@touch $@
