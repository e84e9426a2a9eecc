/* Two editors of one row: what each has, field by field. */
#include "store/row.h"
#include "view/form_draw.h"

static enum status ref_shown(const struct form_ask *ask, struct arena *a,
                             const struct field *f, const void *row,
                             const char **out)
{
    const struct value v = field_get(f, row);
    return f->type == F_REF && ask->source && ask->source->conn &&
                   v.type == V_INT
               ? ref_title(ask->source->conn, a, f, v.i, out)
               : OK;
}

static enum status links_compare(struct arena *a, const struct lang *lang,
                                 const struct form_ask *ask,
                                 const struct links *theirs,
                                 struct form_conflict *out,
                                 struct form_difference *rows)
{
    struct conn *c = ask->source ? ask->source->conn : NULL;
    for (size_t i = 0;
         theirs && ask->links && i < entity_link_count(ask->entity); i++) {
        const struct link *l = &ask->entity->links[i];
        struct form_difference *d = &rows[out->n++];
        d->label = field_label(a, lang, ask->entity, l->name);
        d->differs = !links_same_set(ask->links[i], theirs[i]);
        TRY(links_shown(c, a, lang, l, ask->links[i], &d->mine));
        TRY(links_shown(c, a, lang, l, theirs[i], &d->theirs));
    }
    return OK;
}

enum status form_conflict_of(struct arena *a, const struct lang *lang,
                             const struct form_ask *ask, const void *theirs,
                             const struct links *their_links,
                             struct form_conflict *out)
{
    const struct entity *e = ask->entity;
    size_t n = entity_link_count(e);
    for (const struct field *f = e->fields; f->name; f++)
        n++;
    struct form_difference *rows = NEW_ARRAY(a, struct form_difference, n);
    out->n = 0;
    for (const struct field *f = e->fields; f->name; f++) {
        if (!form_draws(ask, f))
            continue;
        const char *mine = field_shown(a, lang, e, f, ask->row);
        const char *other = field_shown(a, lang, e, f, theirs);
        TRY(ref_shown(ask, a, f, ask->row, &mine));
        TRY(ref_shown(ask, a, f, theirs, &other));
        bool differs = !mine != !other || (mine && !same(mine, other));
        rows[out->n++] = (struct form_difference){
            field_label(a, lang, e, f->name), said(a, lang, mine),
            said(a, lang, other), differs};
    }
    out->rows = rows;
    return links_compare(a, lang, ask, their_links, out, rows);
}
