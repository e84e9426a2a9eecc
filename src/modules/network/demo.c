/*
 * The demonstration's network: 16 laboratories in 11 bassins, as in the
 * brochure; where each of them is, is invented.
 */
#include "modules/network/demo_int.h"

/* In the first school of that kind of the commune, or with an organisation. */
static const struct lab_given {
    const char *bassin, *commune, *kind, *host, *grappe;
    int opened; /* year */
    int parts;  /* that its great room is cut into */
    bool saturday;
} given_labs[] = {
    {"12402", "Lunéville", "college", NULL, NULL, 2021, 0, false},
    {"12403", "Toul", "lycee", NULL, NULL, 2020, 2, false},
    {"12414", "Nancy", "lycee_poly", NULL, NULL, 2018, 2, false},
    {"12414", "Vandœuvre-lès-Nancy", NULL, "Commune 1 (démo)", NULL, 2022, 0,
     true},
    {"12415", "Pompey", "college", NULL, NULL, 2021, 0, false},
    {"12456", "Jarny", "college", NULL, "G2", 2020, 2, false},
    {"12456", "Longwy", NULL, "Association éducative 1 (démo)", "G2", 2022, 0,
     true},
    {"12503", "Verdun", "college", NULL, "G3", 2020, 2, false},
    {"12512", "Commercy", "lycee", NULL, "G3", 2021, 0, false},
    {"12701", "Courcelles-Chaussy", "college", NULL, NULL, 2021, 0, false},
    {"12701", "Metz", NULL, "Association éducative 2 (démo)", NULL, 2019, 2,
     true},
    {"12724", "Yutz", "college", NULL, "G2", 2020, 0, false},
    {"12724", "Thionville", NULL, "Association éducative 3 (démo)", "G2", 2022,
     0, true},
    {"12756", "Forbach", "college", NULL, NULL, 2021, 2, false},
    {"12802", "Remiremont", "lycee", NULL, "G1", 2022, 0, false},
    {"12802", "Saint-Dié-des-Vosges", "college", NULL, "G1", 2020, 2, false},
};

/* Of the closed year; each column adds up to its figure. */
static const struct demo_share shares[] = {
    {312, 27, 3, 16}, {286, 24, 3, 16}, {398, 31, 4, 15}, {214, 18, 2, 15},
    {305, 25, 3, 15}, {276, 22, 2, 15}, {168, 14, 2, 15}, {262, 21, 2, 15},
    {291, 24, 3, 15}, {247, 20, 2, 15}, {402, 32, 4, 15}, {318, 26, 3, 15},
    {196, 17, 2, 15}, {334, 28, 3, 15}, {183, 13, 1, 15}, {277, 21, 2, 15},
};

static const struct {
    const char *name, *summary;
    int most;
} shown[] = {
    {"Casques de réalité virtuelle", "Visites, métiers, oral", 15},
    {"Robots programmables", "Du cycle 2 au lycée", 12},
    {"Imprimante 3D", NULL, 2},
    {"Découpeuse laser", "À partir du collège, avec le coordonnateur", 1},
    {"Drones éducatifs", "En salle, protections fournies", 8},
    {"Studio de radio", NULL, 1},
    {"Fond vert et caméras", NULL, 1},
    {"Planétarium numérique", "Dôme gonflable, une classe à la fois", 1},
    {"Tablettes", NULL, 30},
    {"Microscopes numériques", NULL, 10},
};

static enum status id_by(struct demo *d, const struct entity *e,
                         const char *field, const char *value, int64_t *id)
{
    void *row;
    *id = NONE;
    if (!value)
        return OK;
    TRY(row_find(d->conn, d->mem, e, field, value_cstr(value), &row));
    *id = ((struct row *)row)->id;
    return OK;
}

static enum status host_school(struct demo *d, const struct lab_given *given,
                               int64_t *id)
{
    TRY(db_int(d->conn,
               SQL("SELECT min(id) FROM directory_school WHERE commune ="
                   " :commune AND kind = :kind"),
               ARGS(arg_cstr("commune", given->commune),
                    arg_cstr("kind", given->kind)),
               id));
    CHECK(*id != NONE);
    return OK;
}

static enum status commune_place(struct demo *d, const char *commune,
                                 struct lab *lab)
{
    struct rows *rows;
    TRY(db_rows(d->conn, d->mem,
                SQL("SELECT avg(latitude), avg(longitude) FROM directory_school"
                    " WHERE commune = :commune"),
                ARGS(arg_cstr("commune", commune)), &rows));
    while (rows_next(rows)) {
        lab->latitude = row_real(rows, 0);
        lab->longitude = row_real(rows, 1);
    }
    return rows_end(rows);
}

