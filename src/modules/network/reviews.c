/* What those say who came to a laboratory: how it went, what was used, what got
 * in the way. */
#include "modules/network/agree.h"
#include "modules/network/pages/told.html.h"
#include "modules/network/routes.h"

enum { MOST = 50, USED = 20 };

static enum status went_fill(struct req *r, struct reviews_v *v)
{
    struct rows *rows;
    struct figure_v *out = NEW_ARRAY(r->mem, struct figure_v, 4);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT w.went, count(*) FROM network_review w JOIN"
                    " network_visit v ON v.id = w.visit WHERE v.lab = :lab"
                    " GROUP BY w.went ORDER BY CASE w.went WHEN 'well' THEN 0"
                    " WHEN 'partly' THEN 1 ELSE 2 END"),
                ARGS(arg_int("lab", r->id)), &rows));
    while (rows_next(rows) && v->figure_count < 4)
        out[v->figure_count++] = (struct figure_v){
            .label = choice_label(r->mem, r->lang, &review_entity, "went",
                                  row_text(rows, 0)),
            .value = format_int(r->mem, r->lang, row_int(rows, 1))};
    v->figures = out;
    return rows_end(rows);
}

static enum status used_fill(struct req *r, struct reviews_v *v)
{
    struct rows *rows;
    struct choice_v *out = NEW_ARRAY(r->mem, struct choice_v, USED);
    TRY(db_rows(
        r->conn, r->mem,
        SQL("SELECT s.name, count(*) AS n FROM network_review_used u JOIN"
            " network_shown s ON s.id = u.target_id JOIN network_review w ON"
            " w.id = u.row_id JOIN network_visit v ON v.id = w.visit WHERE"
            " v.lab = :lab AND " LINK_STANDS(
                "u") " GROUP BY s.id, s.name"
                     " ORDER BY n DESC, s.id LIMIT :most"),
        ARGS(arg_int("lab", r->id), arg_int("most", USED)), &rows));
    while (rows_next(rows))
        out[v->used_count++] = (struct choice_v){
            .label = said(r->mem, r->lang, row_text(rows, 0)),
            .value = tr_n(r->mem, r->lang, "network.times", row_int(rows, 1))};
    v->used = out;
    return rows_end(rows);
}

static enum status blocked_fill(struct req *r, struct reviews_v *v)
{
    struct rows *rows;
    struct said_v *out = NEW_ARRAY(r->mem, struct said_v, MOST);
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT w.blocked, v.id, v.title, w.answered, w.went FROM"
                    " network_review w JOIN network_visit v ON v.id = w.visit"
                    " WHERE v.lab = :lab AND w.blocked IS NOT NULL ORDER BY"
                    " w.answered DESC, w.id DESC LIMIT :most"),
                ARGS(arg_int("lab", r->id), arg_int("most", MOST)), &rows));
    while (rows_next(rows))
        out[v->n++] = (struct said_v){
            .text = said(r->mem, r->lang, row_text(rows, 0)),
            .href = path_of_id(r->mem, "/accueils", row_int(rows, 1)),
            .title = said(r->mem, r->lang, row_text(rows, 2)),
            .day = format_day(r->mem, r->lang, row_day(rows, 3), DAY_PLAIN),
            .went = choice_label(r->mem, r->lang, &review_entity, "went",
                                 row_text(rows, 4))};
    v->blocked = out;
    return rows_end(rows);
}

enum status reviews_show(struct req *r)
{
    const struct lab *lab = r->row;
    struct reviews_v v = {.lab = said(r->mem, r->lang, lab->name),
                          .all = "/avis-accueils"};
    TRY(went_fill(r, &v));
    TRY(used_fill(r, &v));
    TRY(blocked_fill(r, &v));
    struct page p = req_page(r, tr(r->lang, "network.reviews"));
    req_crumb_to(r, &p, v.lab, path_of_id(r->mem, "/laboratoires", r->id));
    struct html h;
    req_html_open(r, &h);
    reviews_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
