/* What is told by mail about a visit: the words, to whom, in which language. */
#include "modules/network/agree.h"

#include "core/link.h"
#include "modules/network/open.h"
#include "view/form.h"

static const struct letter_kind {
    const char *what, *subject, *text;
    bool optional; /* see struct mail */
} kinds[] = {
    [TOLD_ASKED] = {"network.mail.asked", "network.mail.asked_subject",
                    "network.mail.asked_text", false},
    [TOLD_CONFIRMED] = {"network.mail.confirmed",
                        "network.mail.confirmed_subject",
                        "network.mail.confirmed_text", false},
    [TOLD_DECLINED] = {"network.mail.declined", "network.mail.declined_subject",
                       "network.mail.declined_text", false},
    [TOLD_CANCELLED] = {"network.mail.cancelled",
                        "network.mail.cancelled_subject",
                        "network.mail.cancelled_text", false},
    [TOLD_CANCELLED_ALL] = {"network.mail.cancelled",
                            "network.mail.cancelled_all_subject",
                            "network.mail.cancelled_all_text", false},
    [TOLD_BOOKED] = {"network.mail.confirmed", "network.mail.booked_subject",
                     "network.mail.booked_text", false},
    [TOLD_MOVED] = {"network.mail.moved", "network.mail.moved_subject",
                    "network.mail.moved_text", false},
    [TOLD_NEW] = {"network.mail.new", "network.mail.new_subject",
                  "network.mail.new_text", false},
    [TOLD_WITHDRAWN] = {"network.mail.withdrawn",
                        "network.mail.withdrawn_subject",
                        "network.mail.withdrawn_text", false},
    [TOLD_AGREED] = {"network.mail.agreed", "network.mail.agreed_subject",
                     "network.mail.agreed_text", false},
    [TOLD_DISAGREED] = {"network.mail.disagreed",
                        "network.mail.disagreed_subject",
                        "network.mail.disagreed_text", false},
    [TOLD_REMINDER] = {"network.mail.reminder", "network.mail.reminder_subject",
                       "network.mail.reminder_text", true},
    [TOLD_COMING] = {"network.mail.coming", "network.mail.coming_subject",
                     "network.mail.coming_text", false},
    [TOLD_REVIEW] = {"network.mail.review", "network.mail.review_subject",
                     "network.mail.review_text", true},
    [TOLD_AGREEMENT] = {"network.mail.agreement",
                        "network.mail.agreement_subject",
                        "network.mail.agreement_text", false},
    [TOLD_AGREEMENT_AGAIN] = {"network.mail.agreement",
                              "network.mail.agreement_again_subject",
                              "network.mail.agreement_text", false},
};

static enum status say_when(struct conn *c, struct arena *a,
                            const struct lang *l, int64_t visit,
                            struct visit_said *out)
{
    enum { MOST = 20 };
    struct rows *rows;
    struct buf b = {.mem = a};
    TRY(db_rows(
        c, a,
        SQL("SELECT day, part FROM network_slot WHERE visit = :visit"
            " AND (:day IS NULL OR day = :day) ORDER BY day, " PART_NUMBER(
                "part") ", id LIMIT :most"),
        ARGS(arg_int("visit", visit), arg_day("day", out->day),
             arg_int("most", MOST)),
        &rows));
    out->first = NO_DAY;
    while (rows_next(rows)) {
        const int32_t at = row_day(rows, 0);
        if (out->first == NO_DAY)
            out->first = at;
        buf_printf(&b, "%s%s, %s", b.n ? "\n" : "",
                   format_day(a, l, at, DAY_LONG),
                   format_half(l, part_of(row_text(rows, 1))));
    }
    out->when = buf_done(&b).p;
    return rows_end(rows);
}

static const char *joined(struct arena *a, const char *one, const char *two)
{
    return !one   ? two ? two : ""
           : !two ? one
                  : arena_printf(a, "%s, %s", one, two);
}

