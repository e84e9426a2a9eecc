/*
 * The whole harness. A file of test/unit has one or more
 *
 *     TEST(arena_gives_back)
 *     {
 *         OKAY(mem.used == 0);
 *     }
 *
 * Each TEST is one line of the report; a failed OKAY names its file and line.
 */
#pragma once

#include "base/base.h"

/* Where ESSAIM_TEST_DB is set (postgresql://…), databases are made there. */
enum test_engine { ON_BOTH, ON_SQLITE, ON_POSTGRES };
struct test {
    const char *name, *file;
    void (*run)(void);
    enum test_engine engine;
    struct test *next;
};
void test_add(struct test *t);
void test_failed(const char *what, const char *file, int line);
void test_skip(const char *why);
const char *test_folder(void); /* an empty one, removed after the test */
/* Where db_open finds a database of that name: empty at first, this test's
 * alone. Static, until the next call. */
const char *test_place(const char *name);
bool test_on_postgres(void);
/* Is it make test, or an instrumented build? make check has less time. */
bool test_is_full(void);

#define TEST(id) TEST_ON(ON_BOTH, id)
#define TEST_SQLITE(id) TEST_ON(ON_SQLITE, id) /* it is about its files */
#define TEST_POSTGRES(id) TEST_ON(ON_POSTGRES, id)
#define TEST_ON(engine, id)                                                    \
    static void test_##id(void);                                               \
    __attribute__((constructor)) static void add_##id(void)                    \
    {                                                                          \
        static struct test t = {#id, __FILE__, test_##id, engine, NULL};       \
        test_add(&t);                                                          \
    }                                                                          \
    static void test_##id(void)
#define OKAY(cond)                                                             \
    do {                                                                       \
        if (!(cond))                                                           \
            test_failed(#cond, __FILE__, __LINE__);                            \
    } while (0)
