#include "store/fill.h"

#include "store/copy.h"
#include "unit/db_kit.h"
#include "unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
#define ONE "\0\2\0\0\0\10\0\0\0\0\0\0\0\7\0\0\0\1a"
#define TWO "\0\2\0\0\0\10\0\0\0\0\0\0\0\11\377\377\377\377"
#define END "\377\377"

static const char *columns[] = {"id", "word"}, *types[] = {"INTEGER", "TEXT"};
static const struct load_table note = {.name = "note",
                                       .columns = columns,
                                       .types = types,
                                       .n = 2};

TEST(fill_reads_a_row)
{
    struct value v[2];
    size_t size;
    static const char one[] = "\0\2\0\0\0\10\0\0\0\0\0\0\0\7\0\0\0\5\303\251t"
                              "\303\251";
    OKAY(fill_row(&note, one, sizeof(one) - 1, v, &size) == FILL_ROW);
    OKAY(size == sizeof(one) - 1 && v[0].type == V_INT && v[0].i == 7);
    OKAY(v[1].type == V_TEXT && str_eq(v[1].s, "été"));
    for (size_t n = 0; n < sizeof(one) - 1; n++)
        OKAY(fill_row(&note, one, n, v, &size) == FILL_CUT);
    OKAY(fill_row(&note, TWO, sizeof(TWO) - 1, v, &size) == FILL_ROW);
    OKAY(v[0].i == 9 && v[1].type == V_NULL);
    OKAY(fill_row(&note, END ONE, 2, v, &size) == FILL_END && size == 2);
}

TEST(fill_refuses_what_is_no_row)
{
    struct value v[2];
    size_t size;
    static const char wider[] = "\0\3\0\0\0\10\0\0\0\0\0\0\0\7",
                      shorter[] = "\0\2\0\0\0\4\0\0\0\7\0\0\0\0",
                      huge[] = "\0\2\200\0\0\0\0\0\0\0\0\0\0\0";
    OKAY(fill_row(&note, wider, 14, v, &size) == FILL_WRONG);
    OKAY(fill_row(&note, shorter, 14, v, &size) == FILL_WRONG);
    OKAY(fill_row(&note, huge, 14, v, &size) == FILL_WRONG);
    OKAY(fill_head(HEAD, 18) == 0 && fill_head(HEAD ONE, 40) == 19);
    OKAY(fill_head("PGCOPY\n\377\r\n\0\0\1\0\0\0\0\0\0", 19) < 0);
}

static void put(const char *name, const char *p, size_t n)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/" COPY_ROWS "/note/%s", test_folder(),
             name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, p, n) == (ssize_t)n);
    close(fd);
}

static void folder(void)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/" COPY_ROWS, test_folder());
    CHECK(mkdir(path, 0700) == 0);
    snprintf(path, sizeof(path), "%s/" COPY_ROWS "/note", test_folder());
    CHECK(mkdir(path, 0700) == 0);
}

static const char head[] =
    "{\"columns\":[{\"name\":\"id\",\"type\":\"INTEGER\"},"
    "{\"name\":\"word\",\"type\":\"TEXT\"}],\"highest\":41}";

/* What a copy has, in parts of two bytes; the next id is not one of before. */
TEST(fill_puts_rows_in)
{
    static const char one[] = "\0\2\0\0\0\10\0\0\0\0\0\0\0\7\0\0\0\1a";
    struct db_kit kit = db_kit_open();
    const char *why = NULL;
    char all[256], name[16];
    size_t n = 0;
    memcpy(all, HEAD, n = sizeof(HEAD) - 1);
    memcpy(all + n, one, sizeof(one) - 1);
    n += sizeof(one) - 1;
    memcpy(all + n, TWO, sizeof(TWO) - 1);
    n += sizeof(TWO) - 1;
    memcpy(all + n, END, 2);
    n += 2;
    folder();
    put("head", head, sizeof(head) - 1);
    for (size_t i = 0; i < n; i += 2) {
        snprintf(name, sizeof(name), "%zu", i / 2 + 1);
        put(name, all + i, n - i < 2 ? n - i : 2);
    }
    OKAY(db_fill(kit.db, &kit.mem, test_folder(), &why) == OK);
    if (why)
        printf("  %s\n", why);
    OKAY(db_write(kit.db, &kit.mem, db_kit_insert, WORD("next")) == OK);
    OKAY(conn_begin(kit.reader, 0) == OK);
    OKAY(db_kit_int(&kit, SQL("SELECT count(*) FROM note WHERE (id = 7 AND word"
                              " = 'a') OR (id = 9 AND word IS NULL)")) == 2);
    OKAY(db_kit_int(&kit, SQL("SELECT max(id) FROM note")) == 42);
    conn_end(kit.reader);
    db_kit_close(&kit);
}

static bool refused(const char *text, const char *p, size_t n)
{
    struct db_kit kit = db_kit_open();
    const char *why = NULL;
    put("head", text, strlen(text));
    put("1", p, n);
    const enum status s = db_fill(kit.db, &kit.mem, test_folder(), &why);
    const bool is = s == ERR_INVALID && why && strstr(why, "note");
    db_kit_close(&kit);
    unlink(test_place("essaim.db"));
    return is;
}

TEST_SQLITE(fill_refuses_what_no_copy_has)
{
    static const char other[] = "{\"columns\":[{\"name\":\"id\",\"type\":"
                                "\"INTEGER\"}],\"highest\":null}";
    folder();
    OKAY(refused(head, HEAD TWO, sizeof(HEAD TWO) - 1)); /* no end */
    OKAY(refused(head, HEAD TWO END "x", sizeof(HEAD TWO END "x") - 1));
    OKAY(refused(head, HEAD, 18));
    OKAY(refused(head, "", 0));
    OKAY(refused(other, HEAD END, sizeof(HEAD END) - 1));
    OKAY(refused("{}", HEAD END, sizeof(HEAD END) - 1));
    OKAY(refused("no", HEAD END, sizeof(HEAD END) - 1));
}
