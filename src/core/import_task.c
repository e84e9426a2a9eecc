/* An import's work as a task: what it is, its state says. */
#include "core/import.h"
#include "core/task.h"

struct work {
    struct app *app;
    struct import im;
    int64_t id, person;
};

static bool go_on(void *data, int64_t done, int64_t lines)
{
    const struct work *w = data;
    (void)done, (void)lines;
    return !w->app->ending;
}

static enum status load(struct work *w, struct arena *a)
{
    struct conn *c;
    TRY(conn_open(w->app->db, &c));
    enum status s = conn_begin(c, 0);
    if (s == OK)
        s = import_load(w->app, c, a, w->id, &w->im);
    conn_end(c);
    conn_close(c);
    return s;
}

static enum status stop_with(struct conn *c, int64_t id, const char *note)
{
    TRY(db_exec(c,
                SQL("UPDATE core_import SET note = :note WHERE id = :id"
                    " AND state IN ('staged', 'applying', 'undoing')"),
                ARGS(arg_cstr("note", note), arg_int("id", id)), NULL));
    return import_stop(c, id);
}

static enum status give_up(struct conn *c, struct arena *a, void *data)
{
    const struct work *w = data;
    (void)a;
    return stop_with(c, w->id, w->im.note);
}

/* What another try would not mend is told on the import's page. */
static enum status end(struct work *w, struct arena *a, enum status s)
{
    if (s == ERR_STALE || s == ERR_INVALID)
        return OK; /* stopped; or refused whole, and said */
    if (s != ERR_FORBIDDEN && s != ERR_NOT_FOUND && s != ERR_LIMIT)
        return s;
    w->im.note = s == ERR_FORBIDDEN   ? "import.sender_may_not"
                 : s == ERR_NOT_FOUND ? "import.file_gone"
                                      : "import.too_large";
    s = db_write(w->app->db, a, give_up, w);
    return s == ERR_CONFLICT ? OK : s;
}

/* "12 5": the import, and who asked. */
static bool payload_read(const char *payload, struct work *w)
{
    struct str rest = str_of(payload), id, person = {"0", 1};
    return str_next(&rest, ' ', &id) && str_int(id, &w->id) &&
           (!str_next(&rest, ' ', &person) || str_int(person, &w->person));
}

/* It stands where it was left, to be asked for again. */
enum status import_given_up(struct conn *c, struct arena *a,
                            const char *payload)
{
    struct work w = {0};
    (void)a;
    if (!payload_read(payload, &w))
        return OK;
    enum status s = stop_with(c, w.id, "import.given_up");
    return s == ERR_CONFLICT ? OK : s;
}

enum status import_task(struct app *app, struct arena *a, const char *payload)
{
    struct work w = {.app = app};
    if (!payload_read(payload, &w))
        return ERR_NOT_FOUND;
    TRY(load(&w, a));
    if (same(w.im.state, "staged"))
        return end(&w, a, import_check(app, a, &w.im, go_on, &w));
    if (same(w.im.state, "applying"))
        return end(&w, a, import_apply(app, a, &w.im, go_on, &w));
    if (same(w.im.state, "undoing"))
        return end(&w, a, import_undo(app, a, &w.im, w.person, go_on, &w));
    return OK;
}
