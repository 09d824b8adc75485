# install.mk - the variants that are installed, and installing them (docs/packaging.md). With
# another processor's ARCH they go beside this one's.

PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib
VARIANTS = release debug stress replay

INSTALLED = $(VARIANTS:%=%$(SUFFIX)) hosted$(SUFFIX)

variants: $(INSTALLED:%=$(BUILD)/$(CROSS)%)

install: variants
	@DESTDIR="$(DESTDIR)" CC="$(CC)" CROSS="$(CROSS)" tools/install "$(PREFIX)" "$(LIBDIR)" $(INSTALLED)

uninstall:
	@DESTDIR="$(DESTDIR)" CROSS="$(CROSS)" tools/install --remove "$(LIBDIR)"

# A variant is what make DEBUG=1 builds (RELEASE=1 means nothing).
$(patsubst %,$(BUILD)/$(CROSS)%$(SUFFIX),$(VARIANTS)): FORCE
	@$(MAKE) --no-print-directory DEBUG= STRESS= REPLAY= COVERAGE= HOSTED= $(shell echo $(patsubst %$(SUFFIX),%,$(@F)) | tr a-z A-Z)=1 \
		$@/librt0.a $@/pie/librt0.a $@/rt0_musl.o \
		$@/librt0_main.a $@/pie/librt0_main.a

$(BUILD)/$(CROSS)hosted$(SUFFIX): FORCE
	@$(MAKE) --no-print-directory DEBUG= STRESS= REPLAY= COVERAGE= HOSTED=1 $@/rt0_hosted.o

FORCE:
