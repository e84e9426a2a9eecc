/*
 * The demonstration's schools. Their UAI are valid by their letter and stand in
 * serials 9000 to 9899 of each département, where the national directory has
 * none; mail is at demo.example, telephones are in 03 53 01, which the
 * regulator keeps for fiction.
 */
#include "modules/directory/demo_int.h"

#include <math.h>

enum { CLOSED_YEAR = 2023, FIRST_SERIAL = 9000, LAST_SERIAL = 9899 };

size_t demo_bassin_place(const char *code)
{
    size_t i = 0;
    while (i < COUNT(demo_bassins) && !same(demo_bassins[i].code, code))
        i++;
    CHECK(i < COUNT(demo_bassins));
    return i;
}

const char *demo_numbered(struct arena *a, const char *pattern, int number)
{
    const char *at = strstr(pattern, "%d");
    if (!at)
        return pattern;
    return arena_printf(a, "%.*s%d%s", (int)(at - pattern), pattern, number,
                        at + 2);
}

static const struct {
    char letter;
    const char *kind, *title;
    int smallest;
    uint32_t spread; /* headcount of a class */
} school_kinds[] = {
    {'m', "maternelle", "École maternelle", 20, 8},
    {'e', "elementaire", "École élémentaire", 19, 8},
    {'p', "primaire", "École", 17, 9},
    {'c', "college", "Collège", 21, 8},
    {'l', "lycee", "Lycée", 26, 9},
    {'r', "lycee_poly", "Lycée polyvalent", 22, 11},
    {'t', "lycee_pro", "Lycée professionnel", 14, 11},
    {'a', "erea", "EREA", 9, 6},
    {'s', "sep", "Section d’enseignement professionnel", 12, 10},
};

/* The classes of each kind of school. Sections: 0 is a single class, 'A' and
 * '1' several, so named. */
static const struct {
    const char *schools, *label, *levels;
    char sections;
} plans[] = {
    {"m", "PS", "PS", 0},           {"m", "MS", "MS", 0},
    {"m", "GS", "GS", 0},           {"p", "PS-MS", "PS MS", 0},
    {"p", "GS-CP", "GS CP", 0},     {"p", "CE1-CE2", "CE1 CE2", 0},
    {"p", "CM1-CM2", "CM1 CM2", 0}, {"e", "CP", "CP", 0},
    {"e", "CE1", "CE1", 0},         {"e", "CE2", "CE2", 0},
    {"e", "CM1", "CM1", 0},         {"e", "CM2", "CM2", 0},
    {"c", "6e", "6e", 'A'},         {"c", "5e", "5e", 'A'},
    {"c", "4e", "4e", 'A'},         {"c", "3e", "3e", 'A'},
    {"lr", "2de", "2de", '1'},      {"lr", "1re", "1re", '1'},
    {"lr", "Tle", "Tle", '1'},      {"rts", "2de pro", "2de", '1'},
    {"rts", "1re pro", "1re", '1'}, {"rts", "Tle pro", "Tle", '1'},
    {"ta", "CAP", "CAP", '1'},      {"a", "6e-5e", "6e 5e", 0},
    {"a", "4e-3e", "4e 3e", 0},
};

struct class_list {
    struct {
        const char *label, *levels, *kind;
        int64_t closed, living; /* headcounts of the two years */
    } classes[24];
    size_t n;
};

static void list_add(struct demo *d, struct class_list *l, const char *label,
                     const char *levels, const char *kind, int64_t least,
                     uint32_t spread)
{
    CHECK(l->n < COUNT(l->classes));
    l->classes[l->n].label = label;
    l->classes[l->n].levels = levels;
    l->classes[l->n].kind = kind;
    l->classes[l->n].closed = least + demo_random(d, spread);
    l->classes[l->n].living = least + demo_random(d, spread);
    l->n++;
}

static void class_list_make(struct demo *d, size_t kind, struct class_list *l)
{
    char letter = school_kinds[kind].letter;
    for (size_t i = 0; i < COUNT(plans); i++) {
        if (!strchr(plans[i].schools, letter))
            continue;
        int sections = plans[i].sections ? 2 + (int)demo_random(d, 2) : 1;
        for (int k = 0; k < sections; k++) {
            const char *label = plans[i].label;
            if (plans[i].sections)
                label =
                    arena_printf(d->mem, "%s %c", label, plans[i].sections + k);
            list_add(d, l, label, plans[i].levels, "class",
                     school_kinds[kind].smallest, school_kinds[kind].spread);
        }
    }
    if (letter == 'c' && demo_random(d, 3) == 0)
        list_add(d, l, "ULIS", NULL, "ulis", 8, 5);
    if (letter == 'c' && demo_random(d, 12) == 0)
        list_add(d, l, "UPE2A", NULL, "upe2a", 8, 8);
}

static enum status add_classes(struct demo *d, int64_t school,
                               const struct class_list *l, int year)
{
    for (size_t i = 0; i < l->n; i++) {
        struct class *k = row_new(d->mem, &class_entity);
        k->school = school;
        k->year = year;
        k->label = l->classes[i].label;
        k->levels = l->classes[i].levels;
        k->kind = l->classes[i].kind;
        k->headcount =
            year == CLOSED_YEAR ? l->classes[i].closed : l->classes[i].living;
        TRY(demo_add(d, &class_entity, k));
    }
    return OK;
}

