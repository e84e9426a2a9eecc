/* A tour on one page, and the sheet of a day for who drives. */
#include "i18n/format.h"
#include "modules/network/pages/tour.html.h"
#include "modules/network/open.h"
#include "modules/network/road.h"
#include "modules/network/routes.h"
#include "pdf/paper.h"

enum { MOST_LEGS = 60 };

struct site { /* a school, or the laboratory */
    const char *name, *address, *phone;
};

static enum status school_site(struct req *r, int64_t id, struct site *out)
{
    void *row;
    TRY(row_load(r->conn, r->mem, &school_entity, id, &reach_all, &row));
    const struct school *s = row;
    *out = (struct site){
        s->name,
        arena_printf(r->mem, "%s%s%s %s", s->address ? s->address : "",
                     s->address ? ", " : "", s->postcode ? s->postcode : "",
                     s->commune ? s->commune : ""),
        s->phone};
    return OK;
}

static enum status lab_site(struct req *r, const struct tour *t,
                            struct site *out)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT l.name, l.place, l.phone FROM network_kit k JOIN"
                    " network_lab l ON l.id = k.lab WHERE k.id = :kit"),
                ARGS(arg_int("kit", t->kit)), &rows));
    while (rows_next(rows))
        *out = (struct site){row_text(rows, 0), row_text(rows, 1),
                             row_text(rows, 2)};
    return rows_end(rows);
}

static const char *way_shown(struct req *r, const struct legs *l, double way)
{
    return isnan(way)   ? NULL
           : l->by_road ? format_duration(r->mem, r->lang, (int64_t)way)
                        : tr_with(r->mem, r->lang, "network.tour_km", "km",
                                  format_real(r->mem, r->lang, way, 0), NULL);
}

static const char *measure_said(struct req *r, bool road, bool crow)
{
    return arena_printf(
        r->mem, "%s%s%s", road ? tr(r->lang, "network.tour_road") : "",
        road && crow ? " " : "", crow ? tr(r->lang, "network.tour_crow") : "");
}

static const char *half(struct req *r, int32_t day, const char *part)
{
    return day != NO_DAY && part ? half_day_shown(r, day, part_of(part)) : NULL;
}

/* Who received it there, when, and how it was; NULL: nobody yet. */
static enum status received_shown(struct req *r, int64_t tour, int64_t school,
                                  struct leg_v *out)
{
    struct rows *rows;
    TRY(db_rows(
        r->conn, r->mem,
        SQL("SELECT day, handed_by, received_by, condition FROM"
            " network_custody WHERE tour = :tour AND coalesce(school, 0)"
            " = :school ORDER BY id LIMIT 1"),
        ARGS(arg_int("tour", tour), arg_int("school", school)), &rows));
    if (rows_next(rows)) {
        out->received = tr_with(
            r->mem, r->lang, "network.tour_received", "day",
            format_day(r->mem, r->lang, row_day(rows, 0), DAY_BARE), "how",
            choice_label(r->mem, r->lang, &custody_entity, "condition",
                         row_text(rows, 3)),
            NULL);
        out->by = said(r->mem, r->lang, row_text(rows, 1));
        out->taken_by = said(r->mem, r->lang, row_text(rows, 2));
    }
    return rows_end(rows);
}

/* When it sets out to be there then: it is held on the way. */
static enum status leaves_fill(struct req *r, const struct tour *t, int32_t day,
                               const char *part, struct leg_v *out)
{
    int64_t starts;
    out->leaves_day = NO_DAY;
    if (day == NO_DAY || !part)
        return OK;
    TRY(db_int(r->conn,
               SQL("SELECT min(starts) FROM booking_hold WHERE owner ="
                   " 'network_tour' AND owner_id = :tour AND why = 'transit'"
                   " AND until = :there"),
               ARGS(arg_int("tour", t->row.id),
                    arg_int("there", slot_of(day, part_of(part)))),
               &starts));
    if (starts == NONE)
        return OK;
    out->leaves_day = day_of_slot(starts);
    out->leaves = tr_with(
        r->mem, r->lang, "network.tour_leaves", "when",
        half_day_shown(r, out->leaves_day, (enum half_day)(starts % PARTS)),
        NULL);
    return OK;
}

