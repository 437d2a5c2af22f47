# heapflame. Everything that is made lands in $(BUILD); `make help` lists what
# can be made. CC, CFLAGS and LDFLAGS of the caller come after ours, so they win.
BUILD   ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
# SAN=address,undefined makes the analyzer and the unit tests of that kind, in
# a folder of their own. A shim that needs a runtime could not be preloaded.
SAN     ?=
comma   := ,
OUT     := $(BUILD)$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
VERSION := $(shell cat VERSION)

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wpointer-arith -Wvla -Wno-unused-parameter
OURS = -std=gnu11 -O2 -g $(WARN) -MMD -MP -Iinclude \
       $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LINK = $(if $(SAN),-fsanitize=$(SAN))
LIBS = -ldw -lelf -liberty -lm

# Each flag of the shim has a reason: docs/ARCHITECTURE.md, "Build of the shim".
SHIM_CFLAGS  = -fPIC -fvisibility=hidden -ftls-model=initial-exec \
	       -fno-stack-protector -fno-builtin -fno-plt -fexceptions \
	       $(if $(filter x86_64,$(shell uname -m)),-mcx16)
SHIM_LDFLAGS = -shared -nostdlib -Wl,-soname,libheapflame.so \
	       -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,--hash-style=gnu \
	       -Wl,--version-script=preload/exports.map
# For programs that allocate in a way that a test knows: each call stays a call.
PROG_FLAGS   = -O1 -g -fno-optimize-sibling-calls -fno-inline -pthread

