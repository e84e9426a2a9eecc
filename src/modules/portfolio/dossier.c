#include "modules/portfolio/dossier.h"

enum status dossier_keep(struct conn *c, struct arena *a, const struct gate *g,
                         int32_t until)
{
    struct buf b = {.mem = a};
    struct rows *r;
    TRY(db_rows(c, a,
                SQL("SELECT e.id, e.version FROM portfolio_evidence e WHERE"
                    " e.project = :project AND e.found <= :until ORDER BY"
                    " e.id"),
                ARGS(arg_int("project", g->project),
                     arg_int("until", until == NO_DAY ? INT64_MAX : until)),
                &r));
    while (rows_next(r))
        buf_printf(&b, "%" PRId64 ":%" PRId64 " ", row_int(r, 0),
                   row_int(r, 1));
    TRY(rows_end(r));
    return db_exec(
        c,
        SQL("UPDATE portfolio_gate SET dossier = :dossier WHERE id ="
            " :id"),
        ARGS(arg_text("dossier", buf_done(&b)), arg_int("id", g->row.id)),
        NULL);
}

/* The evidence as that version had it. */
static enum status version_read(struct req *r, int64_t id, int64_t version,
                                struct evidence **out)
{
    const char *text, *why;
    TRY(row_image(r->conn, r->mem, &evidence_entity, id, version, &text));
    struct evidence *e = row_new(r->mem, &evidence_entity);
    const struct json_value *image = json_parse(r->mem, str_of(text), &why);
    if (!image || image->type != J_OBJECT ||
        row_from_json(r->mem, &evidence_entity, image, e))
        return ERR_STORE;
    e->row.id = id;
    *out = e;
    return OK;
}

/* Of the list, else of the table: a list ends somewhere. */
static enum status evidence_find(struct req *r, const struct list *list,
                                 int64_t id, const struct evidence **out)
{
    void *row;
    *out = NULL;
    for (size_t i = 0; i < list->n; i++) {
        const struct evidence *e = list->rows[i];
        if (e->row.id == id)
            *out = e;
    }
    if (*out)
        return OK;
    const enum status s =
        row_load(r->conn, r->mem, &evidence_entity, id, &reach_all, &row);
    if (s == OK)
        *out = row;
    return s == ERR_NOT_FOUND ? OK : s;
}

/* One that was erased from history too is gone. */
static enum status file_one(struct req *r, const struct list *now, int64_t id,
                            int64_t version, struct dossier *out)
{
    const struct evidence *stands;
    TRY(evidence_find(r, now, id, &stands));
    struct filed *f = &out->then[out->n];
    struct evidence *was = NULL;
    *f = (struct filed){.evidence = stands, .withdrawn = !stands};
    if (!stands || stands->row.version != version) {
        const enum status s = version_read(r, id, version, &was);
        if (s == ERR_NOT_FOUND && !stands)
            return OK;
        if (s != ERR_NOT_FOUND)
            TRY(s);
    }
    if (was) {
        f->changed = stands && !row_same(&evidence_entity, stands, was);
        if (!stands || stands->file != was->file)
            was->file = NONE; /* its address leads to today's */
        f->evidence = was;
    }
    out->n++;
    return OK;
}

static bool is_filed(const struct dossier *d, int64_t id)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->then[i].evidence->row.id == id)
            return true;
    return false;
}

static int latest_first(const void *a, const void *b)
{
    const struct evidence *x = ((const struct filed *)a)->evidence,
                          *y = ((const struct filed *)b)->evidence;
    return x->found != y->found
               ? (x->found < y->found) - (x->found > y->found)
               : (x->row.id < y->row.id) - (x->row.id > y->row.id);
}

static enum status file_all(struct req *r, const struct gate *g,
                            const struct list *now, struct dossier *out)
{
    struct str rest = str_of(g->dossier ? g->dossier : ""), word, id;
    while (str_next(&rest, ' ', &word)) {
        int64_t row, version;
        if (str_next(&word, ':', &id) && str_int(id, &row) &&
            str_int(word, &version))
            TRY(file_one(r, now, row, version, out));
    }
    qsort(out->then, out->n, sizeof(*out->then), latest_first);
    return OK;
}

enum status dossier_load(struct req *r, const struct gate *g,
                         struct dossier *out)
{
    struct list now;
    TRY(rows_under(r, &evidence_entity, "project", g->project, &now));
    const bool decided = gate_is_decided(g);
    const size_t kept = decided && g->dossier ? strlen(g->dossier) / 4 : 0;
    *out = (struct dossier){
        .then = NEW_ARRAY(r->mem, struct filed, kept + now.n + 1),
        .since = NEW_ARRAY(r->mem, const struct evidence *, now.n + 1)};
    if (decided)
        TRY(file_all(r, g, &now, out));
    for (size_t i = 0; i < now.n; i++) {
        const struct evidence *e = now.rows[i];
        if (!decided)
            out->then[out->n++] = (struct filed){.evidence = e};
        else if (!is_filed(out, e->row.id))
            out->since[out->since_count++] = e;
    }
    return OK;
}

struct evidence_v filed_shown(struct req *r, const struct filed *f)
{
    struct evidence_v v = evidence_shown(r, f->evidence);
    if (f->withdrawn)
        v.href = NULL;
    v.note = f->withdrawn ? tr(r->lang, "portfolio.evidence_withdrawn")
             : f->changed ? tr(r->lang, "portfolio.evidence_changed")
                          : NULL;
    return v;
}

struct evidence_v since_shown(struct req *r, const struct gate *g,
                              const struct evidence *e)
{
    struct evidence_v v = evidence_shown(r, e);
    if (e->found < gate_day(g))
        v.note =
            tr_with(r->mem, r->lang, "portfolio.evidence_backdated", "when",
                    format_day(r->mem, r->lang, day_of_time(e->row.created_at),
                               DAY_LONG),
                    NULL);
    return v;
}
