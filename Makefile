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
OURS = -std=gnu11 -O2 -g $(WARN) -MMD -MP -Iinclude -I$(OUT)/proto \
       $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LINK = $(if $(SAN),-fsanitize=$(SAN))
CURSES := $(shell pkg-config --libs ncursesw 2>/dev/null || echo -lncursesw -ltinfo)
LIBS = -pthread -ldw -lelf -liberty -lz -lzstd -lprotobuf-c $(CURSES) -lm

# Each flag of the shim has a reason: docs/ARCHITECTURE.md, "Build of the shim".
SHIM_CFLAGS  = -fPIC -fvisibility=hidden -ftls-model=initial-exec \
	       -fno-stack-protector -fno-plt -fexceptions -fno-builtin-malloc \
	       -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free \
	       -fno-tree-slp-vectorize \
	       $(if $(filter x86_64,$(shell uname -m)),-mcx16)
SHIM_LDFLAGS = -shared -nostdlib -Wl,-soname,libheapflame.so \
	       -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,--hash-style=gnu \
	       -Wl,--version-script=preload/exports.map
# For programs that allocate in a way that a test knows: each call stays a call.
PROG_FLAGS   = -O1 -g -fno-optimize-sibling-calls -fno-inline -pthread

objects  = $(patsubst %.c,$(OUT)/%.o,$(wildcard $(1)/*.c))
asset    = $(OUT)/assets/asset_$(subst .,_,$(notdir $(1))).o
PRELOAD  = $(call objects,preload)
ANALYZER = $(call objects,analyzer) $(foreach a,$(ASSETS),$(call asset,$(a))) $(PROTO)
PROTO    = $(OUT)/proto/pprof.pb-c.o
ASSETS   = $(wildcard analyzer/*.txt analyzer/assets/*.*)
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

# analyzer/pprof.proto -> pprof.pb-c.h and .c, of which nothing is kept in git.
$(OUT)/proto/%.pb-c.c $(OUT)/proto/%.pb-c.h: analyzer/%.proto | $(OUT)/libs
	@mkdir -p $(@D)
	$(call say,PROTO)protoc-c --c_out=$(@D) -Ianalyzer $<
$(PROTO): %.o: %.c $(OUT)/flags
	$(call say,CC)$(CC) $(OURS) $(CFLAGS) -c -o $@ $<
$(call objects,analyzer): | $(PROTO:.o=.h)

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

# Reads with the analyzer's own reader.
$(OUT)/progs/read_states: tests/progs/read_states.c $(OUT)/analyzer.a
	@mkdir -p $(@D)
	$(call say,CC)$(test_cc) -Ianalyzer $(OUT)/analyzer.a $(LDFLAGS) $(LIBS)

# The unwinder's oracle: a library to be preloaded, and what it is tried on, as
# tests/oracle/NAME-COMPILER-LEVEL-FLAVOUR makes it.
SHAPES   = $(foreach c,gcc clang,$(foreach l,0 1 2 3,$(foreach f,fp nofp,\
	   $(OUT)/oracle/shapes-$(c)-$(l)-$(f)))) $(OUT)/oracle/shapes-gcc-2-ibt
THROWS   = $(foreach c,g++ clang++,$(foreach l,0 2,$(OUT)/oracle/throws-$(c)-$(l)-nofp))
ORACLE   = $(OUT)/oracle/compare.so $(SHAPES) $(THROWS)
flavour  = $(word $(1),$(subst -, ,$*))
flags_fp   = -fno-omit-frame-pointer
flags_nofp = -fomit-frame-pointer
flags_ibt  = -fcf-protection -Wl,-z,ibtplt
oracle_cc  = $(call flavour,1) -O$(call flavour,2) $(flags_$(call flavour,3)) \
	     -Wl,-z,lazy -MMD -MP -MF $@.d -MT $@ -o $@ $<
$(OUT)/oracle/compare.so: $(wildcard tests/oracle/*.[ch]) $(OUT)/preload.a
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(filter-out -MMD -MP,$(OURS)) $(SHIM_CFLAGS) \
		-fno-optimize-sibling-calls -Ipreload $(CFLAGS) -shared -o $@ \
		-Wl,--wrap=hf_next_symbol \
		tests/oracle/compare.c tests/oracle/verdict.c $(OUT)/preload.a $(LDFLAGS)
$(SHAPES): $(OUT)/oracle/shapes-%: tests/oracle/shapes.c
	@mkdir -p $(@D)
	$(call say,CC)$(oracle_cc)
$(THROWS): $(OUT)/oracle/throws-%: tests/oracle/throws.cc
	@mkdir -p $(@D)
	$(call say,CXX)$(oracle_cc)

# What the tests get to know; they run from the root of the source.
export SRC          := $(CURDIR)
export HEAPFLAME    := $(abspath $(OUT))/heapflame
export LIBHEAPFLAME := $(abspath $(OUT))/libheapflame.so
export PROGS        := $(abspath $(OUT))/progs

progs: $(PROGRAMS)
	@:
oracle: $(ORACLE)
	@:
unit: $(UNIT) $(FUZZ)
	@tests/unit/run.sh $(OUT)
e2e: all progs oracle
	@tests/e2e/run.sh $(OUT)
check: all
	@scripts/check-exports.sh $(LIBHEAPFLAME)
	@scripts/check-undefined.sh $(LIBHEAPFLAME)
	@scripts/check-help-man.sh $(HEAPFLAME)
	@scripts/check-layers.sh
	@scripts/check-style.sh
test:
	@scripts/install-deps test
	@$(MAKE) --no-print-directory all progs oracle
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory check
test-long: all progs oracle
	@tests/e2e/run.sh $(OUT) long

# The page tests: node's test runner and a real browser.
BROWSER = $(wildcard tests/browser/*.json tests/browser/*js)
$(OUT)/browser/package-lock.json: $(BROWSER)
	@mkdir -p $(@D)
	@cp $(BROWSER) $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
browser: all $(UNIT) $(if $(BROWSER),$(OUT)/browser/package-lock.json)
	@$(if $(BROWSER),cd $(OUT)/browser && \
		if timeout 600 node --test >log 2>&1; then sed -n 's/^# pass/pages: passed/p' log; \
		else cat log; exit 1; fi)

# FUZZ_SECONDS each; what is found is left in $(BUILD)/fuzz-found.
FUZZ_SECONDS ?= 60
fuzz:
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address,undefined fuzz-run
fuzz-run: $(FUZZ)
	@tests/fuzz/run.sh $(OUT) $(FUZZ_SECONDS) $(abspath $(BUILD))/fuzz-found
# The tables of docs/SAMPLING.md, "Growth"; RUNS of each kind.
$(OUT)/growth_power: tests/bench/growth_power.c $(OUT)/analyzer.a
	@mkdir -p $(@D)
	$(call say,CC)$(test_cc) -Ianalyzer $(OUT)/analyzer.a $(LDFLAGS) $(LIBS)
growth-power: $(OUT)/growth_power
	@$(OUT)/growth_power $(RUNS)
# The tables of docs/ACCURACY.md; QUICK=1 prints them, of two runs.
accuracy: all
	@/usr/bin/python3 tests/bench/accuracy.py $(OUT) docs/ACCURACY.md
# With Debian's source packages, which come over the network.
true-leak: all
	@tests/bench/true_leak.sh $(OUT)
# The table of "A gate" there, on a real program, RUNS times.
gate-power: all
	@CC='$(CC)' tests/bench/gate_power.sh $(OUT) $(RUNS)
bench: all
	@CC='$(CC)' tests/bench/run.sh $(OUT)
	@CXX='$(CXX)' tests/bench/symbols.sh $(OUT)
	@CC='$(CC)' tests/bench/flame.sh $(OUT)
	@tests/bench/pages.sh $(OUT)

deps:
	@scripts/install-deps build
demo:
	@scripts/install-deps demo
	@$(MAKE) --no-print-directory all
	@scripts/demo

C_FILES = $(shell git ls-files -co --exclude-standard -- '*.c' '*.h')
format:
	@clang-format -i $(C_FILES)
format-check:
	@clang-format --dry-run -Werror $(C_FILES)
lint:
	@shellcheck scripts/* .ci/run tests/*/*.sh

compile_commands.json: FORCE
	@{ printf '[\n'; for f in $(wildcard preload/*.c analyzer/*.c); do \
		case $$f in preload/*) flags='$(SHIM_CFLAGS)' ;; *) flags= ;; esac; \
		printf '%s{"directory": "%s", "file": "%s", "command": "%s"}' \
			"$$comma" '$(CURDIR)' $$f "$(CC) $(OURS) $$flags $(CFLAGS) -c $$f"; \
		comma=','; printf '\n'; \
	done; printf ']\n'; } >$@

install: all
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(LIBDIR) \
		$(MANDIR)/man1 $(MANDIR)/man7 $(PREFIX)/include \
		$(LIBDIR)/pkgconfig)
	install -m 755 $(OUT)/heapflame $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(OUT)/libheapflame.so $(DESTDIR)$(LIBDIR)/
	install -m 644 man/heapflame.1 $(DESTDIR)$(MANDIR)/man1/
	install -m 644 man/libheapflame.7 $(DESTDIR)$(MANDIR)/man7/
	install -m 644 include/heapflame.h $(DESTDIR)$(PREFIX)/include/
	@printf '%s\n' 'prefix=$(PREFIX)' '' 'Name: heapflame' \
		'Description: start, stop, phases and labels of the heap profiler' \
		'Version: $(VERSION)' 'Cflags: -I$${prefix}/include' \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/heapflame.pc
	@chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/heapflame.pc
	$(ldconfig)
uninstall:
	rm -f $(addprefix $(DESTDIR),$(PREFIX)/bin/heapflame \
		$(LIBDIR)/libheapflame.so \
		$(MANDIR)/man1/heapflame.1 $(MANDIR)/man7/libheapflame.7 \
		$(PREFIX)/include/heapflame.h $(LIBDIR)/pkgconfig/heapflame.pc)
	$(ldconfig)
# So that LD_PRELOAD=libheapflame.so is found by its name alone.
ldconfig = @[ -n '$(DESTDIR)' ] || [ "$$(id -u)" -ne 0 ] || ldconfig

help:
	@echo 'all test test-long unit e2e check browser bench growth-power accuracy true-leak fuzz demo deps'
	@echo 'install uninstall format format-check lint compile_commands.json clean'
	@echo 'SAN=address,undefined  T=20 (scenarios)  V=1 (whole commands)'
	@echo 'BUILD= PREFIX= LIBDIR= MANDIR= DESTDIR= CC= CFLAGS= LDFLAGS='
clean:
	rm -rf $(BUILD)

-include $(PRELOAD:.o=.d) $(ANALYZER:.o=.d) $(UNIT:=.d) $(FUZZ:=.d) $(PROGRAMS:=.d) $(ORACLE:=.d) $(OUT)/growth_power.d
FORCE:
.PHONY: all progs oracle unit e2e check test test-long browser fuzz fuzz-run bench \
	growth-power accuracy true-leak \
	deps demo format format-check lint install uninstall help clean FORCE
.DELETE_ON_ERROR:
