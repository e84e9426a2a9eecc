/*
 * What a decision asked for comes back when its day is over: a word to whom the
 * project has as its lead or its coordinator, else to who chaired the
 * committee. Looked at each hour, sent once for each day that was set, for its
 * mail's key is; not of what was overdue for long when a place begins.
 */
#include "core/mail.h"
#include "i18n/format.h"
#include "modules/portfolio/life.h"

enum { MOST = 100, OWING = 10 };

struct overdue {
    int64_t id;
    int32_t due;
    const char *once;
};

struct overdues {
    struct overdue all[MOST];
    size_t n;
};

static enum status overdues_load(struct conn *c, struct arena *a, void *data)
{
    struct overdues *out = data;
    struct rows *rows;
    out->n = 0;
    TRY(db_rows(
        c, a,
        SQL("SELECT k.id, k.due FROM portfolio_gate_condition k WHERE k.state ="
            " 'open' AND k.due < :today AND k.due >= :today - 30 AND NOT EXISTS"
            " (SELECT 1 FROM core_mail m WHERE m.once = 'portfolio.condition:'"
            " || CAST(k.id AS TEXT) || ':' || CAST(k.due AS TEXT)) ORDER BY"
            " k.due, k.id LIMIT :most"),
        ARGS(arg_day("today", day_today()), arg_int("most", MOST)), &rows));
    while (rows_next(rows)) {
        struct overdue *o = &out->all[out->n++];
        *o = (struct overdue){.id = row_int(rows, 0), .due = row_day(rows, 1)};
        o->once = arena_printf(a, "portfolio.condition:%" PRId64 ":%" PRId32,
                               o->id, o->due);
    }
    return rows_end(rows);
}

/* Who owes it, and what of. */
struct owing {
    int64_t person;
    const char *email, *project;
};

static enum status owing_load(struct conn *c, struct arena *a, int64_t gate,
                              struct owing out[OWING], size_t *n)
{
    struct rows *rows;
    *n = 0;
    TRY(db_rows(
        c, a,
        SQL("SELECT p.id, p.email, j.name FROM portfolio_gate g JOIN"
            " portfolio_project j ON j.id = g.project JOIN directory_person p"
            " ON p.email IS NOT NULL AND (p.id IN (SELECT m.person FROM"
            " portfolio_project_member m WHERE m.project = j.id AND m.role IN"
            " ('lead', 'coordinator')) OR (p.id IN (SELECT s.person FROM"
            " portfolio_gate_member s WHERE s.gate = g.id AND s.role = 'chair')"
            " AND NOT EXISTS (SELECT 1 FROM portfolio_project_member m JOIN"
            " directory_person q ON q.id = m.person AND q.email IS NOT NULL"
            " WHERE m.project = j.id AND m.role IN ('lead', 'coordinator'))))"
            " WHERE g.id = :gate ORDER BY p.id LIMIT :most"),
        ARGS(arg_int("gate", gate), arg_int("most", OWING)), &rows));
    while (rows_next(rows))
        out[(*n)++] = (struct owing){row_int(rows, 0), row_text(rows, 1),
                                     row_text(rows, 2)};
    return rows_end(rows);
}

static enum status tell(struct conn *c, struct arena *a,
                        const struct gate_condition *k, const struct owing *who,
                        const char *once)
{
    const struct lang *l;
    TRY(mail_lang(c, a, who->person, NULL, &l));
    const char *text =
        tr_with(a, l, "portfolio.mail_overdue_text", "project",
                mail_typed(a, who->project), "what", mail_typed(a, k->text),
                "day", format_day(a, l, k->due, DAY_LONG), "link",
                arena_printf(a, "{site}/jalons/%" PRId64, k->gate), "stop",
                "{stop}", NULL);
    return mail_add(c, a,
                    &(struct mail){.to = who->email,
                                   .lang = l,
                                   .what = "portfolio.mail_overdue",
                                   .subject = tr_with(
                                       a, l, "portfolio.mail_overdue_subject",
                                       "project", who->project, NULL),
                                   .text = text,
                                   .page = path_of_id(a, "/jalons", k->gate),
                                   .once = once,
                                   .optional = true});
}

static enum status write_one(struct conn *c, struct arena *a, void *data)
{
    const struct overdue *o = data;
    struct owing owing[OWING];
    size_t n;
    void *row;
    bool told;
    TRY(mail_is_there(c, o->once, &told));
    const enum status s =
        told ? ERR_NOT_FOUND
             : row_load(c, a, &gate_condition_entity, o->id, &reach_all, &row);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    const struct gate_condition *k = row;
    if (!same(k->state, "open") || k->due != o->due)
        return OK;
    TRY(owing_load(c, a, k->gate, owing, &n));
    for (size_t i = 0; i < n; i++)
        TRY(tell(c, a, k, &owing[i], i ? NULL : o->once));
    return OK;
}

enum status conditions_remind(struct app *app, struct arena *a,
                              const char *payload)
{
    struct overdues due;
    enum status worst = OK;
    (void)payload;
    TRY(db_read(app->db, a, overdues_load, &due));
    for (size_t i = 0; i < due.n; i++) {
        const struct arena_mark mark = arena_mark(a);
        const enum status s = db_write(app->db, a, write_one, &due.all[i]);
        arena_rewind(a, mark);
        worst = s != OK ? s : worst;
    }
    return worst;
}