/* The moves of a tour: to each stop, and home. */
static enum status legs_fill(struct req *r, const struct tour *t,
                             struct leg_v out[TOUR_STOPS + 1], size_t *n,
                             struct legs *l)
{
    struct site home = {0}, at;
    TRY(tour_legs(r->conn, r->mem, t, l));
    TRY(lab_site(r, t, &home));
    at = home;
    const bool dated = word_in("planned done", t->state);
    for (size_t i = 0; i <= l->n; i++) {
        const struct stop *s = i < l->n ? l->stops[i] : NULL;
        struct site to = home;
        if (s)
            TRY(school_site(r, s->school, &to));
        out[i] = (struct leg_v){.from = at.name,
                                .to = to.name,
                                .address = to.address,
                                .phone = to.phone,
                                .way = way_shown(r, l, l->way[i])};
        if (s)
            out[i].contact = s->contact;
        if (dated && s) {
            out[i].when = half(r, s->arrives, s->arrives_part);
            out[i].until = half(r, s->leaves, s->leaves_part);
        } else if (dated && t->home != NO_DAY) {
            out[i].when = t->home_part
                              ? half(r, t->home, t->home_part)
                              : format_day(r->mem, r->lang, t->home, DAY_LONG);
        }
        TRY(leaves_fill(r, t, s ? s->arrives : t->home,
                        s ? s->arrives_part : t->home_part, &out[i]));
        TRY(received_shown(r, t->row.id, s ? s->school : 0, &out[i]));
        at = to;
    }
    *n = l->n ? l->n + 1 : 0;
    return OK;
}

static void where_fill(struct req *r, struct tour_v *v)
{
    const char *at = v->n ? v->legs[0].from : NULL;
    for (size_t i = 0; i < v->n; i++)
        if (v->legs[i].received)
            at = v->legs[i].to;
    v->where = at ? said(r->mem, r->lang, at) : NULL;
}

static enum status free_fill(struct req *r, const struct tour *t,
                             struct tour_v *v, int32_t *home)
{
    int64_t slot, back;
    const int64_t wanted = slot_of(t->starts, part_of(t->part));
    TRY(tour_first_free(r->conn, r->mem, t, &slot, &back));
    *home = day_of_slot(back);
    v->is_free = slot == wanted;
    if (v->is_free)
        v->free = tr(r->lang, "network.tour_free");
    else if (slot < 0)
        v->free = tr(r->lang, "network.tour_never_free");
    else
        v->free = tr_with(
            r->mem, r->lang, "network.tour_free_from", "when",
            half_day_shown(r, day_of_slot(slot), (enum half_day)(slot % PARTS)),
            NULL);
    return OK;
}

/* Its days of school are not sure where no holidays are known yet. */
static enum status known_fill(struct req *r, const struct tour *t, int32_t home,
                              struct tour_v *v)
{
    int64_t known;
    TRY(db_int(r->conn,
               SQL("SELECT " HOLIDAYS_KNOWN " FROM network_kit y JOIN"
                   " network_lab l ON l.id = y.lab WHERE y.id = :kit"),
               ARGS(arg_int("kit", t->kit)), &known));
    if (home > known)
        v->unknown = tr(r->lang, "network.tour_unknown");
    return OK;
}

static void measure_fill(struct req *r, const struct legs *l, struct tour_v *v)
{
    v->measure = measure_said(r, l->by_road, !l->by_road);
    if (l->lacking)
        v->measure =
            arena_printf(r->mem, "%s %s", v->measure,
                         tr_n(r->mem, r->lang, "network.tour_roads_lack",
                              (int64_t)l->lacking));
    if (l->n > TOUR_EXACT)
        v->measure = arena_printf(r->mem, "%s %s", v->measure,
                                  tr(r->lang, "network.tour_many"));
    if (may(r->who, "network.roads"))
        v->roads = road_entity.path;
}

static enum status show(struct req *r, int code, const char *alert)
{
    const struct tour *t = r->row;
    struct detail_v detail;
    struct legs l;
    struct leg_v *legs = NEW_ARRAY(r->mem, struct leg_v, TOUR_STOPS + 1);
    TRY(row_detail(r, &detail));
    struct tour_v v = {.detail = &detail, .legs = legs, .alert = alert};
    TRY(legs_fill(r, t, legs, &v.n, &l));
    v.total = way_shown(r, &l, l.total);
    measure_fill(r, &l, &v);
    where_fill(r, &v);
    int32_t home = t->home == NO_DAY ? t->starts : t->home;
    if (same(t->state, "draft") && v.n)
        TRY(free_fill(r, t, &v, &home));
    if (word_in("draft planned", t->state))
        TRY(known_fill(r, t, home, &v));
    const bool manages = may(r->who, "network.receive") && detail.history;
    if (manages && same(t->state, "draft") && v.n > 2)
        v.order = arena_printf(r->mem, "/tournees/%" PRId64 "/ordonner", r->id);
    if (manages && word_in("planned done", t->state))
        v.receive = arena_printf(
            r->mem, "/remises/nouveau?tour=%" PRId64 "&_parent=1", r->id);
    v.csrf = r->who->csrf;
    v.key = req_key(r);
    struct page p = req_page(r, said(r->mem, r->lang, t->title));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    tour_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status tour_show(struct req *r)
{
    return same(r->form, "") && !r->api ? show(r, 200, NULL) : row_page(r);
}

struct ordering {
    struct req *r;
    bool exact;
    const char *fault;
};

static enum status order(struct conn *c, struct arena *a, void *data)
{
    struct ordering *k = data;
    k->fault = NULL;
    k->r->location = path_of_id(k->r->mem, "/tournees", k->r->id);
    return tour_order(c, a, k->r->row, req_actor(k->r), &k->exact, &k->fault);
}

enum status tour_sort(struct req *r)
{
    struct ordering k = {.r = r};
    const enum status s = req_write(r, order, &k);
    if (s == ERR_INVALID && k.fault)
        return show(r, 422, tr(r->lang, k.fault));
    TRY(s);
    if (req_done(r))
        return OK;
    req_notice(r, k.exact ? "network.tour_ordered" : "network.tour_shortened");
    return req_go(r, "%s", r->location);
}

/* The sheet of a day. */

struct sheet {
    struct req *r;
    int32_t day;
    struct leg_v legs[MOST_LEGS];
    size_t n;
    bool by_road, by_crow; /* how some of them are measured */
};

/* Those of that tour that set out on the day, or arrive. */
static enum status tour_moves(struct sheet *k, int64_t id)
{
    struct req *r = k->r;
    void *row, *kit;
    size_t n;
    struct leg_v legs[TOUR_STOPS + 1];
    struct legs l;
    TRY(row_load(r->conn, r->mem, &tour_entity, id, &reach_all, &row));
    const struct tour *t = row;
    TRY(row_load(r->conn, r->mem, &kit_entity, t->kit, &reach_all, &kit));
    TRY(legs_fill(r, t, legs, &n, &l));
    for (size_t i = 0; i < n && k->n < MOST_LEGS; i++) {
        if ((i < l.n ? l.stops[i]->arrives : t->home) != k->day &&
            legs[i].leaves_day != k->day)
            continue;
        legs[i].kit = ((const struct kit *)kit)->name;
        legs[i].href = path_of_id(r->mem, "/tournees", id);
        k->legs[k->n++] = legs[i];
        k->by_road |= l.by_road;
        k->by_crow |= !l.by_road;
    }
    return OK;
}

static enum status moves_load(struct sheet *k)
{
    struct req *r = k->r;
    struct rows *rows;
    const struct arg *args;
    int64_t ids[MOST_LEGS];
    size_t n = 0;
    const struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT t.id FROM network_tour t WHERE t.state IN ('planned',"
            " 'done') AND (t.home = :day OR EXISTS (SELECT 1 FROM network_stop"
            " s WHERE s.tour = t.id AND s.arrives = :day) OR EXISTS (SELECT 1"
            " FROM booking_hold h WHERE h.owner = 'network_tour' AND"
            " h.owner_id = t.id AND h.why = 'transit' AND h.starts >= :day * 3"
            " AND h.starts < (:day + 1) * 3)) AND {reach:t} ORDER BY t.id LIMIT"
            " :most"),
        &tour_entity, &r->reach,
        ARGS(arg_day("day", k->day), arg_int("most", MOST_LEGS)), &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows))
        ids[n++] = row_int(rows, 0);
    TRY(rows_end(rows));
    for (size_t i = 0; i < n; i++)
        TRY(tour_moves(k, ids[i]));
    return OK;
}

