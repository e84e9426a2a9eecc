/*
 * What a decision asked for comes back when its day is over: a word to whom the
 * project has as its lead or its coordinator, else to who chaired the
 * committee. Looked at each hour, sent once to each for each day that was set,
 * for its mail's key is; not of what was overdue for long when a place begins.
 */
#include "core/mail.h"
#include "i18n/format.h"
#include "modules/portfolio/life.h"

enum { MOST = 200 };

/* A condition whose day is over, and one who owes it. */
struct overdue {
    int64_t condition, gate, person;
    int32_t due;
    const char *email, *project, *once;
};
struct overdues {
    struct overdue all[MOST];
    size_t n;
};

#define LEADS                                                                  \
    "portfolio_project_member m WHERE m.project = j.id AND m.role IN"          \
    " ('lead', 'coordinator')"
static const struct sql overdue = SQL_CONST(
    "SELECT o.condition, o.gate, o.person, o.due, o.email, o.project, o.once"
    " FROM (SELECT k.id AS condition, g.id AS gate, p.id AS person, k.due AS"
    " due, p.email AS email, j.name AS project, 'portfolio.condition:' ||"
    " CAST(k.id AS TEXT) || ':' || CAST(k.due AS TEXT) || ':' || CAST(p.id AS"
    " TEXT) AS once FROM portfolio_gate_condition k JOIN portfolio_gate g ON"
    " g.id = k.gate JOIN portfolio_project j ON j.id = g.project JOIN"
    " directory_person p ON p.email IS NOT NULL AND (p.id IN (SELECT m.person"
    " FROM " LEADS ") OR (p.id IN (SELECT s.person FROM portfolio_gate_member s"
    " WHERE s.gate = g.id AND s.role = 'chair') AND NOT EXISTS (SELECT 1 FROM"
    " directory_person q WHERE q.email IS NOT NULL AND q.id IN (SELECT m.person"
    " FROM " LEADS ")))) WHERE k.state = 'open' AND j.state <> 'stopped' AND "
    "k.due < :today AND k.due >="
    " :today - 30) o WHERE NOT EXISTS (SELECT 1 FROM core_mail c WHERE c.once ="
    " o.once) ORDER BY o.due, o.condition, o.person LIMIT :most");

static enum status overdues_load(struct conn *c, struct arena *a, void *data)
{
    struct overdues *out = data;
    struct rows *rows;
    out->n = 0;
    TRY(db_rows(c, a, overdue,
                ARGS(arg_day("today", day_today()), arg_int("most", MOST)),
                &rows));
    while (rows_next(rows))
        out->all[out->n++] = (struct overdue){.condition = row_int(rows, 0),
                                              .gate = row_int(rows, 1),
                                              .person = row_int(rows, 2),
                                              .due = row_day(rows, 3),
                                              .email = row_text(rows, 4),
                                              .project = row_text(rows, 5),
                                              .once = row_text(rows, 6)};
    return rows_end(rows);
}

static enum status tell(struct conn *c, struct arena *a,
                        const struct overdue *o, const char *what)
{
    const struct lang *l;
    TRY(mail_lang(c, a, o->person, NULL, &l));
    const char *page = path_of_id(a, "/jalons", o->gate);
    const char *text =
        tr_with(a, l, "portfolio.mail_overdue_text", "project",
                mail_typed(a, o->project), "what", mail_typed(a, what), "day",
                format_day(a, l, o->due, DAY_LONG), "link",
                arena_printf(a, "{site}%s", page), "stop", "{stop}", NULL);
    return mail_add(c, a,
                    &(struct mail){.to = o->email,
                                   .lang = l,
                                   .what = "portfolio.mail_overdue",
                                   .subject = tr_with(
                                       a, l, "portfolio.mail_overdue_subject",
                                       "project", o->project, NULL),
                                   .text = text,
                                   .page = page,
                                   .once = o->once,
                                   .optional = true});
}

static enum status write_one(struct conn *c, struct arena *a, void *data)
{
    const struct overdue *o = data;
    void *row;
    const enum status s =
        row_load(c, a, &gate_condition_entity, o->condition, &reach_all, &row);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    const struct gate_condition *k = row;
    return same(k->state, "open") && k->due == o->due ? tell(c, a, o, k->text)
                                                      : OK;
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
