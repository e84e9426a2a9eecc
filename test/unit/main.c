/* Runs all unit tests, or those whose name begins with the argument. */
#include "unit/place.h"

#include <ftw.h>
#include <unistd.h>

static struct test *all;
static const struct test *now;
static int faults;
static const char *skipped;
static char folder[96];

void test_add(struct test *t)
{
    t->next = all;
    all = t;
}

void test_failed(const char *what, const char *file, int line)
{
    printf("  %s:%d: %s\n", file, line, what);
    faults++;
}

void test_skip(const char *why)
{
    skipped = why;
}

/* What the store and the archive do with a disk is asked of one; the others are
 * content with what TMPDIR names, which make check keeps in memory. */
static const char *place_of(const struct test *t)
{
    static const char *const on_disk[] = {"/db_", "/base_disk",
                                          "/core_archive"};
    const char *where = getenv("TMPDIR");
    for (size_t i = 0; i < COUNT(on_disk); i++)
        if (strstr(t->file, on_disk[i]))
            where = NULL;
    return where && strlen(where) < 64 ? where : "/tmp";
}

const char *test_folder(void)
{
    if (!*folder) {
        snprintf(folder, sizeof(folder), "%s/essaim-test-XXXXXX",
                 place_of(now));
        CHECK(mkdtemp(folder));
    }
    return folder;
}

bool test_is_full(void)
{
    return getenv("FULL") != NULL;
}

static int drop(const char *path, const struct stat *s, int flag,
                struct FTW *at)
{
    (void)s, (void)flag, (void)at;
    return remove(path);
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (struct test *t = all; t; t = t->next) {
        if (argc > 1 && strncmp(t->name, argv[1], strlen(argv[1])) != 0)
            continue;
        if (t->engine == (test_on_postgres() ? ON_SQLITE : ON_POSTGRES))
            continue;
        faults = 0;
        skipped = NULL;
        now = t;
        t->run();
        test_places_end();
        if (*folder)
            nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
        *folder = 0;
        faults ? failed++ : passed++;
        printf("%s %s%s%s\n", faults ? "not ok" : "ok", t->name,
               skipped ? " # skipped: " : "", skipped ? skipped : "");
        fflush(stdout);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
