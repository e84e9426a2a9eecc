# The whole build. A new file, page, label or module changes nothing here.
CC = gcc
B = build
VERSION := $(file < VERSION)
Q = $(if $(V),,@echo $(@:$(B)/%=%);) # make V=1 shows the commands
CFLAGS = -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fno-plt
LDFLAGS = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Werror
STD = -std=c17 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Isrc -I$(B)/gen
ALL = $(STD) $(WARN) $(CFLAGS) -MMD -MP
PAPER := $(shell pkg-config --cflags pangocairo 2>/dev/null | sed "s/-I/-isystem /g")
LIBS = -lmicrohttpd -lsqlite3 -lpq -lsodium -lcrypto -lical -lunistring -lcurl \
	-lpangocairo-1.0 -lpango-1.0 -lgobject-2.0 -lcairo -lm -lpthread

SRC := $(wildcard src/*/*.c src/modules/*/*.c) src/modules.c
HDR := $(wildcard src/*/*.h src/modules/*/*.h)
# Pages become C: src/view/pages/list.html gives view/pages/list.html.{c,h}.
PAGES := $(wildcard src/*/pages/*.html src/modules/*/pages/*.html)
GEN := $(PAGES:src/%=$(B)/gen/%.c)
# Files that travel inside the program: labels, styles, fonts, maps.
FILES := $(wildcard src/*/po/*.po src/modules/*/po/*.po) \
	$(sort $(wildcard src/view/assets/* src/view/assets/*/*))
OBJ := $(SRC:%.c=$(B)/%.o) $(GEN:%.c=%.o) $(B)/gen/files.o

$(B)/essaim: $(B)/src/main.o $(B)/libessaim.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/libessaim.a: $(OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $(OBJ)
$(B)/src/pdf/draw.o: ALL += $(PAPER)
$(B)/%.o: %.c | $(GEN:%.c=%.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL) -c -o $@ $<
$(B)/gen/%.o: $(B)/gen/%.c | $(GEN:%.c=%.h)
	$(Q)$(CC) $(ALL) -c -o $@ $<

# Tools run while building, on this machine.
$(B)/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O1 -g $(WARN) -o $@ $<
$(B)/gen/%.html.c $(B)/gen/%.html.h &: src/%.html $(B)/tools/tplc
	@mkdir -p $(@D)
	$(Q)$(B)/tools/tplc $< $(B)/gen/$*.html.c $(B)/gen/$*.html.h
$(B)/gen/files.c: $(FILES) $(B)/tools/embed
	@mkdir -p $(@D)
	$(Q)$(B)/tools/embed $@ src $(FILES)

# Tests: test/unit/*.c make one program; each file of test/crash, test/bench and
# test/fuzz is one.
UNIT := $(wildcard test/unit/*.c)
CRASH := $(patsubst %.c,$(B)/%,$(wildcard test/crash/*.c))
BENCH := $(patsubst %.c,$(B)/%,$(wildcard test/bench/*.c))
FUZZ := $(patsubst %.c,$(B)/%,$(wildcard test/fuzz/*.c))
$(B)/test/%.o: test/%.c | $(GEN:%.c=%.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL) -Itest -c -o $@ $<
$(B)/unit: $(UNIT:%.c=$(B)/%.o) $(B)/libessaim.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(CRASH) $(BENCH): $(B)/%: $(B)/%.o $(B)/libessaim.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(FUZZ): $(B)/%: $(B)/%.o $(B)/libessaim.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS)
unit: $(B)/unit
crash: $(CRASH)
programs: $(B)/essaim $(B)/unit $(CRASH) $(BENCH)

# The front door.
PORT = 8080
LISTEN = 127.0.0.1:$(PORT)
run:
	@tools/install run
	@$(MAKE) -s --no-print-directory -j$(shell nproc) $(B)/essaim
	@tools/run $(B)/essaim $(LISTEN)
check: ; @test/run check
test:
	@tools/install run test
	@test/run all

# Builds of their own, each in its folder: make asan-unit, make tsan-crash, …
SANE = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fPIE
san = $(MAKE) --no-print-directory CC=clang B=build-$(1) CFLAGS='$(SANE) -fsanitize=$(2)'
asan-%: ; @$(call san,asan,address$(,)undefined) $*
tsan-%: ; @$(call san,tsan,thread) $*
fuzz-%: ; @$(call san,fuzz,fuzzer-no-link$(,)address$(,)undefined) $*
clang-%: ; @$(MAKE) --no-print-directory CC=clang B=build-clang CFLAGS='-O0 -fPIE' $*
, := ,
targets: $(FUZZ)
asan: ; @test/run asan
tsan: ; @test/run tsan
FUZZ_SECONDS = 60
fuzz: ; @FUZZ_SECONDS=$(FUZZ_SECONDS) test/run fuzz
bench:
	@tools/install run bench
	@$(MAKE) --no-print-directory programs
	@node test/bench/run.mjs
	@pg_virtualenv -t -o fsync=on -o max_connections=200 node test/bench/postgres.mjs
bench-record:
	@$(MAKE) --no-print-directory programs
	@node test/bench/run.mjs --record
	@pg_virtualenv -t -o fsync=on -o max_connections=200 node test/bench/postgres.mjs --record

# What reads the source.
TIDY := $(SRC) src/main.c $(wildcard tools/*.c test/*/*.c)
# Each header compiles alone; one that nothing was changed in is not asked again. The
# name of its own is for a header that is nothing but macros.
ALONE := $(HDR:src/%=$(B)/alone/%)
$(B)/alone/%.h: src/%.h Makefile | $(GEN:%.c=%.h)
	@mkdir -p $(@D)
	@printf '#include "%s"\nstruct alone;\n' $*.h | $(CC) $(STD) $(WARN) \
		-MMD -MP -MF $@.d -MT $@ -x c -fsyntax-only - && touch $@
headers: $(ALONE)
symbols: $(B)/libessaim.a ; @tools/symbols.sh $(B)
tidy: $(GEN:%.c=%.h)
	@tools/install run tidy
	clang-tidy --quiet $(TIDY) -- $(STD) $(PAPER) -Itest
	cppcheck --quiet --std=c11 --inline-suppr --error-exitcode=1 \
		--enable=warning,performance,portability \
		--suppressions-list=tools/cppcheck -D__GNUC__ -Isrc -I$(B)/gen $(SRC) src/main.c
OURS := $(SRC) src/main.c $(HDR) $(wildcard tools/*.c test/*/*.[ch])
format: ; clang-format -i $(OURS)
# Only what was changed since it was last in order.
$(B)/format: $(OURS) .clang-format
	@clang-format --dry-run -Werror $(if $(filter .clang-format,$?),$(OURS),$?)
	@mkdir -p $(@D) && touch $@
format-check: $(B)/format

PREFIX = /usr/local
install: $(B)/essaim
	install -D $(B)/essaim $(DESTDIR)$(PREFIX)/bin/essaim
	install -D -m 644 docs/essaim.1 $(DESTDIR)$(PREFIX)/share/man/man1/essaim.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(B)/essaim completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/essaim
	$(B)/essaim completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_essaim
clean:
	rm -rf build build-*
.PHONY: unit crash programs run check test targets asan tsan fuzz bench \
	bench-record headers symbols tidy format format-check install clean
.SECONDARY:
.DELETE_ON_ERROR:
-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d) $(B)/src/main.d
-include $(CRASH:=.d) $(BENCH:=.d) $(FUZZ:=.d) $(ALONE:=.d)
