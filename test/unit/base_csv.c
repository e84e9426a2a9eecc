#include "unit/test.h"

#include "base/csv.h"
#include "base/utf8.h"

/* The whole file as "a|b/c|d": records parted by /, a fault as !key. */
static const char *all(struct arena *a, struct str text, char *sep)
{
    struct csv c;
    struct buf b = {.mem = a};
    struct str *cells;
    size_t n;
    const char *why;
    csv_open(a, &c, text);
    *sep = c.sep;
    buf_str(&b, c.was_latin1 ? "(latin1)" : "");
    for (bool first = true;; first = false) {
        int64_t line = c.line;
        enum status s = csv_next(a, &c, &cells, &n, &why);
        if (s == ERR_NOT_FOUND)
            break;
        buf_printf(&b, "%s%d:", first ? "" : "/", (int)line);
        if (s != OK)
            buf_printf(&b, "!%s", why);
        for (size_t i = 0; s == OK && i < n; i++) {
            buf_str(&b, i ? "|" : "");
            buf_add(&b, cells[i].p, cells[i].n);
        }
    }
    return buf_done(&b).p;
}

static bool reads(struct str text, char sep, const char *wanted)
{
    struct arena mem = {0};
    char found;
    const char *got = all(&mem, text, &found);
    bool ok = same(got, wanted) && found == sep;
    if (!ok)
        printf("  got '%c' %s\n  for '%c' %s\n", found, got, sep, wanted);
    arena_reset(&mem);
    return ok;
}

TEST(csv_reads_what_the_world_writes)
{
    OKAY(reads(STR("a;b\r\nc;d\r\n"), ';', "1:a|b/2:c|d"));
    OKAY(reads(STR("a,b\nc,d"), ',', "1:a|b/2:c|d"));
    OKAY(reads(STR("a\tb\rc\td\r"), '\t', "1:a|b/2:c|d"));
    OKAY(reads(STR("\xEF\xBB\xBFné;b"), ';', "1:né|b"));
    OKAY(reads(STR("n\xE9;l\x92\x9Cuf"), ';', "(latin1)1:né|l’œuf"));
    OKAY(reads(STR(""), ';', "") && reads(STR("\n \r\n\r"), ';', ""));
    OKAY(reads(STR("\n\na;b\n\n \nc;d\n\n"), ';', "3:a|b/6:c|d"));
    OKAY(reads(STR("a;;\n;b;\n"), ';', "1:a||/2:|b|"));
    OKAY(reads(STR("a;b\n;\n; ;\r\nc;d\n;;"), ';', "1:a|b/4:c|d"));
    OKAY(reads(STR("\"a;b;c\",d\n"), ',', "1:a;b;c|d"));
    OKAY(reads(STR("one\ntwo\n"), ';', "1:one/2:two"));
    OKAY(reads(STR("a;b,c;d,e\n"), ';', "1:a|b,c|d,e"));
    OKAY(reads(STR("a;\"\""), ';', "1:a|"));
}

/* Excel's first line. */
TEST(csv_is_told_its_separator)
{
    OKAY(reads(STR("sep=;\r\na,x;b\r\n1,2;3\r\n"), ';', "2:a,x|b/3:1,2|3"));
    OKAY(reads(STR("\xEF\xBB\xBFsep=,\na;x,b"), ',', "2:a;x|b"));
    OKAY(reads(STR("sep=\t\n\na;x\tb"), '\t', "3:a;x|b"));
    OKAY(reads(STR("sep=;"), ';', ""));
    OKAY(reads(STR("sep="), ';', "1:sep="));
    OKAY(reads(STR("sep=x\na;b"), ';', "1:sep=x/2:a|b"));
    OKAY(reads(STR("sep=;b\nc;d"), ';', "1:sep=|b/2:c|d"));
}

TEST(csv_quotes)
{
    OKAY(reads(STR("\"a\nb\";\"c\r\nd\";e\nf"), ';', "1:a\nb|c\r\nd|e/4:f"));
    OKAY(reads(STR("\"say \"\"hello\"\"\";b\n"), ';', "1:say \"hello\"|b"));
    OKAY(reads(STR("\"\"\"\";b\n"), ';', "1:\"|b"));
    OKAY(reads(STR("\"a\"b;c\n"), ';', "1:ab|c"));
    OKAY(reads(STR("a\"b;c\"\n"), ';', "1:a\"b|c\""));
    OKAY(reads(STR("a;\"b\nc;d"), ';', "1:!csv.quote_open"));
    OKAY(reads(STR("a;b\nc;\"d"), ';', "1:a|b/2:!csv.quote_open"));
    OKAY(reads(STR("\""), ';', "1:!csv.quote_open"));
}

TEST(csv_limits_leave_the_next_record_readable)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    for (int i = 0; i < CSV_CELLS; i++)
        buf_char(&b, ';');
    buf_str(&b, "\nx\n\"");
    for (int i = 0; i <= CSV_CELL; i++)
        buf_char(&b, i ? 'a' : '\n');
    buf_str(&b, "\"\ny");
    OKAY(reads(buf_done(&b), ';',
               "1:!csv.too_wide/2:x/3:!csv.cell_too_long/5:y"));
    b.n = 0;
    for (int i = 1; i < CSV_CELLS; i++)
        buf_char(&b, ';');
    struct csv c;
    struct str *cells;
    size_t n;
    const char *why;
    csv_open(&mem, &c, buf_done(&b));
    OKAY(csv_next(&mem, &c, &cells, &n, &why) == OK && n == CSV_CELLS);
    arena_reset(&mem);
}

TEST(csv_cell_writing)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"a", "a"},
        {"", ""},
        {"a;b", "\"a;b\""},
        {"a\nb", "\"a\nb\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"\"", "\"\"\"\""},
        {" a", "\" a\""},
        {"=1+1", "'=1+1"},
        {"+33 3", "'+33 3"},
        {"@x", "'@x"},
        {"-x", "'-x"},
        {"-12,5", "\"-12,5\""},
        {"-12.5", "-12.5"},
        {"\tx", "\"'\tx\""},
        {"'=x", "''=x"},
        {"'-3", "''-3"},
        {"'été", "'été"},
        {"=\"a\"", "\"'=\"\"a\"\"\""},
    };
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = {.mem = &mem};
        csv_cell(&b, str_of(rows[i].from), true);
        OKAY(str_eq(buf_done(&b), rows[i].to));
    }
    struct buf b = {.mem = &mem};
    csv_cell(&b, STR("a"), true);
    csv_cell(&b, STR("b\"\n;c"), false);
    csv_cell(&b, STR(""), false);
    OKAY(reads(buf_done(&b), ';', "1:a|b\"\n;c|"));
    arena_reset(&mem);
}

TEST(csv_cell_marked_and_plain_again)
{
    static const char *const texts[] = {"=1", "'=1",   "''@x", "-3", "'-3",
                                        "'x", "+33 1", "x",    ""};
    struct arena mem = {0};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf b = {.mem = &mem};
        csv_cell(&b, str_of(texts[i]), true);
        OKAY(str_eq(csv_plain(buf_done(&b)), texts[i]));
    }
    arena_reset(&mem);
}