/* Attributes with their source and day; some are left unknown. */
static void describe(struct demo *d, const struct demo_commune *c,
                     struct school *s)
{
    static const char source[] = "démonstration";
    int32_t day = day_of(2023, 9, 1);
    bool first_degree = s->circonscription != NONE;
    bool upper = word_in("lycee lycee_pro lycee_poly sep erea", s->kind);
    if (demo_random(d, 9)) {
        s->rural = c->rural;
        s->rural_source = source;
        s->rural_date = day;
    }
    if (demo_random(d, 6)) {
        s->qpv = c->qpv == YES && demo_random(d, 2) ? YES : NO;
        s->qpv_source = source;
        s->qpv_date = day;
    }
    if (!upper && demo_random(d, 7)) {
        s->priority = "none";
        if (c->qpv == YES)
            s->priority = demo_random(d, 3) ? "rep" : "rep_plus";
        s->priority_source = source;
        s->priority_date = day;
    }
    s->sector = demo_random(d, first_degree ? 12 : 6) ? "public" : "private";
}

static void locate(struct demo *d, const struct demo_ids *ids,
                   const struct demo_commune *c, bool first_degree,
                   struct school *s)
{
    const char *code = arena_printf(d->mem, "0%.2s", c->code);
    for (size_t i = 0; i < COUNT(demo_departements); i++)
        if (same(demo_departements[i].code, code))
            s->departement = ids->departements[i];
    s->bassin = ids->bassins[demo_bassin_place(c->bassin)];
    if (first_degree)
        s->circonscription = ids->circonscriptions[c->circonscription - 1];
    /* Within a kilometre of the commune's middle, so that they stand apart. */
    s->latitude = (round(c->latitude * 1000) + demo_random(d, 20) - 10) / 1000;
    s->longitude =
        (round(c->longitude * 1000) + demo_random(d, 28) - 14) / 1000;
    s->commune = c->name;
    s->commune_code = c->code;
    s->postcode = c->postcode;
}

/* The next free UAI of the commune's département. */
static const char *next_uai(struct demo *d, const struct demo_commune *c,
                            int serials[4])
{
    int *serial = NULL;
    for (size_t i = 0; i < COUNT(demo_departements); i++)
        if (strncmp(demo_departements[i].code + 1, c->code, 2) == 0)
            serial = &serials[i];
    CHECK(serial && FIRST_SERIAL + *serial <= LAST_SERIAL);
    const char *digits =
        arena_printf(d->mem, "0%.2s%d", c->code, FIRST_SERIAL + (*serial)++);
    return arena_printf(d->mem, "%s%c", digits, uai_letter(str_of(digits)));
}

static enum status join_grappe(struct demo *d, const struct demo_ids *ids,
                               const struct demo_commune *c, int64_t school)
{
    static const char *const bassins[] = {"12802", "12456 12724",
                                          "12503 12512"};
    for (size_t g = 0; g < COUNT(bassins); g++)
        if (word_in(bassins[g], c->bassin) && demo_random(d, 2)) {
            struct linked to = {.target = ids->grappes[g], .weight = 1};
            return links_save(
                d->conn, d->mem,
                (struct linking){&school_entity, &school_links[0], school},
                (struct links){&to, 1}, d->by);
        }
    return OK;
}

static enum status add_school(struct demo *d, struct demo_ids *ids,
                              const struct demo_commune *c, char letter,
                              int serials[4])
{
    size_t kind = 0;
    while (kind < COUNT(school_kinds) && school_kinds[kind].letter != letter)
        kind++;
    CHECK(kind < COUNT(school_kinds));
    const char *name =
        demo_names[(ids->school_count * 5 + kind) % demo_name_count];
    struct school *s = row_new(d->mem, &school_entity);
    s->uai = next_uai(d, c, serials);
    s->name =
        arena_printf(d->mem, "%s %s (démo)", school_kinds[kind].title, name);
    s->kind = school_kinds[kind].kind;
    s->state = "open";
    s->address =
        arena_printf(d->mem, "%d rue %s", 1 + (int)demo_random(d, 60), name);
    int number = (int)demo_random(d, 10000);
    s->phone =
        arena_printf(d->mem, "03 53 01 %02d %02d", number / 100, number % 100);
    s->mail = arena_printf(d->mem, "ce.%s@demo.example", s->uai);
    s->opened = day_of(1960 + (int)demo_random(d, 55), 9, 1);
    locate(d, ids, c, kind < 3, s);
    describe(d, c, s);
    struct class_list classes = {0};
    class_list_make(d, kind, &classes);
    s->pupils = 0;
    for (size_t i = 0; i < classes.n; i++)
        s->pupils += classes.classes[i].living;
    TRY(demo_add(d, &school_entity, s));
    TRY(add_classes(d, s->row.id, &classes, CLOSED_YEAR));
    if (school_year_of(d->today) != CLOSED_YEAR)
        TRY(add_classes(d, s->row.id, &classes, school_year_of(d->today)));
    CHECK(ids->school_count < COUNT(ids->schools));
    ids->schools[ids->school_count++] = s->row.id;
    return join_grappe(d, ids, c, s->row.id);
}

enum status demo_schools(struct demo *d, struct demo_ids *ids)
{
    int serials[4] = {0};
    for (size_t i = 0; i < demo_commune_count; i++)
        for (const char *p = demo_communes[i].schools; *p; p++) {
            struct arena_mark mark = arena_mark(d->mem);
            TRY(add_school(d, ids, &demo_communes[i], *p, serials));
            arena_rewind(d->mem, mark);
        }
    return OK;
}
