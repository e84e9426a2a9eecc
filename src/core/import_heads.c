/* What the heads of a file mean: which field each fills, and of which kind of
 * record the whole file is. */
#include "base/utf8.h"
#include "core/importing.h"
#include "i18n/lang.h"

/* "Nom de l'établissement" gives "nom_de_l_etablissement". */
static const char *head_key(struct arena *a, struct str head)
{
    struct str fold = utf8_fold(a, head);
    char *out = arena_alloc(a, fold.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < fold.n; i++) {
        char c = fold.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (unsigned char)c >= 0x80;
        if (plain)
            out[n++] = c;
        else if (n && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = 0;
    return out;
}

bool import_fills(const struct entity *e, const struct field *f)
{
    return field_is_typed(e, f) && f->type != F_FILE;
}

bool import_needs(const struct entity *e, const struct field *f)
{
    const struct intake *in = intake_of(e);
    for (const struct absent *k = in ? in->absent : NULL; k && k->field; k++)
        if (same(k->field, f->name))
            return false;
    return field_is_asked(f) && import_fills(e, f);
}

bool import_has(const struct import *im, const char *field)
{
    for (size_t i = 0; i < im->column_count; i++)
        if (im->columns[i].field && same(im->columns[i].field, field))
            return true;
    return false;
}

const char *import_absent(struct arena *a, const struct lang *lang,
                          const struct import *im)
{
    const struct intake *in = intake_of(im->entity);
    struct buf b = {.mem = a};
    for (const struct absent *k = in ? in->absent : NULL; k && k->field; k++)
        if (!import_has(im, k->field))
            buf_printf(&b, "%s%s", b.n ? " " : "", tr(lang, k->key));
    return b.n ? buf_done(&b).p : NULL;
}

bool import_takes(const struct entity *e, const char *name)
{
    const struct field *f = entity_field(e, name);
    const char *key = import_key(e);
    return f ? import_fills(e, f)
             : entity_link(e, name) || (key && same(name, key));
}

/* What people write over columns that many entities have: by the field's name,
 * the surest first, each as head_key gives it. */
static const struct usual {
    const char *name, *heads;
} usual[] = {
    {"school", "uai code_uai numero_uai rne code_rne code_etablissement"
               " etablissement etablissements ecole lycee college school"},
    {"starts",
     "debut date_debut debut_le du depuis a_partir_du start start_date"
     " from since begins"},
    {"ends", "fin date_fin fin_le au jusqu_a jusqu_au end end_date to until"},
    {"state", "etat statut situation status"},
    {"reason", "motif raison pourquoi"},
    {"project", "projet nom_projet project_name"},
    {"support", "contact assistance contact_assistance referent support"},
    {"tool", "outil ressource outil_numerique solution resource"},
    {"email", "mail courriel e_mail adresse_mail mel"},
    {"name", "nom intitule libelle"},
    {"title", "titre intitule libelle nom"},
    {"year", "annee annee_scolaire"},
    {"kind", "nature type"},
    {"person", "personne nom_prenom"},
    {"lab", "laboratoire labo tiers_lieu"},
    {"summary", "resume description descriptif"},
    {"web", "site site_web url lien adresse_web"},
};

/* "Date de début" is "début", "Nom du projet" "projet". */
static const char *head_core(const char *key)
{
    static const char *const before[] = {
        "date_de_la_", "date_de_l_", "date_de_", "date_du_", "date_d_",
        "nom_de_la_",  "nom_de_l_",  "nom_de_",  "nom_du_",  "nom_d_",
        "le_",         "la_",        "les_",     "l_",       "the_",
    };
    for (size_t i = 0; i < COUNT(before); i++)
        if (strncmp(key, before[i], strlen(before[i])) == 0 &&
            key[strlen(before[i])])
            return key + strlen(before[i]);
    return key;
}

static int usual_rank(const char *name, const char *key)
{
    for (size_t i = 0; i < COUNT(usual); i++) {
        struct str rest = str_of(usual[i].heads), word;
        if (!same(usual[i].name, name))
            continue;
        for (int rank = 0; str_next(&rest, ' ', &word); rank++)
            if (str_eq(word, key))
                return rank;
    }
    return -1;
}

/* "École ou établissement" is said by either; what stands behind a comma or in
 * brackets is an explanation. */
static bool is_part(struct arena *a, const char *label, const char *key)
{
    char *text = str_dup(a, str_of(label));
    text[strcspn(text, "(,:")] = 0;
    const char *all = head_key(a, str_of(text));
    if (same(head_core(all), key))
        return true;
    for (const char *at = all; at;) {
        const char *end = strstr(at, "_ou_");
        end = end ? end : strstr(at, "_or_");
        size_t n = end ? (size_t)(end - at) : strlen(at);
        if (n == strlen(key) && strncmp(at, key, n) == 0)
            return true;
        at = end ? end + strlen("_ou_") : NULL;
    }
    return false;
}

enum { LOOSE = 100 }; /* a rank behind all that name the field itself */

static int loose_rank(struct arena *a, const struct entity *e, const char *name,
                      const char *key)
{
    const char *core = head_core(key);
    const char *label = arena_printf(a, "%s.%s", e->name, name);
    int rank = usual_rank(name, key);
    if (rank < 0)
        rank = usual_rank(name, core);
    if (rank >= 0)
        return LOOSE + rank;
    return is_part(a, tr(lang_find("fr"), label), core) ||
                   is_part(a, tr(lang_find("en"), label), core)
               ? LOOSE * 2
               : -1;
}

int head_rank(struct arena *a, const struct entity *e, const char *name,
              const char *head)
{
    const struct field *f = entity_field(e, name);
    const char *key = head_key(a, str_of(head));
    int rank = 0;
    if (same(key, name))
        return rank;
    for (const char *const *alias = f ? f->aliases : NULL; alias && *alias;
         alias++) {
        rank++;
        if (same(*alias, key))
            return rank;
    }
    const char *label = arena_printf(a, "%s.%s", e->name, name);
    static const char *const langs[] = {"fr", "en"};
    for (size_t i = 0; i < COUNT(langs); i++) {
        const char *text = tr(lang_find(langs[i]), label);
        if (same(key, head_key(a, str_of(text))))
            return rank + 1;
    }
    return loose_rank(a, e, name, key);
}

/* By itself, by what people usually write, by a part of its label. */
enum sureness { SURE, USUAL, PART, NOT_AT_ALL };
struct heading {
    const char *name;
    enum sureness sure;
};

/* The surest; none where two say it as loosely. */
static void heading_add(struct heading *h, const char *name, int rank)
{
    const enum sureness sure = rank < 0           ? NOT_AT_ALL
                               : rank < LOOSE     ? SURE
                               : rank < LOOSE * 2 ? USUAL
                                                  : PART;
    if (sure < h->sure)
        *h = (struct heading){name, sure};
    else if (sure == h->sure && sure != SURE)
        h->name = NULL;
}

const char *head_field(struct arena *a, const struct entity *e,
                       const char *head)
{
    struct heading best = {NULL, NOT_AT_ALL};
    for (const struct field *f = e->fields; f->name; f++)
        if (import_fills(e, f))
            heading_add(&best, f->name, head_rank(a, e, f->name, head));
    for (const struct link *l = e->links; l && l->name; l++)
        heading_add(&best, l->name, head_rank(a, e, l->name, head));
    return best.name;
}

static bool is_filled(const struct import *im, const char *const *fields,
                      const char *name)
{
    for (size_t i = 0; i < im->column_count; i++)
        if (fields[i] && same(fields[i], name))
            return true;
    return false;
}

/* How many heads the kind knows; 0 when a field that it needs has none. */
static size_t heads_known(struct arena *a, const struct entity *e,
                          const struct import *im)
{
    size_t known = 0;
    const char **fields = NEW_ARRAY(a, const char *, im->column_count + 1);
    for (size_t i = 0; i < im->column_count; i++) {
        fields[i] = head_field(a, e, im->columns[i].head);
        known += fields[i] != NULL;
    }
    for (const struct field *f = e->fields; f->name; f++)
        if (import_needs(e, f) && !is_filled(im, fields, f->name))
            return 0;
    return known;
}

const struct entity *import_kind(struct app *app, struct arena *a,
                                 const struct import *im)
{
    const struct entity *best = NULL;
    struct import first = *im;
    size_t most = 0;
    if (first.column_count > KIND_HEADS)
        first.column_count = KIND_HEADS;
    for (size_t i = 0; i < first.column_count; i++)
        most += first.columns[i].field != NULL;
    const struct entity *e;
    for (size_t i = 0; (e = sheet_kind(app, i)); i++) {
        if (!(e->path || intake_of(e)) || e == im->entity)
            continue;
        struct arena_mark mark = arena_mark(a);
        size_t known = heads_known(a, e, &first);
        arena_rewind(a, mark);
        if (known > most) {
            best = e;
            most = known;
        }
    }
    return best;
}
