/* What the API's JSON becomes on its way through a form's checks. */
#include "unit/test.h"

#include "core/request.h"
#include "i18n/format.h"

static bool comes_back(const char *json, double d)
{
    struct arena mem = {0};
    const char *why;
    double out = 0;
    const struct json_value *v = json_parse(&mem, str_of(json), &why);
    bool ok = v && number_parse(lang_default(), json_typed(&mem, v), &out) &&
              out == d;
    if (!ok)
        printf("  %s gives %s\n", json, v ? json_typed(&mem, v).p : why);
    arena_reset(&mem);
    return ok;
}

TEST(json_numbers_are_typed_whole)
{
    OKAY(comes_back("12", 12));
    OKAY(comes_back("-0.5", -0.5));
    OKAY(comes_back("1e2", 100));
    OKAY(comes_back("1.5e16", 1.5e16));
    OKAY(comes_back("0.00005", 0.00005));
    OKAY(comes_back("-4.9e-7", -4.9e-7));
    OKAY(comes_back("0.30000000000000004", 0.1 + 0.2));
    OKAY(comes_back("48.692054123456789", 48.692054123456789));
}
