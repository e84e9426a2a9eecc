#include "auth/sign.h"
#include "unit/test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(auth_sign_and_verify)
{
    struct arena mem = {0};
    struct signer one, again, other;
    const char *path = arena_printf(&mem, "%s/key", test_folder());
    const char *second = arena_printf(&mem, "%s/key2", test_folder());
    OKAY(signer_open(path, &one) == OK);
    OKAY(signer_open(path, &again) == OK);
    OKAY(signer_open(second, &other) == OK);
    OKAY(memcmp(one.public, again.public, SIGN_PUBLIC) == 0);
    OKAY(memcmp(one.public, other.public, SIGN_PUBLIC) != 0);
    struct str s = str_of(sign(&mem, &one, STR("12 abc")));
    OKAY(signature_right(again.public, STR("12 abc"), s));
    OKAY(!signature_right(again.public, STR("13 abc"), s));
    OKAY(!signature_right(other.public, STR("12 abc"), s));
    OKAY(!signature_right(again.public, STR("12 abc"), STR("00")));
    OKAY(signer_open(test_folder(), &other) == ERR_SYSTEM);
    arena_reset(&mem);
}

/* A process that dies while it writes: the kernel ends it at the first byte. */
TEST(auth_sign_key_is_whole_or_not_there)
{
    struct arena mem = {0};
    struct signer s;
    const char *path = arena_printf(&mem, "%s/cut", test_folder());
    int state;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        setrlimit(RLIMIT_FSIZE, &none);
        signal(SIGXFSZ, SIG_DFL);
        if (signer_open(path, &s) != OK)
            _exit(1);
        _exit(0);
    }
    CHECK(waitpid(child, &state, 0) == child);
    OKAY(WIFSIGNALED(state) && WTERMSIG(state) == SIGXFSZ);
    OKAY(access(path, F_OK) != 0);
    OKAY(signer_open(path, &s) == OK);
    arena_reset(&mem);
}
