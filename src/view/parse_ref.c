/* The row that a typed text names: by its number, its code, or its title. */
#include "base/utf8.h"
#include "store/row.h"
#include "view/parse_ref.h"

enum { CANDIDATES = 12 };

/* The row, where it is within the reader's reach and of the field's kind. */
static enum status reached(const struct reading *r, int64_t id, void **row)
{
    const char *kind = r->field ? r->field->kind : NULL;
    TRY(row_load(r->source->conn, r->mem, r->target, id,
                 form_reach(r->source, r->target, r->field), row));
    if (!kind)
        return OK;
    const struct value v = field_get(entity_field(r->target, "kind"), *row);
    return str_eq(v.s, kind) ? OK : ERR_NOT_FOUND;
}

/* By the code, or by any other unique text: "0540038B". */
static enum status by_unique(const struct reading *r, struct str text,
                             int64_t *id)
{
    for (const struct field *f = r->target->fields; f->name; f++) {
        if (!(f->flags & F_UNIQUE) || f->type != F_TEXT)
            continue;
        struct str canon = text;
        if (f->check && f->check(r->mem, text, &canon))
            continue;
        void *row;
        enum status s = row_find(r->source->conn, r->mem, r->target, f->name,
                                 value_text(canon), &row);
        if (s == OK) {
            *id = ((const struct row *)row)->id;
            return reached(r, *id, &row);
        }
        if (s != ERR_NOT_FOUND)
            return s;
    }
    return ERR_NOT_FOUND;
}

static bool same_fold(struct arena *a, struct str one, const char *other)
{
    struct str x = utf8_fold(a, one), y = utf8_fold(a, str_of(other));
    return x.n == y.n && (!x.n || !memcmp(x.p, y.p, x.n));
}

/* Rows whose words are those typed, or, where the search knows none, the first
 * rows of the target: a short table may not be indexed. */
static enum status hits(const struct reading *r, struct str text,
                        struct hit **out, size_t *n)
{
    struct conn *c = r->source->conn;
    const struct reach *reach =
        r->offered ? r->offered : form_reach(r->source, r->target, r->field);
    TRY(search_entity(c, r->mem, r->target, reach, text, CANDIDATES, out, n));
    if (*n)
        return OK;
    struct list_ask ask = {.entity = r->target,
                           .reach = reach,
                           .limit = LIST_MOST,
                           .no_total = true};
    struct list list;
    TRY(list_load(c, r->mem, &ask, &list));
    struct hit *found = NEW_ARRAY(r->mem, struct hit, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const char *title = row_title(r->target, list.rows[i]);
        if (same_fold(r->mem, text, title))
            found[(*n)++] =
                (struct hit){((const struct row *)list.rows[i])->id, title};
    }
    *out = found;
    return OK;
}

/* By the name that a form or a refusal gives it, for it has namesakes:
 * "5e A · Collège du Parc · 2026-2027 · #156". */
static enum status by_number(const struct reading *r, struct str text,
                             int64_t *id)
{
    const size_t mark = strlen(FORM_NUMBER);
    size_t at = text.n;
    void *row;
    while (at > 0 &&
           (text.n - at < mark || memcmp(text.p + at, FORM_NUMBER, mark) != 0))
        at--;
    if (at == 0)
        return ERR_NOT_FOUND;
    const struct str number = {text.p + at + mark, text.n - at - mark};
    if (!str_int(number, id) || *id < 1)
        return ERR_NOT_FOUND;
    TRY(reached(r, *id, &row));
    const char *title = row_title(r->target, row);
    const size_t n = strlen(title);
    return n <= at && same_fold(r->mem, (struct str){text.p, n}, title)
               ? OK
               : ERR_NOT_FOUND;
}

/* Leaves those that are within reach and of the field's kind. */
static enum status hits_reached(const struct reading *r, struct hit *found,
                                size_t *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        void *row;
        const enum status s = reached(r, found[i].id, &row);
        if (s == OK)
            found[kept++] =
                (struct hit){found[i].id, row_title(r->target, row)};
        else if (s != ERR_NOT_FOUND)
            return s;
    }
    *n = kept;
    return OK;
}

static void note_meant(const struct reading *r, struct str text,
                       const char *title)
{
    if (r->notes && r->field)
        form_error_add(r->notes,
                       (struct form_error){.field = r->field->name,
                                           .key = "import.taken_as",
                                           .text = str_of(arena_printf(
                                               r->mem, "%s \xe2\x86\x92 %s",
                                               str_dup(r->mem, text), title))});
}

/* By what people call it in a file, which is told. Several that are called so
 * take the place of those that come near. */
static enum status by_meaning(const struct reading *r, struct str text,
                              int64_t *id, struct hit **found, size_t *n)
{
    int64_t ids[MEANT_MOST];
    size_t meant = 0;
    if (!(r->flags & PARSE_CODES) || !r->target->meant)
        return ERR_NOT_FOUND;
    TRY(r->target->meant(r->source->conn, r->mem, text, ids, &meant));
    struct hit *all = NEW_ARRAY(r->mem, struct hit, MEANT_MOST);
    for (size_t i = 0; i < meant; i++)
        all[i].id = ids[i];
    TRY(hits_reached(r, all, &meant));
    if (meant == 1) {
        *id = all[0].id;
        note_meant(r, text, all[0].title);
        return OK;
    }
    if (meant) {
        *found = all;
        *n = meant;
    }
    return ERR_NOT_FOUND;
}

/* When several bear it, or none but some come near, the reader chooses among
 * them; in a form the only one that comes near is meant. far: none that is
 * found is sure, be it the only one. */
