#include "core/grant.h"

#include "core/tables.h"

/* The rights of a role, one after another: index from 0; NULL after the last.
 */
static const struct right *right_at(size_t index)
{
    for (const struct right *r = core_rights; r->name; r++)
        if (!index--)
            return r;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            if (!index--)
                return r;
    return NULL;
}

static bool listed(const struct entity *const *list, const struct entity *e)
{
    for (; *list; list++)
        if (*list == e)
            return true;
    return false;
}

/* What the path of references leads to; "" is the entity itself. */
static const struct entity *led_to(struct arena *a, const struct entity *e,
                                   const char *path)
{
    struct str rest = str_of(path), part;
    while (str_next(&rest, '.', &part) && part.n) {
        const struct field *f = entity_field(e, str_dup(a, part));
        e = f->target;
    }
    return e;
}

const struct entity *const *grant_scopes(struct app *app, struct arena *a)
{
    enum { MOST = 32 };
    const struct entity **list = NEW_ARRAY(a, const struct entity *, MOST + 1);
    size_t n = 0;
    for (const struct entity *const *e = app->entities; *e; e++)
        for (const char *const *p = (*e)->reach; p && *p; p++) {
            const struct entity *end = led_to(a, *e, *p);
            /* Everybody reaches their own person anyhow. */
            if (end->path && !same(end->api, "person") && n < MOST &&
                !listed(list, end))
                list[n++] = end;
        }
    return list;
}

/* Does the grant mine cover the place and the time of g? */
static enum status covers(struct conn *c, struct arena *a,
                          const struct app *app, const struct grant *mine,
                          const struct grant *g, bool *out)
{
    *out = false;
    if (mine->until != NO_DAY && (g->until == NO_DAY || g->until > mine->until))
        return OK;
    if (!mine->entity) {
        *out = true;
        return OK;
    }
    const struct entity *place = g->entity ? entity_find(app, g->entity) : NULL;
    const struct entity *scope = entity_find(app, mine->entity);
    if (!place || !scope)
        return OK;
    struct scope scopes = {scope, mine->row};
    struct reach reach = {.scopes = &scopes, .n = 1};
    void *row;
    enum status s = row_load(c, a, place, g->row, &reach, &row);
    *out = s == OK;
    return s == ERR_NOT_FOUND ? OK : s;
}

enum cover { UNASKED, NO_COVER, COVERS };

/* Many rights ask about the same two scopes: the answer is kept in known. */
static enum status covers_once(struct conn *c, struct arena *a,
                               const struct app *app, const struct grant *mine,
                               const struct grant *g, char *known, bool *out)
{
    if (*known == UNASKED) {
        TRY(covers(c, a, app, mine, g, out));
        *known = *out ? COVERS : NO_COVER;
    }
    *out = *known == COVERS;
    return OK;
}

enum status grant_within(struct conn *c, struct arena *a, const struct app *app,
                         const struct who *who, const struct grant *g,
                         bool *out)
{
    char *known = NEW_ARRAY(a, char, who->grant_count + 1);
    const struct right *r;
    *out = true;
    for (size_t i = 0; *out && (r = right_at(i)) != NULL; i++) {
        if (!word_in(r->roles, g->role))
            continue;
        bool has = false;
        for (size_t k = 0; !has && k < who->grant_count; k++) {
            const struct grant *mine = &who->grants[k];
            if (word_in(r->roles, mine->role))
                TRY(covers_once(c, a, app, mine, g, &known[k], &has));
        }
        *out = has;
    }
    return OK;
}

bool grant_may_give(const struct who *who, const char *role)
{
    const struct right *r;
    for (size_t i = 0; (r = right_at(i)) != NULL; i++)
        if (word_in(r->roles, role) && !who_has_role(who, r->roles))
            return false;
    return true;
}

const char *grant_title(struct conn *c, struct arena *a, const struct app *app,
                        const struct lang *lang, const struct grant *g)
{
    const char *role = tr(lang, arena_printf(a, "role.%s", g->role));
    const struct entity *e = g->entity ? entity_find(app, g->entity) : NULL;
    void *row;
    const char *where = tr(lang, "core.grant_everywhere");
    if (e && row_load(c, a, e, g->row, &reach_all, &row) == OK)
        where = said(a, lang, row_title(e, row));
    else if (g->entity)
        where = arena_printf(a, "%s n\xc2\xb0 %" PRId64,
                             e ? tr(lang, e->name) : g->entity, g->row);
    return arena_printf(a, "%s \xc2\xb7 %s", role, where);
}

bool grant_is_valid(const struct held *h)
{
    int32_t today = day_today();
    return h->from <= today &&
           (h->grant.until == NO_DAY || h->grant.until >= today);
}

static enum status tell(struct conn *c, struct arena *a, int64_t by,
                        int64_t person, const char *what, const struct held *h)
{
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    const struct grant *g = &h->grant;
    json_object(&j, NULL);
    json_cstr(&j, "role", g->role);
    json_cstr(&j, "scope", g->entity);
    if (g->entity)
        json_int(&j, "row", g->row);
    json_cstr(&j, "from", day_iso(a, h->from));
    if (g->until != NO_DAY)
        json_cstr(&j, "until", day_iso(a, g->until));
    json_end_object(&j);
    return journal_add(c, a, by, NULL, person, what, buf_done(&detail));
}

enum status grant_give(struct conn *c, struct arena *a, int64_t by,
                       int64_t person, const struct held *given)
{
    TRY(grant_add(c, person, given->grant, given->from));
    return tell(c, a, by, person, "grant", given);
}

enum status grant_take_back(struct conn *c, struct arena *a, int64_t by,
                            int64_t person, const struct held *held, bool *last)
{
    bool left = true;
    *last = false;
    if (held->grant.until != NO_DAY && held->grant.until < day_today())
        return ERR_CONFLICT;
    if (same(held->grant.role, "admin") && !held->grant.entity)
        TRY(admin_left(c, held->id, &left));
    *last = !left;
    if (!left)
        return ERR_CONFLICT;
    TRY(grant_end(c, held->id));
    return tell(c, a, by, person, "grant_end", held);
}

enum status grants_close(struct conn *c, struct arena *a, int64_t by,
                         int64_t person, bool *last)
{
    struct held *list;
    size_t n;
    *last = false;
    TRY(grants_of(c, a, person, &list, &n));
    for (size_t i = 0; i < n; i++)
        if (list[i].grant.until == NO_DAY || list[i].grant.until >= day_today())
            TRY(grant_take_back(c, a, by, person, &list[i], last));
    TRY(account_shut(c, person, true));
    return journal_add(c, a, by, NULL, person, "account_close", STR("{}"));
}
