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

bool import_takes(const struct entity *e, const char *name)
{
    const struct field *f = entity_field(e, name);
    return f ? import_fills(e, f) : entity_link(e, name) != NULL;
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
    return -1;
}

const char *head_field(struct arena *a, const struct entity *e,
                       const char *head)
{
    for (const struct field *f = e->fields; f->name; f++)
        if (import_fills(e, f) && head_rank(a, e, f->name, head) >= 0)
            return f->name;
    for (const struct link *l = e->links; l && l->name; l++)
        if (head_rank(a, e, l->name, head) >= 0)
            return l->name;
    return NULL;
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
        if ((f->flags & F_REQUIRED) && import_fills(e, f) &&
            !is_filled(im, fields, f->name))
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
