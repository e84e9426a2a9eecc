/* One minute afterwards: how it went, what was used, what blocked. By a
 * one-time link to who asked; on the visit, for the laboratory. */
#include "core/link.h"
#include "modules/network/agree.h"
#include "modules/network/pages/told.html.h"
#include "modules/network/routes.h"

enum { MOST_USED = 20 };

static const char *const wents[] = {"well", "partly", "badly", NULL};
static const struct field fields[] = {
    REF(review, visit, &visit_entity, .flags = F_REQUIRED | F_LIST | F_FILTER),
    CHOICE(review, went, wents, .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(review, other, .max = 200, .flags = F_LIST),
    PROSE(review, blocked, .max = 1000, .flags = F_LIST | F_SEARCH),
    DATE(review, answered, .flags = F_COMPUTED | F_LIST | F_SORT),
    {0},
};
static const struct index indexes[] = {
    {.columns = "visit", .unique = true},
    {0},
};
static const struct link links[] = {
    {.name = "used", .target = &lab_shown_entity, .most = MOST_USED},
    {0},
};
static const char *const reach[] = {REACH_VISIT, NULL};

static void settle(struct arena *a, void *row)
{
    struct review *v = row;
    (void)a;
    if (v->answered == NO_DAY)
        v->answered = day_today();
}

const struct entity review_entity = {
    .name = "network_review",
    .api = "review",
    .path = "/avis-accueils",
    .row_size = sizeof(struct review),
    .fields = fields,
    .indexes = indexes,
    .links = links,
    .sort = "-answered",
    .reach = reach,
    .read = "network.visits",
    .write = "network.receive",
    .parent = "visit",
    .later = true,
    .has_uid = true,
    .keep_years = 5,
    .settle = settle,
};

/* The page. */

struct reviewing {
    struct req *r;
    const struct visit *visit;
    bool spent;
    const char *alert; /* a label key */
    struct review *row;
    struct linked used[MOST_USED];
    size_t used_count;
};

static enum status load(struct reviewing *k, struct conn *c, struct arena *a)
{
    void *row;
    TRY(link_row(c, a, LINK_REVIEW, str_of(req_param(k->r, "secret")),
                 &visit_entity, &row, &k->spent));
    k->visit = row;
    return OK;
}

static bool is_used(const struct reviewing *k, int64_t id)
{
    for (size_t i = 0; i < k->used_count; i++)
        if (k->used[i].target == id)
            return true;
    return false;
}

/* What the laboratory has on show, that which is ticked marked. */
static enum status used_fill(struct reviewing *k, struct review_v *v)
{
    struct req *r = k->r;
    struct rows *rows;
    struct choice_v *out = NEW_ARRAY(r->mem, struct choice_v, MOST_USED);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT id, name FROM network_shown WHERE lab = :lab"
                    " ORDER BY name, id LIMIT :most"),
                ARGS(arg_int("lab", k->visit->lab), arg_int("most", MOST_USED)),
                &rows));
    while (rows_next(rows))
        out[v->used_count++] = (struct choice_v){
            .value = arena_printf(r->mem, "%" PRId64, row_int(rows, 0)),
            .label = said(r->mem, r->lang, row_text(rows, 1)),
            .chosen = is_used(k, row_int(rows, 0))};
    v->used = out;
    return rows_end(rows);
}

static enum status show(struct reviewing *k, int code)
{
    struct req *r = k->r;
    struct visit_said s = {.day = NO_DAY};
    TRY(visit_say(r->conn, r->mem, r->lang, k->visit, &s));
    struct choice_v *went = NEW_ARRAY(r->mem, struct choice_v, COUNT(wents));
    struct review_v v = {.said = &s,
                         .alert = k->alert ? tr(r->lang, k->alert) : NULL,
                         .csrf = r->who ? r->who->csrf : NULL,
                         .key = req_key(r),
                         .action = req_path(r),
                         .went = went,
                         .done = k->spent};
    for (; wents[v.went_count]; v.went_count++)
        went[v.went_count] = (struct choice_v){
            .value = wents[v.went_count],
            .label = choice_label(r->mem, r->lang, &review_entity, "went",
                                  wents[v.went_count]),
            .chosen = k->row && k->row->went &&
                      same(k->row->went, wents[v.went_count])};
    if (k->row) {
        v.other = k->row->other;
        v.blocked = k->row->blocked;
    }
    TRY(used_fill(k, &v));
    struct page p = req_page(r, tr(r->lang, "network.review"));
    struct html h;
    req_html_open(r, &h);
    req_header(r, "X-Robots-Tag", "noindex");
    review_page(&h, &p, &v);
    return req_html(r, code, &h);
}

enum status review_form(struct req *r)
{
    struct reviewing k = {.r = r};
    TRY(load(&k, r->conn, r->mem));
    return show(&k, 200);
}

/* Of this form's fields, and its link's visit. */
static struct str given(const void *data, const char *name, size_t nth)
{
    const struct reviewing *k = data;
    if (same(name, "visit"))
        return nth ? (struct str){NULL, 0}
                   : str_of(
                         arena_printf(k->r->mem, "%" PRId64, k->visit->row.id));
    return word_in("went other blocked", name)
               ? k->r->in.get(k->r->in.data, name, nth)
               : (struct str){0};
}

/* Only what stands in that laboratory; the rest of what was sent is nothing. */
static enum status read_used(struct reviewing *k)
{
    struct req *r = k->r;
    size_t n;
    const struct str *ids = req_texts(r, "used", &n);
    for (size_t i = 0; i < n && k->used_count < MOST_USED; i++) {
        int64_t id, lab;
        if (!str_int(ids[i], &id) || is_used(k, id))
            continue;
        TRY(db_int(r->conn, SQL("SELECT lab FROM network_shown WHERE id = :id"),
                   ARGS(arg_int("id", id)), &lab));
        if (lab == k->visit->lab)
            k->used[k->used_count++] =
                (struct linked){.target = id, .weight = 1};
    }
    return OK;
}

static enum status keep(struct conn *c, struct arena *a, void *data)
{
    struct reviewing *k = data;
    TRY(load(k, c, a));
    if (k->spent)
        return ERR_CONFLICT;
    struct review *v = row_copy(a, &review_entity, k->row);
    TRY(row_insert(c, a, &review_entity, v, req_actor(k->r)));
    TRY(links_save(c, a, (struct linking){&review_entity, links, v->row.id},
                   (struct links){k->used, k->used_count}, req_actor(k->r)));
    k->r->location = str_dup(k->r->mem, str_of(req_path(k->r)));
    return link_end(c, LINK_REVIEW, k->visit->row.id);
}

enum status review_send(struct req *r)
{
    struct reviewing k = {.r = r, .row = row_new(r->mem, &review_entity)};
    TRY(load(&k, r->conn, r->mem));
    if (k.spent)
        return show(&k, 409);
    const struct form_input in = {given, &k, r->lang};
    const struct form_source source = {.conn = NULL};
    enum status s = row_from_input(r->mem, &review_entity, &in, &source, 0,
                                   k.row, &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    TRY(read_used(&k));
    if (r->errors.n) {
        k.alert = form_error_of(&r->errors, "went") ? "network.review_choose"
                                                    : "network.review_long";
        return show(&k, 422);
    }
    s = req_write(r, keep, &k);
    if (s == ERR_CONFLICT) {
        k.spent = true;
        return show(&k, 409);
    }
    TRY(s);
    return req_done(r) ? OK : req_go(r, "%s", r->location);
}
