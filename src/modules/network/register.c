#include "modules/network/register.h"

#include "base/utf8.h"
#include "core/request.h"
#include "modules/directory/check.h"
#include "modules/network/calendar.h"
#include "modules/network/open.h"
#include "modules/portfolio/portfolio.h"
#include "store/list.h"

enum { FIRST_YEAR = 2000, MOST_PEOPLE = 400, MOST_IN_CLASS = 60, TITLE = 160 };

static const char *const kinds[] = {
    "coanimation", "workshop", "discovery", "training",
    "individual",  "fair",     NULL,
};
static const struct code kind_codes[] = {
    {"co animation", "coanimation"},
    {"co-animation", "coanimation"},
    {"co-intervention", "coanimation"},
    {"ateliers", "workshop"},
    {"visite", "discovery"},
    {"formations", "training"},
    {"animation pedagogique", "training"},
    {"individuel", "individual"},
    {"individuelle", "individual"},
    {"salon", "fair"},
    {NULL, NULL},
};
static const char *const places[] = {"inside", "outside", NULL};
static const struct code place_codes[] = {
    {"non", "inside"},
    {"no", "inside"},
    {"labo", "inside"},
    {"au labo", "inside"},
    {"au laboratoire", "inside"},
    {"sur place", "inside"},
    {"oui", "outside"},
    {"yes", "outside"},
    {"x", "outside"},
    {"hors labo", "outside"},
    {"hors laboratoire", "outside"},
    {"hors les murs", "outside"},
    {"exterieur", "outside"},
    {NULL, NULL},
};
static const char *const publics[] = {"pupils", "teachers", "parents", "others",
                                      NULL};
static const struct code public_codes[] = {
    {"classe", "pupils"},
    {"classes", "pupils"},
    {"eleve", "pupils"},
    {"groupe", "pupils"},
    {"enseignant", "teachers"},
    {"professeurs", "teachers"},
    {"personnel", "teachers"},
    {"personnels", "teachers"},
    {"adultes", "teachers"},
    {"familles", "parents"},
    {"autre", "others"},
    {"elus", "others"},
    {"partenaires", "others"},
    {"tout public", "others"},
    {"grand public", "others"},
    {"visiteurs", "others"},
    {NULL, NULL},
};
static const char *const outcomes[] = {"held", "missed", "cancelled", NULL};
static const struct code outcome_codes[] = {
    {"realise", "held"},     {"fait", "held"},     {"oui", "held"},
    {"annule", "cancelled"}, {"absent", "missed"}, {"absents", "missed"},
    {"non", "missed"},       {NULL, NULL},
};

static const char *const day_heads[] = {"jour", "date_accueil", NULL};
static const char *const part_heads[] = {
    "creneau",        "moment",  "horaire", "horaires",
    "demi_journee_s", "periode", NULL};
static const char *const lab_heads[] = {"labo", "lab", "laboratoire_numerique",
                                        NULL};
static const char *const school_heads[] = {
    "uai", "rne", "code_uai", "etablissement", "ecole", "nom_etablissement",
    NULL};
static const char *const commune_heads[] = {"ville", "commune_etablissement",
                                            NULL};
static const char *const class_heads[] = {"classe", "classe_s", "groupe",
                                          "groupes", NULL};
static const char *const level_heads[] = {"niveau", "niveau_x", NULL};
static const char *const kind_heads[] = {"type", "nature", "type_accueil",
                                         "type_d_accueil", NULL};
static const char *const place_heads[] = {"hors_les_murs", "hors_labo",
                                          "hors_laboratoire", NULL};
static const char *const space_heads[] = {"salle", NULL};
static const char *const title_heads[] = {"titre",    "theme",    "objet",
                                          "intitule", "activite", NULL};
static const char *const need_heads[] = {"observations", "commentaire",
                                         "commentaires", "remarques", NULL};
static const char *const people_heads[] = {"nombre", "participants", "nb",
                                           "effectif_total", NULL};
static const char *const pupil_heads[] = {"nb_eleves", "nombre_eleves",
                                          "nombre_d_eleves", NULL};
static const char *const teacher_heads[] = {"enseignants",     "nb_enseignants",
                                            "professeurs",     "personnels",
                                            "accompagnateurs", NULL};
static const char *const parent_heads[] = {"nb_parents", "familles", NULL};
static const char *const other_heads[] = {"visiteurs", "nb_autres", NULL};
static const char *const outcome_heads[] = {"etat", "statut", "realise", NULL};
static const char *const project_heads[] = {"projet", NULL};

