#include "modules/network/people.h"
#include "modules/network/register.h"

#include "modules/directory/check.h"
#include "modules/network/calendar.h"
#include "modules/network/open.h"
#include "modules/portfolio/portfolio.h"
#include "view/form.h"

enum { FIRST_YEAR = 2000 };

static const struct code kind_codes[] = {
    {"co animation", "coanimation"},
    {"co-animation", "coanimation"},
    {"co-intervention", "coanimation"},
    {"ateliers", "workshop"},
    {"visite", "discovery"},
    {"accueil", "discovery"},
    {"accueils", "discovery"},
    {"accueil de classe", "discovery"},
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
static const char *const pupil_heads[] = {
    "eleves", "nb_eleves", "nombre_eleves", "nombre_d_eleves", NULL};
static const char *const teacher_heads[] = {
    "enseignants",     "nb_enseignants", "professeurs", "personnels",
    "accompagnateurs", "adultes",        "nb_adultes",  NULL};
static const char *const parent_heads[] = {"nb_parents", "familles", NULL};
static const char *const other_heads[] = {"visiteurs", "nb_autres", NULL};
static const char *const outcome_heads[] = {"etat", "statut", "realise", NULL};
static const char *const project_heads[] = {"projet", NULL};

#define CHOSEN(member, words, heads, ...)                                      \
    CHOICE(register_line, member, words, .aliases = heads,                     \
           .codes = member##_codes, __VA_ARGS__)
#define COUNTED(member, heads)                                                 \
    INT(register_line, member, .min = 0, .max = VISIT_PEOPLE, .aliases = heads)

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
    CHOSEN(kind, visit_kinds, kind_heads, .flags = F_REQUIRED),
    TEXT(register_line, title, .max = REGISTER_TITLE, .aliases = title_heads),
    CHOSEN(place, places, place_heads, .flags = 0),
    TEXT(register_line, space, .max = 100, .aliases = space_heads),
    CHOSEN(public, publics, NULL, .flags = 0),
    INT(register_line, people, .min = 1, .max = VISIT_PEOPLE,
        .aliases = people_heads),
    COUNTED(pupils, pupil_heads),
    COUNTED(teachers, teacher_heads),
    COUNTED(parents, parent_heads),
    COUNTED(others, other_heads),
    INT(register_line, stands, .min = 1, .max = 200),
    REF(register_line, project, &project_entity, .aliases = project_heads),
    CHOSEN(outcome, outcomes, outcome_heads, .flags = 0),
    TEXT(register_line, override, .max = 300),
    PROSE(register_line, need, .max = 2000, .aliases = need_heads),
    {0},
};
static const char *const register_reach[] = {REACH_LAB(""), NULL};

/* What is wrong with a line, by its columns: the first of each. */
struct judging {
    struct conn *c;
    struct arena *a;
    const struct register_line *line;
    struct form_errors *errors;
};

static bool held(const struct judging *j)
{
    return same(register_state(j->line), "held");
}

static void say(struct judging *j, const char *field, const char *fault)
{
    if (fault && !(field && form_error_of(j->errors, field)))
        form_error(j->errors, field, fault);
}

static bool is_wrong(const struct judging *j, const char *columns)
{
    for (size_t i = 0; i < j->errors->n; i++) {
        const char *field = j->errors->list[i].field;
        if (field && word_in(columns, field))
            return true;
    }
    return false;
}

static void numbers_judge(struct judging *j)
{
    struct register_class classes[REGISTER_CLASSES];
    struct visit who = {0};
    size_t n;
    const char *fault = register_classes(j->a, j->line, classes, &n);
    say(j, "classes",
        !fault && n && !j->line->school ? "network_register.whose_class"
                                        : fault);
    if (fault)
        return;
    fault = register_people(j->line, &who);
    if (!fault && !same(j->line->kind, "fair") &&
        !classes_fit(who.present_pupils, (int64_t)n))
        fault = "network_register.too_many_pupils";
    else if (!fault && held(j) && !visit_is_counted(&who))
        fault = "network_visit.nobody_counted";
    say(j, "people", fault);
    if (j->line->stands != NONE && !same(j->line->kind, "fair"))
        say(j, "stands", "network_visit.stands_of_fair");
}

static enum status room_judge(struct judging *j, enum half_day part)
{
    const struct register_line *l = j->line;
    int64_t space, taken;
    TRY(register_room(j->c, j->a, l, part, &space));
    if (space == NONE)
        say(j, "space",
            l->space ? "network_register.no_space"
                     : "network_register.no_room");
    if (space == NONE || !l->space || l->override || !held(j))
        return OK;
    TRY(db_int(
        j->c,
        SQL("SELECT count(*) FROM network_space p CROSS JOIN booking_hold h"
            " WHERE (p.id = :space OR p.within = :space) AND h.kind = 'space'"
            " AND h.thing = p.id AND h.starts <= :slot AND h.until > :slot"),
        ARGS(arg_int("space", space), arg_int("slot", slot_of(l->day, part))),
        &taken));
    say(j, "space", taken ? "network_register.no_room" : NULL);
    return OK;
}

/* May it take place there and then? Of a line that has another fault it is not
 * known whether the room is its own already. */
static enum status place_judge(struct judging *j)
{
    const struct register_line *l = j->line;
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    if (register_is_outside(l)) {
        say(j, "space", l->space ? "network_slot.outside_has_no_space" : NULL);
        return OK;
    }
    for (size_t i = 0; i < n; i++) {
        const char *fault = NULL;
        if (!l->override && held(j))
            TRY(lab_closed(j->c, j->a, l->lab, l->day, parts[i], &fault));
        say(j, "day", fault);
        if (!j->errors->n)
            TRY(room_judge(j, parts[i]));
    }
    return OK;
}

static enum status line_judge(struct judging *j)
{
    const struct register_line *l = j->line;
    int64_t there, school;
    const char *fault;
    bool alike;
    TRY(register_school(j->c, j->a, l, &school, &fault));
    say(j, "school", fault);
    if (!is_wrong(j, "classes kind people pupils teachers parents others public"
                     " outcome"))
        numbers_judge(j);
    if (l->day == NO_DAY || !l->part || l->lab == NONE ||
        is_wrong(j, "day part lab place outcome override"))
        return OK; /* columns that are missing, told by the frame */
    if (school_year_of(l->day) < FIRST_YEAR) {
        say(j, "day", "network_register.too_old");
        return OK;
    }
    if (j->errors->n)
        return place_judge(j);
    TRY(register_find(j->c, j->a, l, &there));
    if (there == NONE)
        return place_judge(j);
    TRY(register_alike(j->c, j->a, there, l, &alike));
    say(j, NULL, alike ? NULL : "network_register.differs");
    return OK;
}

static const char *register_check(struct conn *c, struct arena *a,
                                  const void *row, const char **field)
{
    const struct register_line *l = row;
    struct form_errors errors = {.mem = a};
    struct judging j = {.c = c, .a = a, .line = l, .errors = &errors};
    if (l->day == NO_DAY || !l->part || l->lab == NONE)
        return NULL; /* columns that are missing, told by the frame */
    if (line_judge(&j) != OK)
        return UNANSWERED; /* what was not looked at is not well */
    *field = errors.n ? errors.list[0].field : NULL;
    return errors.n ? errors.list[0].key : NULL;
}

/* Registers of a laboratory that only ever received say no form. */
static void register_settle(struct arena *a, void *row)
{
    struct register_line *l = row;
    (void)a;
    if (!l->kind)
        l->kind = "discovery";
}

/* A line is written once, not once for each of its faults. */
static enum status register_faults(struct conn *c, struct arena *a,
                                   const void *line, struct form_errors *errors)
{
    struct register_line l = *(const struct register_line *)line;
    struct judging j = {.c = c, .a = a, .line = &l, .errors = errors};
    register_settle(a, &l);
    return line_judge(&j);
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
    .settle = register_settle,
    .check = register_check,
};

static const struct entity *const besides[] = {&class_entity, NULL};
static const struct absent absent[] = {
    {"kind", "network_register.no_kind"},
    {NULL, NULL},
};
const struct intake network_intakes[] = {
    {.absent = absent,
     .how = "network_register.how",
     .line = &register_entity,
     .made = &visit_entity,
     .besides = besides,
     .faults = register_faults,
     .find = register_find,
     .weigh = register_weigh,
     .make = register_make,
     .late = register_late},
    {0},
};
