/*
 * Who is next: what is promised to each, the one function that offers it, and
 * the task that lets offers lapse.
 *
 * Points are summed from what is known of the school; what is not known counts
 * nothing. Of equal points who asked first is first.
 */
#include "core/link.h"
#include "core/mail.h"
#include "core/request.h"
#include "core/task.h"
#include "modules/booking/agenda.h"
#include "modules/network/distance.h"
#include "modules/network/waiting.h"

enum { MOST_OFFERS = 20, USUAL_HOURS = 48, AHEAD = 399, MOST_IDS = 1000 };

struct candidate {
    int64_t id;
    bool never, rural, priority;
    double km; /* NAN: not known */
    int64_t weeks, points;
    int32_t asked;
    struct waiter wish; /* its laboratory, span, part and pupils alone */
    struct half half;   /* what it is promised; space NONE: nothing */
    int64_t space;
};
struct promoting {
    struct conn *c;
    struct arena *a;
    int64_t lab;
    struct queue_rule rule;
    bool has_rule;
    struct candidate *all;
    size_t n;
    struct halves halves;  /* from tomorrow on, less what is promised */
    const struct lab *row; /* waiting_promote */
    struct actor by;
};

static enum status rule_load(struct promoting *p)
{
    void *row;
    int64_t id;
    TRY(db_int(p->c, SQL("SELECT id FROM network_rule WHERE lab = :lab"),
               ARGS(arg_int("lab", p->lab)), &id));
    p->has_rule = id != NONE;
    p->rule = (struct queue_rule){.hours = USUAL_HOURS};
    if (!p->has_rule)
        return OK;
    TRY(row_load(p->c, p->a, &queue_rule_entity, id, &reach_all, &row));
    p->rule = *(const struct queue_rule *)row;
    return OK;
}

static int64_t points_of(const struct queue_rule *r, const struct candidate *k)
{
    enum { KM = 10 };
    const double far = k->km == k->km ? k->km / KM : 0;
    return (k->never ? r->never_served : 0) + (k->rural ? r->rural : 0) +
           (k->priority ? r->priority : 0) + r->waited * k->weeks +
           (int64_t)(far * (double)r->distance +
                     (r->distance < 0 ? -0.5 : 0.5));
}

static int best_first(const void *one, const void *other)
{
    const struct candidate *a = one, *b = other;
    if (a->points != b->points)
        return (a->points < b->points) - (a->points > b->points);
    if (a->asked != b->asked)
        return (a->asked > b->asked) - (a->asked < b->asked);
    return (a->id > b->id) - (a->id < b->id);
}

/* All of them: who comes last may be first by the rule. */
static enum status candidates_load(struct promoting *p)
{
    struct rows *rows;
    int64_t most;
    const int32_t today = day_today();
    TRY(db_int(p->c,
               SQL("SELECT count(*) FROM network_waiting WHERE lab = :lab AND"
                   " state = 'waiting'"),
               ARGS(arg_int("lab", p->lab)), &most));
    p->all = NEW_ARRAY(p->a, struct candidate, (size_t)most + 1);
    TRY(db_rows(
        p->c, p->a,
        SQL("SELECT w.id, w.asked, CASE WHEN e.rural = 1 THEN 1 ELSE 0 END,"
            " CASE WHEN e.priority IN ('rep', 'rep_plus') THEN 1 ELSE 0 END,"
            " CASE WHEN e.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            " network_visit v WHERE v.school = e.id AND v.state = "
            "'held'" HAS_HALVES
            ") THEN 1 ELSE 0 END, e.latitude, e.longitude, coalesce(l.latitude,"
            " h.latitude), coalesce(l.longitude, h.longitude), w.starts, "
            "w.ends,"
            " w.part, w.pupils FROM"
            " network_waiting w JOIN network_lab l ON l.id = w.lab LEFT JOIN"
            " directory_school h ON h.id = l.school LEFT JOIN directory_school"
            " e ON e.id = w.school WHERE w.lab = :lab AND w.state = 'waiting'"
            " AND w.ends > :today ORDER BY w.asked, w.id LIMIT :most"),
        ARGS(arg_int("lab", p->lab), arg_day("today", today),
             arg_int("most", most)),
        &rows));
    while (rows_next(rows)) {
        struct candidate *k = &p->all[p->n++];
        *k = (struct candidate){.id = row_int(rows, 0),
                                .asked = row_day(rows, 1),
                                .rural = row_int(rows, 2),
                                .priority = row_int(rows, 3),
                                .never = row_int(rows, 4)};
        k->wish = (struct waiter){.lab = p->lab,
                                  .starts = row_day(rows, 9),
                                  .ends = row_day(rows, 10),
                                  .part = row_text(rows, 11),
                                  .pupils = row_int(rows, 12)};
        k->km = distance_km(row_real(rows, 5), row_real(rows, 6),
                            row_real(rows, 7), row_real(rows, 8));
        k->weeks = k->asked < today ? (today - k->asked) / 7 : 0;
        k->points = points_of(&p->rule, k);
    }
    TRY(rows_end(rows));
    qsort(p->all, p->n, sizeof(*p->all), best_first);
    return OK;
}