#define CHOSEN(member, heads, ...)                                             \
    CHOICE(register_line, member, member##s, .aliases = heads,                 \
           .codes = member##_codes, __VA_ARGS__)
#define COUNTED(member, heads)                                                 \
    INT(register_line, member, .min = 0, .max = MOST_PEOPLE, .aliases = heads)

static const struct field register_fields[] = {
    DATE(register_line, day, .aliases = day_heads,
         .flags = F_REQUIRED | F_PAST),
    TEXT(register_line, part, .max = 40, .check = register_part,
         .aliases = part_heads, .flags = F_REQUIRED),
    REF(register_line, lab, &lab_entity, .aliases = lab_heads,
        .flags = F_REQUIRED),
    TEXT(register_line, school, .max = 200, .aliases = school_heads),
    TEXT(register_line, commune, .max = 100, .aliases = commune_heads),
    TEXT(register_line, classes, .max = 300, .aliases = class_heads),
    TEXT(register_line, levels, .max = 60, .check = check_levels,
         .aliases = level_heads),
    CHOSEN(kind, kind_heads, .flags = F_REQUIRED),
    TEXT(register_line, title, .max = TITLE, .aliases = title_heads),
    CHOSEN(place, place_heads, .flags = 0),
    TEXT(register_line, space, .max = 100, .aliases = space_heads),
    CHOSEN(public, NULL, .flags = 0),
    INT(register_line, people, .min = 1, .max = MOST_PEOPLE,
        .aliases = people_heads),
    COUNTED(pupils, pupil_heads),
    COUNTED(teachers, teacher_heads),
    COUNTED(parents, parent_heads),
    COUNTED(others, other_heads),
    INT(register_line, stands, .min = 1, .max = 200),
    REF(register_line, project, &project_entity, .aliases = project_heads),
    CHOSEN(outcome, outcome_heads, .flags = 0),
    TEXT(register_line, override, .max = 300),
    PROSE(register_line, need, .max = 2000, .aliases = need_heads),
    {0},
};
static const char *const register_reach[] = {REACH_LAB(""), NULL};

static bool fold_same(struct arena *a, const char *one, const char *other)
{
    return str_eq(utf8_fold(a, str_of(one)), utf8_fold(a, str_of(other)).p);
}

static bool is_outside(const struct register_line *l)
{
    return l->place && same(l->place, "outside");
}

static const char *state_of(const struct register_line *l)
{
    return l->outcome ? l->outcome : "held";
}

/* In French, as rows are: "Atelier, 6e B, 6e C". */
static const char *title_of(struct arena *a, const struct register_line *l)
{
    if (l->title)
        return l->title;
    const char *kind =
        choice_label(a, lang_default(), &visit_entity, "kind", l->kind);
    if (!l->classes)
        return kind;
    struct str all = str_of(arena_printf(a, "%s, %s", kind, l->classes));
    if (all.n > TITLE)
        all.n = utf8_whole((struct str){all.p, TITLE});
    return str_dup(a, all);
}

/* Its classes as one text, to be compared. */
static enum status keys_of_visit(struct conn *c, struct arena *a, int64_t visit,
                                 const char *asked, const char **out)
{
    struct rows *rows;
    struct buf b = {.mem = a};
    TRY(db_rows(c, a,
                SQL("SELECT k.key FROM network_visit_classes x JOIN"
                    " directory_class k ON k.id = x.target_id WHERE x.row_id ="
                    " :visit AND x.until IS NULL ORDER BY k.key, k.id"),
                ARGS(arg_int("visit", visit)), &rows));
    while (rows_next(rows))
        buf_printf(&b, "%s\n", row_text(rows, 0));
    if (!b.n && asked)
        buf_printf(&b, "%s\n", class_key(a, str_of(asked)).p);
    *out = b.n ? buf_done(&b).p : "";
    return rows_end(rows);
}

static const char *keys_of_line(struct arena *a, const struct register_line *l)
{
    struct register_class classes[REGISTER_CLASSES];
    struct buf b = {.mem = a};
    size_t n;
    if (register_classes(a, l, classes, &n))
        return "";
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s\n", classes[i].key);
    return b.n ? buf_done(&b).p : "";
}

/* The school by its UAI; else the one of that name, in that commune where the
 * line says it. *why: the label key of why there is none. */
static enum status school_of(struct conn *c, struct arena *a,
                             const struct register_line *l, int64_t *id,
                             const char **why)
{
    struct str uai;
    struct rows *rows;
    int found = 0;
    *id = NONE;
    *why = NULL;
    if (!l->school)
        return OK;
    const bool coded = !check_uai(a, str_of(l->school), &uai);
    const struct sql by =
        coded ? SQL("SELECT id, commune FROM directory_school WHERE uai = :what"
                    " ORDER BY id")
              : SQL("SELECT id, commune FROM directory_school WHERE name_fold ="
                    " :what ORDER BY id");
    TRY(db_rows(
        c, a, by,
        ARGS(arg_text("what", coded ? uai : utf8_fold(a, str_of(l->school)))),
        &rows));
    while (rows_next(rows)) {
        const char *commune = row_text(rows, 1);
        if (!coded && l->commune &&
            !(commune && fold_same(a, commune, l->commune)))
            continue;
        *id = row_int(rows, 0);
        found++;
    }
    *why = !found      ? "network_register.no_school"
           : found > 1 ? "network_register.several_schools"
                       : NULL;
    return rows_end(rows);
}

/* One accueil in each room at most, but for those outside. */
enum { CANDIDATES = 64 };
struct candidate {
    int64_t id;
    const char *class_label, *title;
};

/* Of those of its laboratory, half-day, school and kind the one with the same
 * classes; or with the same title, where it has none. */
static enum status find_at(struct conn *c, struct arena *a,
                           const struct register_line *l, enum half_day part,
                           int64_t *id)
{
    struct candidate near[CANDIDATES];
    struct rows *rows;
    size_t n = 0;
    int64_t school;
    const char *why, *keys = keys_of_line(a, l);
    TRY(school_of(c, a, l, &school, &why));
    TRY(db_rows(c, a,
                SQL("SELECT v.id, v.class_label, v.title FROM network_slot s"
                    " JOIN network_visit v ON v.id = s.visit WHERE s.day = :day"
                    " AND s.part = :part AND v.lab = :lab AND v.kind = :kind"
                    " AND coalesce(v.school, 0) = :school ORDER BY v.id"
                    " LIMIT :most"),
                ARGS(arg_day("day", l->day),
                     arg_cstr("part", booking_parts[part]),
                     arg_int("lab", l->lab), arg_cstr("kind", l->kind),
                     arg_int("school", school == NONE ? 0 : school),
                     arg_int("most", CANDIDATES)),
                &rows));
    while (n < CANDIDATES && rows_next(rows))
        near[n++] = (struct candidate){row_int(rows, 0), row_text(rows, 1),
                                       row_text(rows, 2)};
    TRY(rows_end(rows));
    for (size_t i = 0; *id == NONE && i < n; i++) {
        const char *theirs;
        TRY(keys_of_visit(c, a, near[i].id, near[i].class_label, &theirs));
        if (same(keys, theirs) &&
            (*keys || fold_same(a, title_of(a, l), near[i].title)))
            *id = near[i].id;
    }
    return OK;
}

static enum status register_find(struct conn *c, struct arena *a,
                                 const void *line, int64_t *id)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(line, parts);
    *id = NONE;
    for (size_t i = 0; *id == NONE && i < n; i++)
        TRY(find_at(c, a, line, parts[i], id));
    return OK;
}

