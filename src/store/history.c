/*
 * History: one line per change. An update and a delete keep, with their own
 * line, the row as it was before them; so the row as it was from a line on
 * stands in the line that follows, and the newest is the row itself.
 */
#include "store/row.h"

#include "base/random.h"

enum status history_add(struct conn *c, const struct entity *e,
                        const struct line *line, struct actor by)
{
    return db_exec(
        c,
        SQL("INSERT INTO core_history (entity, row_id, version, at, by, "
            "import, what, image) VALUES (:entity, :row, :version, :at, :by, "
            ":import, :what, :image)"),
        ARGS(arg_cstr("entity", e->name), arg_int("row", line->row),
             arg_int("version", line->version), arg_int("at", line->at),
             arg_int("by", by.person),
             arg_int("import", by.import ? by.import : NONE),
             arg_cstr("what", line->what), arg_text("image", line->image)),
        NULL);
}

enum { SALT = 16 };

enum status journal_add(struct conn *c, struct arena *a, int64_t person,
                        const struct entity *e, int64_t id, const char *what,
                        struct str detail)
{
    return db_exec(c,
                   SQL("INSERT INTO core_journal (at, person, entity, row_id,"
                       " what, detail, salt) VALUES (:at, :person, :entity,"
                       " :row, :what, :detail, :salt)"),
                   ARGS(arg_int("at", time_now()), arg_int("person", person),
                        arg_cstr("entity", e ? e->name : "core"),
                        arg_int("row", id), arg_cstr("what", what),
                        arg_text("detail", detail),
                        arg_cstr("salt", random_hex(a, SALT))),
                   NULL);
}

/* A state is the line's own name: "in_use"; any other field is a "change" that
 * names it. */
static enum status journal_change(struct conn *c, struct arena *a,
                                  const struct entity *e, const struct field *f,
                                  const void *before, const void *row,
                                  struct actor by)
{
    const struct value now = field_get(f, row);
    const bool state = f->type == F_CHOICE && now.type == V_TEXT;
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    if (!state)
        json_cstr(&j, "field", f->name);
    if (before && (!state || field_get(f, before).type == V_TEXT))
        field_json(&j, "from", f, before);
    field_json(&j, "to", f, row);
    json_end_object(&j);
    return journal_add(c, a, by.person, e, ((const struct row *)row)->id,
                       state ? str_dup(a, now.s) : "change", buf_done(&detail));
}

enum status journal_changes(struct conn *c, struct arena *a,
                            const struct entity *e, const void *before,
                            const void *row, struct actor by)
{
    for (const struct field *f = e->fields; f->name; f++) {
        if (!(f->flags & F_JOURNAL))
            continue;
        if (before ? value_same(field_get(f, before), field_get(f, row))
                   : f->type != F_CHOICE || field_get(f, row).type == V_NULL)
            continue;
        TRY(journal_change(c, a, e, f, before, row, by));
    }
    return OK;
}

enum status history_image(struct conn *c, struct arena *a,
                          const struct entity *e, const void *row,
                          struct str *out)
{
    struct buf b = {.mem = a};
    struct json j = {.out = &b};
    const struct row *h = row;
    json_object(&j, NULL);
    row_json_whole(&j, e, row);
    json_int(&j, "created_at", h->created_at);
    json_int(&j, "created_by", h->created_by);
    TRY(links_json(c, a, e, h->id, &j));
    json_end_object(&j);
    *out = buf_done(&b);
    return OK;
}

enum status history_top(struct conn *c, const struct entity *e, int64_t id,
                        int64_t *version)
{
    TRY(db_int(c,
               SQL("SELECT max(version) FROM core_history WHERE entity = "
                   ":entity AND row_id = :row"),
               ARGS(arg_cstr("entity", e->name), arg_int("row", id)), version));
    if (*version == NONE)
        *version = 0;
    return OK;
}

enum status row_history(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, int64_t below, int most, struct past **out,
                        size_t *n)
{
    struct rows *r;
    struct past *all = NEW_ARRAY(a, struct past, (size_t)most);
    size_t count = 0;
    TRY(db_rows(
        c, a,
        SQL("SELECT h.version, h.at, h.by, h.import, h.what, n.image"
            " FROM core_history h LEFT JOIN core_history n"
            " ON n.entity = h.entity AND n.row_id = h.row_id"
            " AND n.version = h.version + 1"
            " WHERE h.entity = :entity AND h.row_id = :row"
            " AND h.version < :below ORDER BY h.version DESC LIMIT :most"),
        ARGS(arg_cstr("entity", e->name), arg_int("row", id),
             arg_int("below", below == NONE ? INT64_MAX : below),
             arg_int("most", most)),
        &r));
    while (rows_next(r)) {
        const int64_t import = row_int(r, 3);
        all[count++] = (struct past){.version = row_int(r, 0),
                                     .at = row_int(r, 1),
                                     .by = row_int(r, 2),
                                     .import = import == NONE ? 0 : import,
                                     .what = row_text(r, 4),
                                     .image = row_text(r, 5)};
    }
    TRY(rows_end(r));
    *out = all;
    *n = count;
    return OK;
}

enum status import_rows(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t import, int64_t below, int most, int64_t **ids,
                        size_t *n)
{
    struct rows *r;
    CHECK(most > 0);
    int64_t *all = NEW_ARRAY(a, int64_t, (size_t)most);
    size_t count = 0;
    TRY(db_rows(c, a,
                SQL("SELECT DISTINCT row_id FROM core_history WHERE import = "
                    ":import AND entity = :entity AND row_id < :below ORDER "
                    "BY row_id DESC LIMIT :most"),
                ARGS(arg_int("import", import), arg_cstr("entity", e->name),
                     arg_int("below", below == NONE ? INT64_MAX : below),
                     arg_int("most", most)),
                &r));
    while (rows_next(r))
        all[count++] = row_int(r, 0);
    TRY(rows_end(r));
    *ids = all;
    *n = count;
    return OK;
}

/* The image of a deleted row as a row again, under a version after the last. */
static enum status bring_back(struct conn *c, struct arena *a,
                              const struct entity *e, int64_t id, void *row,
                              const struct json_value *image, struct actor by)
{
    struct row *h = row;
    const struct json_value *uid = json_get(image, "uid"),
                            *at = json_get(image, "created_at"),
                            *who = json_get(image, "created_by");
    struct line line = {id, 0, time_now(), "restore", {0}};
    TRY(history_top(c, e, id, &line.version));
    h->id = id;
    h->uid = uid && uid->type == J_TEXT ? str_dup(a, uid->s) : NULL;
    h->version = ++line.version;
    h->created_at = at && at->type == J_INT ? at->i : line.at;
    h->created_by = who && who->type == J_INT ? who->i : 0;
    h->changed_at = line.at;
    h->changed_by = by.person;
    TRY(counting_keep(c, a, e, NULL, row, by));
    TRY(row_put(c, a, shape_of(e), row, true));
    TRY(journal_changes(c, a, e, NULL, row, by));
    TRY(history_add(c, e, &line, by));
    return row_follow(c, a, e, NULL, row, by);
}

/* The row as it was from that version on: the image of the line after it. */
enum status row_image(struct conn *c, struct arena *a, const struct entity *e,
                      int64_t id, int64_t version, const char **image)
{
    struct rows *r;
    const char *found = NULL;
    TRY(db_rows(c, a,
                SQL("SELECT image FROM core_history WHERE entity = :entity AND "
                    "row_id = :row AND version = :version"),
                ARGS(arg_cstr("entity", e->name), arg_int("row", id),
                     arg_int("version", version + 1)),
                &r));
    if (rows_next(r))
        found = row_text(r, 0);
    TRY(rows_end(r));
    if (!found)
        return ERR_NOT_FOUND;
    *image = found;
    return OK;
}

/* The row as that version had it. */
static enum status image_parsed(struct conn *c, struct arena *a,
                                const struct entity *e, int64_t id,
                                int64_t version, const struct json_value **out)
{
    const char *text, *why;
    TRY(row_image(c, a, e, id, version, &text));
    *out = json_parse(a, str_of(text), &why);
    return *out && (*out)->type == J_OBJECT ? OK : ERR_STORE;
}

static void keep_field(const struct entity *e, const char *name,
                       const void *before, void *row)
{
    const struct field *f = entity_field(e, name);
    if (f)
        field_set(f, row, field_get(f, before));
}

/* A state changes only by a step, and with it its reason and where a step leads
 * back to: bringing a row back leaves them where they are, or where they were
 * when it was deleted. */
static void keep_state(const struct entity *e, const void *before, void *row)
{
    if (!e->steps)
        return;
    keep_field(e, "state", before, row);
    keep_field(e, "state_reason", before, row);
    for (const struct step *s = e->steps; s->name; s++)
        if (s->to_field)
            keep_field(e, s->to_field, before, row);
}

/* What a row becomes, and of a row that was deleted its last image; else NULL.
 */
struct images {
    const struct json_value *image, *last;
};

static enum status put_image(struct conn *c, struct arena *a,
                             const struct entity *e, int64_t id,
                             struct images to, struct actor by,
                             const char *what, struct fault *fault)
{
    void *row = row_new(a, e);
    if (!to.last)
        TRY(row_load(c, a, e, id, &reach_all, &row));
    void *before = row_copy(a, e, row);
    if ((to.last && row_from_json(a, e, to.last, before)) ||
        row_from_json(a, e, to.image, row))
        return ERR_STORE;
    keep_state(e, before, row);
    fault->key = row_fault(c, a, e, row, &fault->field);
    if (fault->key)
        return ERR_INVALID;
    if (to.last)
        return bring_back(c, a, e, id, row, to.image, by);
    return row_update_as(c, a, e, row, by, what);
}