static void add_reason(struct buf *b, const char *label, int64_t points)
{
    if (points)
        buf_printf(b, "%s%s (%+" PRId64 ")", b->n ? ", " : "", label, points);
}

/* How many wait for the half-day that one is promised, and which of them this
 * is: who waits for other days is not before them. */
static void place_of(const struct promoting *p, size_t rank, int64_t *nth,
                     int64_t *n)
{
    const struct half *h = &p->all[rank].half;
    *nth = *n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct waiter *w = &p->all[i].wish;
        const enum half_day only = part_of(w->part); /* PARTS: any */
        if (w->starts > h->day || w->ends < h->day ||
            (only != PARTS && only != h->part))
            continue;
        ++*n;
        *nth += i <= rank;
    }
}

/* "École jamais accueillie (+40), rurale (+20) ; 69 points, 1er de 3." In
 * French, as rows are. */
static const char *reason(struct promoting *p, size_t rank)
{
    const struct candidate *k = &p->all[rank];
    const struct queue_rule *r = &p->rule;
    const struct lang *l = lang_default();
    struct buf b = {.mem = p->a};
    int64_t at, all;
    place_of(p, rank, &at, &all);
    const char *nth = format_ordinal(p->a, l, at),
               *of = format_int(p->a, l, all);
    if (!p->has_rule)
        return tr_with(p->a, l, "network.why_order", "nth", nth, "n", of, NULL);
    add_reason(&b, tr(l, "network.why_never"), k->never ? r->never_served : 0);
    add_reason(&b, tr(l, "network.why_rural"), k->rural ? r->rural : 0);
    add_reason(&b, tr(l, "network.why_priority"),
               k->priority ? r->priority : 0);
    if (k->km == k->km)
        add_reason(&b,
                   tr_with(p->a, l, "network.why_distance", "km",
                           format_real(p->a, l, k->km, 0), NULL),
                   points_of(&(struct queue_rule){.distance = r->distance}, k));
    add_reason(&b, tr_n(p->a, l, "network.why_waited", k->weeks),
               r->waited * k->weeks);
    if (!b.n)
        buf_str(&b, tr(l, "network.why_nothing"));
    return tr_with(p->a, l, "network.why", "points",
                   format_int(p->a, l, k->points), "nth", nth, "n", of,
                   "reasons", buf_done(&b).p, NULL);
}

/* With the link that answers it; who left no address is telephoned to. */
static enum status tell(struct promoting *p, const struct waiter *w)
{
    const struct lang *l = lang_default();
    const char *secret;
    TRY(link_end(p->c, OFFER_LINK, w->row.id)); /* of an offer before */
    TRY(link_add(p->c, p->a, OFFER_LINK, w->row.id, day_of_time(w->offer_until),
                 &secret));
    const char *when = arena_printf(p->a, "%s, %s",
                                    format_day(p->a, l, w->offer_day, DAY_LONG),
                                    format_half(l, part_of(w->offer_part)));
    const char *text = tr_with(
        p->a, l, "network.mail_offer_text", "when", when, "lab", p->row->name,
        "until", format_time(p->a, l, w->offer_until), "link",
        arena_printf(p->a, "{site}/proposition/%s", secret), NULL);
    return mail_add(
        p->c, p->a,
        &(struct mail){.to = w->email,
                       .lang = l,
                       .what = "network.mail_offer",
                       .subject = tr_with(p->a, l, "network.mail_offer_subject",
                                          "when", when, NULL),
                       .text = text,
                       .page = path_of_id(p->a, "/attente", w->row.id)});
}

/* As long as the rule says, and never once the class should be there. What is
 * offered is of tomorrow at the soonest: some hours are always left. */
static int64_t offer_ends(const struct promoting *p, const struct half *half)
{
    const int last = half_hours[half->part].from - 1; /* minutes */
    const int64_t until = time_later(time_now(), p->rule.hours),
                  most =
                      time_of_clock((struct clock){.date = day_date(half->day),
                                                   .hour = last / 60,
                                                   .minute = last % 60});
    return until < most ? until : most;
}

static enum status offer_write(struct promoting *p, struct waiter *w,
                               size_t rank)
{
    struct buf detail = {.mem = p->a};
    struct json j = {.out = &detail};
    w->state = "offered";
    w->state_reason = NULL;
    w->offer_until = offer_ends(p, &p->all[rank].half);
    w->why = reason(p, rank);
    TRY(row_update_as(p->c, p->a, &waiter_entity, w, p->by, "offer"));
    TRY(task_add(p->c, "network.offers", "",
                 arena_printf(p->a, "network.offers.%" PRId64 ".%" PRId64,
                              w->row.id, w->row.version),
                 w->offer_until + 1));
    TRY(tell(p, w));
    json_object(&j, NULL);
    json_cstr(&j, "reason", w->why);
    json_int(&j, "points", p->all[rank].points);
    json_end_object(&j);
    return journal_add(p->c, p->a, p->by.person, &waiter_entity, w->row.id,
                       "offer", buf_done(&detail));
}

/* The first half-day of their span with a room that holds them. */
static bool half_for(const struct halves *h, const struct waiter *w,
                     struct half *half, int64_t *space)
{
    const int64_t people = w->pupils == NONE ? 0 : w->pupils;
    const enum half_day only = part_of(w->part); /* PARTS: any */
    *space = NONE;
    for (int32_t day = w->starts > h->from ? w->starts : h->from;
         h->n && day <= w->ends && day <= h->to; day++)
        for (int part = MORNING; part < PARTS; part++) {
            if ((only != PARTS && (int)only != part) ||
                !half_left(half_of(h, &h->labs[0], day, part)))
                continue;
            *space = room_of_half(h, &h->labs[0], day, part, people);
            if (*space == NONE)
                continue;
            *half = (struct half){
                .day = day, .part = (enum half_day)part, .lab = h->labs[0].lab};
            return true;
        }
    return false;
}

static void use_keep(unsigned char *use, int *free, int *promised)
{
    if (*use != ROOM_FREE)
        return;
    *use = ROOM_PROMISED;
    --*free;
    ++*promised;
}

static void room_keep(struct halves *h, struct lab_halves *lab,
                      const struct half *half, int64_t space)
{
    const size_t at =
        (size_t)(half->day - h->from) * PARTS + (size_t)half->part;
    for (size_t i = 0; i < lab->room_count; i++) {
        const struct room *room = &lab->rooms[i];
        if (room->id == space)
            use_keep(&room->use[at], &lab->at[at].free, &lab->at[at].promised);
        for (size_t k = 0; k < room->part_count; k++)
            if (room->parts[k].id == space)
                use_keep(&room->parts[k].use[at], &lab->at[at].parts,
                         &lab->at[at].promised);
    }
}

/* Each in turn the earliest that fits. */
static enum status promises_make(struct promoting *p)
{
    TRY(rule_load(p));
    TRY(candidates_load(p));
    if (!p->n)
        return OK;
    TRY(halves_make(p->c, p->a, p->lab, day_today() + 1, day_today() + AHEAD,
                    &p->halves));
    for (size_t i = 0; i < p->n; i++) {
        struct candidate *k = &p->all[i];
        if (half_for(&p->halves, &k->wish, &k->half, &k->space))
            room_keep(&p->halves, &p->halves.labs[0], &k->half, k->space);
    }
    return OK;
}

