# The whole build. A new file, page, label or module changes nothing here.
CC = gcc
B = build
CFLAGS = -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS = -pie -Wl,-z,relro,-z,now
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Werror
ALL = -std=c17 -D_GNU_SOURCE -Isrc -I$(B)/gen $(WARN) $(CFLAGS) -MMD -MP
LIBS = -lmicrohttpd -lsqlite3 -ljansson -lsodium -lunistring -lm -lpthread

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
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/libessaim.a: $(OBJ)
	@rm -f $@
	ar rcs $@ $(OBJ)
$(B)/%.o: %.c | $(GEN:%.c=%.h)
	@mkdir -p $(@D)
	$(CC) $(ALL) -c -o $@ $<
$(B)/gen/%.o: $(B)/gen/%.c | $(GEN:%.c=%.h)
	$(CC) $(ALL) -c -o $@ $<

# Tools run while building, on this machine.
$(B)/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(CC) -std=c17 -D_GNU_SOURCE -O1 -g $(WARN) -o $@ $<
$(B)/gen/%.html.c $(B)/gen/%.html.h &: src/%.html $(B)/tools/tplc
	@mkdir -p $(@D)
	$(B)/tools/tplc $< $(B)/gen/$*.html.c $(B)/gen/$*.html.h
$(B)/gen/files.c: $(FILES) $(B)/tools/embed
	@mkdir -p $(@D)
	$(B)/tools/embed $@ src $(FILES)

# Unit tests: test/unit/*.c make one program.
UNIT := $(wildcard test/unit/*.c)
$(B)/test/%.o: test/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL) -Itest -c -o $@ $<
$(B)/unit: $(UNIT:%.c=$(B)/%.o) $(B)/libessaim.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

clean:
	rm -rf $(B)
format:
	clang-format -i $(SRC) src/main.c $(HDR) $(wildcard tools/*.c test/*/*.[ch])
.PHONY: clean format
.DELETE_ON_ERROR:
-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d) $(B)/src/main.d