/* Has it the half-days of the line, and no others? */
static enum status same_halves(struct conn *c, struct arena *a, int64_t id,
                               const struct register_line *l, bool *yes)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    struct rows *rows;
    size_t had = 0, meant = 0;
    TRY(db_rows(c, a,
                SQL("SELECT day, part FROM network_slot WHERE visit = :visit"
                    " ORDER BY id"),
                ARGS(arg_int("visit", id)), &rows));
    for (; rows_next(rows); had++)
        for (size_t i = 0; i < n; i++)
            meant += row_day(rows, 0) == l->day &&
                     part_of(row_text(rows, 1)) == parts[i];
    *yes = had == n && meant == n;
    return rows_end(rows);
}

/* Does it say what the line says? */
static enum status says_same(struct conn *c, struct arena *a, int64_t id,
                             const struct register_line *l, bool *yes)
{
    struct visit said = {0};
    void *row;
    TRY(row_load(c, a, &visit_entity, id, &reach_all, &row));
    const struct visit *v = row;
    const bool held = same(state_of(l), "held");
    TRY(same_halves(c, a, id, l, yes));
    *yes = *yes && !register_people(l, &said) && same(v->state, state_of(l)) &&
           (!held || (v->present_pupils == said.present_pupils &&
                      v->present_teachers == said.present_teachers &&
                      v->present_parents == said.present_parents &&
                      v->present_others == said.present_others));
    return OK;
}

/* The room that the line names, or one that is free: the first that is large
 * enough. NONE: none. */
