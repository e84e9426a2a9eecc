#include "unit/test.h"

#include "unit/json_again.h"

#include <math.h>

static bool turns(const char *from, const char *to)
{
    struct arena mem = {0};
    const char *why;
    const struct json_value *v = json_parse(&mem, str_of(from), &why);
    struct buf out = {.mem = &mem};
    struct json j = {.out = &out};
    if (v)
        json_again(&j, NULL, v);
    bool ok = v && !why && str_eq(buf_done(&out), to);
    if (!ok)
        printf("  %s gives %s\n", from, v ? buf_done(&out).p : why);
    arena_reset(&mem);
    return ok;
}

static bool refused(struct str from, const char *because)
{
    struct arena mem = {0};
    const char *why = NULL;
    bool ok = !json_parse(&mem, from, &why) && why && same(why, because);
    if (!ok)
        printf("  %s: %s\n", from.p, why ? why : "taken");
    arena_reset(&mem);
    return ok;
}

TEST(json_reads_and_writes)
{
    OKAY(turns(" { \"a\" : [ 1 , -2.5 , true,false,null ] , \"b\":{} } ",
               "{\"a\":[1,-2.5,true,false,null],\"b\":{}}"));
    OKAY(turns("[]", "[]") && turns("[[],[{}]]", "[[],[{}]]"));
    OKAY(turns("\"\"", "\"\"") && turns("0", "0") && turns("-0", "0"));
    OKAY(turns("9223372036854775807", "9223372036854775807"));
    OKAY(turns("-9223372036854775807", "-9223372036854775807"));
    OKAY(turns("1e2", "100") && turns("0.1", "0.1") && turns("1E-2", "0.01"));
    OKAY(turns("48.445897", "48.445897") && turns("-0e1", "0"));
    OKAY(turns("1.7976931348623157e308", "1.7976931348623157e+308"));
    OKAY(turns("\"\\u00e9\\n\\\"\\\\\\/\\u0001\\ud83d\\udc1d\\uFFFF\"",
               "\"é\\n\\\"\\\\/\\u0001\U0001F41D\uFFFF\""));
    OKAY(turns("{\"a\":1,\"A\":2,\"\":3}", "{\"a\":1,\"A\":2,\"\":3}"));
}

TEST(json_refuses)
{
    OKAY(refused(STR(""), "1:1: it is empty"));
    OKAY(refused(STR(" "), "1:2: it ends too early"));
    OKAY(
        refused(STR("{\"a\":1,\n \"a\":2}"), "2:8: a key twice in one object"));
    OKAY(refused(STR("[1,]"), "1:4: a value expected"));
    OKAY(refused(STR("[1 2]"), "1:4: ',' or ']' expected"));
    OKAY(refused(STR("{\"a\"}"), "1:5: ':' expected"));
    OKAY(refused(STR("{a:1}"), "1:2: a key in quotes expected"));
    OKAY(refused(STR("{\"a\":1,}"), "1:8: a key in quotes expected"));
    OKAY(refused(STR("{\"a\":1"), "1:7: ',' or '}' expected"));
    OKAY(refused(STR("1 2"), "1:3: more after the end"));
    OKAY(refused(STR("01"), "1:2: more after the end"));
    OKAY(refused(STR("+1"), "1:1: a value expected"));
    OKAY(refused(STR("nul"), "1:1: a value expected"));
    OKAY(refused(STR("NaN"), "1:1: a value expected"));
    OKAY(refused(STR("1."), "1:3: number without its digits"));
    OKAY(refused(STR(".5"), "1:1: a value expected"));
    OKAY(refused(STR("1e"), "1:3: number without its digits"));
    OKAY(refused(STR("-"), "1:2: number without its digits"));
    OKAY(refused(STR("1e999"), "1:6: number out of range"));
    OKAY(refused(STR("9223372036854775808"), "1:20: integer out of range"));
    OKAY(refused(STR("-9223372036854775808"), "1:21: integer out of range"));
    OKAY(refused(STR("\"a"), "1:2: string without its end"));
    OKAY(refused(STR("\"a\\\""), "1:2: string without its end"));
    OKAY(refused(STR("\"a\tb\""), "1:4: control character in a string"));
    OKAY(refused(STR("\"\\x\""), "1:4: unknown escape"));
    OKAY(refused(STR("\"\\u12\""), "1:4: \\u needs four hexadecimal digits"));
    OKAY(refused(STR("\"\\u0000\""), "1:8: NUL in a string"));
    OKAY(refused(STR("\"\\udc1d\""), "1:8: half a surrogate pair"));
    OKAY(refused(STR("\"\\ud83dx\""), "1:8: half a surrogate pair"));
    OKAY(refused(STR("\"\xE9\""), "1:1: it is not UTF-8"));
    OKAY(refused(STR("\"a\0b\""), "1:1: it is not UTF-8"));
    OKAY(refused(STR("\xEF\xBB\xBF{}"), "1:1: a value expected"));
}