/* Do the same links stand in both images, in the same order? */
static bool links_same(const struct entity *e, const struct json_value *one,
                       const struct json_value *other)
{
    for (const struct link *l = e->links; l && l->name; l++) {
        const struct json_value *was = one ? json_get(one, l->name) : NULL;
        const struct json_value *now = other ? json_get(other, l->name) : NULL;
        size_t i = 0, k = 0, most = was ? was->n : 0, n = now ? now->n : 0;
        for (;; i++, k++) {
            struct linked a = {0}, b = {0};
            while (i < most && !link_stood(&was->members[i].value, &a))
                i++;
            while (k < n && !link_stood(&now->members[k].value, &b))
                k++;
            if (i == most || k == n)
                break;
            if (a.target != b.target || a.weight != b.weight)
                return false;
        }
        if (i < most || k < n)
            return false;
    }
    return true;
}

/* Would the row be as it stands? */
static enum status brings_nothing(struct conn *c, struct arena *a,
                                  const struct entity *e, const struct row *row,
                                  const struct json_value *image, bool *out)
{
    const struct json_value *links;
    void *as = row_copy(a, e, row);
    if (row_from_json(a, e, image, as))
        return ERR_STORE;
    keep_state(e, row, as);
    TRY(links_image(c, a, e, row->id, &links));
    *out =
        row_same(e, row, as) && links_same(e, json_get(image, "links"), links);
    return OK;
}

enum status row_restore(struct conn *c, struct arena *a, const struct entity *e,
                        int64_t id, int64_t version, struct actor by,
                        struct fault *fault)
{
    const struct json_value *image, *last = NULL;
    int64_t top;
    void *row;
    CHECK(conn_is_writer(c));
    *fault = (struct fault){0};
    fault_tells(c, (struct fault_rows){0});
    TRY(image_parsed(c, a, e, id, version, &image));
    enum status found = row_load(c, a, e, id, &reach_all, &row);
    if (found == ERR_NOT_FOUND) {
        TRY(history_top(c, e, id, &top));
        TRY(image_parsed(c, a, e, id, top - 1, &last));
    } else {
        bool same_again;
        TRY(found);
        TRY(brings_nothing(c, a, e, row, image, &same_again));
        if (same_again) {
            fault->key = "core.restored_already";
            return ERR_INVALID;
        }
    }
    TRY(put_image(c, a, e, id, (struct images){image, last}, by, "restore",
                  fault));
    if (last)
        TRY(links_put_back(c, a, e, id, last));
    return links_from_json(c, a, e, id, image, by);
}

/* The newest line of that import, or with other the newest below it that is not
 * its; NONE. */
static enum status newest(struct conn *c, const struct entity *e, int64_t id,
                          int64_t import, int64_t below, int64_t *version)
{
    bool other = below != NONE;
    return db_int(c,
                  SQL("SELECT max(version) FROM core_history"
                      " WHERE entity = :entity AND row_id = :row"
                      " AND (CASE WHEN import = :import THEN 0 ELSE 1 END)"
                      " = :other AND version < :below"),
                  ARGS(arg_cstr("entity", e->name), arg_int("row", id),
                       arg_int("import", import), arg_int("other", other),
                       arg_int("below", other ? below : INT64_MAX)),
                  version);
}

/* Does the row stand as that version left it? What was done and undone since
 * has changed nothing. */
static enum status stands_as(struct conn *c, struct arena *a,
                             const struct entity *e, int64_t id,
                             int64_t version, struct row **row)
{
    const char *then;
    struct str now;
    void *found;
    enum status s = row_load(c, a, e, id, &reach_all, &found);
    if (s == ERR_NOT_FOUND)
        return ERR_STALE;
    TRY(s);
    *row = found;
    if ((*row)->version == version)
        return OK;
    TRY(row_image(c, a, e, id, version, &then));
    struct row *as = row_copy(a, e, found);
    as->version = version;
    TRY(history_image(c, a, e, as, &now));
    return str_eq(now, then) ? OK : ERR_STALE;
}

enum status row_undo(struct conn *c, struct arena *a, const struct entity *e,
                     int64_t id, int64_t import, struct actor by)
{
    int64_t last, before;
    const struct json_value *image;
    struct fault fault = {0};
    struct row *row;
    CHECK(conn_is_writer(c) && import);
    TRY(newest(c, e, id, import, NONE, &last));
    if (last == NONE)
        return ERR_NOT_FOUND;
    TRY(stands_as(c, a, e, id, last, &row));
    if (by.import != import && e->locked && e->locked(c, a, row))
        return ERR_CONFLICT; /* what is closed is not taken back either */
    TRY(newest(c, e, id, import, last, &before));
    if (before == NONE)
        return row_delete(c, a, e, id, row->version, by);
    /* As though it had never been: the links with their days. */
    TRY(image_parsed(c, a, e, id, before, &image));
    TRY(put_image(c, a, e, id, (struct images){image, NULL}, by, "undo",
                  &fault));
    return links_put_back(c, a, e, id, image);
}
