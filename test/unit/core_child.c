/* Work in a process of its own: its answer, its end, and the end of its time.
 */
#include "base/time.h"
#include "core/child.h"
#include "unit/test.h"

#include <errno.h>
#include <sys/wait.h>

static enum status ran(struct arena *a, const char *const *argv, struct str in,
                       int ms, struct str *out)
{
    const struct child c = {.argv = argv, .in = in, .ms = ms, .most = 100000};
    return child_run(a, &c, out);
}

/* No child is left, alive or to be waited for. */
static bool all_gone(void)
{
    return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

TEST(child_answers)
{
    static const char *const cat[] = {"/bin/cat", NULL};
    static const char *const env[] = {"/usr/bin/env", NULL};
    static const char *const open_files[] = {"/bin/ls", "/proc/self/fd", NULL};
    struct arena a = {0};
    struct str out;
    char *long_text = arena_alloc(&a, 90000);
    memset(long_text, 'x', 90000);
    OKAY(ran(&a, cat, STR("bonjour"), 5000, &out) == OK);
    OKAY(str_eq(out, "bonjour"));
    OKAY(ran(&a, cat, (struct str){long_text, 90000}, 5000, &out) == OK);
    OKAY(out.n == 90000);
    OKAY(ran(&a, cat, STR(""), 5000, &out) == OK);
    OKAY(out.n == 0);
    /* Nothing of ours is open or set in it; 3 is the folder it reads. */
    OKAY(ran(&a, env, STR(""), 5000, &out) == OK);
    OKAY(str_eq(out, "PATH=/usr/bin:/bin\nHOME=/nonexistent\n"));
    OKAY(ran(&a, open_files, STR(""), 5000, &out) == OK);
    OKAY(str_eq(out, "0\n1\n2\n3\n"));
    OKAY(all_gone());
    arena_reset(&a);
}

TEST(child_fails)
{
    static const char *const no[] = {"/bin/false", NULL};
    static const char *const none[] = {"/nowhere/at/all", NULL};
    static const char *const much[] = {"/usr/bin/yes", NULL};
    static const char *const dies[] = {"/bin/sh", "-c", "echo a; kill -9 $$",
                                       NULL};
    struct arena a = {0};
    struct str out;
    OKAY(ran(&a, no, STR(""), 5000, &out) == ERR_SYSTEM);
    OKAY(ran(&a, none, STR(""), 5000, &out) == ERR_SYSTEM);
    OKAY(ran(&a, dies, STR(""), 5000, &out) == ERR_SYSTEM);
    OKAY(ran(&a, much, STR(""), 5000, &out) == ERR_LIMIT);
    OKAY(all_gone());
    arena_reset(&a);
}

TEST(child_has_so_much_memory_and_processor)
{
    /* The shell keeps 60 MB in a variable. */
    static const char *const eats[] = {
        "/bin/sh", "-c",
        "x=$(head -c 60000000 /dev/zero | tr '\\0' a); echo ${#x}", NULL};
    static const char *const tells[] = {"/bin/sh", "-c", "sleep 1; ulimit -t",
                                        NULL};
    struct arena a = {0};
    struct str out;
    struct child c = {.argv = eats, .ms = 20000, .most = 1000};
    OKAY(child_run(&a, &c, &out) == OK && str_eq(out, "60000000\n"));
    c.memory = 20 << 20;
    OKAY(child_run(&a, &c, &out) == ERR_SYSTEM);
    c.argv = tells;
    OKAY(child_run(&a, &c, &out) == OK && str_eq(out, "21\n"));
    OKAY(all_gone());
    arena_reset(&a);
}

TEST(child_is_killed_at_its_time)
{
    static const char *const sleeps[] = {"/bin/sleep", "60", NULL};
    static const char *const quiet[] = {"/bin/sh", "-c",
                                        "exec >/dev/null; exec sleep 60", NULL};
    struct arena a = {0};
    struct str out;
    const int64_t from = time_monotonic_ns();
    OKAY(ran(&a, sleeps, STR(""), 200, &out) == ERR_BUSY);
    OKAY(ran(&a, quiet, STR(""), 200, &out) == ERR_BUSY);
    OKAY(time_monotonic_ns() - from < 20000000000);
    OKAY(all_gone());
    arena_reset(&a);
}