static const char *sheet_address(struct req *r, int32_t day)
{
    return arena_printf(r->mem, "/feuille-de-route?jour=%s",
                        day_iso(r->mem, day));
}

static enum status sheet_load(struct req *r, struct sheet **out)
{
    struct sheet *k = NEW(r->mem, struct sheet);
    const struct str given = req_text(r, "jour");
    k->r = r;
    k->day = day_today();
    if (given.n && !day_parse(given, &k->day))
        return ERR_NOT_FOUND;
    *out = k;
    return moves_load(k);
}

/* "Toul\n12 rue du Port", of those that are known. */
static const char *lines_of(struct req *r, const char *one, const char *other)
{
    return one && other ? arena_printf(r->mem, "%s\n%s", one, other)
           : one        ? one
                        : other;
}

static void move_print(struct req *r, struct paper *p, const struct leg_v *l)
{
    const char *until = l->until
                            ? tr_with(r->mem, r->lang, "network.tour_until",
                                      "when", l->until, NULL)
                            : NULL;
    const char *blank = l->received ? "" : NULL;
    paper_heading(p, arena_printf(r->mem, "%s \xe2\x86\x92 %s", l->kit, l->to));
    paper_fact(p, tr(r->lang, "network.tour_from"), l->from);
    paper_fact(p, tr(r->lang, "network.tour_to"),
               lines_of(r, l->to, l->address));
    paper_fact(
        p, tr(r->lang, "network.tour_when"),
        lines_of(r, l->when ? l->when : "", lines_of(r, l->leaves, until)));
    paper_fact(p, tr(r->lang, "network.tour_contact"),
               lines_of(r, l->contact ? l->contact : "", l->phone));
    paper_fact(p, tr(r->lang, "network.tour_way"), l->way ? l->way : "");
    if (l->received)
        paper_fact(p, tr(r->lang, "network_custody"), l->received);
    paper_fact(p, tr(r->lang, "network_custody.handed_by"),
               l->by ? l->by : blank);
    paper_fact(p, tr(r->lang, "network_custody.received_by"),
               l->taken_by ? l->taken_by : blank);
}

/* For who drives, and for a signature at each door. */
enum status tour_sheet_pdf(struct req *r)
{
    struct sheet *k;
    struct paper p;
    TRY(sheet_load(r, &k));
    paper_open(&p, r->mem,
               arena_printf(r->mem, "%s, %s", tr(r->lang, "network.tour_sheet"),
                            format_day(r->mem, r->lang, k->day, DAY_LONG)));
    for (size_t i = 0; i < k->n; i++)
        move_print(r, &p, &k->legs[i]);
    paper_note(&p, k->n ? measure_said(r, k->by_road, k->by_crow)
                        : tr(r->lang, "network.tour_sheet_empty"));
    return req_pdf(r, &p,
                   arena_printf(r->mem, "feuille-de-route-%s.pdf",
                                day_iso(r->mem, k->day)));
}

enum status tour_sheet_show(struct req *r)
{
    struct sheet *k;
    TRY(sheet_load(r, &k));
    struct tour_sheet_v v = {
        .measure = measure_said(r, k->by_road, k->by_crow),
        .day = format_day(r->mem, r->lang, k->day, DAY_LONG),
        .pdf = arena_printf(r->mem, "/feuille-de-route.pdf?jour=%s",
                            day_iso(r->mem, k->day)),
        .prev = sheet_address(r, k->day - 1),
        .next = sheet_address(r, k->day + 1),
        .legs = k->legs,
        .n = k->n};
    struct page p = req_page(r, tr(r->lang, "network.tour_sheet"));
    struct html h;
    req_html_open(r, &h);
    tour_sheet_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