static enum status room_of(struct conn *c, struct arena *a,
                           const struct register_line *l, enum half_day part,
                           int64_t *space)
{
    struct rows *rows;
    struct visit who = {0};
    *space = NONE;
    if (is_outside(l))
        return OK;
    (void)register_people(l, &who);
    if (!l->space && same(state_of(l), "held"))
        return room_free(c, l->lab, slot_of(l->day, part),
                         who.present_pupils == NONE ? 0 : who.present_pupils,
                         space);
    TRY(db_rows(c, a,
                SQL("SELECT id, name FROM network_space WHERE lab = :lab"
                    " ORDER BY CASE WHEN within IS NULL THEN 0 ELSE 1 END, id"),
                ARGS(arg_int("lab", l->lab)), &rows));
    while (*space == NONE && rows_next(rows))
        if (!l->space || fold_same(a, row_text(rows, 1), l->space))
            *space = row_int(rows, 0);
    return rows_end(rows);
}

static const char *numbers_fault(struct arena *a, const struct register_line *l,
                                 const char **field)
{
    struct register_class classes[REGISTER_CLASSES];
    struct visit who = {0};
    size_t n;
    *field = "classes";
    const char *fault = register_classes(a, l, classes, &n);
    if (fault || (n && !l->school))
        return fault ? fault : "network_register.whose_class";
    *field = "people";
    fault = register_people(l, &who);
    if (fault)
        return fault;
    if (n && who.present_pupils > (int64_t)n * MOST_IN_CLASS)
        return "network_register.too_many_pupils";
    return same(state_of(l), "held") && who.present_pupils == NONE &&
                   who.present_teachers == NONE &&
                   who.present_parents == NONE && who.present_others == NONE
               ? "network_visit.nobody_counted"
               : NULL;
}

static enum status room_fault(struct conn *c, struct arena *a,
                              const struct register_line *l, enum half_day part,
                              const char **field, const char **fault)
{
    int64_t space, taken;
    *field = "space";
    TRY(room_of(c, a, l, part, &space));
    if (space == NONE)
        *fault =
            l->space ? "network_register.no_space" : "network_register.no_room";
    if (*fault || !l->space || l->override || !same(state_of(l), "held"))
        return OK;
    TRY(db_int(
        c,
        SQL("SELECT count(*) FROM network_space p CROSS JOIN booking_hold h"
            " WHERE (p.id = :space OR p.within = :space) AND h.kind = 'space'"
            " AND h.thing = p.id AND h.starts <= :slot AND h.until > :slot"),
        ARGS(arg_int("space", space), arg_int("slot", slot_of(l->day, part))),
        &taken));
    *fault = taken ? "network_register.no_room" : NULL;
    return OK;
}

/* May it take place there and then? */
static enum status place_fault(struct conn *c, struct arena *a,
                               const struct register_line *l,
                               const char **field, const char **fault)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    if (is_outside(l)) {
        *field = "space";
        *fault = l->space ? "network_slot.outside_has_no_space" : NULL;
        return OK;
    }
    for (size_t i = 0; i < n && !*fault; i++) {
        *field = "day";
        if (!l->override && same(state_of(l), "held"))
            TRY(lab_closed(c, a, l->lab, l->day, parts[i], fault));
        if (!*fault)
            TRY(room_fault(c, a, l, parts[i], field, fault));
    }
    return OK;
}

static enum status line_fault(struct conn *c, struct arena *a,
                              const struct register_line *l, const char **field,
                              const char **fault)
{
    int64_t there, school;
    bool alike;
    *field = "school";
    TRY(school_of(c, a, l, &school, fault));
    if (!*fault)
        *fault = numbers_fault(a, l, field);
    if (!*fault && school_year_of(l->day) < FIRST_YEAR) {
        *field = "day";
        *fault = "network_register.too_old";
    }
    if (*fault)
        return OK;
    TRY(register_find(c, a, l, &there));
    if (there == NONE)
        return place_fault(c, a, l, field, fault);
    TRY(says_same(c, a, there, l, &alike));
    *field = NULL;
    *fault = alike ? NULL : "network_register.differs";
    return OK;
}

static const char *register_check(struct conn *c, struct arena *a,
                                  const void *row, const char **field)
{
    const struct register_line *l = row;
    const char *fault = NULL;
    if (l->day == NO_DAY || !l->part || l->lab == NONE || !l->kind)
        return NULL; /* columns that are missing, told by the frame */
    return line_fault(c, a, l, field, &fault) == OK ? fault : NULL;
}

const struct entity register_entity = {
    .name = "network_register",
    .api = "register",
    .row_size = sizeof(struct register_line),
    .fields = register_fields,
    .title = "title",
    .reach = register_reach,
    .read = "network.visits",
    .write = "network.receive",
    .check = register_check,
};

/* Making. */

