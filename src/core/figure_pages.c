/* The figures as pages: all of them, one with the records behind it, and what
 * it was when somebody took it down. */
#include "base/csv.h"
#include "core/core_pages.h"
#include "core/figure.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "core/snapshot.h"
#include "http/url.h"
#include "i18n/format.h"

enum { YEARS = 8, AREAS = 200, SECTIONS = 40, ROWS = 50 };

struct ask {
    int year;
    int64_t bassin;
};

static struct ask ask_read(struct req *r)
{
    struct ask ask = {closed_year(), NONE};
    struct str year = req_text(r, "annee"), bassin = req_text(r, "bassin");
    int asked;
    int64_t id;
    if (year.n && school_year_parse(year, &asked))
        ask.year = asked;
    if (bassin.n && str_int(bassin, &id) && id > 0)
        ask.bassin = id;
    return ask;
}

static const char *address(struct req *r, const char *path, struct ask ask)
{
    struct buf b = {.mem = r->mem};
    buf_str(&b, path);
    url_field(&b, "annee", str_of(school_year_text(r->mem, ask.year)));
    if (ask.bassin != NONE)
        url_field(&b, "bassin",
                  str_of(arena_printf(r->mem, "%" PRId64, ask.bassin)));
    return b.p;
}

/* "année 2023-2024 · relevés" */
static const char *note(struct req *r, const struct figure *f, int year)
{
    static const char *const periods[] = {
        [YEAR] = "figure.period.year",
        [AS_OF] = "figure.period.as_of",
        [SINCE] = "figure.period.since",
        [EVENT] = "figure.period.event",
    };
    static const char *const origins[] = {
        [RECORDS] = "figure.origin.records",
        [IMPORTED] = "figure.origin.imported",
        [STATED] = "figure.origin.stated",
    };
    const char *period = tr_with(
        r->mem, r->lang, periods[f->period], "year",
        school_year_text(r->mem, year), "day",
        format_day(r->mem, r->lang, school_year_last(year), DAY_PLAIN), NULL);
    const char *origin = tr(r->lang, origins[f->origin]);
    return arena_printf(r->mem, "%s \xc2\xb7 %s", period, origin);
}

static enum status bassins(struct req *r, struct ask ask, struct figures_v *v)
{
    const struct entity *e = entity_by_api(r->app, "area");
    const struct field *kind = e ? entity_field(e, "kind") : NULL;
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, AREAS + 1);
    options[0] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
    v->bassins = options;
    v->bassin_count = 1;
    if (!kind)
        return OK;
    struct filter filter = {kind, IS, value_cstr("bassin")};
    struct list list;
    struct list_ask areas = {.entity = e,
                             .reach = &reach_all,
                             .filters = &filter,
                             .filter_count = 1,
                             .limit = AREAS,
                             .no_total = true};
    TRY(list_load(r->conn, r->mem, &areas, &list));
    for (size_t i = 0; i < list.n; i++) {
        const struct row *row = list.rows[i];
        options[v->bassin_count++] = (struct form_option){
            .value = arena_printf(r->mem, "%" PRId64, row->id),
            .label = row_title(e, list.rows[i]),
            .chosen = row->id == ask.bassin};
    }
    return OK;
}

static void years(struct req *r, struct ask ask, struct figures_v *v)
{
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, YEARS + 1);
    int now = school_year_of(day_today());
    for (int y = now; y > now - YEARS; y--) {
        const char *text = school_year_text(r->mem, y);
        options[v->year_count++] = (struct form_option){
            .value = text, .label = text, .chosen = y == ask.year};
    }
    v->years = options;
}

static struct section_v *section_of(struct req *r, struct section_v *all,
                                    size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (same(all[i].id, name))
            return &all[i];
    CHECK(*n < SECTIONS);
    all[*n] = (struct section_v){
        .id = name,
        .title = tr(r->lang, arena_printf(r->mem, "figure.section.%s", name)),
        .figures = NEW_ARRAY(r->mem, struct figure_v, 60)};
    return &all[(*n)++];
}

static enum status value_of(struct req *r, const struct figure *f,
                            struct ask ask, const char **text,
                            struct figure_value *value)
{
    struct figure_ask a = {f, ask.year, ask.bassin, reach_all};
    a.reach = reach_of(r->app, r->mem, r->who, f->entity->read);
    TRY(figure_value(r->conn, r->mem, &a, value));
    *text = figure_text(r->mem, r->lang, f, *value);
    return OK;
}

static enum status export(struct req *r, struct ask ask) {
    struct buf out = {.mem = r->mem}; struct json j = {.out = &out};
    bool csv = same(r->form, "csv");
    if (csv) buf_str(&out, "\xef\xbb\xbfid;label;value;unit;year\r\n");
    else json_array(&j, NULL);
    const char *year = school_year_text(r->mem, ask.year);
    for (const struct module *const *m = modules; *m;
         m++) for (const struct figure *f = (*m)->figures; f && f->id; f++){
        const char * text; struct figure_value v;
        TRY(value_of(r, f, ask, &text, &v));
        const char *label = tr(r->lang,
                               arena_printf(r->mem, "figure.%s", f->id));
        const char *number = v.hidden || v.value != v.value
                                 ? ""
                                 : arena_printf(r->mem, "%.15g", v.value);
        if (csv){csv_cell(&out, str_of(f->id), true);
                 csv_cell(&out, str_of(label), false);
                 csv_cell(&out, str_of(number), false);
                 csv_cell(&out, str_of(f->unit), false);
                 csv_cell(&out, str_of(year), false); buf_str(&out, "\r\n");
                 continue;}
json_object(&j, NULL);
json_cstr(&j, "id", f->id);
json_cstr(&j, "label", label);
if (*number)
    json_raw(&j, "value", str_of(number));
else
    json_null(&j, "value");
json_cstr(&j, "unit", f->unit);
json_cstr(&j, "year", year);
json_end_object(&j);
}
if (csv)
    return req_send(r, 200, "text/csv; charset=utf-8", buf_done(&out));
json_end_array(&j);
return req_json(r, 200, buf_done(&out));
}

enum status figures_show(struct req *r)
{
    struct ask ask = ask_read(r);
    if (*r->form)
        return export(r, ask);
    struct figures_v v = {.lead = tr(r->lang, "core.figures_lead"),
                          .csv = address(r, "/chiffres.csv", ask),
                          .json = address(r, "/chiffres.json", ask)};
    struct section_v *sections = NEW_ARRAY(r->mem, struct section_v, SECTIONS);
    years(r, ask, &v);
    TRY(bassins(r, ask, &v));
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures; f && f->id; f++) {
            struct section_v *s =
                section_of(r, sections, &v.section_count, f->section);
            const char *text;
            struct figure_value value;
            TRY(value_of(r, f, ask, &text, &value));
            s->figures[s->n++] = (struct figure_v){
                .label = tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)),
                .value = text,
                .href = address(r, arena_printf(r->mem, "/chiffres/%s", f->id),
                                ask),
                .approx = f->approx,
                .hidden = value.hidden,
                .origin = note(r, f, ask.year)};
        }
    v.sections = sections;
    struct page p = req_page(r, tr(r->lang, "core.figures"));
    struct html h;
    req_html_open(r, &h);
    figures_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

static enum status rows_fill(struct req *r, const struct figure_ask *ask,
                             struct ask asked, const char *path,
                             struct figure_page_v *v)
{
    struct behind *rows;
    bool more;
    int64_t after = 0;
    struct str from = req_text(r, "apres");
    if (from.n && (!str_int(from, &after) || after < 0))
        return ERR_NOT_FOUND;
    TRY(figure_rows(r->conn, r->mem, ask, after, ROWS, &rows, &v->n, &more));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, v->n + 1);
    const char *base = ask->figure->entity->path;
    for (size_t i = 0; i < v->n; i++)
        items[i] = (struct item_v){
            .label = rows[i].title,
            .value = format_real(r->mem, r->lang, rows[i].amount, 2),
            .href = base ? arena_printf(r->mem, "%s/%" PRId64, base, rows[i].id)
                         : NULL};
    v->rows = items;
    if (more)
        v->next = arena_printf(r->mem, "%s&apres=%" PRId64,
                               address(r, path, asked), rows[v->n - 1].id);
    return OK;
}

static enum status snapshots_fill(struct req *r, const struct figure_ask *ask,
                                  struct figure_page_v *v)
{
    struct snapshot *list;
    size_t n;
    TRY(snapshot_list(r->conn, r->mem, ask->figure, &list, &n));
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct difference d;
        TRY(snapshot_difference(r->conn, r->mem, &list[i], ask, &d));
        struct figure_value then = {.value = list[i].value};
        items[i] = (struct item_v){
            .label =
                tr_with(r->mem, r->lang, "core.snapshot_line", "when",
                        format_time(r->mem, r->lang, list[i].at), "value",
                        figure_text(r->mem, r->lang, ask->figure, then), NULL),
            .value = d.text ? tr_with(r->mem, r->lang, "core.snapshot_changes",
                                      "text", d.text, NULL)
                            : tr(r->lang, "core.snapshot_same")};
    }
    v->snapshots = items;
    v->snapshot_count = n;
    return OK;
}

enum status figure_show(struct req *r)
{
    const char *id = req_param(r, "figure");
    const struct figure *f = figure_find(r->app, id);
    struct ask asked = ask_read(r);
    if (!f || *r->form)
        return ERR_NOT_FOUND;
    struct figure_ask ask = {f, asked.year, asked.bassin, reach_all};
    ask.reach = reach_of(r->app, r->mem, r->who, f->entity->read);
    const char *path = arena_printf(r->mem, "/chiffres/%s", f->id);
    struct figure_value value, foot;
    struct figure_page_v v = {0};
    TRY(figure_value(r->conn, r->mem, &ask, &value));
    TRY(figure_foot(r->conn, r->mem, &ask, &foot));
    TRY(rows_fill(r, &ask, asked, path, &v));
    v.foot = figure_text(r->mem, r->lang, f, foot);
    struct figure_v *figure = NEW(r->mem, struct figure_v);
    *figure = (struct figure_v){
        .label = tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)),
        .value = figure_text(r->mem, r->lang, f, value),
        .origin = note(r, f, asked.year),
        .approx = f->approx,
        .big = true,
        .hidden = value.hidden};
    v.figure = figure;
    v.name_head = tr(r->lang, f->entity->name);
    if (r->who && may(r->who, "core.snapshot")) {
        v.snapshot_action =
            address(r, arena_printf(r->mem, "%s/instantane", path), asked);
        v.key = req_key(r);
    }
    TRY(snapshots_fill(r, &ask, &v));
    struct page p =
        req_page(r, tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)));
    struct html h;
    req_html_open(r, &h);
    figure_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

static enum status take(struct conn *c, struct arena *mem, void *data)
{
    return snapshot_take(c, mem, data, 0);
}

enum status figure_snapshot(struct req *r)
{
    const struct figure *f = figure_find(r->app, req_param(r, "figure"));
    struct ask asked = ask_read(r);
    if (!f)
        return ERR_NOT_FOUND;
    struct figure_ask ask = {f, asked.year, asked.bassin, reach_all};
    TRY(req_write(r, take, &ask));
    return req_done(r)
               ? OK
               : req_go(r, "%s",
                        address(r, arena_printf(r->mem, "/chiffres/%s", f->id),
                                asked));
}
