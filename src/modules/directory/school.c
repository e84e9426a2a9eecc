/*
 * Schools and their classes. A school's fields understand the national
 * directory ("Annuaire de l'éducation") and its sister set of addresses in all
 * their layouts: their columns were renamed and moved between 2023 and 2026, so
 * they are known by name. Nature codes: BCN table N_NATURE_UAI.
 */
#include "modules/directory/directory.h"
#include "modules/directory/check.h"

static const char *const kinds[] = {
    "maternelle", "elementaire", "primaire", "college", "lycee", "lycee_pro",
    "lycee_poly", "erea",        "sep",      "other",   NULL,
};
static const struct code kind_codes[] = {
    {"101", "maternelle"},
    {"102", "maternelle"},
    {"103", "maternelle"},
    {"151", "elementaire"},
    {"152", "elementaire"},
    {"153", "elementaire"},
    {"160", "elementaire"},
    {"162", "elementaire"},
    {"169", "elementaire"},
    {"300", "lycee"},
    {"301", "lycee"},
    {"302", "lycee"},
    {"306", "lycee_poly"},
    {"307", "lycee"},
    {"310", "lycee"},
    {"315", "lycee"},
    {"320", "lycee_pro"},
    {"332", "lycee_pro"},
    {"334", "sep"},
    {"335", "sep"},
    {"340", "college"},
    {"350", "college"},
    {"352", "college"},
    {"370", "erea"},
    {"312", "other"},
    {"344", "other"},
    {"400", "other"},
    {"ecole maternelle", "maternelle"},
    {"ecole elementaire", "elementaire"},
    {"ecole de niveau elementaire", "elementaire"},
    {"ecole primaire", "primaire"},
    {"ecole", "elementaire"},
    {"college", "college"},
    {"college specialise", "college"},
    {"college climatique", "college"},
    {"lycee", "lycee"},
    {"lycee general et technologique", "lycee"},
    {"lycee enseignt general et technologique", "lycee"},
    {"lycee d enseignement general", "lycee"},
    {"lycee d enseignement technologique", "lycee"},
    {"lycee ens general techno prof agricole", "lycee"},
    {"lycee climatique", "lycee"},
    {"lycee experimental", "lycee"},
    {"lycee professionnel", "lycee_pro"},
    {"ecole professionnelle specialisee", "lycee_pro"},
    {"lycee polyvalent", "lycee_poly"},
    {"section d enseignement professionnel", "sep"},
    {"section enseignt general et technologique", "sep"},
    {"erea", "erea"},
    {"etablissement regional d'enst adapte", "erea"},
    {0},
};
static const char *const sectors[] = {"public", "private", NULL};
static const struct code sector_codes[] = {
    {"public", "public"},
    {"prive", "private"},
    {"pu", "public"},
    {"pr", "private"},
    {0},
};
static const char *const priorities[] = {"none", "rep", "rep_plus", NULL};
static const struct code priority_codes[] = {
    {"rep", "rep"},
    {"rep+", "rep_plus"},
    {"hors rep", "none"},
    {"hors ep", "none"},
    {0},
};
static const char *const states[] = {"open", "opening", "closing", "closed",
                                     NULL};
static const struct code state_codes[] = {
    {"ouvert", "open"},  {"1", "open"},           {"a fermer", "closing"},
    {"2", "closing"},    {"a ouvrir", "opening"}, {"3", "opening"},
    {"ferme", "closed"}, {"4", "closed"},         {0},
};

/* Heads, folded; see struct field. */
static const char *const uai_heads[] = {
    "identifiant_de_l_etablissement", "numero_uai", "code_uai", "rne",
    "numero_etablissement",           NULL,
};
static const char *const name_heads[] = {
    "nom_etablissement",
    "appellation_officielle",
    "nom",
    NULL,
};
static const char *const kind_heads[] = {
    "code_nature",    "nature_uai",      "nature",
    "libelle_nature", "nature_uai_libe", NULL,
};
static const char *const sector_heads[] = {
    "statut_public_prive",
    "secteur_public_prive_libe",
    "public_private",
    "secteur",
    NULL,
};
static const char *const address_heads[] = {
    "adresse_1",
    "adresse_uai",
    "adresse",
    NULL,
};
const char *const postcode_heads[] = {
    "code_postal",
    "code_postal_uai",
    NULL,
};
static const char *const commune_heads[] = {
    "nom_commune",
    "libelle_commune",
    NULL,
};
static const char *const commune_code_heads[] = {
    "code_commune",
    "code_insee",
    NULL,
};
static const char *const departement_heads[] = {
    "code_departement",
    "department",
    NULL,
};
static const char *const bassin_heads[] = {
    "code_bassin_formation",
    "bassin_code",
    NULL,
};
static const char *const circonscription_heads[] = {
    "code_circonscription",
    NULL,
};
static const char *const latitude_heads[] = {"lat", NULL};
static const char *const longitude_heads[] = {"lon", "lng", NULL};
static const char *const pupils_heads[] = {
    "nombre_d_eleves",
    "effectif",
    NULL,
};
static const char *const opened_heads[] = {"date_ouverture", NULL};
static const char *const closed_heads[] = {"date_fermeture", NULL};
static const char *const nursery_heads[] = {"ecole_maternelle", NULL};
static const char *const elementary_heads[] = {"ecole_elementaire", NULL};
static const char *const priority_heads[] = {
    "appartenance_education_prioritaire",
    NULL,
};
static const char *const phone_heads[] = {"telephone", NULL};
static const char *const state_heads[] = {
    "etat",
    "etat_etablissement_libe",
    "etat_etablissement",
    NULL,
};

static const struct field school_fields[] = {
    TEXT(school, uai, .min = 8, .max = 8, .check = check_uai,
         .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_SEARCH,
         .aliases = uai_heads),
    TEXT(school, name, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH,
         .aliases = name_heads),
    CHOICE(school, kind, kinds,
           .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER,
           .aliases = kind_heads, .codes = kind_codes),
    CHOICE(school, sector, sectors, .flags = F_LIST | F_FILTER,
           .aliases = sector_heads, .codes = sector_codes),
    TEXT(school, address, .aliases = address_heads),
    TEXT(school, postcode, .max = 5, .check = check_postcode, .flags = F_SEARCH,
         .aliases = postcode_heads),
    TEXT(school, commune, .max = 100, .flags = F_LIST | F_SORT | F_SEARCH,
         .aliases = commune_heads),
    TEXT(school, commune_code, .max = 5, .check = check_commune_code,
         .flags = F_FILTER, .aliases = commune_code_heads),
    REF(school, departement, &area_entity, .kind = "departement",
        .flags = F_FILTER | F_LENIENT, .check = check_departement_code,
        .aliases = departement_heads),
    REF(school, bassin, &area_entity, .kind = "bassin",
        .flags = F_LIST | F_FILTER | F_LENIENT, .aliases = bassin_heads),
    REF(school, circonscription, &area_entity, .kind = "circonscription",
        .flags = F_FILTER | F_LENIENT, .aliases = circonscription_heads),
    REAL(school, latitude, .min = -90, .max = 90, .aliases = latitude_heads),
    REAL(school, longitude, .min = -180, .max = 180,
         .aliases = longitude_heads),
    INT(school, pupils, .min = 0, .max = 20000, .flags = F_SORT,
        .aliases = pupils_heads),
    DATE(school, opened, .aliases = opened_heads),
    DATE(school, closed, .aliases = closed_heads),
    BOOL(school, nursery, .aliases = nursery_heads),
    BOOL(school, elementary, .aliases = elementary_heads),
    CHOICE(school, priority, priorities, .flags = F_FILTER | F_ATTESTED,
           .aliases = priority_heads, .codes = priority_codes),
    TEXT(school, priority_source, .flags = 0),
    DATE(school, priority_date, .flags = 0),
    BOOL(school, qpv, .flags = F_FILTER | F_ATTESTED),
    TEXT(school, qpv_source, .flags = 0),
    DATE(school, qpv_date, .flags = 0),
    BOOL(school, rural, .flags = F_FILTER | F_ATTESTED),
    TEXT(school, rural_source, .flags = 0),
    DATE(school, rural_date, .flags = 0),
    TEXT(school, mail, .check = check_mail),
    TEXT(school, phone, .max = 30, .check = check_phone,
         .aliases = phone_heads),
    TEXT(school, web, .max = 500, .check = check_web),
    CHOICE(school, state, states, .flags = F_FILTER, .aliases = state_heads,
           .codes = state_codes),
    {0},
};
const struct link school_links[] = {
    {.name = "groups", .target = &area_entity, .most = 10},
    {0},
};
static const char *const school_reach[] = {
    "",
    "bassin",
    "circonscription",
    "departement",
    "bassin.parent",
    "departement.parent",
    NULL,
};

/* The national directory gives one nature to élémentaire and primaire; its two
 * columns tell them apart. */
static void school_settle(struct arena *a, void *row)
{
    struct school *s = row;
    (void)a;
    if (s->kind && same(s->kind, "elementaire") && s->nursery == YES)
        s->kind = s->elementary == NO ? "maternelle" : "primaire";
}

static const char *school_check(struct conn *c, struct arena *a,
                                const void *row, const char **field)
{
    const struct school *s = row;
    (void)c, (void)a;
    if ((s->latitude != s->latitude) != (s->longitude != s->longitude)) {
        *field = s->latitude != s->latitude ? "latitude" : "longitude";
        return "directory_school.half_a_place";
    }
    if (s->opened != NO_DAY && s->closed != NO_DAY && s->closed < s->opened) {
        *field = "closed";
        return "directory_school.closed_before_opened";
    }
    return NULL;
}

/* The network's figures are told by what the schools are that came. */
static const struct counting school_counting = {
    .fields = "kind rural priority circonscription",
    .by_others = true};

const struct entity school_entity = {
    .name = "directory_school",
    .api = "school",
    .path = "/etablissements",
    .row_size = sizeof(struct school),
    .fields = school_fields,
    .links = school_links,
    .title = "name",
    .code = "uai",
    .sort = "name",
    .reach = school_reach,
    .read = PUBLIC,
    .write = "directory.edit_schools",
    .has_uid = true,
    .settle = school_settle,
    .check = school_check,
    .counting = &school_counting,
};

/* Classes. */

static const char *const class_kinds[] = {
    "class", "ulis", "upe2a", "segpa", "club", "group", NULL,
};
static const struct field class_fields[] = {
    REF(class, school, &school_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    SCHOOL_YEAR(class, year, .min = 2000, .max = 2100,
                .flags = F_REQUIRED | F_LIST | F_SORT | F_FILTER),
    TEXT(class, label, .max = 30,
         .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    TEXT(class, key, .max = 60, .flags = F_COMPUTED | F_HIDDEN),
    TEXT(class, levels, .max = 60, .check = check_levels, .flags = F_LIST),
    CHOICE(class, kind, class_kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(class, headcount, .min = 1, .max = CLASS_PEOPLE, .flags = F_LIST),
    {0},
};
static const struct index class_indexes[] = {
    {.columns = "school, year, key", .unique = true},
    {0},
};
static const char *const class_reach[] = {
    "school", "school.bassin", "school.circonscription", "school.departement",
    NULL,
};

static void class_settle(struct arena *a, void *row)
{
    struct class *k = row;
    k->key = k->label ? class_key(a, str_of(k->label)).p : NULL;
}

const struct entity class_entity = {
    .name = "directory_class",
    .api = "class",
    .path = "/classes",
    .row_size = sizeof(struct class),
    .fields = class_fields,
    .indexes = class_indexes,
    .title = "label",
    .sort = "label",
    .reach = class_reach,
    .read = "directory.classes",
    .write = "directory.edit_classes",
    .parent = "school",
    .has_uid = true,
    .settle = class_settle,
};
