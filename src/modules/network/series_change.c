/* Moving some dates of a series, or cancelling them. */
#include "base/utf8.h"
#include "i18n/format.h"
#include "modules/network/pages/series.html.h"
#include "modules/network/series_dating.h"

static const struct {
    const char *name, *label;
} scopes[] = {
    {"une", "network.series_scope_one"},
    {"suite", "network.series_scope_following"},
    {"toutes", "network.series_scope_all"},
};

bool series_scope_read(struct dating *d, const char **scope)
{
    int32_t day = d->s->starts < day_today() ? day_today() : d->s->starts;
    const struct str from = req_text(d->r, "depuis");
    const struct str given = req_text(d->r, "portee");
    const int year = school_year_of(d->s->starts);
    *scope = NULL;
    if (from.n && !day_parse(from, &day))
        return false;
    d->day = day;
    for (size_t i = 0; i < COUNT(scopes); i++)
        if (str_eq(given, scopes[i].name))
            *scope = scopes[i].name;
    d->from = *scope && same(*scope, "toutes") ? school_year_first(year) : day;
    d->to = *scope && same(*scope, "une") ? day : school_year_last(year);
    return true;
}

static struct form_option *choices(struct req *r, const struct entity *e,
                                   const char *field, const char *const *keys,
                                   const char *chosen, size_t *n)
{
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, 10);
    for (*n = 0; keys[*n]; ++*n)
        out[*n] = (struct form_option){
            .value = keys[*n],
            .label = choice_label(r->mem, r->lang, e, field, keys[*n]),
            .chosen = chosen && same(chosen, keys[*n])};
    return out;
}

static enum status spaces_fill(struct req *r, const struct series *s,
                               struct series_change_v *v)
{
    enum { MOST = 40 };
    struct rows *rows;
    struct form_option *out = NEW_ARRAY(r->mem, struct form_option, MOST + 1);
    out[v->space_count++] = (struct form_option){
        .value = "", .label = tr(r->lang, "network.series_same_space")};
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT CAST(id AS TEXT), name FROM network_space WHERE lab"
                    " = :lab ORDER BY name, id LIMIT :most"),
                ARGS(arg_int("lab", s->lab), arg_int("most", MOST)), &rows));
    while (rows_next(rows)) {
        const char *value = row_text(rows, 0);
        out[v->space_count++] = (struct form_option){
            .value = value,
            .label = said(r->mem, r->lang, row_text(rows, 1)),
            .chosen = v->space && same(v->space, value)};
    }
    v->spaces = out;
    return rows_end(rows);
}

/* Where it stands before anything is typed. */
static enum status stands_at(struct req *r, int32_t day, const char **part)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT s.part FROM network_slot s JOIN network_visit v ON"
                    " v.id = s.visit WHERE v.series = :series AND s.day = :day"
                    " ORDER BY s.id LIMIT 1"),
                ARGS(arg_int("series", r->id), arg_day("day", day)), &rows));
    if (rows_next(rows))
        *part = row_text(rows, 0);
    return rows_end(rows);
}

static const char *typed_or(struct req *r, const char *name, const char *kept)
{
    const struct str typed = req_text(r, name);
    return typed.p ? str_dup(r->mem, typed) : kept;
}

static enum status choices_fill(struct dating *d, struct series_change_v *v)
{
    struct req *r = d->r;
    const char *part = d->s->part;
    const int weekday = day_weekday(d->day);
    TRY(stands_at(r, d->day, &part));
    v->weekday = typed_or(r, "jour", lab_weekdays[weekday == 6 ? 0 : weekday]);
    v->part = typed_or(r, "moment", part);
    v->space = typed_or(r, "espace", "");
    v->weekdays = choices(r, &opening_entity, "weekday", lab_weekdays,
                          v->weekday, &v->weekday_count);
    v->parts = choices(r, &slot_entity, "part", booking_parts, v->part,
                       &v->part_count);
    struct form_option *out =
        NEW_ARRAY(r->mem, struct form_option, COUNT(scopes));
    for (size_t i = 0; i < COUNT(scopes); i++)
        out[i] = (struct form_option){
            .value = scopes[i].name,
            .label = tr(r->lang, scopes[i].label),
            .chosen = v->scope ? same(v->scope, scopes[i].name) : i == 1};
    v->scopes = out;
    return spaces_fill(r, d->s, v);
}

bool series_move_read(const struct dating *d, const char *weekday,
                      const char *part, const char *space,
                      struct series_move *m)
{
    *m = (struct series_move){.from = d->from, .to = d->to, .space = NONE};
    while (lab_weekdays[m->weekday] && !same(lab_weekdays[m->weekday], weekday))
        m->weekday++;
    m->part = part_of(part);
    return m->part != PARTS && lab_weekdays[m->weekday] &&
           (!*space || str_int(str_of(space), &m->space));
}

static enum status moved_fill(struct dating *d, const struct series_move *m,
                              struct series_change_v *v)
{
    struct req *r = d->r;
    struct occurrence *all;
    size_t n;
    const struct reach seen =
        reach_of(r->app, r->mem, r->who, "network.visits");
    TRY(series_moved(r->conn, r->mem, d->s, m, &seen, &all, &n));
    struct occurrence_v *out = NEW_ARRAY(r->mem, struct occurrence_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        out[i].when = half_day_shown(r, all[i].at.day, all[i].at.part);
        out[i].before =
            half_day_shown(r, all[i].before.day, all[i].before.part);
        TRY(dates_offer(d, &all[i], !req_is_post(r), &out[i]));
        v->dates.can_take += out[i].value || out[i].other_value;
    }
    v->dates.dates = out;
    v->dates.n = n;
    return OK;
}

/* "0": a program's false. */
static bool has_words(const struct req *r)
{
    const struct str words = req_text(r, "mots");
    return words.n > 0 && !str_eq(words, "0");
}

static enum status change_show(struct dating *d, int code)
{
    struct req *r = d->r;
    struct series_move m;
    struct series_change_v v = {
        .alert = dates_alert(d),
        .series = said(r->mem, r->lang, d->s->title),
        .back = path_of_id(r->mem, "/series", r->id),
        .action = arena_printf(r->mem, "/series/%" PRId64 "/annuler", r->id),
        .csrf = r->who->csrf,
        .key = req_key(r),
        .words = has_words(r),
        .reason = d->reason.n ? str_dup(r->mem, d->reason) : "",
        .most = step_reason_most(&visit_entity)};
    if (!series_scope_read(d, &v.scope))
        return req_go(r, "%s", v.back);
    v.from = day_iso(r->mem, d->day);
    dates_form(r, "changer", "network.series_move", &v.dates);
    TRY(choices_fill(d, &v));
    v.asked = v.scope && req_text(r, "jour").p &&
              series_move_read(d, v.weekday, v.part, v.space, &m);
    if (v.asked)
        TRY(moved_fill(d, &m, &v));
    struct page p = req_page(r, tr(r->lang, "network.series_change"));
    req_crumb_to(r, &p, v.series, v.back);
    struct html h;
    req_html_open(r, &h);
    series_change_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status series_change_form(struct req *r)
{
    struct dating d = {.r = r, .s = r->row};
    return change_show(&d, 200);
}

static enum status move(struct conn *c, struct arena *a, void *data)
{
    struct writing *w = data;
    const struct dating *d = w->d;
    int64_t visits[SERIES_MOST];
    struct place to[SERIES_MOST];
    for (size_t i = 0; i < d->n; i++) {
        visits[i] = d->ticks[i].visit;
        to[i] = d->ticks[i].at;
        if (visits[i] == NONE)
            return ERR_INVALID;
    }
    series_done_plan(w->d, d->n);
    const struct series_going going = {visits, to, d->n, d->with_words};
    return series_move_to(c, a, d->r->row, &going, req_actor(d->r), &w->fault);
}

static enum status change_refused(struct dating *d, enum status s)
{
    void *row;
    TRY(req_refresh(d->r, &row));
    d->s = d->r->row = row;
    return change_show(d, s == ERR_INVALID ? 422 : 409);
}

enum status series_change(struct req *r)
{
    struct dating d = {.r = r, .s = r->row, .with_words = has_words(r)};
    struct writing w = {.d = &d};
    enum status s = ticks_wanted(&d);
    if (s == OK)
        s = req_write(r, move, &w);
    if (s == ERR_NOT_FOUND) /* a date of no series, or of another */
        s = ERR_CONFLICT;
    dates_told(&d, s, w.fault);
    if (d.fault)
        return r->api ? series_refused(&d, s) : change_refused(&d, s);
    TRY(s);
    return dates_answer(r, "network.series_changed");
}

static enum status cancel(struct conn *c, struct arena *a, void *data)
{
    struct writing *w = data;
    struct dating *d = w->d;
    TRY(series_cancel(c, a, d->r->row, d->from, d->to, d->reason,
                      req_actor(d->r), &w->done));
    series_done_plan(d, w->done);
    return OK;
}

enum status series_stop(struct req *r)
{
    struct dating d = {.r = r, .s = r->row};
    struct writing w = {.d = &d};
    const char *scope;
    d.reason = str_trim(req_text(r, "reason"));
    if (!series_scope_read(&d, &scope))
        return ERR_INVALID;
    if (!scope)
        d.fault = "network.series_no_scope";
    else if (!d.reason.n)
        d.fault = "core.step_lacks_reason";
    else if ((int64_t)utf8_length(d.reason) > step_reason_most(&visit_entity))
        d.fault = "network.series_long_reason";
    if (d.fault)
        return r->api ? series_refused(&d, ERR_INVALID) : change_show(&d, 422);
    TRY(req_write(r, cancel, &w));
    return dates_answer(r, w.done ? "network.series_cancelled"
                                  : "network.series_none_cancelled");
}
