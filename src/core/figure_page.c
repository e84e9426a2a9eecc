/* One figure: the records behind it, and what it was when somebody took it
 * down. */
#include "base/csv.h"
#include "core/core_pages.h"
#include "core/figure_pages.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/snapshot.h"
#include "core/spool.h"
#include "i18n/format.h"

enum { ROWS = 50, ROWS_MOST = 1000, NAMED = 12 };

/* The figure asked for, as the reader may have it. */
struct one {
    struct figure_ask ask;
    struct ask asked;
    int64_t after; /* the id */
    int most;      /* 0: the number alone */
    struct figure_value value;
    struct figure_foot foot;
    const char *label, *path;
    struct behind *rows;
    size_t n;
    bool more;
};

static enum status one_fill(struct req *r, void *view)
{
    struct one *o = view;
    TRY(figure_value(r->conn, r->mem, &o->ask, &o->value));
    if (!o->most)
        return OK;
    TRY(figure_foot(r->conn, r->mem, &o->ask, &o->foot));
    /* Rows counted would tell the number. */
    return o->value.hidden ? OK
                           : figure_rows(r->conn, r->mem, &o->ask, o->after,
                                         o->most, &o->rows, &o->n, &o->more);
}

static enum status one_load(struct req *r, int most, struct one *o)
{
    const struct figure *f = figure_find(r->app, req_param(r, "figure"));
    struct str from = req_text(r, "apres");
    int64_t after = 0;
    if (!f || (from.n && (!str_int(from, &after) || after < 0)))
        return ERR_NOT_FOUND;
    struct ask asked;
    TRY(ask_read(r, &asked));
    *o = (struct one){
        .asked = asked,
        .after = after,
        .most = most,
        .label = tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)),
        .path = arena_printf(
            r->mem, r->api ? "/api/v1/figure/%s" : "/chiffres/%s", f->id)};
    o->ask =
        (struct figure_ask){f, o->asked.year, o->asked.bassin,
                            reach_of(r->app, r->mem, r->who, f->entity->read)};
    return req_fill(r, one_fill, o, sizeof(*o));
}

static const char *next_of(struct req *r, const struct one *o, const char *form)
{
    if (!o->more)
        return NULL;
    const char *path = arena_printf(r->mem, "%s%s", o->path, form);
    return arena_printf(r->mem, "%s&apres=%" PRId64,
                        ask_address(r, path, o->asked), o->rows[o->n - 1].id);
}

/* What came, went or changed since a snapshot; named where the reader reaches
 * it. Only who takes snapshots sees them. */
static enum status since(struct req *r, const struct one *o,
                         const struct snapshot *s, struct difference *d)
{
    struct figure_ask whole = o->ask;
    whole.reach = reach_all;
    return snapshot_difference(r->conn, r->mem, s, &whole, &o->ask.reach, d);
}

static const char *difference_text(struct req *r, const struct difference *d)
{
    static const char *const signs[] = {
        [ADDED] = "+", [REMOVED] = "\xe2\x88\x92", [CHANGED] = "\xc2\xb1"};
    struct buf names = {.mem = r->mem};
    if (!d->n)
        return tr(r->lang, "core.snapshot_same");
    for (size_t i = 0; i < d->n && i < NAMED; i++)
        buf_printf(&names, "%s%s %s", i ? ", " : "", signs[d->list[i].how],
                   said(r->mem, r->lang, d->list[i].title));
    if (d->n > NAMED)
        buf_str(&names, ", \xe2\x80\xa6");
    return tr_with(
        r->mem, r->lang, "core.snapshot_changes", "added",
        format_int(r->mem, r->lang, (int64_t)d->count[ADDED]), "removed",
        format_int(r->mem, r->lang, (int64_t)d->count[REMOVED]), "changed",
        format_int(r->mem, r->lang, (int64_t)d->count[CHANGED]), "text",
        buf_done(&names).p, NULL);
}

static bool sees_snapshots(const struct req *r, const struct one *o)
{
    return r->who && may(r->who, "core.snapshot") && !o->value.hidden;
}