static enum status by_title_in(struct reading *r, struct str text, bool far,
                               int64_t *id)
{
    struct hit *found;
    size_t n = 0, equal = 0;
    TRY(hits(r, text, &found, &n));
    if (r->field && r->field->kind)
        TRY(hits_reached(r, found, &n));
    for (size_t i = 0; i < n; i++)
        if (same_fold(r->mem, text, found[i].title) && ++equal == 1)
            *id = found[i].id;
    if (equal == 1 && !far)
        return OK;
    const enum status s =
        equal ? ERR_NOT_FOUND : by_meaning(r, text, id, &found, &n);
    if (s != ERR_NOT_FOUND)
        return s;
    struct linked *all = NEW_ARRAY(r->mem, struct linked, n);
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct linked){
            .target = found[i].id, .weight = 1, .title = found[i].title};
        TRY(form_told_apart(r->mem, lang_default(), r->source, r->target,
                            &all[i], &all[i].title));
    }
    const bool sure =
        (r->flags & PARSE_NEAR) || !(r->flags & (PARSE_GIVEN | PARSE_CODES));
    if (n == 1 && !far && sure) {
        *id = all[0].target;
        return OK;
    }
    r->error->candidates = all;
    r->error->candidate_count = n;
    r->error->key = !n    ? "form.not_found"
                    : far ? "form.only_elsewhere"
                          : "form.several";
    return ERR_NOT_FOUND;
}

/* By its title; of those that are near, where there are some. */
static enum status by_title(struct reading *r, struct str text, int64_t *id)
{
    if (!r->near)
        return by_title_in(r, text, false, id);
    r->offered = r->near;
    const enum status s = by_title_in(r, text, false, id);
    r->offered = NULL;
    if (s != ERR_NOT_FOUND || r->error->candidate_count)
        return s;
    return by_title_in(r, text, true, id);
}

/* Are numbers codes in it, and no ids? */
static bool has_codes(const struct reading *r)
{
    return (r->flags & PARSE_CODES) && r->target->code;
}

/* Sets *id; or r->error->key when nothing, or nothing certain, bears it. */
static enum status ref_read(struct reading *r, struct str text, int64_t *id)
{
    *r->error = (struct form_error){.field = r->field ? r->field->name : NULL,
                                    .text = text};
    if (!utf8_ok(text)) {
        r->error->key = "form.bad_utf8";
        return OK;
    }
    bool digits = str_int(text, id) && *id > 0;
    bool codes = has_codes(r);
    if (!r->source || !r->source->conn) {
        r->error->key = digits ? NULL : "form.not_found";
        return OK;
    }
    struct str canon = text;
    if (r->field && r->field->check && !(digits && !codes)) {
        r->error->key = r->field->check(r->mem, text, &canon);
        if (r->error->key) {
            r->error->text = canon;
            return OK;
        }
    }
    void *row;
    enum status s = ERR_NOT_FOUND;
    if (digits && !codes)
        s = reached(r, *id, &row);
    if (digits && !codes && conn_rehearses(r->source->conn))
        return OK;
    if (s == ERR_NOT_FOUND)
        s = by_unique(r, canon, id);
    bool lenient = codes && r->field && (r->field->flags & F_LENIENT) &&
                   canon.p[0] >= '0' && canon.p[0] <= '9'; /* not a name */
    if (s == ERR_NOT_FOUND && lenient) {
        r->error->key = "import.unknown_code";
        return OK;
    }
    if (s == ERR_NOT_FOUND)
        s = by_number(r, text, id);
    if (s == ERR_NOT_FOUND)
        s = by_title(r, text, id);
    if (s == ERR_NOT_FOUND && !r->error->key)
        r->error->key = "form.not_found";
    return s == ERR_NOT_FOUND ? OK : s;
}

enum status ref_from_text(struct arena *a, const struct form_source *source,
                          const struct entity *target,
                          const struct field *field, unsigned flags,
                          struct str text, int64_t *id,
                          struct form_error *error)
{
    struct reading r = {.mem = a,
                        .source = source,
                        .target = target,
                        .field = field,
                        .flags = flags,
                        .error = error};
    *id = NONE;
    return ref_read(&r, text, id);
}

enum status ref_of_link(struct reading *r, struct str text, int64_t *id)
{
    *id = NONE;
    return ref_read(r, text, id);
}

/* A form shows a reference by its title, which others may bear too, or by its
 * id among those it offers: left as it was, it means the row that it meant. */
static enum status ref_stands(const struct reading *r, const void *row,
                              struct str text, int64_t *id)
{
    const struct value now = field_get(r->field, row);
    const char *title;
    int64_t typed;
    if (now.type == V_NULL || !r->source->conn)
        return OK;
    TRY(ref_title(r->source->conn, r->mem, r->field, now.i, &title));
    const bool by_id = !has_codes(r) && str_int(text, &typed) && typed == now.i;
    if (!by_id && !str_eq(text, title))
        return OK;
    *id = now.i;
    *r->error = (struct form_error){.field = r->field->name};
    return OK;
}

enum status ref_of_row(const struct reading *asked, const struct entity *e,
                       const void *row, struct str text, int64_t *id)
{
    struct reading r = *asked;
    struct offer offer;
    *id = NONE;
    TRY(form_offers(r.mem, r.source, e, r.field, row, &offer));
    if (offer.only)
        r.offered = &offer.reach;
    TRY(ref_read(&r, text, id));
    return r.error->key ? ref_stands(&r, row, text, id) : OK;
}
