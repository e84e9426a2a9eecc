/* The work that was given up, for who runs the place: what it was, what to do,
 * and that it has been seen. */
#include "core/core_pages.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "core/task.h"
#include "i18n/format.h"

enum { TASKS = 100 };

static const char *page_of(struct req *r, const char *kind, const char *payload)
{
    const struct task_kind *k = task_kind_of(kind);
    struct str rest = str_of(payload), id;
    if (!k || !k->page || !str_next(&rest, ' ', &id))
        return NULL;
    return arena_printf(r->mem, "%s/%s", k->page, str_dup(r->mem, id));
}

enum status tasks_show(struct req *r)
{
    struct rows *rows;
    struct task_v *items = NEW_ARRAY(r->mem, struct task_v, TASKS);
    struct tasks_v v = {.lead = tr(r->lang, "core.tasks_lead"),
                        .csrf = r->who->csrf,
                        .items = items};
    TRY(db_rows(r->conn, r->mem,
                SQL("SELECT t.id, t.kind, t.payload, t.due, t.result"
                    " FROM core_task t WHERE " TASK_GIVEN_UP
                    " ORDER BY t.due DESC, t.id DESC LIMIT :most"),
                ARGS(arg_int("most", TASKS)), &rows));
    while (rows_next(rows)) {
        const char *kind = row_text(rows, 1);
        items[v.n++] = (struct task_v){
            .see = arena_printf(r->mem, "/travaux/%" PRId64 "/vu",
                                row_int(rows, 0)),
            .key = req_key(r),
            .what = tr(r->lang, arena_printf(r->mem, "task.%s", kind)),
            .href = page_of(r, kind, row_text(rows, 2)),
            .when = format_time(r->mem, r->lang, row_int(rows, 3)),
            .why = same(row_text(rows, 4), "killed")
                       ? tr(r->lang, "core.task_killed")
                       : row_text(rows, 4)};
    }
    TRY(rows_end(rows));
    struct page p = req_page(r, tr(r->lang, "core.tasks"));
    struct html h;
    req_html_open(r, &h);
    tasks_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

/* Done when it was given up: being seen does not put off the next of its kind.
 */
static enum status see(struct conn *c, struct arena *a, void *data)
{
    const int64_t *id = data;
    int64_t changed;
    (void)a;
    TRY(db_exec(c,
                SQL("UPDATE core_task SET done = due, lease = 0"
                    " WHERE id = :id AND done IS NULL AND lease < 0"),
                ARGS(arg_int("id", *id)), &changed));
    return changed ? OK : ERR_NOT_FOUND;
}

enum status task_seen(struct req *r)
{
    int64_t id;
    if (!str_int(str_of(req_param(r, "task")), &id))
        return ERR_NOT_FOUND;
    TRY(req_write(r, see, &id));
    return req_done(r) ? OK : req_go(r, "/travaux");
}
