/* The sheet for the sortie scolaire: what the school knows about its way there,
 * beside what the visit says; printed, and signed on paper. What is not known
 * is left to be written by hand. */
#include "core/link.h"
#include "i18n/format.h"
#include "modules/network/agree.h"
#include "modules/network/pages/told.html.h"
#include "modules/network/routes.h"
#include "modules/network/visit.h"
#include "pdf/paper.h"

static const char *const transports[] = {"foot",  "coach", "public",
                                         "train", "cars",  NULL};
static const struct field fields[] = {
    REF(outing, visit, &visit_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(outing, leaves, .max = 120, .flags = F_LIST),
    TEXT(outing, returns, .max = 120, .flags = F_LIST),
    INT(outing, adults, .min = 1, .max = 60, .flags = F_LIST),
    TEXT(outing, adult_names, .max = 400, .flags = F_PERSONAL),
    CHOICE(outing, transport, transports, .flags = F_LIST | F_FILTER),
    TEXT(outing, carrier, .max = 160, .flags = 0),
    MONEY(outing, cost, .min = 0, .max = 10000000, .flags = F_LIST),
    TEXT(outing, paid_by, .max = 160, .flags = 0),
    TEXT(outing, meal, .max = 160, .flags = 0),
    PROSE(outing, needs, .max = 1000, .flags = 0),
    TEXT(outing, contact, .max = 120, .flags = F_PERSONAL),
    {0},
};
static const struct index indexes[] = {
    {.columns = "visit", .unique = true},
    {0},
};
static const char *const reach[] = {REACH_VISIT, NULL};

const struct entity outing_entity = {
    .name = "network_outing",
    .api = "outing",
    .path = "/sorties",
    .row_size = sizeof(struct outing),
    .fields = fields,
    .indexes = indexes,
    .sort = "visit",
    .reach = reach,
    .read = "network.visits",
    .write = "network.outing",
    .parent = "visit",
    .later = true,
    .has_uid = true,
    .keep_years = 2,
};

static enum status outing_of(struct req *r, const struct outing **out)
{
    int64_t id;
    void *row;
    *out = row_new(r->mem, &outing_entity);
    TRY(db_int(r->conn,
               SQL("SELECT id FROM network_outing WHERE visit = :visit"),
               ARGS(arg_int("visit", r->id)), &id));
    if (id == NONE)
        return OK;
    TRY(row_load(r->conn, r->mem, &outing_entity, id, &reach_all, &row));
    *out = row;
    return OK;
}

/* Where it is filled in, for who may. */
static const char *outing_address(struct req *r, const struct outing *o)
{
    if (!r->who || !may(r->who, "network.outing"))
        return NULL;
    return o->row.id > 0
               ? arena_printf(r->mem, "/sorties/%" PRId64 "/modifier",
                              o->row.id)
               : arena_printf(r->mem, "/sorties/nouveau?visit=%" PRId64, r->id);
}

/* Whoever confirms is to know that the head has not agreed; others, and once
 * it is confirmed, read no more than that. */
static enum status agreement_alert(struct req *r, const char **out)
{
    int64_t asked, refused;
    const struct visit *v = r->row;
    const struct arg *args = ARGS(arg_int("visit", r->id));
    *out = NULL;
    if (!word_in("asked confirmed", v->state))
        return OK;
    TRY(db_int(r->conn,
               SQL("SELECT count(*) FROM network_agreement WHERE visit ="
                   " :visit AND state = 'asked'"),
               args, &asked));
    TRY(db_int(r->conn,
               SQL("SELECT count(*) FROM network_agreement g WHERE g.visit ="
                   " :visit AND g.state = 'refused' AND NOT EXISTS (SELECT 1"
                   " FROM network_agreement o WHERE o.visit = :visit AND"
                   " o.state IN ('asked', 'agreed'))"),
               args, &refused));
    const bool confirms =
        same(v->state, "asked") && may(r->who, "network.receive");
    const char *key =
        asked     ? confirms ? "network.head_waits" : "network.head_awaited"
        : refused ? confirms ? "network.head_refuses" : "network.head_refused"
                  : NULL;
    *out = key ? tr(r->lang, key) : NULL;
    return OK;
}

/* Outside of the laboratory it is at an address. */
static enum status outside_fact(struct req *r, struct fact *facts, size_t n)
{
    const char *where;
    TRY(visit_outside(r->conn, r->mem, r->lang, r->row, NO_DAY, &where));
    for (size_t i = 0; where && i < n; i++)
        if (facts[i].name && same(facts[i].name, "place") && facts[i].text &&
            !same(facts[i].text, where))
            facts[i].text = arena_printf(r->mem, "%s%s%s", facts[i].text,
                                         tr(r->lang, "view.colon"),
                                         said(r->mem, r->lang, where));
    return OK;
}

/* Without what nobody has filled in; but of a visit that took place it is told
 * whose number is not known: the figures count those who were there. */
static enum status facts_known(struct req *r, struct detail_v *v)
{
    const struct visit *of = r->row;
    struct fact *out = NEW_ARRAY(r->mem, struct fact, v->fact_count);
    const struct fact *all = v->facts;
    size_t n = 0;
    for (size_t i = 0; i < v->fact_count; i++)
        if (all[i].text || all[i].prose.text.p ||
            (same(of->state, "held") && word_in(VISIT_PRESENT, all[i].name)))
            out[n++] = all[i];
    v->facts = out;
    v->fact_count = n;
    return outside_fact(r, out, n);
}

/* The half-days that were taken though the laboratory is closed, or the room
 * another's or too small, each with its reason. */
static enum status despite_fill(struct req *r, struct visit_v *v)
{
    enum { MOST = 20 };
    struct rows *rows;
    struct despite_v *out = NEW_ARRAY(r->mem, struct despite_v, MOST);
    if (!visit_keeps(r->row))
        return OK;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT day, part, override FROM network_slot WHERE visit"
                    " = :visit AND override IS NOT NULL ORDER BY day, id"
                    " LIMIT :most"),
                ARGS(arg_int("visit", r->id), arg_int("most", MOST)), &rows));
    while (rows_next(rows))
        out[v->despite_count++] = (struct despite_v){
            half_day_shown(r, row_day(rows, 0), part_of(row_text(rows, 1))),
            said(r->mem, r->lang, row_text(rows, 2))};
    v->despite = out;
    return rows_end(rows);
}