static enum status snapshots_fill(struct req *r, const struct one *o,
                                  struct figure_page_v *v)
{
    struct snapshot *list;
    size_t n;
    TRY(snapshot_list(r->conn, r->mem, &o->ask, &list, &n));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct difference d;
        TRY(since(r, o, &list[i], &d));
        struct figure_value then = {.value = list[i].value};
        items[i] = (struct item_v){
            .label = tr_with(r->mem, r->lang, "core.snapshot_line", "when",
                             format_time(r->mem, r->lang, list[i].at), "value",
                             figure_text(r->mem, r->lang, o->ask.figure, then),
                             NULL),
            .value = difference_text(r, &d)};
    }
    v->snapshots = items;
    v->snapshot_count = n;
    return OK;
}

/* Of a share each row tells the two numbers that are added up. */
static bool is_share(const struct one *o)
{
    return same(o->ask.figure->unit, "percent") &&
           figure_tells_amounts(o->ask.figure);
}

/* "Demi-journée 12" where such rows have no title. */
static const char *row_name(struct req *r, const struct entity *e,
                            const struct behind *b)
{
    return *b->title ? said(r->mem, r->lang, b->title)
                     : arena_printf(r->mem, "%s %" PRId64, tr(r->lang, e->name),
                                    b->id);
}

static void rows_fill(struct req *r, const struct one *o,
                      struct figure_page_v *v)
{
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, o->n + 1);
    const char *base = o->ask.figure->entity->path;
    bool amounts = figure_tells_amounts(o->ask.figure);
    for (size_t i = 0; i < o->n; i++)
        items[i] = (struct item_v){
            .label = row_name(r, o->ask.figure->entity, &o->rows[i]),
            .value = amounts
                         ? format_real(r->mem, r->lang, o->rows[i].amount, 2)
                         : "\xe2\x80\x94",
            .what = is_share(o)
                        ? format_real(r->mem, r->lang, o->rows[i].whole, 2)
                        : NULL,
            .href =
                base ? arena_printf(r->mem, "%s/%" PRId64, base, o->rows[i].id)
                     : NULL};
    v->rows = items;
    v->n = o->n;
    v->withheld = o->value.hidden;
}

static void csv_row(struct req *r, const struct one *o, const struct behind *b,
                    struct buf *out)
{
    const bool hidden = !figure_tells_amounts(o->ask.figure);
    struct figure_value amount = {b->amount, hidden, false};
    struct figure_value whole = {b->whole, hidden, false};
    csv_cell(out, str_of(arena_printf(r->mem, "%" PRId64, b->id)), true);
    csv_cell(out, str_of(b->title), false);
    csv_cell(out, str_of(figure_number(r->mem, amount)), false);
    csv_cell(out, str_of(figure_number(r->mem, whole)), false);
    buf_str(out, "\r\n");
}

/* All of them, for a spreadsheet asks for no next page. */
static enum status csv_write(struct req *r, void *data, int fd)
{
    const struct one *o = data;
    struct rows *rows;
    struct buf head = {.mem = r->mem};
    buf_str(&head, "\xef\xbb\xbfid;title;amount;whole\r\n");
    TRY(spool_put(fd, &head));
    if (o->value.hidden)
        return OK;
    TRY(figure_walk(r->conn, r->mem, &o->ask, o->after, INT64_MAX, &rows));
    for (bool some = true; some;) {
        struct arena_mark mark = arena_mark(r->mem);
        struct buf b = {.mem = r->mem};
        struct behind one;
        for (int i = 0; i < ROWS_MOST && (some = figure_next(rows, &one)); i++)
            csv_row(r, o, &one, &b);
        TRY(spool_put(fd, &b));
        arena_rewind(r->mem, mark);
    }
    return rows_end(rows);
}

static enum status snapshots_json(struct req *r, const struct one *o,
                                  struct json *j)
{
    static const char *const how[] = {
        [ADDED] = "added", [REMOVED] = "removed", [CHANGED] = "changed"};
    struct snapshot *list;
    size_t n;
    TRY(snapshot_list(r->conn, r->mem, &o->ask, &list, &n));
    json_array(j, "snapshots");
    for (size_t i = 0; i < n; i++) {
        struct difference d;
        TRY(since(r, o, &list[i], &d));
        json_object(j, NULL);
        json_int(j, "at", list[i].at);
        json_real(j, "value", list[i].value);
        json_array(j, "since");
        for (size_t k = 0; k < d.n; k++) {
            json_object(j, NULL);
            json_cstr(j, "what", how[d.list[k].how]);
            json_int(j, "id", d.list[k].id);
            json_cstr(j, "title", d.list[k].title);
            json_end_object(j);
        }
        json_end_array(j);
        json_end_object(j);
    }
    json_end_array(j);
    return OK;
}

static enum status one_json(struct req *r, const struct one *o)
{
    struct buf out = {.mem = r->mem};
    struct json j = {.out = &out};
    const double nothing = __builtin_nan("");
    bool amounts = figure_tells_amounts(o->ask.figure);
    json_object(&j, NULL);
    figure_json(&j, o->ask.figure, o->label, o->value);
    json_cstr(&j, "year", school_year_text(r->mem, o->asked.year));
    json_real(&j, "foot", o->foot.value.hidden ? nothing : o->foot.value.value);
    json_bool(&j, "partial", figure_is_partial(o->ask.figure, &o->ask.reach));
    json_array(&j, "rows");
    for (size_t i = 0; i < o->n; i++) {
        json_object(&j, NULL);
        json_int(&j, "id", o->rows[i].id);
        json_cstr(&j, "title", o->rows[i].title);
        json_real(&j, "amount", amounts ? o->rows[i].amount : nothing);
        json_real(&j, "whole", amounts ? o->rows[i].whole : nothing);
        json_end_object(&j);
    }
    json_end_array(&j);
    json_cstr(&j, "next", next_of(r, o, ".json"));
    if (sees_snapshots(r, o))
        TRY(snapshots_json(r, o, &j));
    json_end_object(&j);
    return req_json(r, 200, buf_done(&out));
}

static enum status one_html(struct req *r, const struct one *o)
{
    const struct figure *f = o->ask.figure;
    struct figure_v figure = {.label = o->label,
                              .value =
                                  figure_text(r->mem, r->lang, f, o->value),
                              .origin = figure_note(r, f, o->asked.year),
                              .approx = f->approx,
                              .big = true,
                              .hidden = o->value.hidden};
    struct figure_page_v v = {
        .figure = &figure,
        .foot = figure_text(r->mem, r->lang, f, o->foot.value),
        .name_head = tr(r->lang, f->entity->name),
        .partial = figure_is_partial(f, &o->ask.reach),
        .next = next_of(r, o, ""),
        .csv =
            ask_address(r, arena_printf(r->mem, "%s.csv", o->path), o->asked),
        .json =
            ask_address(r, arena_printf(r->mem, "%s.json", o->path), o->asked)};
    if (is_share(o)) {
        v.sum = format_real(r->mem, r->lang, o->foot.sum, 2);
        v.whole = format_real(r->mem, r->lang, o->foot.whole, 2);
    }
    rows_fill(r, o, &v);
    if (sees_snapshots(r, o)) {
        v.snapshot_action = ask_address(
            r, arena_printf(r->mem, "%s/instantane", o->path), o->asked);
        v.key = req_key(r);
        TRY(snapshots_fill(r, o, &v));
    }
    struct page p = req_page(r, o->label);
    struct html h;
    req_html_open(r, &h);
    figure_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

enum status figure_show(struct req *r)
{
    struct one o;
    const bool page = !r->api && !*r->form, csv = same(r->form, "csv");
    TRY(one_load(r, csv ? 0 : page ? ROWS : ROWS_MOST, &o));
    if (page)
        return one_html(r, &o);
    if (csv)
        return spool_send(r, csv_write, &o, "text/csv; charset=utf-8",
                          arena_printf(r->mem, "%s.csv", o.ask.figure->id));
    const char *next = next_of(r, &o, ".json");
    if (next)
        req_header(r, "Link", arena_printf(r->mem, "<%s>; rel=\"next\"", next));
    return one_json(r, &o);
}

struct taking {
    const struct figure_ask *ask;
    int64_t person;
};

static enum status take(struct conn *c, struct arena *mem, void *data)
{
    const struct taking *taking = data;
    return snapshot_take(c, mem, taking->ask, taking->person);
}

enum status figure_snapshot(struct req *r)
{
    const struct figure *f = figure_find(r->app, req_param(r, "figure"));
    struct ask asked;
    if (!f)
        return ERR_NOT_FOUND;
    TRY(ask_read(r, &asked));
    struct figure_ask ask = {f, asked.year, asked.bassin, reach_all};
    struct taking taking = {&ask, r->who->person};
    TRY(req_write(r, take, &taking));
    return req_done(r)
               ? OK
               : req_go(r, "%s",
                        ask_address(r,
                                    arena_printf(r->mem, "/chiffres/%s", f->id),
                                    asked));
}