TEST(json_depth_and_twins)
{
    struct arena mem = {0};
    const char *why;
    char text[2 * JSON_DEPTH + 2];
    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
    OKAY(
        json_parse(&mem, (struct str){text + 1, 2 * (size_t)JSON_DEPTH}, &why));
    OKAY(!json_parse(&mem, (struct str){text, sizeof(text)}, &why));
    OKAY(same(why, "1:65: nested too deeply"));
    for (int twin = 0; twin < 2; twin++) {
        struct buf b = {.mem = &mem};
        buf_char(&b, '{');
        for (int i = 0; i < 50000; i++)
            buf_printf(&b, "\"k%d\":%d,", i, i);
        buf_str(&b, twin ? "\"k7\":1}" : "\"k\":1}");
        const struct json_value *v = json_parse(&mem, buf_done(&b), &why);
        OKAY(twin ? !v : v && json_get(v, "k49999")->i == 49999);
    }
    arena_reset(&mem);
}

static enum status parse_much(void *data)
{
    struct buf b = {.mem = data};
    const char *why;
    buf_char(&b, '[');
    for (int i = 0; i < 20000; i++)
        buf_str(&b, "[1],");
    buf_str(&b, "1]");
    return json_parse(data, buf_done(&b), &why) ? OK : ERR_INVALID;
}

TEST(json_obeys_the_arena)
{
    struct arena small = {.limit = 1 << 20}, large = {.limit = 1 << 25};
    OKAY(arena_run(&small, parse_much, &small) == ERR_LIMIT);
    OKAY(arena_run(&large, parse_much, &large) == OK);
    arena_reset(&small);
    arena_reset(&large);
}

TEST(json_get_members)
{
    struct arena mem = {0};
    const char *why;
    const struct json_value *v =
        json_parse(&mem, STR("{\"a\":{\"b\":\"c\"},\"n\":null}"), &why);
    OKAY(str_eq(json_get(json_get(v, "a"), "b")->s, "c"));
    OKAY(json_get(v, "n")->type == J_NULL && !json_get(v, "z"));
    OKAY(!json_get(NULL, "a") && !json_get(json_get(v, "n"), "a"));
    arena_reset(&mem);
}

TEST(json_writing)
{
    struct arena mem = {0};
    struct buf out = {.mem = &mem};
    struct json j = {.out = &out};
    json_object(&j, NULL);
    json_cstr(&j, "a\"b", "é\x01\x7F");
    json_cstr(&j, "none", NULL);
    json_real(&j, "nan", (double)NAN);
    json_real(&j, "inf", (double)INFINITY);
    json_real(&j, "third", 1.0 / 3);
    json_text(&j, "bad", STR("x\xFF\xC3y\xC3"));
    json_text(&j, "nothing", (struct str){0});
    json_raw(&j, "raw", STR("[1]"));
    json_end_object(&j);
    OKAY(str_eq(buf_done(&out),
                "{\"a\\\"b\":\"é\\u0001\x7F\",\"none\":null,\"nan\":null,"
                "\"inf\":null,\"third\":0.3333333333333333,"
                "\"bad\":\"x\uFFFD\uFFFDy\uFFFD\",\"nothing\":\"\","
                "\"raw\":[1]}"));
    arena_reset(&mem);
}