enum status visit_show(struct req *r)
{
    struct detail_v detail = {0};
    const struct outing *o;
    if (*r->form || r->api)
        return row_page(r);
    TRY(row_detail(r, &detail));
    TRY(facts_known(r, &detail));
    TRY(outing_of(r, &o));
    struct visit_v v = {
        .detail = &detail,
        .sheet = arena_printf(r->mem, "/accueils/%" PRId64 "/sortie", r->id),
        .outing = outing_address(r, o)};
    TRY(agreement_alert(r, &v.alert));
    TRY(visit_past_alert(r, &v.alert));
    TRY(new_classes_fill(r, &v));
    TRY(despite_fill(r, &v));
    struct page p = req_page(r, detail.title);
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    visit_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

static const char *shown(struct req *r, const struct outing *o,
                         const char *name)
{
    return field_shown(r->mem, r->lang, &outing_entity,
                       entity_field(&outing_entity, name), o);
}

static const char *label(struct req *r, const char *name)
{
    return field_label(r->mem, r->lang, &outing_entity, name);
}

static const char *number(struct req *r, int64_t n)
{
    return n > 0 ? format_int(r->mem, r->lang, n) : NULL;
}

static void line_add(struct sheet_v *v, const char *what, const char *text)
{
    v->lines[v->n++] = (struct sheet_line_v){what, text, false};
}

/* What the visit says of itself. What the class comes for is a line of its own,
 * apart from what is to be provided for it. */
static void visit_fill(struct req *r, const struct visit_said *s,
                       struct sheet_v *v)
{
    const struct visit *visit = r->row;
    const struct lang *l = r->lang;
    const char *place = s->place ? said(r->mem, l, s->place) : NULL,
               *lab = arena_printf(r->mem, "%s%s%s", said(r->mem, l, s->lab),
                                   place ? ", " : "", place ? place : "");
    line_add(v, tr(l, "network_visit.title"), said(r->mem, l, s->title));
    if (visit->need)
        line_add(v, tr(l, "network_visit.need"), said(r->mem, l, visit->need));
    line_add(v, tr(l, "network.sheet_where"),
             s->outside ? said(r->mem, l, s->outside) : lab);
    line_add(v, tr(l, "network.sheet_when"), s->when);
    v->lines[v->n - 1].tall = true;
    line_add(v, tr(l, "network.sheet_who"),
             *s->who ? said(r->mem, l, s->who) : NULL);
    line_add(v, tr(l, "network.sheet_teacher"), said(r->mem, l, s->asker));
    line_add(v, tr(l, "network_visit.pupils"), number(r, visit->pupils));
    line_add(v, tr(l, "network.sheet_lab"), *s->contact ? s->contact : NULL);
}

static void sheet_fill(struct req *r, const struct visit_said *s,
                       const struct outing *o, struct sheet_v *v)
{
    static const char *const asked[] = {
        "leaves",  "returns", "transport",   "carrier", "cost",
        "paid_by", "adults",  "adult_names", "meal",    "contact"};
    v->lines = NEW_ARRAY(r->mem, struct sheet_line_v, COUNT(asked) + 9);
    visit_fill(r, s, v);
    for (size_t i = 0; i < COUNT(asked); i++)
        line_add(v, label(r, asked[i]), shown(r, o, asked[i]));
    line_add(v, label(r, "needs"),
             o->needs ? said(r->mem, r->lang, o->needs) : NULL);
    v->lines[v->n - 1].tall = true;
}

/* "donné le 12 mars 2025, M. le directeur"; NULL: to be written by hand. */
static enum status agreement_said(struct req *r, const char **out)
{
    struct rows *rows;
    *out = NULL;
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT answered, name FROM network_agreement WHERE visit ="
                    " :visit AND state = 'agreed' ORDER BY id LIMIT 1"),
                ARGS(arg_int("visit", r->id)), &rows));
    if (rows_next(rows)) {
        const char *name = row_text(rows, 1);
        *out = tr_with(r->mem, r->lang, "network.sheet_agreed", "day",
                       format_day(r->mem, r->lang, row_day(rows, 0), DAY_PLAIN),
                       "name", name ? arena_printf(r->mem, ", %s", name) : "",
                       NULL);
    }
    return rows_end(rows);
}

