# install.mk - the variants that are installed, and installing them (docs/packaging.md).

PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
VARIANTS = release debug stress replay

variants: $(VARIANTS:%=$(BUILD)/%$(SUFFIX)) $(BUILD)/hosted$(SUFFIX)

install: variants
	@DESTDIR="$(DESTDIR)" CC="$(CC)" tools/install "$(PREFIX)" "$(LIBDIR)" $(VARIANTS:%=%$(SUFFIX)) hosted$(SUFFIX)

uninstall:
	@DESTDIR="$(DESTDIR)" tools/install --remove "$(LIBDIR)"

# A variant is what make DEBUG=1 builds (RELEASE=1 means nothing).
$(patsubst %,$(BUILD)/%$(SUFFIX),$(VARIANTS)): FORCE
	@$(MAKE) --no-print-directory DEBUG= STRESS= REPLAY= COVERAGE= HOSTED= $(shell echo $(patsubst %$(SUFFIX),%,$(@F)) | tr a-z A-Z)=1 \
		$@/librt0.a $@/pie/librt0.a $@/rt0_musl.o \
		$@/librt0_main.a $@/pie/librt0_main.a

$(BUILD)/hosted$(SUFFIX): FORCE
	@$(MAKE) --no-print-directory DEBUG= STRESS= REPLAY= COVERAGE= HOSTED=1 $@/rt0_hosted.o

FORCE:
