/* The page of a series: its dates, what it is now, and booking them. */
#include "i18n/format.h"
#include "modules/network/pages/series.html.h"
#include "modules/network/series_dating.h"

const char *tick_value(struct req *r, int64_t visit, const struct place *at)
{
    const char *place =
        arena_printf(r->mem, "%s.%s.%" PRId64, day_iso(r->mem, at->day),
                     booking_parts[at->part], at->space);
    return visit == NONE ? place
                         : arena_printf(r->mem, "%" PRId64 ":%s", visit, place);
}

static bool tick_parse(struct req *r, struct str text, struct tick *out)
{
    struct str rest = text, part;
    out->visit = NONE;
    if (memchr(text.p, ':', text.n) &&
        (!str_next(&rest, ':', &part) || !str_int(part, &out->visit)))
        return false;
    if (!str_next(&rest, '.', &part) || !day_parse(part, &out->at.day) ||
        !str_next(&rest, '.', &part))
        return false;
    out->at.part = part_of(str_dup(r->mem, part));
    return out->at.part < PARTS && str_int(rest, &out->at.space) &&
           out->at.space > 0;
}

static enum status ticks_read(struct dating *d)
{
    size_t n;
    const struct str *given = req_texts(d->r, "keep", &n);
    d->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (d->n == SERIES_MOST || !tick_parse(d->r, given[i], &d->ticks[d->n]))
            return ERR_INVALID;
        d->n++;
    }
    return OK;
}

static bool was_ticked(const struct dating *d, const char *value)
{
    size_t n;
    const struct str *given = req_texts(d->r, "keep", &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(given[i], value))
            return true;
    return false;
}

static enum status space_name(struct req *r, int64_t space, const char **out)
{
    TRY(ref_title(r->conn, r->mem, entity_field(&slot_entity, "space"), space,
                  out));
    *out = said(r->mem, r->lang, *out);
    return OK;
}

/* "À la place : mardi 18 mars 2025, matin, Salle créative" */
static enum status other_shown(struct req *r, const struct place *p,
                               const char **out)
{
    const char *space;
    TRY(space_name(r, p->space, &space));
    *out = tr_with(r->mem, r->lang, "network.series_other", "place",
                   arena_printf(r->mem, "%s, %s",
                                half_day_shown(r, p->day, p->part), space),
                   NULL);
    return OK;
}

const char *series_why_not(struct req *r, const struct occurrence *o)
{
    if (o->closure)
        return said(r->mem, r->lang, o->closure);
    if (o->closed)
        return tr(r->lang, o->closed);
    return tr(r->lang, "network.series_taken");
}

enum status dates_offer(const struct dating *d, const struct occurrence *o,
                        bool fresh, struct occurrence_v *v)
{
    struct req *r = d->r;
    if (o->at.space != NONE) {
        TRY(space_name(r, o->at.space, &v->space));
        v->value = tick_value(r, o->visit, &o->at);
        v->ticked = fresh || was_ticked(d, v->value);
        return OK;
    }
    v->why = series_why_not(r, o);
    if (o->taken_by != NONE) {
        v->by = o->taken_what;
        v->by_href = path_of_id(r->mem, "/accueils", o->taken_by);
    }
    if (o->other.space == NONE)
        return OK;
    TRY(other_shown(r, &o->other, &v->other));
    v->other_value = tick_value(r, o->visit, &o->other);
    v->other_ticked = was_ticked(d, v->other_value);
    return OK;
}

static void visit_there(struct req *r, const struct occurrence *o,
                        struct occurrence_v *v)
{
    v->href = path_of_id(r->mem, "/accueils", o->visit);
    v->state = choice_label(r->mem, r->lang, &visit_entity, "state", o->state);
    v->tone = choice_tone(r->mem, r->lang, &visit_entity, "state", o->state);
}

static enum status booked_fill(const struct dating *d,
                               const struct occurrence *o, bool manages,
                               struct occurrence_v *v)
{
    struct req *r = d->r;
    visit_there(r, o, v);
    if (o->at.space != NONE)
        TRY(space_name(r, o->at.space, &v->space));
    if (manages && word_in("asked confirmed", o->state) &&
        o->at.day >= day_today())
        v->change =
            arena_printf(r->mem, "/series/%" PRId64 "/changer?depuis=%s", r->id,
                         day_iso(r->mem, o->at.day));
    return OK;
}

static bool takes_place(const struct occurrence *o)
{
    return o->visit != NONE && word_in("asked confirmed held", o->state);
}

static bool same_time(const struct place *a, const struct place *b)
{
    return day_weekday(a->day) == day_weekday(b->day) && a->part == b->part;
}

/* How many of those that take place from a day on are at that time. */
static size_t at_time(const struct occurrence *all, size_t n,
                      const struct place *time, int32_t from)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += takes_place(&all[i]) && all[i].at.day >= from &&
                 same_time(&all[i].at, time);
    return found;
}

/* One at the time of most of its dates from a day on, and how many those are.
 * NULL: none takes place any more. */
static const struct occurrence *mostly(const struct occurrence *all, size_t n,
                                       int32_t from, size_t *most)
{
    const struct occurrence *out = NULL;
    *most = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t here =
            takes_place(&all[i]) ? at_time(all, n, &all[i].at, from) : 0;
        if (here > *most) {
            *most = here;
            out = &all[i];
        }
    }
    return out;
}

/* What it is by its dates, for the row says what was planned. */
static void now_fill(struct req *r, const struct series *s,
                     const struct occurrence *all, size_t n, struct series_v *v)
{
    const struct place plan = {.day = s->starts, .part = part_of(s->part)};
    const struct occurrence *last = NULL, *first = NULL;
    int32_t from = day_today();
    size_t most, to_come = 0;
    for (size_t i = 0; i < n; i++)
        if (takes_place(&all[i])) {
            last = &all[i];
            to_come += all[i].at.day >= from;
        }
    if (!last)
        return;
    if (!to_come)
        from = s->starts < all[0].at.day ? s->starts : all[0].at.day;
    const struct occurrence *now = mostly(all, n, from, &most);
    for (size_t i = 0; i < n && !first; i++)
        if (takes_place(&all[i]) && same_time(&all[i].at, &now->at))
            first = &all[i];
    CHECK(first); /* now is one of them */
    v->moved = !same_time(&plan, &now->at);
    v->now =
        tr_with(r->mem, r->lang,
                v->moved ? "network.series_now_since" : "network.series_now",
                "weekday", format_weekday(r->lang, day_weekday(now->at.day)),
                "part", format_half(r->lang, now->at.part), "since",
                format_day(r->mem, r->lang, first->at.day, DAY_PLAIN), "last",
                format_day(r->mem, r->lang, last->at.day, DAY_LONG), "before",
                format_weekday(r->lang, day_weekday(s->starts)), "then",
                format_half(r->lang, plan.part), NULL);
    if (to_come > most)
        v->now = arena_printf(r->mem, "%s %s", v->now,
                              tr_n(r->mem, r->lang, "network.series_now_but",
                                   (int64_t)(to_come - most)));
}

/* Until something was booked, all that is free is ticked. */
static enum status dates_fill(const struct dating *d, bool manages,
                              struct series_v *v)
{
    struct req *r = d->r;
    struct occurrence *all;
    size_t n;
    const struct reach seen =
        reach_of(r->app, r->mem, r->who, "network.visits");
    TRY(series_dates(r->conn, r->mem, d->s, &seen, &all, &n));
    struct occurrence_v *out = NEW_ARRAY(r->mem, struct occurrence_v, n + 1);
    for (size_t i = 0; i < n; i++)
        v->booked += all[i].visit != NONE;
    const bool fresh = !v->booked && !req_is_post(r);
    for (size_t i = 0; i < n; i++) {
        out[i].when = half_day_shown(r, all[i].at.day, all[i].at.part);
        if (all[i].visit != NONE)
            TRY(booked_fill(d, &all[i], manages, &out[i]));
        else
            TRY(dates_offer(d, &all[i], fresh, &out[i]));
        v->dates.can_take += out[i].value || out[i].other_value;
    }
    v->dates.dates = out;
    v->dates.n = n;
    now_fill(r, d->s, all, n, v);
    return OK;
}

void dates_form(struct req *r, const char *action, const char *submit,
                struct dates_v *v)
{
    v->action = arena_printf(r->mem, "/series/%" PRId64 "/%s", r->id, action);
    v->csrf = r->who->csrf;
    v->key = req_key(r);
    v->submit = tr(r->lang, submit);
}

const char *dates_alert(const struct dating *d)
{
    return d->fault ? tr(d->r->lang, d->fault) : NULL;
}

static enum status show(struct dating *d, int code)
{
    struct req *r = d->r;
    struct detail_v detail;
    TRY(row_detail(r, &detail));
    struct series_v v = {.detail = &detail,
                         .alert = dates_alert(d),
                         .manages = detail.edit != NULL};
    dates_form(r, "reserver", "network.series_book", &v.dates);
    TRY(dates_fill(d, v.manages, &v));
    struct page p = req_page(r, said(r->mem, r->lang, d->s->title));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    series_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status series_show(struct req *r)
{
    struct dating d = {.r = r, .s = r->row};
    return same(r->form, "") && !r->api ? show(&d, 200) : row_page(r);
}

void dates_told(struct dating *d, enum status s, const char *fault)
{
    if (!d->fault && (s == ERR_INVALID || s == ERR_CONFLICT || s == ERR_STALE))
        d->fault =
            s == ERR_INVALID && fault ? fault : "network.series_meanwhile";
}

static enum status book(struct conn *c, struct arena *a, void *data)
{
    struct writing *w = data;
    struct req *r = w->d->r;
    struct place at[SERIES_MOST];
    for (size_t i = 0; i < w->d->n; i++)
        at[i] = w->d->ticks[i].at;
    series_done_plan(w->d, w->d->n);
    return series_book(c, a, r->row, at, w->d->n, req_actor(r), &w->fault);
}

enum status ticks_wanted(struct dating *d)
{
    TRY(ticks_read(d));
    if (!d->n)
        d->fault = "network.series_nothing";
    return d->n ? OK : ERR_INVALID;
}

enum status dates_answer(struct req *r, const char *notice)
{
    if (req_done(r))
        return OK;
    if (r->api)
        return req_json(r, r->code, r->told);
    req_notice(r, notice);
    return req_go(r, "%s", r->location);
}

enum status series_take(struct req *r)
{
    struct dating d = {.r = r, .s = r->row};
    struct writing w = {.d = &d};
    enum status s = ticks_wanted(&d);
    if (s == OK)
        s = req_write(r, book, &w);
    dates_told(&d, s, w.fault);
    if (d.fault && r->api)
        return series_refused(&d, s);
    if (d.fault) {
        void *row;
        TRY(req_refresh(r, &row));
        d.s = r->row = row;
        return show(&d, s == ERR_INVALID ? 422 : 409);
    }
    TRY(s);
    return dates_answer(r, "network.series_booked");
}