static enum status add_spaces(struct demo *d, int64_t lab, int parts)
{
    static const char *const names[] = {"Salle créative", "Atelier"};
    int64_t first = NONE;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct space *s = row_new(d->mem, &space_entity);
        s->lab = lab;
        s->name = names[i];
        s->capacity = i ? 20 : 36;
        TRY(demo_add(d, &space_entity, s));
        first = i ? first : s->row.id;
    }
    for (int k = 1; k <= parts; k++) {
        struct space *s = row_new(d->mem, &space_entity);
        s->lab = lab;
        s->within = first;
        s->name = k == 1 ? "Salle créative, côté fenêtres"
                         : "Salle créative, côté studio";
        s->capacity = 18;
        TRY(demo_add(d, &space_entity, s));
    }
    return OK;
}

static enum status add_hours(struct demo *d, int64_t lab, bool saturday)
{
    static const char *const days[] = {"monday", "tuesday", "wednesday",
                                       "thursday", "friday"};
    for (size_t i = 0; i < COUNT(days); i++)
        for (int part = MORNING; part <= AFTERNOON; part++) {
            struct opening *o = row_new(d->mem, &opening_entity);
            o->lab = lab;
            o->weekday = days[i];
            o->part = booking_parts[part];
            o->week = "every";
            TRY(demo_add(d, &opening_entity, o));
        }
    struct opening *o = row_new(d->mem, &opening_entity);
    o->lab = lab;
    o->weekday = saturday ? "saturday" : "tuesday";
    o->part = booking_parts[saturday ? MORNING : EVENING];
    o->week = saturday ? "a" : "b";
    return demo_add(d, &opening_entity, o);
}

static enum status add_team(struct demo *d, int64_t lab, size_t nth)
{
    struct lab_team *t = row_new(d->mem, &lab_team_entity);
    const char *mail =
        nth ? arena_printf(d->mem, "coordinator%zu@demo.example", nth + 1)
            : "coordinator@demo.example";
    t->lab = lab;
    t->starts = day_of(2023, 9, 1);
    t->in_public = YES; /* "Coordonnatrice 2" is no person's name */
    TRY(id_by(d, &person_entity, "email", mail, &t->person));
    return demo_add(d, &lab_team_entity, t);
}

static enum status add_shown(struct demo *d, int64_t lab, size_t nth)
{
    for (size_t k = 0; k < 4; k++) {
        const size_t i = (nth + k * 3) % COUNT(shown);
        struct lab_shown *s = row_new(d->mem, &lab_shown_entity);
        s->lab = lab;
        s->name = shown[i].name;
        s->summary = shown[i].summary;
        s->number = 1 + (int64_t)demo_random(d, (uint32_t)shown[i].most);
        TRY(demo_add(d, &lab_shown_entity, s));
    }
    return OK;
}

static enum status add_lab(struct demo *d, size_t nth, const struct lab **out)
{
    const struct lab_given *given = &given_labs[nth];
    struct lab *lab = row_new(d->mem, &lab_entity);
    lab->name = arena_printf(d->mem, "Laboratoire numérique de %s (démo)",
                             given->commune);
    lab->zone = "b";
    lab->opened = day_of(given->opened, 9, 1);
    lab->summary =
        "Un tiers-lieu pour essayer, fabriquer et apprendre autrement. Venez "
        "avec votre classe, ou seul pour préparer une séance : le "
        "coordonnateur vous accompagne.";
    lab->mail = arena_printf(d->mem, "labo%zu@demo.example", nth + 1);
    lab->phone = arena_printf(d->mem, "03 53 01 80 %02zu", nth + 1);
    TRY(id_by(d, &area_entity, "code", given->bassin, &lab->bassin));
    TRY(id_by(d, &area_entity, "code", given->grappe, &lab->grappe));
    if (given->kind) {
        TRY(host_school(d, given, &lab->school));
        lab->place = "Bâtiment B, rez-de-chaussée";
    } else {
        TRY(id_by(d, &organisation_entity, "name", given->host,
                  &lab->organisation));
        lab->place = arena_printf(d->mem, "Tiers-lieu, %s", given->commune);
        TRY(commune_place(d, given->commune, lab));
    }
    TRY(demo_add(d, &lab_entity, lab));
    *out = lab;
    TRY(add_spaces(d, lab->row.id, given->parts));
    TRY(add_hours(d, lab->row.id, given->saturday));
    TRY(add_team(d, lab->row.id, nth));
    return add_shown(d, lab->row.id, nth);
}

enum status network_demo(struct demo *d)
{
    const struct lab *labs[COUNT(given_labs)];
    for (size_t i = 0; i < COUNT(labs); i++)
        TRY(add_lab(d, i, &labs[i]));
    TRY(demo_pauses(d, labs, COUNT(labs)));
    TRY(demo_visits(d, labs, shares, COUNT(labs)));
    TRY(demo_series(d, labs));
    TRY(demo_waiting(d, labs, COUNT(labs)));
    TRY(demo_tours(d, labs));
    TRY(demo_told(d));
    return demo_week(d);
}
