/* One's agendas: making an address, taking it back. */
#include "base/random.h"
#include "modules/network/feed.h"
#include "modules/network/feed_pages.h"
#include "modules/network/pages/feed.html.h"
#include "modules/network/routes.h"
#include "modules/network/tour.h"

enum { MOST = 60 };

struct wish {
    const char *what;
    int64_t of; /* a laboratory's or a valise's id; NONE: one's own */
};

/* "mine", "week"; or "lab-3", "kit-3" of a laboratory or valise in reach. */
static enum status wish_read(struct req *r, struct wish *w)
{
    static const struct {
        const char *what;
        const struct entity *of;
    } agendas[] = {{"mine", NULL},
                   {"week", NULL},
                   {"lab", &lab_entity},
                   {"kit", &kit_entity}};
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, "network.visits");
    const struct str given = req_text(r, "agenda");
    struct str rest = given, what = {0};
    size_t i = 0;
    void *row;
    (void)str_next(&rest, '-', &what);
    while (i < COUNT(agendas) && !str_eq(what, agendas[i].what))
        i++;
    if (i == COUNT(agendas))
        return ERR_NOT_FOUND;
    *w = (struct wish){agendas[i].what, NONE};
    if (!agendas[i].of)
        return what.n == given.n ? OK : ERR_NOT_FOUND;
    return str_int(rest, &w->of)
               ? row_load(r->conn, r->mem, agendas[i].of, w->of, &reach, &row)
               : ERR_NOT_FOUND;
}

static enum status feeds_load(struct conn *c, struct arena *a, int64_t person,
                              struct list *out)
{
    struct list_ask ask = {.entity = &feed_entity,
                           .reach = &reach_all,
                           .where = SQL("t.person = :person"),
                           .args = ARGS(arg_int("person", person)),
                           .limit = LIST_MOST,
                           .no_total = true};
    return list_load(c, a, &ask, out);
}

static bool is_of(const struct feed *f, const struct wish *w)
{
    return same(f->what, w->what) &&
           (f->kit == NONE ? f->lab : f->kit) == w->of;
}

static const char *wish_value(struct arena *a, const struct wish *w)
{
    return w->of == NONE ? w->what
                         : arena_printf(a, "%s-%" PRId64, w->what, w->of);
}

struct making {
    struct req *r;
    struct wish wish;
};

/* The old address of the same agenda is none any more. */
static enum status feed_make(struct conn *c, struct arena *a, void *data)
{
    const struct making *m = data;
    struct list list;
    const struct actor by = req_actor(m->r);
    TRY(feeds_load(c, a, by.person, &list));
    for (size_t i = 0; i < list.n; i++) {
        const struct feed *old = list.rows[i];
        if (is_of(old, &m->wish))
            TRY(row_delete(c, a, &feed_entity, old->row.id, old->row.version,
                           by));
    }
    struct feed *f = row_new(a, &feed_entity);
    f->row.uid = uuid7(a);
    f->person = by.person;
    f->what = m->wish.what;
    if (same(f->what, "kit"))
        f->kit = m->wish.of;
    else
        f->lab = m->wish.of;
    f->hash = feed_hash(a, str_of(feed_secret(m->r->app, a, f->row.uid)));
    m->r->location = "/mes-agendas";
    return row_insert(c, a, &feed_entity, f, by);
}

enum status feed_add(struct req *r)
{
    struct making m = {.r = r};
    TRY(wish_read(r, &m.wish));
    TRY(req_write(r, feed_make, &m));
    if (req_done(r))
        return OK;
    req_notice(r, "network.feed.made");
    return req_go(r, "/mes-agendas#%s", wish_value(r->mem, &m.wish));
}

/* One of one's own; another's is not there. */
static enum status feed_drop(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    void *row;
    TRY(row_load(c, a, &feed_entity, r->id, &reach_all, &row));
    const struct feed *f = row;
    const struct actor by = req_actor(r);
    if (f->person != by.person)
        return ERR_NOT_FOUND;
    r->location = "/mes-agendas";
    return row_delete(c, a, &feed_entity, f->row.id, f->row.version, by);
}

enum status feed_end(struct req *r)
{
    TRY(req_write(r, feed_drop, r));
    if (req_done(r))
        return OK;
    req_notice(r, "network.feed.ended");
    return req_go(r, "/mes-agendas");
}

static void feed_shown(struct req *r, const struct list *own, struct wish w,
                       struct feed_v *v)
{
    v->value = wish_value(r->mem, &w);
    v->id = v->value;
    v->key = req_key(r);
    for (size_t i = 0; i < own->n; i++) {
        const struct feed *f = own->rows[i];
        if (!is_of(f, &w))
            continue;
        const char *secret = feed_secret(r->app, r->mem, f->row.uid);
        v->end =
            arena_printf(r->mem, "/mes-agendas/%" PRId64 "/fin", f->row.id);
        v->lost = !same(feed_hash(r->mem, str_of(secret)), f->hash);
        v->address = v->lost ? NULL
                             : arena_printf(r->mem, "%s/agendas/%s.ics",
                                            req_site(r), secret);
        v->made =
            tr_with(r->mem, r->lang, "network.feed.since", "when",
                    format_time(r->mem, r->lang, f->row.created_at), NULL);
    }
}

/* One of each row in reach. */
static enum status rows_shown(struct req *r, const struct list *own,
                              const struct entity *e, const char *what,
                              struct feed_v *items, size_t *n)
{
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, "network.visits");
    struct list list;
    struct list_ask ask = {
        .entity = e, .reach = &reach, .limit = MOST, .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    for (size_t i = 0; i < list.n; i++) {
        const struct row *row = list.rows[i];
        items[*n].name = row_title(e, row);
        feed_shown(r, own, (struct wish){what, row->id}, &items[(*n)++]);
    }
    return OK;
}

enum status feeds_show(struct req *r)
{
    struct list own;
    struct feed_v *items = NEW_ARRAY(r->mem, struct feed_v, 2 * MOST + 2);
    struct feeds_v v = {.lead = tr(r->lang, "network.feed.lead"),
                        .csrf = r->who->csrf,
                        .items = items,
                        .n = 2};
    TRY(feeds_load(r->conn, r->mem, r->who->person, &own));
    items[0].name = tr(r->lang, "network.feed.mine");
    items[0].what = tr(r->lang, "network.feed.mine_what");
    feed_shown(r, &own, (struct wish){"mine", NONE}, &items[0]);
    items[1].name = tr(r->lang, "network.week");
    items[1].what = tr(r->lang, "network.feed.week_what");
    feed_shown(r, &own, (struct wish){"week", NONE}, &items[1]);
    TRY(rows_shown(r, &own, &lab_entity, "lab", items, &v.n));
    TRY(rows_shown(r, &own, &kit_entity, "kit", items, &v.n));
    struct page p = req_page(r, tr(r->lang, "network.feed.title"));
    struct html h;
    req_html_open(r, &h);
    feeds_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