/* Does anybody wait for one of these days? */
static enum status days_waited(struct conn *c, int64_t lab, int32_t from,
                               int32_t to, bool *are)
{
    int64_t n;
    TRY(db_int(
        c,
        SQL("SELECT count(*) FROM network_waiting WHERE lab = :lab AND"
            " state = 'waiting' AND starts <= :to AND ends >= :from"),
        ARGS(arg_int("lab", lab), arg_day("from", from), arg_day("to", to)),
        &n));
    *are = n != 0;
    return OK;
}

static enum status lab_withhold(struct conn *c, struct arena *a,
                                struct halves *h, struct lab_halves *lab)
{
    struct promoting p = {.c = c, .a = a, .lab = lab->lab};
    TRY(promises_make(&p));
    for (size_t i = 0; i < p.n; i++) {
        const struct candidate *k = &p.all[i];
        if (k->space != NONE && k->half.day >= h->from && k->half.day <= h->to)
            room_keep(h, lab, &k->half, k->space);
    }
    return OK;
}

/* One query, and those of each laboratory that somebody waits for then. */
enum status waiting_withhold(struct conn *c, struct arena *a, struct halves *h)
{
    struct rows *rows;
    size_t n = 0;
    if (!h->n)
        return OK;
    struct lab_halves **waited = NEW_ARRAY(a, struct lab_halves *, h->n);
    TRY(db_rows(c, a,
                SQL("SELECT DISTINCT lab FROM network_waiting WHERE state ="
                    " 'waiting' AND starts <= :to AND ends >= :from AND (:lab"
                    " IS NULL OR lab = :lab) ORDER BY lab"),
                ARGS(arg_int("lab", h->n == 1 ? h->labs[0].lab : NONE),
                     arg_day("from", h->from), arg_day("to", h->to)),
                &rows));
    while (rows_next(rows))
        for (size_t i = 0; i < h->n; i++)
            if (h->labs[i].lab == row_int(rows, 0))
                waited[n++] = &h->labs[i];
    TRY(rows_end(rows));
    for (size_t i = 0; i < n; i++)
        TRY(lab_withhold(c, a, h, waited[i]));
    return OK;
}

enum status room_unpromised(struct conn *c, struct arena *a, int64_t lab,
                            int64_t slot, int64_t people, int64_t *space)
{
    struct halves h;
    bool waited;
    const int32_t day = day_of_slot(slot);
    TRY(days_waited(c, lab, day, day, &waited));
    if (!waited)
        return OK;
    TRY(halves_offered(c, a, lab, day, day, &h));
    *space =
        h.n ? room_of_half(&h, &h.labs[0], day, (int)(slot % PARTS), people)
            : NONE;
    return OK;
}

enum status waiting_free(struct conn *c, struct arena *a, const struct lab *lab,
                         const struct waiter *w, const struct half **half)
{
    struct halves h;
    struct half *out = NEW(a, struct half);
    int64_t space;
    const int32_t tomorrow = day_today() + 1;
    const int32_t from = w->starts > tomorrow ? w->starts : tomorrow;
    *half = NULL;
    if (w->ends < from)
        return OK;
    TRY(halves_offered(c, a, lab->row.id, from,
                       w->ends - from > AHEAD ? from + AHEAD : w->ends, &h));
    if (half_for(&h, w, out, &space))
        *half = out;
    return OK;
}

enum status waiting_stuck(struct conn *c, struct arena *a,
                          const struct waiter *w, struct stuck *out)
{
    struct promoting p = {.c = c, .a = a, .lab = w->lab};
    struct halves raw;
    struct waiter alone = *w;
    int64_t space;
    TRY(promises_make(&p));
    for (size_t i = 0; i < p.n; i++)
        if (p.all[i].id == w->row.id && p.all[i].space != NONE) {
            *out = (struct stuck){"network.stuck_soon", p.all[i].half};
            return OK;
        }
    TRY(halves_make(c, a, w->lab, day_today() + 1, day_today() + AHEAD, &raw));
    alone.pupils = NONE;
    *out = (struct stuck){.key = "network.stuck_full"};
    if (!half_for(&raw, &alone, &out->half, &space))
        return OK;
    out->key = "network.stuck_small";
    if (half_for(&raw, w, &out->half, &space))
        out->key = "network.stuck_before";
    return OK;
}

static enum status offer_to(struct promoting *p, size_t rank)
{
    void *row;
    const struct candidate *k = &p->all[rank];
    TRY(row_load(p->c, p->a, &waiter_entity, k->id, &reach_all, &row));
    struct waiter *w = row;
    w->offer_space = k->space;
    w->offer_day = k->half.day;
    w->offer_part = booking_parts[k->half.part];
    return offer_write(p, w, rank);
}

enum status waiting_promote(struct conn *c, struct arena *a, int64_t lab,
                            struct actor by, int *n)
{
    void *row;
    struct promoting p = {.c = c, .a = a, .lab = lab, .by = by};
    *n = 0;
    TRY(row_load(c, a, &lab_entity, lab, &reach_all, &row));
    p.row = row;
    TRY(promises_make(&p));
    for (size_t i = 0; i < p.n && *n < MOST_OFFERS; i++)
        if (p.all[i].space != NONE) {
            TRY(offer_to(&p, i));
            ++*n;
        }
    return OK;
}

/* The task. */

static const struct step *lapse(void)
{
    const struct step *step = waiter_entity.steps;
    while (!same(step->name, "lapse"))
        step++;
    return step;
}

static enum status lapse_one(struct conn *c, struct arena *a, void *data)
{
    void *row;
    const char *refusal;
    TRY(row_load(c, a, &waiter_entity, *(const int64_t *)data, &reach_all,
                 &row));
    const struct waiter *w = row;
    return same(w->state, "offered") && w->offer_until < time_now()
               ? step_take(c, a, &waiter_entity, lapse(), row, (struct str){0},
                           (struct actor){0}, &refusal)
               : OK; /* answered meanwhile */
}

static enum status promote_one(struct conn *c, struct arena *a, void *data)
{
    int n;
    return waiting_promote(c, a, *(const int64_t *)data, (struct actor){0}, &n);
}

struct ids {
    struct sql sql;
    const struct arg *args;
    int64_t all[MOST_IDS];
    size_t n;
};

static enum status ids_read(struct conn *c, struct arena *a, void *data)
{
    struct ids *ids = data;
    struct rows *rows;
    ids->n = 0;
    TRY(db_rows(c, a, ids->sql, ids->args, &rows));
    while (rows_next(rows))
        ids->all[ids->n++] = row_int(rows, 0);
    return rows_end(rows);
}

/* A write for each: one that fails takes no other with it. */
static enum status each_written(struct app *app, struct arena *a,
                                struct sql sql, const struct arg *args,
                                write_fn *write)
{
    enum { BUDGET_MS = 200 };
    struct ids *ids = NEW(a, struct ids);
    enum status worst = OK;
    *ids = (struct ids){.sql = sql, .args = args};
    TRY(db_read(app->db, a, ids_read, ids));
    for (size_t i = 0; i < ids->n; i++) {
        const struct arena_mark mark = arena_mark(a);
        const enum status s =
            db_write_within(app->db, a, write, &ids->all[i], BUDGET_MS);
        arena_rewind(a, mark);
        worst = s != OK ? s : worst;
    }
    return worst;
}

enum status offers_task(struct app *app, struct arena *a, const char *payload)
{
    (void)payload;
    const enum status lapsed = each_written(
        app, a,
        SQL("SELECT id FROM network_waiting WHERE state ="
            " 'offered' AND offer_until < :now ORDER BY"
            " offer_until, id LIMIT :most"),
        ARGS(arg_int("now", time_now()), arg_int("most", MOST_IDS)), lapse_one);
    const enum status offered =
        each_written(app, a,
                     SQL("SELECT DISTINCT lab FROM network_waiting WHERE state"
                         " = 'waiting' ORDER BY lab LIMIT :most"),
                     ARGS(arg_int("most", MOST_IDS)), promote_one);
    return offered != OK ? offered : lapsed;
}
