/* All figures as a page. */
#include "core/figure_pages.h"

#include "base/csv.h"
#include "core/core_pages.h"
#include "core/figure.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "http/url.h"
#include "i18n/format.h"

#include <math.h>

enum { YEARS = 8, SECTIONS = 40 };

static enum status bassin_read(struct req *r, struct str typed, int64_t *out)
{
    const struct entity *e = entity_by_api(r->app, "area");
    void *area;
    if (e && str_int(typed, out) && *out > 0) {
        enum status s = row_load(r->conn, r->mem, e, *out, &reach_all, &area);
        if (s == OK &&
            str_eq(field_get(entity_field(e, "kind"), area).s, "bassin"))
            return OK;
        if (s != OK && s != ERR_NOT_FOUND)
            return s;
    }
    form_error_add(&r->errors, (struct form_error){.field = "bassin",
                                                   .key = "form.not_in_list",
                                                   .text = typed});
    return OK;
}

/* Those that the page offers, the newest first. */
static const char *years_text(struct req *r)
{
    struct buf b = {.mem = r->mem};
    const int now = school_year_of(day_today());
    for (int y = now; y > now - YEARS; y--)
        buf_printf(&b, "%s%s", b.n ? ", " : "", school_year_text(r->mem, y));
    return buf_done(&b).p;
}

enum status ask_read(struct req *r, struct ask *ask)
{
    struct str year = req_text(r, "annee"), bassin = req_text(r, "bassin");
    *ask = (struct ask){shown_year(r->app), NONE};
    if ((year.n && !school_year_parse(year, &ask->year)) ||
        ask->year > school_year_of(day_today()))
        form_error_add(&r->errors,
                       (struct form_error){.field = "annee",
                                           .key = "core.figure_no_year",
                                           .text = str_of(years_text(r))});
    if (bassin.n)
        TRY(bassin_read(r, bassin, &ask->bassin));
    return r->errors.n ? ERR_INVALID : OK;
}

const char *ask_address(struct req *r, const char *path, struct ask ask)
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
const char *figure_note(struct req *r, const struct figure *f, int year)
{
    const char *period = tr_with(
        r->mem, r->lang,
        arena_printf(r->mem, "figure.period.%s", figure_period(f)), "year",
        school_year_text(r->mem, year), "day",
        format_day(r->mem, r->lang, figure_day(f, year), DAY_PLAIN), NULL);
    const char *origin =
        tr(r->lang, arena_printf(r->mem, "figure.origin.%s", figure_origin(f)));
    return arena_printf(r->mem, "%s \xc2\xb7 %s", period, origin);
}

static enum status bassins(struct req *r, struct ask ask, struct figures_v *v)
{
    const struct entity *e;
    struct list list;
    TRY(figure_bassins(r->conn, r->mem, &e, &list));
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    options[0] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
    v->bassins = options;
    v->bassin_count = 1;
    for (size_t i = 0; i < list.n; i++) {
        const struct row *row = list.rows[i];
        options[v->bassin_count++] = (struct form_option){
            .value = arena_printf(r->mem, "%" PRId64, row->id),
            .label = said(r->mem, r->lang, row_title(e, list.rows[i])),
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

const char *figure_number(struct arena *a, struct figure_value v)
{
    return v.hidden || v.value != v.value ? ""
                                          : arena_printf(a, "%.15g", v.value);
}

void figure_json(struct json *j, const struct figure *f, const char *label,
                 struct figure_value v)
{
    json_cstr(j, "id", f->id);
    json_cstr(j, "label", label);
    json_real(j, "value", v.hidden ? (double)NAN : v.value);
    json_bool(j, "hidden", v.hidden);
    json_cstr(j, "unit", f->unit);
    json_cstr(j, "period", figure_period(f));
    json_cstr(j, "origin", figure_origin(f));
    json_bool(j, "approx", f->approx);
}

static void line_csv(struct buf *out, const struct figure *f, const char *label,
                     const char *number, const char *year, const char *bassin)
{
    const char *cells[] = {f->id,
                           label,
                           number,
                           f->unit,
                           year,
                           bassin ? bassin : "",
                           figure_period(f),
                           figure_origin(f),
                           f->approx ? "1" : "0"};
    for (size_t i = 0; i < COUNT(cells); i++)
        csv_cell(out, str_of(cells[i]), i == 0);
    buf_str(out, "\r\n");
}

/* As the command line has it; NULL: of no bassin. */
static enum status bassin_code(struct req *r, int64_t id, const char **out)
{
    const struct entity *e;
    struct list list;
    *out = NULL;
    if (id == NONE)
        return OK;
    TRY(figure_bassins(r->conn, r->mem, &e, &list));
    for (size_t i = 0; i < list.n; i++)
        if (((const struct row *)list.rows[i])->id == id)
            *out = field_get(entity_field(e, e->code), list.rows[i]).s.p;
    if (!*out)
        *out = arena_printf(r->mem, "%" PRId64, id);
    return OK;
}

struct figures_filling {
    struct ask ask;
    struct figures_v v;
};

static enum status figures_export(struct req *r, struct ask ask)
{
    struct buf out = {.mem = r->mem}, csv = {.mem = r->mem};
    struct json j = {.out = &out};
    const char *year = school_year_text(r->mem, ask.year), *bassin;
    TRY(bassin_code(r, ask.bassin, &bassin));
    buf_str(&csv, "\xef\xbb\xbf"
                  "id;label;value;unit;year;bassin;period;origin;approx\r\n");
    json_array(&j, NULL);
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures; f && f->id; f++) {
            const char *text;
            struct figure_value v;
            TRY(value_of(r, f, ask, &text, &v));
            const char *label =
                tr(r->lang, arena_printf(r->mem, "figure.%s", f->id));
            line_csv(&csv, f, label, figure_number(r->mem, v), year, bassin);
            json_object(&j, NULL);
            figure_json(&j, f, label, v);
            json_cstr(&j, "year", year);
            json_cstr(&j, "bassin", bassin);
            json_end_object(&j);
        }
    json_end_array(&j);
    return same(r->form, "csv")
               ? req_send(r, 200, "text/csv; charset=utf-8", buf_done(&csv))
               : req_json(r, 200, buf_done(&out));
}

static enum status figures_fill(struct req *r, void *view)
{
    struct figures_filling *fill = view;
    struct figures_v *v = &fill->v;
    const struct ask ask = fill->ask;
    struct section_v *sections = NEW_ARRAY(r->mem, struct section_v, SECTIONS);
    TRY(bassins(r, ask, v));
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures; f && f->id; f++) {
            struct section_v *s =
                section_of(r, sections, &v->section_count, f->section);
            const char *text;
            struct figure_value value;
            TRY(value_of(r, f, ask, &text, &value));
            s->figures[s->n++] = (struct figure_v){
                .label = tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)),
                .value = text,
                .href = ask_address(
                    r, arena_printf(r->mem, "/chiffres/%s", f->id), ask),
                .approx = f->approx,
                .hidden = value.hidden,
                .origin = figure_note(r, f, ask.year)};
        }
    v->sections = sections;
    return OK;
}

enum status figures_show(struct req *r)
{
    struct figures_filling fill = {0};
    struct figures_v *v = &fill.v;
    TRY(ask_read(r, &fill.ask));
    if (r->api || *r->form)
        return figures_export(r, fill.ask);
    v->lead = tr(r->lang, "core.figures_lead");
    v->csv = ask_address(r, "/chiffres.csv", fill.ask);
    v->json = ask_address(r, "/chiffres.json", fill.ask);
    years(r, fill.ask, v);
    TRY(req_fill(r, figures_fill, &fill, sizeof(fill)));
    struct page p = req_page(r, tr(r->lang, "core.figures"));
    struct html h;
    req_html_open(r, &h);
    figures_page(&h, &p, v);
    return req_html(r, 200, &h);
}
