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

struct test {
    const char *name, *file;
    void (*run)(void);
    struct test *next;
};
void test_add(struct test *t);
void test_failed(const char *what, const char *file, int line);
void test_skip(const char *why);
const char *test_folder(void); /* an empty one, removed after the test */

#define TEST(id)                                                               \
    static void test_##id(void);                                               \
    __attribute__((constructor)) static void add_##id(void)                    \
    {                                                                          \
        static struct test t = {#id, __FILE__, test_##id, NULL};               \
        test_add(&t);                                                          \
    }                                                                          \
    static void test_##id(void)
#define OKAY(cond)                                                             \
    do {                                                                       \
        if (!(cond))                                                           \
            test_failed(#cond, __FILE__, __LINE__);                            \
    } while (0)