struct making {
    struct conn *conn;
    struct arena *mem;
    const struct register_line *line;
    struct actor by;
    struct visit *visit;
};

static const char *class_kind(const char *key)
{
    static const char *const special[] = {"ulis", "upe2a", "segpa", "club",
                                          NULL};
    for (const char *const *k = special; *k; k++)
        if (strstr(key, *k))
            return *k;
    return "class";
}

/* The class of that school and year; made where the school has none. */
static enum status class_made(struct making *m, const struct register_class *of,
                              bool alone, int64_t *id)
{
    const struct visit *v = m->visit;
    TRY(db_int(m->conn,
               SQL("SELECT id FROM directory_class WHERE school = :school AND"
                   " year = :year AND key = :key"),
               ARGS(arg_int("school", v->school), arg_int("year", v->year),
                    arg_cstr("key", of->key)),
               id));
    if (*id != NONE)
        return OK;
    struct class *k = row_new(m->mem, &class_entity);
    k->school = v->school;
    k->year = v->year;
    k->label = of->label;
    k->kind = class_kind(of->key);
    if (alone) {
        k->levels = m->line->levels;
        k->headcount = v->present_pupils > 0 ? v->present_pupils : NONE;
    }
    TRY(row_insert(m->conn, m->mem, &class_entity, k, m->by));
    *id = k->row.id;
    return OK;
}

static enum status visit_made(struct making *m)
{
    const struct register_line *l = m->line;
    struct register_class classes[REGISTER_CLASSES];
    struct linked linked[REGISTER_CLASSES];
    struct visit *v = row_new(m->mem, &visit_entity);
    size_t n;
    const char *why;
    CHECK(!register_classes(m->mem, l, classes, &n) && !register_people(l, v));
    m->visit = v;
    TRY(school_of(m->conn, m->mem, l, &v->school, &why));
    v->lab = l->lab;
    v->year = school_year_of(l->day);
    v->title = title_of(m->mem, l);
    v->kind = l->kind;
    v->place = is_outside(l) ? "outside" : "inside";
    v->project = l->project;
    v->class_label = n == 1 ? classes[0].label : NULL;
    v->need = l->need;
    v->stands = l->stands;
    v->asked = l->day;
    v->state = "confirmed";
    for (size_t i = 0; i < n; i++) {
        linked[i] = (struct linked){.weight = 1};
        TRY(class_made(m, &classes[i], n == 1, &linked[i].target));
    }
    TRY(row_insert(m->conn, m->mem, &visit_entity, v, m->by));
    return links_save(m->conn, m->mem,
                      (struct linking){&visit_entity, visit_links, v->row.id},
                      (struct links){linked, n}, m->by);
}

static enum status slots_made(struct making *m)
{
    const struct register_line *l = m->line;
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    for (size_t i = 0; i < n; i++) {
        struct slot *s = row_new(m->mem, &slot_entity);
        s->visit = m->visit->row.id;
        s->day = l->day;
        s->part = booking_parts[parts[i]];
        s->override = l->override;
        TRY(room_of(m->conn, m->mem, l, parts[i], &s->space));
        TRY(row_insert(m->conn, m->mem, &slot_entity, s, m->by));
    }
    return OK;
}

/* How it ended, by a step, which the journal keeps. */
static enum status ended(struct making *m)
{
    const char *state = state_of(m->line), *refusal;
    const bool over = m->visit->year < school_year_of(day_today());
    const char *name = same(state, "cancelled") ? "cancel"
                       : same(state, "missed")  ? "miss"
                       : over                   ? "hold_late"
                                                : "hold";
    return step_take(
        m->conn, m->mem, &visit_entity, step_find(&visit_entity, name),
        m->visit, str_of(same(name, "hold") ? "" : m->by.why), m->by, &refusal);
}

static enum status register_make(struct conn *c, struct arena *a,
                                 const void *line, struct actor by)
{
    struct making m = {.conn = c, .mem = a, .line = line, .by = by};
    TRY(visit_made(&m));
    if (same(state_of(line), "held"))
        TRY(slots_made(&m));
    TRY(ended(&m));
    /* What did not take place keeps nothing. */
    return same(state_of(line), "held") ? OK : slots_made(&m);
}

static bool register_late(const void *made)
{
    const struct visit *v = made;
    return v->year < school_year_of(day_of_time(v->row.created_at));
}

static const struct entity *const besides[] = {&class_entity, NULL};
const struct intake network_intakes[] = {
    {.line = &register_entity,
     .made = &visit_entity,
     .besides = besides,
     .find = register_find,
     .make = register_make,
     .late = register_late},
    {0},
};
