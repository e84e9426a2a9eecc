/*
 * What a day brings: reminders before a visit, the form of one minute after it,
 * and a word to a head who has not answered. Looked at each hour; each is sent
 * once, for its mail's key is.
 */
#include "core/link.h"
#include "modules/network/agree.h"

enum { MOST = 500 }; /* at a time; the next hour goes on */

/* One of what is due. */
struct due {
    int64_t id;
    int32_t day;
    const char *once;
};

/* All due of a kind on a day, read before anything is written. */
struct dues {
    const struct sql *sql;
    const char *key;
    int32_t today;
    struct due *all;
    size_t n;
};

static enum status dues_load(struct conn *c, struct arena *a, void *data)
{
    struct dues *out = data;
    struct rows *rows;
    out->all = NEW_ARRAY(a, struct due, MOST);
    out->n = 0;
    TRY(db_rows(c, a, *out->sql,
                ARGS(arg_day("today", out->today), arg_int("most", MOST)),
                &rows));
    while (rows_next(rows)) {
        struct due *d = &out->all[out->n++];
        *d = (struct due){.id = row_int(rows, 0), .day = row_day(rows, 1)};
        d->once =
            arena_printf(a, "%s:%" PRId64 ":%" PRId32, out->key, d->id, d->day);
    }
    return rows_end(rows);
}

/* The half-days of the next days, where nobody was reminded of them yet. */
static const struct sql coming = SQL_CONST(
    "SELECT v.id, s.day FROM network_slot s JOIN network_visit v ON v.id ="
    " s.visit JOIN network_lab l ON l.id = v.lab WHERE s.day > :today AND"
    " s.day <= :today + coalesce(l.remind_days, 3) AND v.state = 'confirmed'"
    " AND NOT EXISTS (SELECT 1 FROM core_mail m WHERE m.once = "
    "'network.coming:'"
    " || CAST(v.id AS TEXT) || ':' || CAST(s.day AS TEXT)) GROUP BY v.id, s.day"
    " ORDER BY s.day, v.id LIMIT :most");
/* Visits that were over lately, by their last day, with somebody to ask. */
static const struct sql over = SQL_CONST(
    "SELECT o.id, o.day FROM (SELECT v.id AS id, max(s.day) AS day FROM"
    " network_visit v JOIN network_slot s ON s.visit = v.id WHERE v.id IN"
    " (SELECT l.visit FROM network_slot l WHERE l.day < :today AND l.day >="
    " :today - 21) AND v.state IN ('confirmed', 'held') AND v.email IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM network_review w WHERE w.visit = v.id)"
    " GROUP BY v.id) o WHERE o.day < :today AND NOT EXISTS (SELECT 1 FROM"
    " core_mail m WHERE m.once = 'network.review:' || CAST(o.id AS TEXT) || ':'"
    " || CAST(o.day AS TEXT)) ORDER BY o.id LIMIT :most");
/* Agreements that wait, of a visit that is not over: the day is that of the
 * word before which this one comes. */
static const struct sql silent = SQL_CONST(
    "SELECT g.id, g.asked + (:today - g.asked) / 3 * 3 FROM network_agreement g"
    " JOIN network_visit v ON v.id = g.visit WHERE g.state = 'asked' AND"
    " v.state IN ('asked', 'confirmed') AND g.until >= :today AND (NOT EXISTS"
    " (SELECT 1 FROM network_slot s WHERE s.visit = v.id) OR EXISTS (SELECT 1"
    " FROM network_slot s WHERE s.visit = v.id AND s.day >= :today)) AND"
    " g.asked <= :today - 3"
    " AND g.asked > :today - 12 AND NOT EXISTS (SELECT 1 FROM core_mail m WHERE"
    " m.once = 'network.silent:' || CAST(g.id AS TEXT) || ':' || CAST(g.asked +"
    " (:today - g.asked) / 3 * 3 AS TEXT)) ORDER BY g.id LIMIT :most");

/* As it is now, for it may have changed since it was found due. NULL: it is
 * gone, in another state, or not on that day any more (NO_DAY: whenever). */
static enum status visit_due(struct conn *c, struct arena *a,
                             const struct due *d, const char *states,
                             const struct visit **out)
{
    void *row;
    int64_t halves;
    const enum status s =
        row_load(c, a, &visit_entity, d->id, &reach_all, &row);
    *out = NULL;
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    const struct visit *v = row;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_slot WHERE visit = :visit AND"
                   " day = :day"),
               ARGS(arg_int("visit", d->id), arg_day("day", d->day)), &halves));
    if (word_in(states, v->state) && (halves || d->day == NO_DAY))
        *out = v;
    return OK;
}

static enum status write_coming(struct conn *c, struct arena *a, void *data)
{
    const struct due *d = data;
    const struct visit *v;
    bool told;
    TRY(mail_is_there(c, d->once, &told));
    if (told)
        return OK;
    TRY(visit_due(c, a, d, "confirmed", &v));
    if (!v)
        return OK;
    struct telling t = {.told = TOLD_REMINDER,
                        .visit = v,
                        .to = v->email,
                        .day = d->day,
                        .once = arena_printf(a, "%s:asker", d->once)};
    TRY(mail_lang(c, a, v->person, v->lang, &t.lang));
    TRY(visit_tell(c, a, &t));
    return team_tell(
        c, a, v,
        &(struct telling){.told = TOLD_COMING, .day = d->day, .once = d->once});
}

static enum status write_over(struct conn *c, struct arena *a, void *data)
{
    const struct due *d = data;
    const struct visit *v;
    const char *secret;
    bool told;
    TRY(mail_is_there(c, d->once, &told));
    if (told)
        return OK;
    TRY(visit_due(c, a, d, "confirmed held", &v));
    if (!v || !v->email)
        return OK;
    TRY(mail_is_stopped(c, a, v->email, &told));
    if (told)
        return OK;
    TRY(link_add(c, a, LINK_REVIEW, d->id, d->day + REVIEW_DAYS, &secret));
    struct telling t = {.told = TOLD_REVIEW,
                        .visit = v,
                        .to = v->email,
                        .day = NO_DAY,
                        .link = arena_printf(a, "/votre-avis/%s", secret),
                        .once = d->once};
    TRY(mail_lang(c, a, v->person, v->lang, &t.lang));
    return visit_tell(c, a, &t);
}

static enum status write_silent(struct conn *c, struct arena *a, void *data)
{
    const struct due *d = data;
    void *row;
    bool told;
    TRY(mail_is_there(c, d->once, &told));
    if (told)
        return OK;
    const enum status s =
        row_load(c, a, &agreement_entity, d->id, &reach_all, &row);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    const struct agreement *g = row;
    const struct due visit = {.id = g->visit, .day = NO_DAY};
    const struct visit *v;
    TRY(visit_due(c, a, &visit, "asked confirmed", &v));
    return v && same(g->state, "asked") ? agreement_remind(c, a, g, d->once)
                                        : OK;
}

static const struct round {
    const char *key;
    const struct sql *sql;
    write_fn *write;
} rounds[] = {
    {"network.coming", &coming, write_coming},
    {"network.review", &over, write_over},
    {"network.silent", &silent, write_silent},
};

enum status reminders_write(struct conn *c, struct arena *a, int32_t today)
{
    for (size_t i = 0; i < COUNT(rounds); i++) {
        struct dues due = {rounds[i].sql, rounds[i].key, today, NULL, 0};
        TRY(dues_load(c, a, &due));
        for (size_t k = 0; k < due.n; k++)
            TRY(rounds[i].write(c, a, &due.all[k]));
    }
    return OK;
}

/* A write for each: none waits long, and one that fails takes no other with
 * it. */
enum status remind_task(struct app *app, struct arena *a, const char *payload)
{
    enum status worst = OK;
    (void)payload;
    for (size_t i = 0; i < COUNT(rounds); i++) {
        struct dues due = {rounds[i].sql, rounds[i].key, day_today(), NULL, 0};
        TRY(db_read(app->db, a, dues_load, &due));
        for (size_t k = 0; k < due.n; k++) {
            const struct arena_mark mark = arena_mark(a);
            const enum status s =
                db_write(app->db, a, rounds[i].write, &due.all[k]);
            arena_rewind(a, mark);
            worst = s != OK ? s : worst;
        }
    }
    return worst;
}