/* As the visit r->row stands; *s: in words. */
static enum status sheet_make(struct req *r, struct visit_said *s,
                              struct sheet_v *v)
{
    const struct outing *o;
    *s = (struct visit_said){.day = NO_DAY};
    TRY(outing_of(r, &o));
    TRY(visit_say(r->conn, r->mem, r->lang, r->row, s));
    TRY(agreement_said(r, &v->agreed));
    v->edit = outing_address(r, o);
    sheet_fill(r, s, o, v);
    return OK;
}

static enum status sheet_html(struct req *r, const struct page *p,
                              const struct sheet_v *v)
{
    struct html h;
    req_html_open(r, &h);
    sheet_page(&h, p, v);
    return req_html(r, 200, &h);
}

enum status sheet_show(struct req *r)
{
    struct visit_said s;
    struct sheet_v v = {
        .pdf = arena_printf(r->mem, "/accueils/%" PRId64 "/sortie.pdf", r->id),
        .visit = arena_printf(r->mem, "/accueils/%" PRId64, r->id)};
    TRY(sheet_make(r, &s, &v));
    struct page p = req_page(r, tr(r->lang, "network.sheet"));
    const struct page_link crumbs[] = {
        {tr(r->lang, "network_visit.list"), "/accueils", false},
        {said(r->mem, r->lang, s.title), v.visit, false},
    };
    p.crumbs = crumbs;
    p.crumb_count = COUNT(crumbs);
    return sheet_html(r, &p, &v);
}

/* The same for the school's file: what is not known is a line to write on. */
enum status sheet_pdf(struct req *r)
{
    struct visit_said s;
    struct sheet_v v = {0};
    struct paper p;
    TRY(sheet_make(r, &s, &v));
    paper_open(&p, r->mem, tr(r->lang, "network.sheet"));
    for (size_t i = 0; i < v.n; i++)
        paper_fact(&p, v.lines[i].label, v.lines[i].text);
    paper_fact(&p, tr(r->lang, "network.sheet_sign_teacher"), NULL);
    paper_fact(&p, tr(r->lang, "network.sheet_sign_head"), v.agreed);
    return req_pdf(r, &p,
                   arena_printf(r->mem, "sortie-%" PRId64 ".pdf", r->id));
}

/* Of who was sent its address: until the day after the last one, whichever that
 * is now; what takes place no more has none. */
static enum status linked_load(struct req *r)
{
    bool spent;
    int64_t last;
    TRY(link_row(r->conn, r->mem, LINK_SHEET, str_of(req_param(r, "secret")),
                 &visit_entity, &r->row, &spent));
    r->id = ((const struct row *)r->row)->id;
    TRY(db_int(r->conn,
               SQL("SELECT max(day) FROM network_slot WHERE visit = :visit"),
               ARGS(arg_int("visit", r->id)), &last));
    req_header(r, "X-Robots-Tag", "noindex");
    return !spent && (last == NONE || last + 1 >= day_today()) &&
                   word_in("confirmed held",
                           ((const struct visit *)r->row)->state)
               ? OK
               : ERR_NOT_FOUND;
}

enum status sheet_linked(struct req *r)
{
    struct visit_said s;
    struct sheet_v v = {.pdf = arena_printf(r->mem, "/fiche-sortie/%s/pdf",
                                            req_param(r, "secret"))};
    TRY(linked_load(r));
    TRY(sheet_make(r, &s, &v));
    v.edit = NULL;
    const struct page p = req_page(r, tr(r->lang, "network.sheet"));
    return sheet_html(r, &p, &v);
}

enum status sheet_linked_pdf(struct req *r)
{
    TRY(linked_load(r));
    return sheet_pdf(r);
}
