/* The schools in which a project is in use, for everybody: which, since when
 * and where. What counts them by département or bassin leads here. */
#include "modules/portfolio/essaimage.h"

#include "i18n/format.h"
#include "modules/portfolio/pages/essaimage.html.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/shown.h"

#include <string.h>

enum { SCHOOLS = 50 }; /* of a page */

struct users {
    struct list list;
    struct using_v v;
};

const char *using_address(struct req *r, int64_t project)
{
    return arena_printf(r->mem, "%s/essaimage/etablissements",
                        row_address(r, &project_entity, project));
}

/* The first day of what is in use there now. */
static enum status since_fill(struct req *r, const struct list *list,
                              struct using_school_v *out)
{
    int64_t ids[SCHOOLS];
    struct arg args[LIST_MOST + 3] = {arg_int("project", r->id),
                                      arg_day("today", day_today())};
    struct buf b = {.mem = r->mem};
    const char *which;
    struct rows *rows;
    for (size_t i = 0; i < list->n; i++)
        ids[i] = ((const struct row *)list->rows[i])->id;
    if (!list->n)
        return OK;
    memcpy(args + 2, ids_bound(r->mem, ids, list->n, &which),
           LIST_MOST * sizeof(*args));
    buf_printf(&b,
               "SELECT d.school, min(d.starts) FROM portfolio_deployment d"
               " WHERE d.project = :project AND " USED_TODAY(
                   "d") " AND d.school %s GROUP BY d.school",
               which);
    TRY(db_rows(r->conn, r->mem, (struct sql){buf_done(&b).p}, args, &rows));
    while (rows_next(rows))
        for (size_t i = 0; i < list->n; i++)
            if (ids[i] == row_int(rows, 0))
                out[i].since =
                    format_day(r->mem, r->lang, row_day(rows, 1), DAY_PLAIN);
    return rows_end(rows);
}

/* The area by which they are narrowed, or NULL. */
static enum status area_fill(struct req *r, const struct list_ask *ask,
                             const char **out)
{
    for (size_t i = 0; i < ask->filter_count; i++) {
        const struct filter *f = &ask->filters[i];
        if (f->field->target != &area_entity || f->op != IS)
            continue;
        TRY(ref_title(r->conn, r->mem, f->field, f->value.i, out));
        *out = said(r->mem, r->lang, *out);
    }
    return OK;
}

/* How many, and where; NULL: none. */
static const char *lead_of(struct req *r, const struct users *u)
{
    const int64_t n = u->list.total;
    if (!n)
        return NULL;
    const char *many =
        n <= TOTAL_MOST ? tr_n(r->mem, r->lang, "portfolio.used_now", n)
                        : entity_count_most(r->mem, r->lang, &school_entity, n);
    return !u->v.area ? many
                      : arena_printf(r->mem, "%s%s%s", u->v.area,
                                     tr(r->lang, "view.colon"), many);
}

static enum status using_fill(struct req *r, void *view)
{
    struct users *u = view;
    struct form_source source = req_source(r);
    const struct field *bassin = entity_field(&school_entity, "bassin");
    struct list_ask ask = {
        .entity = &school_entity,
        .reach = &reach_all,
        .where = SQL("t.id IN (SELECT d.school FROM portfolio_deployment d"
                     " WHERE d.project = :project AND " USED_TODAY("d") ")"),
        .args = ARGS(arg_int("project", r->id), arg_day("today", day_today()))};
    TRY(list_ask_read(r->mem, &school_entity, &r->in, &source, &ask,
                      &r->errors));
    if (r->errors.n) /* no such area: not all of them instead */
        return ERR_NOT_FOUND;
    ask.limit = SCHOOLS;
    TRY(area_fill(r, &ask, &u->v.area));
    TRY(list_load(r->conn, r->mem, &ask, &u->list));
    struct using_school_v *out =
        NEW_ARRAY(r->mem, struct using_school_v, u->list.n + 1);
    for (size_t i = 0; i < u->list.n; i++) {
        const struct school *one = u->list.rows[i];
        out[i] = (struct using_school_v){
            .name = said(r->mem, r->lang, one->name),
            .href = row_address(r, &school_entity, one->row.id),
            .commune = one->commune,
            .bassin = list_ref_title(&u->list, bassin, one->bassin)};
    }
    u->v.schools = out;
    u->v.school_count = u->list.n;
    u->v.narrowed = ask.filter_count || ask.search.p;
    u->v.lead = lead_of(r, u);
    u->v.pages = pages_shown(r, &ask, &u->list, u->v.path);
    return since_fill(r, &u->list, out);
}

enum status essaimage_schools(struct req *r)
{
    const struct project *project = r->row;
    struct users u = {.v.path = using_address(r, r->id)};
    TRY(req_fill(r, using_fill, &u, sizeof(u)));
    const char *name = said(r->mem, r->lang, project->name);
    struct page page = req_page(
        r, tr_with(r->mem, r->lang, "portfolio.using_of", "name", name, NULL));
    const struct page_link crumbs[] = {
        {tr(r->lang, "portfolio_project.list"), "/projets", false},
        {name, row_address(r, &project_entity, r->id), false},
        {tr(r->lang, "portfolio.essaimage"),
         arena_printf(r->mem, "%s/essaimage",
                      row_address(r, &project_entity, r->id)),
         false}};
    page.crumbs = crumbs;
    page.crumb_count = COUNT(crumbs);
    struct html h;
    req_html_open(r, &h);
    using_page(&h, &page, &u.v);
    return req_html(r, 200, &h);
}
