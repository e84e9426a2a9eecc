/* The feed itself: what its person may see, as iCalendar. */
#include "modules/network/feed.h"

#include "base/random.h"
#include "core/app.h"
#include "http/exchange.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"

static const char *const whats[] = {"mine", "week", "lab", "kit", NULL};
static const struct field fields[] = {
    REF(feed, person, &person_entity,
        .flags = F_REQUIRED | F_LIST | F_PERSONAL),
    CHOICE(feed, what, whats, .flags = F_REQUIRED | F_LIST),
    REF(feed, lab, &lab_entity, .flags = F_LIST),
    REF(feed, kit, &kit_entity, .flags = F_LIST),
    TEXT(feed, hash, .max = 64, .flags = F_HIDDEN | F_REQUIRED | F_UNIQUE),
    {0},
};
static const struct index indexes[] = {
    {.columns = "person, what"},
    {0},
};
const struct entity feed_entity = {
    .name = "network_feed",
    .api = "feed",
    .row_size = sizeof(struct feed),
    .fields = fields,
    .indexes = indexes,
    .sort = "person",
    .read = "network.feeds",
    .write = "network.keep_feeds",
    .has_uid = true,
};

const char *feed_secret(const struct app *app, struct arena *a, const char *uid)
{
    return secret_of(a, app->token_key, "network.feed", uid);
}

const char *feed_hash(struct arena *a, struct str secret)
{
    unsigned char digest[SHA256];
    sha256(digest, secret);
    return hex(a, digest, sizeof(digest));
}

enum { BACK = 366, MOST_EVENTS = 3000 };

/* Nobody is named: who asks, who comes and who receives stay in the program.
 * Where there are too many, what comes stands before what is over, and what is
 * near before what is far. CROSS JOIN: SQLite reads the tables in that order,
 * the few rows first. */
#define EVENTS(tables, which)                                                  \
    SQL_CONST(                                                                 \
        "SELECT s.uid, s.version + v.version, CASE WHEN s.changed_at >"        \
        " v.changed_at THEN s.changed_at ELSE v.changed_at END, s.day,"        \
        " s.part, v.state, v.title, v.id, l.name, p.name, s.address, e.name,"  \
        " coalesce(v.pupils, 0) + coalesce(v.teachers, 0) +"                   \
        " coalesce(v.parents, 0) + coalesce(v.others, 0) FROM " tables         \
        " JOIN network_lab l ON l.id = v.lab LEFT JOIN network_space p ON"     \
        " p.id = s.space LEFT JOIN directory_school e ON e.id = v.school"      \
        " WHERE " which " AND s.day >= :from AND {reach:v} ORDER BY CASE WHEN" \
        " s.day >= :today THEN 0 ELSE 1 END, abs(s.day - :today), s.id LIMIT"  \
        " :most")

static const struct sql week_sql =
    EVENTS("network_slot s CROSS JOIN network_visit v", "v.id = s.visit");
static const struct sql lab_sql =
    EVENTS("network_visit v CROSS JOIN network_slot s",
           "v.lab = :lab AND s.visit = v.id");
static const struct sql own_sql =
    EVENTS("network_slot s CROSS JOIN network_visit v",
           "s.id IN (SELECT o.id FROM network_slot o WHERE o.coordinator = :me"
           " UNION SELECT o.id FROM network_visit w JOIN network_slot o ON"
           " o.visit = w.id WHERE w.person = :me) AND v.id = s.visit");

static const char *text_of(struct req *r, struct rows *rows)
{
    const char *school = row_text(rows, 11), *state = row_text(rows, 5);
    const char *people =
        row_int(rows, 12) > 0
            ? tr_n(r->mem, r->lang, "network.announced", row_int(rows, 12))
            : NULL;
    return arena_printf(
        r->mem, "%s%s%s%s%s\n%s", school ? school : "", school ? "\n" : "",
        people ? people : "", people ? "\n" : "",
        choice_label(r->mem, r->lang, &visit_entity, "state", state),
        tr_with(r->mem, r->lang, "network.feed.hours", "half",
                format_half(r->lang, part_of(row_text(rows, 4))), NULL));
}

static struct event event_read(struct req *r, struct rows *rows,
                               const char *base)
{
    const char *state = row_text(rows, 5), *space = row_text(rows, 9),
               *address = row_text(rows, 10), *lab = row_text(rows, 8);
    return (struct event){
        .uid = row_text(rows, 0),
        .sequence = row_int(rows, 1) - 2,
        .changed = row_int(rows, 2),
        .day = row_day(rows, 3),
        .part = part_of(row_text(rows, 4)),
        .state = same(state, "asked")                 ? EVENT_ASKED
                 : word_in("cancelled missed", state) ? EVENT_CANCELLED
                                                      : EVENT_FIRM,
        .title = row_text(rows, 6),
        .place = address ? address
                 : space ? arena_printf(r->mem, "%s, %s", lab, space)
                         : lab,
        .text = text_of(r, rows),
        .url = arena_printf(r->mem, "%s/accueils/%" PRId64, base,
                            row_int(rows, 7))};
}

static struct sql events_sql(struct req *r, const struct agenda *k,
                             const struct arg **args)
{
    const struct feed *f = k->feed;
    const struct arg today = arg_day("today", day_today()),
                     from = arg_day("from", k->from),
                     most = arg_int("most", (int64_t)k->most);
    if (f->lab != NONE)
        return sql_with_reach(r->mem, lab_sql, &visit_entity, &k->reach,
                              ARGS(arg_int("lab", f->lab), from, today, most),
                              args);
    if (same(f->what, "mine"))
        return sql_with_reach(r->mem, own_sql, &visit_entity, &k->reach,
                              ARGS(arg_int("me", f->person), from, today, most),
                              args);
    return sql_with_reach(r->mem, week_sql, &visit_entity, &k->reach,
                          ARGS(from, today, most), args);
}

static enum status visits_told(struct req *r, struct agenda *k)
{
    struct rows *rows;
    const struct arg *args;
    const struct sql sql = events_sql(r, k, &args);
    const char *base = req_site(r);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    for (; k->n < k->most && rows_next(rows); k->n++)
        k->events[k->n] = event_read(r, rows, base);
    return rows_end(rows);
}

static enum status feed_name(struct req *r, const struct feed *f,
                             const char **name)
{
    void *row;
    *name = tr(r->lang,
               same(f->what, "mine") ? "network.feed.mine" : "network.week");
    if (f->kit != NONE) {
        TRY(row_load(r->conn, r->mem, &kit_entity, f->kit, &reach_all, &row));
        *name = ((const struct kit *)row)->name;
    } else if (f->lab != NONE) {
        TRY(row_load(r->conn, r->mem, &lab_entity, f->lab, &reach_all, &row));
        *name = ((const struct lab *)row)->name;
    }
    return OK;
}

/* "3f…e1.ics", or without its ending. */
static struct str secret_asked(struct req *r)
{
    struct str s = str_of(req_param(r, "secret"));
    static const char end[] = ".ics";
    if (s.n > strlen(end) &&
        memcmp(s.p + s.n - strlen(end), end, strlen(end)) == 0)
        s.n -= strlen(end);
    return s;
}

static enum status feed_answer(struct req *r, struct str body)
{
    unsigned char digest[SHA256];
    sha256(digest, body);
    const char *etag =
        arena_printf(r->mem, "\"%s\"", hex(r->mem, digest, SHA256 / 2));
    static const char type[] = "text/calendar; charset=utf-8";
    const bool fresh = http_is_fresh(r->x, etag);
    req_header(r, "ETag", etag);
    req_header(r, "Cache-Control", "private, no-cache");
    req_header(r, "X-Content-Type-Options", "nosniff");
    req_header(r, "X-Robots-Tag", "noindex");
    r->code = fresh ? 304 : 200;
    http_answer(r->x, (unsigned)r->code, type, fresh ? STR("") : body);
    return OK;
}

/* What was taken back, the account that was closed and the right that was lost
 * are all the same 404. */
enum status feed_show(struct req *r)
{
    void *found;
    struct who *who;
    struct str body;
    const char *name;
    TRY(row_find(r->conn, r->mem, &feed_entity, "hash",
                 value_cstr(feed_hash(r->mem, secret_asked(r))), &found));
    const struct feed *f = found;
    TRY(who_load(r->conn, r->mem, f->person, &who));
    if (!may(who, "network.visits"))
        return ERR_NOT_FOUND;
    const struct lang *own = who->lang ? lang_find(who->lang) : NULL;
    r->lang = own ? own : lang_default();
    struct agenda k = {.feed = f,
                       .reach = reach_of(r->app, r->mem, who, "network.visits"),
                       .from = day_today() - BACK,
                       .events = NEW_ARRAY(r->mem, struct event, MOST_EVENTS),
                       .most = MOST_EVENTS};
    TRY(f->kit == NONE ? visits_told(r, &k) : moves_told(r, &k));
    if (same(f->what, "mine"))
        TRY(stops_told(r, &k));
    TRY(feed_name(r, f, &name));
    TRY(agenda_write(r->mem, name, k.events, k.n, &body));
    return feed_answer(r, body);
}
