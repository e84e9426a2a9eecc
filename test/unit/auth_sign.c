#include "auth/sign.h"
#include "unit/test.h"

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