enum status visit_outside(struct conn *c, struct arena *a, const struct lang *l,
                          const struct visit *v, int32_t day, const char **out)
{
    enum { MOST = 10 };
    struct rows *rows;
    struct buf b = {.mem = a};
    *out = NULL;
    if (!v->place || !same(v->place, "outside"))
        return OK;
    TRY(db_rows(c, a,
                SQL("SELECT DISTINCT address FROM network_slot WHERE visit ="
                    " :visit AND address IS NOT NULL AND (:day IS NULL OR day ="
                    " :day) ORDER BY address LIMIT :most"),
                ARGS(arg_int("visit", v->row.id), arg_day("day", day),
                     arg_int("most", MOST)),
                &rows));
    while (rows_next(rows))
        buf_printf(&b, "%s%s", b.n ? ", " : "", row_text(rows, 0));
    *out = b.n ? buf_done(&b).p
               : choice_label(a, l, &visit_entity, "place", v->place);
    return rows_end(rows);
}

enum status visit_say(struct conn *c, struct arena *a, const struct lang *l,
                      const struct visit *v, struct visit_said *out)
{
    struct rows *rows;
    *out = (struct visit_said){.day = out->day,
                               .title = v->title,
                               .asker = v->asker,
                               .need = v->need,
                               .lab = "",
                               .contact = "",
                               .who = ""};
    out->kind = choice_label(a, l, &visit_entity, "kind", v->kind);
    if (v->pupils != NONE)
        out->people = tr_n(a, l, "network.pupils", v->pupils);
    TRY(db_rows(c, a,
                SQL("SELECT l.name, l.place, l.phone, l.mail, s.name, s.commune"
                    " FROM network_lab l LEFT JOIN directory_school s ON s.id ="
                    " :school WHERE l.id = :lab"),
                ARGS(arg_int("lab", v->lab), arg_int("school", v->school)),
                &rows));
    if (rows_next(rows)) {
        out->lab = row_text(rows, 0);
        out->place = row_text(rows, 1);
        out->contact = joined(a, row_text(rows, 2), row_text(rows, 3));
        const char *school = row_text(rows, 4), *commune = row_text(rows, 5);
        out->who = joined(a,
                          school && commune
                              ? arena_printf(a, "%s (%s)", school, commune)
                              : school,
                          v->class_label);
    }
    TRY(rows_end(rows));
    TRY(visit_outside(c, a, l, v, out->day, &out->outside));
    return say_when(c, a, l, v->row.id, out);
}

static const char *facts_of(struct arena *a, const struct lang *l,
                            const struct visit_said *s)
{
    struct buf b = {.mem = a};
    buf_str(&b,
            tr_with(a, l, "network.mail_where", "lab",
                    s->outside ? s->outside : s->lab, "place",
                    s->place && !s->outside ? arena_printf(a, " (%s)", s->place)
                                            : "",
                    NULL));
    if (*s->when)
        buf_printf(&b, "\n%s\n%s", tr(l, "network.mail_when"), s->when);
    if (*s->who || s->people)
        buf_printf(&b, "\n%s",
                   tr_with(a, l, "network.mail_who", "who",
                           joined(a, *s->who ? s->who : NULL, s->people),
                           NULL));
    buf_printf(&b, "\n%s",
               tr_with(a, l, "network.mail_title", "title", s->title, NULL));
    if (s->need)
        buf_printf(&b, "\n%s",
                   tr_with(a, l, "network.mail_need", "need", s->need, NULL));
    if (*s->contact)
        buf_printf(
            &b, "\n%s",
            tr_with(a, l, "network.mail_contact", "contact", s->contact, NULL));
    return b.p;
}

/* The half-days of the others that the mail is about. */
static enum status say_others(struct conn *c, struct arena *a,
                              const struct telling *t, struct visit_said *out)
{
    for (size_t i = 0; i < t->other_count; i++) {
        struct visit_said s = {.day = NO_DAY};
        TRY(say_when(c, a, t->lang, t->others[i], &s));
        out->when = arena_printf(a, "%s\n%s", out->when, s.when);
    }
    return OK;
}

enum status visit_tell(struct conn *c, struct arena *a, const struct telling *t)
{
    const struct letter_kind *k = &kinds[t->told];
    const struct visit *v = t->visit;
    struct visit_said s = {.day = t->day};
    if (!t->to)
        return OK;
    TRY(visit_say(c, a, t->lang, v, &s));
    TRY(say_others(c, a, t, &s));
    const char *day =
        s.first == NO_DAY ? "" : format_day(a, t->lang, s.first, DAY_PLAIN);
    const char *text = tr_with(
        a, t->lang, k->text, "facts", mail_typed(a, facts_of(a, t->lang, &s)),
        "link", t->link ? arena_printf(a, "{site}%s", t->link) : "", "reason",
        mail_typed(a, t->reason         ? t->reason
                      : v->state_reason ? v->state_reason
                                        : "–"),
        "asker", mail_typed(a, v->asker ? v->asker : "–"), "page",
        t->seen ? arena_printf(a, "{site}%s", t->seen)
                : arena_printf(a, "{site}/accueils/%" PRId64, v->row.id),
        NULL);
    const struct mail m = {
        .to = t->to,
        .lang = t->lang,
        .what = k->what,
        .subject = tr_with(a, t->lang, k->subject, "lab", s.lab, "day", day,
                           "title", v->title, NULL),
        .text = text,
        .page = t->page ? t->page : path_of_id(a, "/accueils", v->row.id),
        .once = t->once,
        .optional = k->optional};
    return mail_add(c, a, &m);
}

/* Whoever asked without an account reads the sheet by it: until the way home,
 * which is looked for as it is read (sheet.c), for its half-days may move. */
static enum status sheet_link(struct conn *c, struct arena *a,
                              const struct visit *v, const char **out)
{
    const char *secret;
    TRY(link_add(c, a, LINK_SHEET, v->row.id,
                 school_year_last((int)v->year) + 1, &secret));
    *out = arena_printf(a, "/fiche-sortie/%s", secret);
    return OK;
}

/* By it whoever asked also withdraws. */
enum status asked_link(struct conn *c, struct arena *a, const struct visit *v,
                       const char **out)
{
    const char *secret;
    TRY(link_add(c, a, LINK_ASKED, v->row.id,
                 school_year_last((int)v->year) + 1, &secret));
    *out = arena_printf(a, "/ma-demande/%s", secret);
    return OK;
}

enum status asker_tell(struct conn *c, struct arena *a, const struct visit *v,
                       enum told told)
{
    struct telling t = {
        .told = told, .visit = v, .to = v->email, .day = NO_DAY};
    if (!v->email)
        return OK;
    TRY(mail_lang(c, a, v->person, v->lang, &t.lang));
    if (told == TOLD_CONFIRMED)
        TRY(sheet_link(c, a, v, &t.link));
    if (told == TOLD_ASKED)
        TRY(asked_link(c, a, v, &t.link));
    return visit_tell(c, a, &t);
}

struct member {
    int64_t person;
    const char *email;
};

/* Who coordinates that day: named with the half-day, or else all who do; where
 * nobody does who has an address, the laboratory itself. */
static enum status team_load(struct conn *c, struct arena *a,
                             const struct visit *v, int32_t day,
                             struct member *out, size_t most, size_t *n)
{
    struct rows *rows;
    TRY(db_rows(
        c, a,
        SQL("SELECT p.id, p.email FROM directory_person p WHERE p.email IS NOT"
            " NULL AND (p.id IN (SELECT s.coordinator FROM network_slot s WHERE"
            " s.visit = :visit AND s.day = :day) OR p.id IN (SELECT t.person"
            " FROM network_team t WHERE t.lab = :lab AND t.starts <= :day AND"
            " (t.ends IS NULL OR t.ends >= :day) AND NOT EXISTS (SELECT 1 FROM"
            " network_slot s WHERE s.visit = :visit AND s.day = :day AND"
            " s.coordinator IS NOT NULL))) ORDER BY p.id LIMIT :most"),
        ARGS(arg_int("visit", v->row.id), arg_day("day", day),
             arg_int("lab", v->lab), arg_int("most", (int64_t)most)),
        &rows));
    for (*n = 0; rows_next(rows); ++*n)
        out[*n] = (struct member){row_int(rows, 0), row_text(rows, 1)};
    TRY(rows_end(rows));
    if (*n)
        return OK;
    TRY(db_rows(c, a,
                SQL("SELECT mail FROM network_lab WHERE id = :lab AND mail IS"
                    " NOT NULL"),
                ARGS(arg_int("lab", v->lab)), &rows));
    if (rows_next(rows))
        out[(*n)++] = (struct member){NONE, row_text(rows, 0)};
    return rows_end(rows);
}

/* The first bears the key by which it is known to be told. */
enum status team_tell(struct conn *c, struct arena *a, const struct visit *v,
                      const struct telling *what)
{
    enum { TEAM = 10 };
    struct member team[TEAM];
    int64_t day = what->day;
    size_t n;
    if (day == NO_DAY)
        TRY(db_int(c,
                   SQL("SELECT min(day) FROM network_slot WHERE visit = "
                       ":visit"),
                   ARGS(arg_int("visit", v->row.id)), &day));
    TRY(team_load(c, a, v, day == NONE ? day_today() : (int32_t)day, team, TEAM,
                  &n));
    for (size_t i = 0; i < n; i++) {
        struct telling t = *what;
        t.visit = v;
        t.to = team[i].email;
        t.once = i ? NULL : what->once;
        TRY(mail_lang(c, a, team[i].person, NULL, &t.lang));
        TRY(visit_tell(c, a, &t));
    }
    return OK;
}

static bool text_differs(const char *one, const char *two)
{
    return one && two ? !same(one, two) : one != two;
}

/* What was sent to an address that is theirs no more opens nothing more. */
static enum status address_changed(struct conn *c, struct arena *a,
                                   const struct visit *v, struct actor by)
{
    TRY(link_end(c, LINK_SHEET, v->row.id));
    TRY(link_end(c, LINK_ASKED, v->row.id));
    if (by.tells || !word_in("asked confirmed", v->state))
        return OK;
    return asker_tell(c, a, v,
                      same(v->state, "asked") ? TOLD_ASKED : TOLD_CONFIRMED);
}

static enum status words_changed(struct conn *c, struct arena *a,
                                 const struct visit *before,
                                 const struct visit *after, struct actor by)
{
    const bool other = before->lab != after->lab ||
                       before->school != after->school ||
                       text_differs(before->class_label, after->class_label);
    if (text_differs(before->email, after->email))
        TRY(address_changed(c, a, after, by));
    return other ? agreement_revoke(c, a, after->row.id, by, true) : OK;
}

enum status visit_changed(struct conn *c, struct arena *a,
                          const struct visit *before, const struct visit *after,
                          struct actor by)
{
    const bool was_off = word_in("cancelled missed", before->state);
    if (same(before->state, after->state))
        return words_changed(c, a, before, after, by);
    if (same(after->state, "cancelled"))
        TRY(agreement_revoke(c, a, after->row.id, by, false));
    if (was_off && word_in("asked confirmed", after->state))
        TRY(agreement_ask(c, a, after->row.id));
    if (was_off && same(after->state, "asked"))
        return asker_tell(c, a, after, TOLD_ASKED);
    if (same(after->state, "confirmed") && !same(before->state, "held") &&
        !by.tells)
        return asker_tell(c, a, after, TOLD_CONFIRMED);
    if (same(after->state, "cancelled") && !by.tells &&
        !(by.person && by.person == after->person)) /* who knows it already */
        return asker_tell(c, a, after,
                          same(before->state, "asked") ? TOLD_DECLINED
                                                       : TOLD_CANCELLED);
    return OK;
}

bool slot_moved(const struct slot *before, const struct slot *after)
{
    return !before || !after || before->day != after->day ||
           !same(before->part, after->part) || before->visit != after->visit;
}