objects  = $(patsubst %.c,$(OUT)/%.o,$(wildcard $(1)/*.c))
asset    = $(OUT)/assets/asset_$(subst .,_,$(notdir $(1))).o
PRELOAD  = $(call objects,preload)
ANALYZER = $(call objects,analyzer) $(foreach a,$(ASSETS),$(call asset,$(a)))
ASSETS   = $(wildcard analyzer/wrappers.txt analyzer/assets/*.*)
UNIT     = $(patsubst tests/%.c,$(OUT)/%,$(wildcard tests/unit/test_*.c))
FUZZ     = $(patsubst tests/%.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))
PROGRAMS = $(patsubst tests/%,$(OUT)/%,$(basename \
	   $(filter-out tests/progs/lib%,$(wildcard tests/progs/*.c tests/progs/*.cc)))) \
	   $(patsubst tests/%,$(OUT)/%.so,$(basename \
	   $(wildcard tests/progs/lib*.c tests/progs/lib*.cc)))

# `make V=1` shows whole command lines.
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@;)

all: $(if $(SAN),,$(OUT)/libheapflame.so) $(OUT)/heapflame

$(OUT)/libheapflame.so: $(PRELOAD) preload/exports.map
	$(call say,LINK)$(CC) $(SHIM_LDFLAGS) -o $@ $(PRELOAD) -lc -lgcc $(LDFLAGS)

$(OUT)/heapflame: $(ANALYZER)
	$(call say,LINK)$(CC) $(LINK) -o $@ $(ANALYZER) $(LDFLAGS) $(LIBS)

$(OUT)/preload/%.o: preload/%.c $(OUT)/flags | $(OUT)/libs
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(OURS) $(SHIM_CFLAGS) $(CFLAGS) -c -o $@ $<

$(OUT)/analyzer/%.o: analyzer/%.c $(OUT)/flags | $(OUT)/libs
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(OURS) -DVERSION='"$(VERSION)"' -DLIBDIR='"$(LIBDIR)"' \
		$(CFLAGS) -c -o $@ $<

# analyzer/assets/flame.js -> asset_flame_js[], asset_flame_js_size
define asset_rule
$(call asset,$(1)): $(1) scripts/embed.sh $(OUT)/flags
	@mkdir -p $$(@D)
	@scripts/embed.sh $$(basename $$(notdir $$@)) $$< >$$(@:.o=.c)
	$$(call say,CC)$$(CC) $$(OURS) -Ianalyzer $$(CFLAGS) -c -o $$@ $$(@:.o=.c)
endef
$(foreach a,$(ASSETS),$(eval $(call asset_rule,$(a))))

# Rebuild when the compiler or its flags are not what they were.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(OURS) $(CFLAGS) $(VERSION)' | cmp -s - $@ || \
		echo '$(CC) $(OURS) $(CFLAGS) $(VERSION)' >$@

# A library that is missing is named once, before anything is compiled.
$(OUT)/libs:
	@mkdir -p $(@D)
	@CC='$(CC)' scripts/check-libs.sh build && touch $@
$(OUT)/libs-test:
	@mkdir -p $(@D)
	@CC='$(CC)' scripts/check-libs.sh test && touch $@

# Archives, so that a test links only what it needs of a room. A test may say
# in its first lines `build: FLAGS`, as for --wrap.
$(OUT)/analyzer.a: $(filter-out %/main.o,$(ANALYZER))
$(OUT)/preload.a: $(filter-out %/hooks.o %/lifecycle.o,$(PRELOAD))
$(OUT)/%.a:
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

flags_of = $(shell sed -n '1,5s,^ *[/*]*[/*] *build: *\([^*]*\).*,\1,p' $(1))
test_cc  = $(CC) $(OURS) -MF $@.d -MT $@ -I. $(CFLAGS) -o $@ $<

$(OUT)/unit/test_hf_%: tests/unit/test_hf_%.c $(OUT)/preload.a | $(OUT)/libs-test
	@mkdir -p $(@D)
	$(call say,CC)$(test_cc) -Ipreload $(call flags_of,$<) $(OUT)/preload.a $(LDFLAGS) -lcmocka -lm -pthread

$(OUT)/unit/test_%: tests/unit/test_%.c $(OUT)/analyzer.a | $(OUT)/libs-test
	@mkdir -p $(@D)
	$(call say,CC)$(test_cc) -Ianalyzer $(call flags_of,$<) $(OUT)/analyzer.a $(LDFLAGS) -lcmocka $(LIBS) -pthread

# With the fuzzer's runtime under `make fuzz`, else a program that replays files.
$(OUT)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(OUT)/analyzer.a
	@mkdir -p $(@D)
	$(call say,CC)$(test_cc) -Ianalyzer $(if $(findstring fuzzer,$(SAN)),-fsanitize=fuzzer,-DSTANDALONE) \
		$(OUT)/analyzer.a $(LDFLAGS) $(LIBS)

# lib*.c and lib*.cc become shared objects, the others programs.
prog_cc = $(1) -MMD -MP -MF $@.d -MT $@ -Iinclude -o $@ $< \
	  $(or $(call flags_of,$<),$(PROG_FLAGS)) -ldl -lm
$(OUT)/progs/lib%.so: PROG_FLAGS += -fPIC -shared
$(OUT)/progs/lib%.so: tests/progs/lib%.c
	@mkdir -p $(@D)
	$(call say,CC)$(call prog_cc,$(CC))
$(OUT)/progs/lib%.so: tests/progs/lib%.cc
	@mkdir -p $(@D)
	$(call say,CXX)$(call prog_cc,$(CXX))
$(OUT)/progs/%: tests/progs/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(call prog_cc,$(CC))
$(OUT)/progs/%: tests/progs/%.cc
	@mkdir -p $(@D)
	$(call say,CXX)$(call prog_cc,$(CXX))

# What the tests get to know; they run from the root of the source.
export SRC          := $(CURDIR)
export HEAPFLAME    := $(abspath $(OUT))/heapflame
export LIBHEAPFLAME := $(abspath $(OUT))/libheapflame.so
export PROGS        := $(abspath $(OUT))/progs

progs: $(PROGRAMS)
unit: $(UNIT) $(FUZZ)
	@tests/unit/run.sh $(OUT)

e2e: all progs
	@tests/e2e/run.sh $(OUT)
test-long: all progs
	@tests/e2e/run.sh $(OUT) long

clean:
	rm -rf $(BUILD)

-include $(PRELOAD:.o=.d) $(ANALYZER:.o=.d) $(UNIT:=.d) $(FUZZ:=.d) $(PROGRAMS:=.d)
FORCE:
.PHONY: all progs unit e2e test-long clean FORCE
.DELETE_ON_ERROR:
