/* The agreement of the head, or of the directrice, of a class's school. */
#include "modules/network/agree.h"

#include "core/link.h"
#include "core/task.h"
#include "modules/directory/check.h"
#include "modules/network/routes.h"

static const char *const states[] = {"asked", "agreed", "refused", "revoked",
                                     NULL};
static const struct field fields[] = {
    REF(agreement, visit, &visit_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(agreement, name, .max = 120, .flags = F_PERSONAL | F_LIST),
    TEXT(agreement, email, .check = check_mail,
         .flags = F_REQUIRED | F_PERSONAL),
    DATE(agreement, asked, .flags = F_COMPUTED | F_LIST | F_SORT),
    DATE(agreement, until, .flags = F_COMPUTED),
    DATE(agreement, answered, .flags = F_COMPUTED | F_LIST),
    CHOICE(agreement, state, states, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(agreement, state_reason, .max = 400, .flags = F_COMPUTED | F_LIST),
    {0},
};
static const struct index indexes[] = {
    {.columns = "visit, state"},
    {.columns = "visit",
     .unique = true,
     .where = SQL_CONST("state IN ('asked', 'agreed')")},
    {0},
};
static const char *const reach[] = {REACH_VISIT, NULL};
static const struct step steps[] = {
    {.name = "agree",
     .from = "asked",
     .to = "agreed",
     .right = "network.agree"},
    {.name = "refuse",
     .from = "asked",
     .to = "refused",
     .right = "network.agree",
     .needs_reason = true},
    {.name = "revoke",
     .from = "asked agreed",
     .to = "revoked",
     .right = "network.receive",
     .needs_reason = true},
    {0},
};

static void settle(struct arena *a, void *row)
{
    struct agreement *g = row;
    (void)a;
    if (g->asked == NO_DAY)
        g->asked = day_today();
    if (g->until == NO_DAY)
        g->until = g->asked + AGREE_DAYS;
    if (g->state && same(g->state, "asked"))
        g->answered = NO_DAY;
    else if (g->answered == NO_DAY)
        g->answered = day_today();
}

static const char *locked(struct conn *c, struct arena *a, const void *row)
{
    (void)c, (void)a;
    return same(((const struct agreement *)row)->state, "asked")
               ? NULL
               : "network_agreement.answered_already";
}

/* The mail with a link of its own. */
static enum status send(struct conn *c, struct arena *a,
                        const struct agreement *g, enum told told,
                        const char *once)
{
    void *visit;
    const char *secret;
    struct telling t = {
        .told = told, .to = g->email, .day = NO_DAY, .once = once};
    struct head_known head;
    TRY(row_load(c, a, &visit_entity, g->visit, &reach_all, &visit));
    t.visit = visit;
    TRY(school_head_find(c, a, visit, &head));
    TRY(mail_lang(c, a, head.person, NULL, &t.lang));
    TRY(link_add(c, a, LINK_AGREEMENT, g->row.id, g->until, &secret));
    t.link = arena_printf(a, "/accord/%s", secret);
    return visit_tell(c, a, &t);
}

/* Who asked and who coordinates read what the head says. */
static enum status tell_answer(struct conn *c, struct arena *a,
                               const struct agreement *g)
{
    void *row;
    struct telling t = {.told = same(g->state, "agreed") ? TOLD_AGREED
                                                         : TOLD_DISAGREED,
                        .day = NO_DAY,
                        .reason = g->state_reason};
    TRY(row_load(c, a, &visit_entity, g->visit, &reach_all, &row));
    const struct visit *v = t.visit = row;
    TRY(team_tell(c, a, v, &t));
    t.to = v->email;
    if (t.to && v->person == NONE)
        TRY(asked_link(c, a, v, &t.seen));
    TRY(mail_lang(c, a, v->person, v->lang, &t.lang));
    return visit_tell(c, a, &t);
}

/* Asked, it is sent; at another address, to that alone; answered or gone, its
 * links lead nowhere. */
static enum status follow(struct conn *c, struct arena *a, const void *before,
                          const void *after, struct actor by)
{
    const struct agreement *was = before, *is = after;
    const bool waited = was && same(was->state, "asked");
    const bool waits = is && same(is->state, "asked");
    const bool elsewhere = waited && waits && !same(was->email, is->email);
    if (waited && (!waits || elsewhere))
        TRY(link_end(c, LINK_AGREEMENT, was->row.id));
    if (waited && is && word_in("agreed refused", is->state) && !by.import)
        TRY(tell_answer(c, a, is));
    return waits && (!waited || elsewhere) && !by.import
               ? send(c, a, is, TOLD_AGREEMENT, NULL)
               : OK;
}

const struct entity agreement_entity = {
    .name = "network_agreement",
    .api = "agreement",
    .path = "/accords",
    .row_size = sizeof(struct agreement),
    .fields = fields,
    .steps = steps,
    .indexes = indexes,
    .title = "email", /* its name is often not known */
    .sort = "-asked",
    .reach = reach,
    .read = "network.visits",
    .write = "network.receive",
    .parent = "visit",
    .keep_years = 3,
    .settle = settle,
    .locked = locked,
    .follow = follow,
};

enum status school_head_find(struct conn *c, struct arena *a,
                             const struct visit *v, struct head_known *out)
{
    struct rows *rows;
    *out = (struct head_known){.person = NONE};
    TRY(db_rows(
        c, a,
        SQL("SELECT p.person, p.name, p.email FROM auth_grant g JOIN"
            " auth_account p ON p.person = g.person WHERE g.role = 'head' AND"
            " g.entity = 'directory_school' AND g.row_id = :school AND"
            " g.from_day <= :today AND (g.until_day IS NULL OR g.until_day >="
            " :today) AND p.closed = 0 ORDER BY g.id DESC LIMIT 1"),
        ARGS(arg_int("school", v->school), arg_day("today", day_today())),
        &rows));
    if (rows_next(rows)) {
        out->person = row_int(rows, 0);
        out->name = row_text(rows, 1);
        out->email = row_text(rows, 2);
    }
    TRY(rows_end(rows));
    if (out->email)
        return OK;
    TRY(db_rows(c, a, SQL("SELECT mail FROM directory_school WHERE id = :id"),
                ARGS(arg_int("id", v->school)), &rows));
    out->email = rows_next(rows) ? row_text(rows, 0) : NULL;
    TRY(rows_end(rows));
    if (!out->email)
        out->email = v->head_email;
    return OK;
}

enum status agreement_ask(struct conn *c, struct arena *a, int64_t visit)
{
    const char *payload = arena_printf(a, "%" PRId64, visit);
    return task_add(c, "network.agree", payload,
                    arena_printf(a, "network.agree.%s", payload), 0);
}

static enum status ask_refused(struct conn *c, struct arena *a, int64_t visit)
{
    int64_t refused;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_agreement WHERE visit = :visit"
                   " AND state = 'refused'"),
               ARGS(arg_int("visit", visit)), &refused));
    return refused ? agreement_ask(c, a, visit) : OK;
}

enum status agreement_revoke(struct conn *c, struct arena *a, int64_t visit,
                             struct actor by, bool again)
{
    int64_t id;
    void *row;
    const char *refusal;
    const struct step *revoke = &steps[COUNT(steps) - 2];
    TRY(db_int(c,
               SQL("SELECT id FROM network_agreement WHERE visit = :visit AND"
                   " state IN ('asked', 'agreed') ORDER BY id LIMIT 1"),
               ARGS(arg_int("visit", visit)), &id));
    if (id == NONE) /* what was refused may be agreed to on another day */
        return again ? ask_refused(c, a, visit) : OK;
    TRY(row_load(c, a, &agreement_entity, id, &reach_all, &row));
    /* In French, as rows are, whoever reads. */
    TRY(step_take(c, a, &agreement_entity, revoke, row,
                  str_of(tr(lang_default(), again ? "network.agree_moved"
                                                  : "network.agree_off")),
                  by, &refusal));
    return again ? agreement_ask(c, a, visit) : OK;
}

enum status agreement_remind(struct conn *c, struct arena *a,
                             const struct agreement *g, const char *once)
{
    return send(c, a, g, TOLD_AGREEMENT_AGAIN, once);
}

static bool is_of_class(const struct visit *v)
{
    return v->school != NONE && (v->class_label || v->pupils > 0);
}

const char *agreement_lacks(struct conn *c, struct arena *a, const void *row,
                            int64_t person)
{
    const struct visit *v = row;
    (void)a, (void)person;
    if (!is_of_class(v))
        return NULL;
    return fault_if(
        c,
        SQL("SELECT count(*) FROM network_lab l WHERE l.id = :lab AND"
            " l.agreement = 1 AND NOT EXISTS (SELECT 1 FROM"
            " network_agreement g WHERE g.visit = :visit AND g.state"
            " = 'agreed')"),
        ARGS(arg_int("lab", v->lab), arg_int("visit", v->row.id)),
        "network_visit.no_agreement");
}

/* Is there something to ask, and nothing asked or given yet? */
static enum status wants_asking(struct conn *c, const struct visit *v,
                                bool *out)
{
    int64_t there;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_agreement WHERE visit = :visit"
                   " AND state IN ('asked', 'agreed')"),
               ARGS(arg_int("visit", v->row.id)), &there));
    *out = !there && is_of_class(v) && word_in("asked confirmed", v->state);
    return OK;
}

/* Who asks and is the head agrees by asking. */
static enum status ask_head(struct conn *c, struct arena *a, void *data)
{
    void *row;
    bool wanted;
    struct head_known head;
    const enum status s =
        row_load(c, a, &visit_entity, *(const int64_t *)data, &reach_all, &row);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    const struct visit *v = row;
    TRY(wants_asking(c, v, &wanted));
    if (!wanted)
        return OK;
    TRY(school_head_find(c, a, v, &head));
    if (!head.email || !mail_address_ok(str_of(head.email)))
        return OK; /* the coordinator sees that there is none */
    struct agreement *g = row_new(a, &agreement_entity);
    g->visit = v->row.id;
    g->name = head.name;
    g->email = head.email;
    g->state =
        head.person != NONE && head.person == v->person ? "agreed" : "asked";
    return row_insert(c, a, &agreement_entity, g, (struct actor){0});
}

enum status agree_task(struct app *app, struct arena *a, const char *payload)
{
    int64_t id;
    return str_int(str_of(payload), &id) ? db_write(app->db, a, ask_head, &id)
                                         : OK;
}
