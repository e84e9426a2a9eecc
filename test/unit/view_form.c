/* Forms from an entity and back: every kind of field, every mistake. */
#include "unit/view_test.h"

#include "view/pages/form.html.h"

#include <math.h>

static const struct {
    const char *field, *text, *key; /* key NULL: typed gives text again */
    const char *typed;
} parses[] = {
    {"name", "  Collège  de l’Épine ", NULL, "Collège  de l’Épine"},
    {"name", "a\nb", "form.one_line", NULL},
    {"name", "a\x01", "form.bad_utf8", NULL},
    {"name", "\xff", "form.bad_utf8", NULL},
    {"note", "a\r\nb\r\n", NULL, "a\nb"},
    {"kind", "college", NULL, "college"},
    {"kind", "prison", "form.not_in_list", NULL},
    {"pupils",
     "1\xe2\x80\xaf"
     "085",
     NULL, "1085"},
    {"pupils", "-3", NULL, "-3"},
    {"pupils", "12,5", "form.not_a_whole_number", NULL},
    {"pupils", "99999999999999999999", "form.not_a_whole_number", NULL},
    {"rate", "12,5", NULL, "12,5"},
    {"rate", "12.5", NULL, "12,5"},
    {"rate", "x", "form.not_a_number", NULL},
    {"budget", "1 234,50 €", NULL, "1234,50"},
    {"budget", "12", NULL, "12,00"},
    {"budget", "12,345", "form.not_an_amount", NULL},
    {"rural", "Oui", NULL, "oui"},
    {"rural", "false", NULL, "non"},
    {"rural", "inconnu", NULL, ""},
    {"rural", "peut-être", "form.not_yes_or_no", NULL},
    {"opened", "2024-03-01", NULL, "2024-03-01"},
    {"opened", "1/3/2024", NULL, "2024-03-01"},
    {"opened", "01/03/24", NULL, "2024-03-01"},
    {"opened", "1er mars 2024", NULL, "2024-03-01"},
    {"opened", "vendredi 1er mars 2024", NULL, "2024-03-01"},
    {"opened", "March 1, 2024", NULL, "2024-03-01"},
    {"opened", "2 sept. 2024", NULL, "2024-09-02"},
    {"opened", "22nd August 2024", NULL, "2024-08-22"},
    {"opened", "2024-03-01 00:00:00", NULL, "2024-03-01"},
    {"opened", "31/02/2024", "form.not_a_date", NULL},
    {"opened", "3 jui 2024", "form.not_a_date", NULL},
    {"opened", "30 février 2024", "form.not_a_date", NULL},
    {"opened", "x", "form.not_a_date", NULL},
    {"opened", "1", "form.not_a_date", NULL},
    {"seen", "01/03/2024 14:30", NULL, "2024-03-01T14:30"},
    {"seen", "2024-03-01T14:30", NULL, "2024-03-01T14:30"},
    {"seen", "1/3/2024 14h30", NULL, "2024-03-01T14:30"},
    {"seen", "1/3/2024 25:30", "form.not_a_time", NULL},
    {"seen", "1/3/2024", "form.not_a_time", NULL},
    {"year", "2023-2024", NULL, "2023-2024"},
    {"year", "2023", "form.not_a_school_year", NULL},
    {"year", "2023-2025", "form.not_a_school_year", NULL},
    {"bassin", "0", "form.not_found", NULL},
};

static void parse_one(struct arena *a, size_t i)
{
    const struct field *f = entity_field(&t_school_entity, parses[i].field);
    void *row = row_new(a, &t_school_entity);
    struct form_error error;
    struct value v;
    const char *key = field_parse(a, lang_default(), &t_school_entity, f,
                                  str_of(parses[i].text), &v, &error);
    bool ok = key ? parses[i].key && same(key, parses[i].key) : !parses[i].key;
    if (!key && ok) {
        field_set(f, row, v);
        ok = same(field_typed(a, lang_default(), f, row), parses[i].typed);
        /* What a form shows is read back as the same, in its language. */
        const struct lang *const langs[] = {lang_default(), lang_find("en")};
        for (size_t k = 0; k < COUNT(langs); k++) {
            struct value w;
            const char *again = field_typed(a, langs[k], f, row);
            OKAY(!field_parse(a, langs[k], &t_school_entity, f, str_of(again),
                              &w, &error));
            OKAY(w.type == v.type && w.i == v.i);
        }
    }
    OKAY(ok);
    if (!ok)
        printf("  %s: %s gives %s %s\n", parses[i].field, parses[i].text,
               key ? key : "-",
               key ? "" : field_typed(a, lang_default(), f, row));
}

TEST(view_field_parse)
{
    struct arena mem = {0};
    OKAY(labels(&mem, "fr") != NULL);
    for (size_t i = 0; i < COUNT(parses); i++)
        parse_one(&mem, i);
    char *longest = arena_alloc(&mem, 402);
    for (size_t i = 0; i < 400; i += 2)
        memcpy(longest + i, "é", 2);
    const struct field *f = entity_field(&t_school_entity, "name");
    struct form_error error;
    struct value v;
    OKAY(!field_parse(&mem, lang_default(), &t_school_entity, f,
                      str_of(longest), &v, &error));
    longest[400] = 'x';
    const char *key = field_parse(&mem, lang_default(), &t_school_entity, f,
                                  str_of(longest), &v, &error);
    OKAY(key && same(key, "form.too_long") && error.max == 200);
    arena_reset(&mem);
}

/* Bounds, and a check of the field's own. */

struct t_item {
    struct row row;
    const char *code, *state;
    int64_t count;
    int32_t due;
    enum yesno lent;
};
static const char *upper_case(struct arena *a, struct str in, struct str *out)
{
    char *p = str_dup(a, in);
    for (char *c = p; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    *out = (struct str){p, in.n};
    if (in.n != 3) {
        *out = STR("3");
        return "form.not_found";
    }
    return NULL;
}
static const char *item_check(struct conn *c, struct arena *a, const void *row,
                              const char **field)
{
    (void)c, (void)a;
    *field = "due";
    return ((const struct t_item *)row)->count == 7 ? "form.required" : NULL;
}
static void item_settle(struct arena *a, void *row)
{
    (void)a;
    ((struct t_item *)row)->state = "free";
}
static const char *const item_states[] = {"free", "out", NULL};
static const struct step item_steps[] = {
    {.name = "lend", .from = "free", .to = "out", .right = "t.lend"},
    {0},
};
static const struct field item_fields[] = {
    TEXT(t_item, code, .flags = F_REQUIRED, .check = upper_case),
    CHOICE(t_item, state, item_states, .flags = F_REQUIRED),
    INT(t_item, count, .min = 1, .max = 9),
    DATE(t_item, due, .min = 19000, .max = 20000),
    BOOL(t_item, lent, .flags = F_REQUIRED),
    {0},
};
static const struct entity item = {
    .name = "t_item",
    .path = "/objets",
    .row_size = sizeof(struct t_item),
    .fields = item_fields,
    .steps = item_steps,
    .title = "code",
    .check = item_check,
    .settle = item_settle,
};

static enum status read_item(struct arena *a, const struct pair *pairs,
                             struct t_item *row, struct form_errors *errors)
{
    const struct form_input in = typed(pairs);
    *errors = (struct form_errors){0};
    return row_from_input(a, &item, &in, NULL, 0, row, errors);
}

TEST(view_form_gathers)
{
    static const struct pair bad[] = {{"code", "ab"},
                                      {"count", "10"},
                                      {"due", "1/1/1990"},
                                      {"state", "out"},
                                      {0}};
    static const struct pair good[] = {
        {"code", "abc"}, {"count", "9"}, {"lent", "non"}, {0}};
    struct arena mem = {0};
    const struct lang *fr = labels(&mem, "fr");
    struct form_errors errors;
    struct t_item *row = row_new(&mem, &item);
    OKAY(read_item(&mem, bad, row, &errors) == ERR_INVALID && errors.n == 4);
    OKAY(same(form_error_of(&errors, "count")->key, "form.too_large"));
    OKAY(same(form_error_of(&errors, "lent")->key, "form.required"));
    OKAY(str_eq(form_error_of(&errors, "code")->text, "3"));
    OKAY(strstr(form_message(&mem, fr, form_error_of(&errors, "count")), "9"));
    OKAY(strstr(form_message(&mem, fr, form_error_of(&errors, "due")),
                "janvier"));
    OKAY(!form_error_of(&errors, "state") && !row->state);
    OKAY(read_item(&mem, good, row, &errors) == OK && !errors.n);
    OKAY(same(row->code, "ABC") && row->count == 9 && row->due == NO_DAY);
    OKAY(row->lent == NO && same(row->state, "free"));
    /* What is not given stays, where that was asked for. */
    static const struct pair part[] = {{"count", "3"}, {0}};
    const struct form_input in = typed(part);
    OKAY(row_from_input(&mem, &item, &in, NULL, PARSE_GIVEN, row, &errors) ==
         OK);
    OKAY(row->count == 3 && same(row->code, "ABC"));
    arena_reset(&mem);
}

static void well_formed(struct arena *a, const struct html *h)
{
    const char *wrong = html_fault(a, buf_done(&h->out));
    OKAY(!wrong);
    if (wrong)
        printf("  %s\n", wrong);
}

TEST(view_form_keeps_what_was_typed)
{
    static const struct pair bad[] = {{"code", "\"><b>"}, {"count", "10"}, {0}};
    struct arena mem = {0};
    static const char *const langs[] = {"fr", "en"};
    for (size_t i = 0; i < 2; i++) {
        const struct lang *l = labels(&mem, langs[i]);
        struct t_item *row = row_new(&mem, &item);
        struct form_errors errors;
        OKAY(read_item(&mem, bad, row, &errors) == ERR_INVALID);
        const struct form_input in = typed(bad);
        const struct form_ask ask = {
            .entity = &item, .row = row, .typed = &in, .errors = &errors};
        struct form f = {.action = "/objets",
                         .title = "T",
                         .csrf = "c",
                         .key = "k",
                         .submit = "S",
                         .cancel = "/objets"};
        struct form_conflict conflict = {.by = "Zoé", .when = "hier"};
        OKAY(form_of_entity(&mem, l, &ask, &f) == OK);
        OKAY(form_conflict_of(&mem, l, &ask, row_new(&mem, &item), NULL,
                              &conflict) == OK);
        f.conflict = &conflict;
        OKAY(f.field_count == 4 && form_error_count(&f) == 3);
        struct html h;
        html_open(&h, &mem, l);
        const struct page p = {.title = "T", .csrf = "c"};
        form_page(&h, &p, &f);
        well_formed(&mem, &h);
        OKAY(has(&h, "value=\"&#34;&gt;&lt;b&gt;\""));
        OKAY(has(&h, "<input id=\"f-count\" name=\"count\" type=\"text\" "
                     "value=\"10\""));
        OKAY(has(&h, "aria-invalid=\"true\" aria-describedby=\"f-count-e\""));
        OKAY(has(&h, "<a href=\"#f-lent\">") && !has(&h, "<b>"));
        OKAY(has(&h, "name=\"_csrf\" value=\"c\"") && has(&h, "name=\"_key\""));
        OKAY(!has(&h, "name=\"_version\"") && !has(&h, "multipart"));
        OKAY(has(&h, i ? "3 fields need" : "3 champs sont à corriger"));
    }
    arena_reset(&mem);
}

/* With rows to refer to. */

static enum status refer(struct world *w, const char *text, unsigned flags,
                         int64_t *id, struct form_error *error)
{
    const struct form_source src = {.conn = w->conn};
    return ref_from_text(&w->mem, &src, &t_area_entity, NULL, flags,
                         str_of(text), id, error);
}

TEST(view_form_references)
{
    struct world w;
    world_open(&w);
    OKAY(labels(&w.mem, "fr") != NULL);
    int64_t one = an_area(&w, "Épinal", NONE), id;
    int64_t two = an_area(&w, "Toul", NONE);
    int64_t other = an_area(&w, "toul", NONE);
    struct form_error error;
    OKAY(refer(&w, "epinal", 0, &id, &error) == OK && !error.key && id == one);
    char *number = arena_printf(&w.mem, "%" PRId64, two);
    OKAY(refer(&w, number, 0, &id, &error) == OK && !error.key && id == two);
    OKAY(refer(&w, "Toul", 0, &id, &error) == OK && error.key);
    OKAY(error.key && same(error.key, "form.several"));
    OKAY(error.candidate_count == 2 && other != two);
    OKAY(refer(&w, "Metz", 0, &id, &error) == OK && error.key);
    /* In a form the only one that comes near is meant, in a file it is not. */
    int64_t far = an_area(&w, "Pont-à-Mousson (rive droite)", NONE);
    OKAY(refer(&w, "pont mousson", 0, &id, &error) == OK && !error.key &&
         id == far);
    OKAY(refer(&w, "pont mousson", PARSE_CODES, &id, &error) == OK &&
         error.key);
    OKAY(refer(&w, "999", 0, &id, &error) == OK && error.key &&
         same(error.key, "form.not_found"));
    world_close(&w);
}

TEST(view_form_leaves_a_reference_as_it_stood)
{
    struct world w;
    world_open(&w);
    OKAY(labels(&w.mem, "fr") != NULL);
    an_area(&w, "Toul", NONE);
    int64_t two = an_area(&w, "Toul", NONE);
    struct t_school *s = a_school(&w, "0540038B", "Lycée");
    const struct pair pairs[] = {{"bassin", "Toul"}, {0}};
    const struct form_input in = typed(pairs);
    const struct form_source src = {.conn = w.conn};
    struct form_errors errors = {0};
    OKAY(row_from_input(&w.mem, &t_school_entity, &in, &src, PARSE_GIVEN, s,
                        &errors) == ERR_INVALID);
    s->bassin = two;
    errors = (struct form_errors){0};
    OKAY(row_from_input(&w.mem, &t_school_entity, &in, &src, PARSE_GIVEN, s,
                        &errors) == OK);
    OKAY(s->bassin == two);
    world_close(&w);
}

TEST(view_form_entity)
{
    struct world w;
    world_open(&w);
    const struct lang *fr = labels(&w.mem, "fr");
    an_area(&w, "Toul", NONE);
    int64_t toul = an_area(&w, "toul", NONE);
    struct t_school *s = a_school(&w, "0540038B", "Lycée");
    OKAY(put(&w, &t_school_entity, s, 0) == OK);
    const struct pair pairs[] = {
        {"uai", "0540038B"},
        {"name", "X"},
        {"bassin", "Toul"},
        {"groups_given", "1"},
        {"groups", arena_printf(&w.mem, "%" PRId64, toul)},
        {"groups_weight_2", "x"},
        {0}};
    const struct form_input in = typed(pairs);
    const struct form_source src = {.conn = w.conn};
    struct form_errors errors = {0};
    void *row = row_new(&w.mem, &t_school_entity);
    OKAY(row_from_input(&w.mem, &t_school_entity, &in, &src, 0, row, &errors) ==
         ERR_INVALID);
    OKAY(errors.n == 2 &&
         same(form_error_of(&errors, "uai")->key, "form.taken"));
    OKAY(same(form_error_of(&errors, "bassin")->key, "form.several"));
    struct links_typed links;
    OKAY(links_from_input(&w.mem, t_school_links, &in, &src, 0, NULL, &links,
                          &errors) == ERR_INVALID);
    OKAY(links.given && !links.links.n &&
         same(form_error_of(&errors, "groups")->key, "form.not_a_weight"));
    const struct form_ask ask = {.entity = &t_school_entity,
                                 .row = row,
                                 .typed = &in,
                                 .errors = &errors,
                                 .source = &src};
    struct form f = {.action = "/x", .title = "T", .csrf = "c", .submit = "S"};
    OKAY(form_of_entity(&w.mem, fr, &ask, &f) == OK && f.has_file);
    struct html h;
    html_open(&h, &w.mem, fr);
    form_draw(&h, &f);
    well_formed(&w.mem, &h);
    OKAY(has(&h, "<select id=\"f-bassin\" name=\"bassin\"") &&
         has(&h, "name=\"bassin_search\"") && has(&h, "multipart/form-data"));
    OKAY(has(&h, "type=\"checkbox\"") && has(&h, "name=\"groups_weight_"));
    OKAY(has(&h, "value=\"x\"")); /* the weight refused stays as typed */
    world_close(&w);
}

TEST(view_form_links)
{
    struct world w;
    world_open(&w);
    OKAY(labels(&w.mem, "fr") != NULL);
    char *ids[7];
    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = arena_printf(
            &w.mem, "%" PRId64,
            an_area(&w, arena_printf(&w.mem, "Zone %zu", i), NONE));
    const struct pair good[] = {{"groups", ids[0]},
                                {"groups", "zone 3"},
                                {"groups", " "},
                                {"groups_weight", "4"},
                                {0}};
    const struct pair twice[] = {{"groups", ids[0]}, {"groups", "Zone 0"}, {0}};
    const struct pair many[] = {{"groups", ids[0]},
                                {"groups", ids[1]},
                                {"groups", ids[2]},
                                {"groups", ids[3]},
                                {"groups", ids[4]},
                                {"groups", ids[5]},
                                {0}};
    const struct form_source src = {.conn = w.conn};
    const struct pair *const sets[] = {good, twice, many};
    static const char *const keys[] = {NULL, "form.twice", "form.too_many"};
    for (size_t i = 0; i < 3; i++) {
        struct form_errors errors = {0};
        struct links_typed got;
        const struct form_input in = typed(sets[i]);
        enum status s = links_from_input(&w.mem, t_school_links, &in, &src, 0,
                                         NULL, &got, &errors);
        OKAY(s == (keys[i] ? ERR_INVALID : OK) && got.given);
        if (keys[i])
            OKAY(same(errors.list[0].key, keys[i]));
        else
            OKAY(got.links.n == 2 && got.links.all[0].weight == 4 &&
                 got.links.all[1].weight == LINK_AS_IT_STANDS);
    }
    world_close(&w);
}
