/* The home page, the texts, the sitemap; the addresses of the frame. */
#include "auth/throttle.h"
#include "base/time.h"
#include "base/utf8.h"
#include "core/core_pages.h"
#include "core/figure_pages.h"
#include "core/meter.h"
#include "core/pages.h"
#include "core/pages/core.html.h"
#include "core/request.h"
#include "core/tables.h"
#include "core/waiting.h"
#include "http/exchange.h"
#include "i18n/format.h"
#include "store/words.h"
#include "view/prose.h"

#include <math.h>

enum { HOME_FIGURES = 8, HOME_WAITS = 24, HOME_NEWS = 6, NEWS_READ = 40 };

/* What goes wrong comes before what only waits; else in their order. */
static void late_first(struct item_v *items, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && items[k].late && !items[k - 1].late; k--) {
            struct item_v one = items[k];
            items[k] = items[k - 1];
            items[k - 1] = one;
        }
}

static const char *waits_shown(struct req *r, int64_t n)
{
    if (n <= TOTAL_MOST)
        return format_int(r->mem, r->lang, n);
    return tr_with(r->mem, r->lang, "list.more_than", "what",
                   format_int(r->mem, r->lang, TOTAL_MOST), NULL);
}

static enum status waits_of(struct req *r, const struct waiting *w,
                            struct item_v *items, size_t *n)
{
    for (; w && w->label && *n < HOME_WAITS; w++) {
        int64_t count;
        if (!may(r->who, w->right) ||
            (w->entity && !may(r->who, w->entity->read)))
            continue;
        TRY(waiting_count(r, w, &count));
        if (count > 0)
            items[(*n)++] =
                (struct item_v){.value = waits_shown(r, count),
                                .label = tr_n(r->mem, r->lang, w->label, count),
                                .href = waiting_href(r->mem, w),
                                .late = w->late};
    }
    return OK;
}

/* What waits for this person, each within the reach of its right. */
static enum status waits_fill(struct req *r, struct home_v *v)
{
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, HOME_WAITS);
    if (r->who)
        TRY(waits_of(r, core_waiting, items, &v->waits_count));
    for (const struct module *const *m = modules; r->who && *m; m++)
        TRY(waits_of(r, (*m)->waiting, items, &v->waits_count));
    late_first(items, v->waits_count);
    v->waits = items;
    return OK;
}

/* One thing that is new, until they are sorted by their days. */
struct fresh {
    int32_t day;
    struct item_v item;
};

static int latest_first(const void *a, const void *b)
{
    const struct fresh *x = a, *y = b;
    int days = (x->day < y->day) - (x->day > y->day);
    return days ? days : strcmp(x->item.href, y->item.href);
}

static enum status news_read(struct req *r, const struct news *w,
                             struct fresh *all, size_t *n)
{
    const struct arg *args;
    struct rows *rows;
    struct reach reach = reach_of(r->app, r->mem, r->who, w->right);
    struct sql sql =
        sql_with_reach(r->mem, w->rows, w->entity, &reach, NO_ARGS, &args);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (*n < NEWS_READ && rows_next(rows)) {
        int32_t day = row_day(rows, 2);
        all[(*n)++] = (struct fresh){
            day,
            {.label = said(r->mem, r->lang, row_text(rows, 1)),
             .what = tr(r->lang, w->label),
             .value = format_day_from(r->mem, r->lang, day, day_today()),
             .href = arena_printf(r->mem, "%s/%" PRId64, w->base,
                                  row_int(rows, 0))}};
    }
    return rows_end(rows);
}

static enum status news_fill(struct req *r, struct home_v *v)
{
    struct fresh *all = NEW_ARRAY(r->mem, struct fresh, NEWS_READ);
    struct item_v *items = NEW_ARRAY(r->mem, struct item_v, HOME_NEWS);
    size_t n = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct news *w = (*m)->news; w && w->label; w++)
            if (may(r->who, w->right))
                TRY(news_read(r, w, all, &n));
    qsort(all, n, sizeof(*all), latest_first);
    for (size_t i = 0; i < n && i < HOME_NEWS; i++)
        items[v->news_count++] = all[i].item;
    v->news = items;
    return OK;
}

static enum status figures_fill(struct req *r, struct home_v *v)
{
    struct figure_v *figures = NEW_ARRAY(r->mem, struct figure_v, HOME_FIGURES);
    bool counted = false;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct figure *f = (*m)->figures;
             f && f->id && v->figure_count < HOME_FIGURES; f++) {
            if (!f->front)
                continue;
            struct figure_ask ask = {f, shown_year(r->app), NONE, reach_all};
            struct figure_value value;
            TRY(figure_value(r->conn, r->mem, &ask, &value));
            if (!value.hidden && isnan(value.value))
                continue;
            counted |= value.hidden || value.value > 0;
            figures[v->figure_count++] = (struct figure_v){
                .label = tr(r->lang, arena_printf(r->mem, "figure.%s", f->id)),
                .value = figure_text(r->mem, r->lang, f, value),
                .approx = f->approx,
                .origin = figure_note(r, f, shown_year(r->app)),
                .href = arena_printf(r->mem, "/chiffres/%s", f->id)};
        }
    v->figures = figures;
    if (!counted)
        v->figure_count = 0;
    return OK;
}

static enum status home_fill(struct req *r, void *view)
{
    TRY(figures_fill(r, view));
    TRY(waits_fill(r, view));
    return news_fill(r, view);
}

static enum status home(struct req *r)
{
    struct home_v v = {0};
    TRY(req_fill(r, home_fill, &v, sizeof(v)));
    v.imports = r->who && may(r->who, "core.import");
    if (r->who)
        v.hello = tr_with(r->mem, r->lang, "core.hello", "name",
                          said(r->mem, r->lang, r->who->name), NULL);
    struct page p = req_page(r, tr(r->lang, "core.home_title"));
    struct html h;
    req_html_open(r, &h);
    home_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

/* Accessibility, legal notice, privacy, help: prose in the catalogues. */
static enum status text(struct req *r)
{
    const char *name = strrchr(r->route->path, '/') + 1;
    const char *key = arena_printf(r->mem, "core.text.%s", name);
    struct html_safe body = prose_html(
        r->mem, str_of(tr(r->lang, arena_printf(r->mem, "%s.body", key))));
    struct page p = req_page(r, tr(r->lang, key));
    struct html h;
    req_html_open(r, &h);
    text_page(&h, &p, &body);
    return req_html(r, 200, &h);
}

enum { MENU, RECORDS_OF, ABOUT, SITE_GROUPS };

/* Under which head a page stands in the sitemap, and its name; -1: nowhere. */
static int site_group(struct req *r, const struct route *t, const char **label)
{
    if (t->menu) {
        *label = tr(r->lang, t->menu);
        return MENU;
    }
    if (t->handle == text) {
        *label = tr(r->lang, arena_printf(r->mem, "core.text.%s", t->path + 1));
        return ABOUT;
    }
    if (t->entity && t->entity->path && same(t->path, t->entity->path)) {
        *label = tr(r->lang, arena_printf(r->mem, "%s.list", t->entity->name));
        return RECORDS_OF;
    }
    return -1;
}

/* Every page that this person may read and that needs no row to be named. */
static enum status sitemap(struct req *r)
{
    struct search_group groups[SITE_GROUPS] = {
        [MENU] = {.id = "ways", .title = tr(r->lang, "core.home_ways")},
        [RECORDS_OF] = {.id = "records",
                        .title = tr(r->lang, "core.plan_records")},
        [ABOUT] = {.id = "about", .title = tr(r->lang, "core.plan_about")},
    };
    struct item_v *items[SITE_GROUPS];
    for (int g = 0; g < SITE_GROUPS; g++)
        groups[g].items = items[g] =
            NEW_ARRAY(r->mem, struct item_v, r->app->route_count);
    for (size_t i = 0; i < r->app->route_count; i++) {
        const struct route *t = r->app->routes[i];
        const char *label;
        if (t->method != GET || strchr(t->path, ':') || !may(r->who, t->right))
            continue;
        int g = site_group(r, t, &label);
        if (g >= 0)
            items[g][groups[g].n++] =
                (struct item_v){.label = label, .href = t->path};
    }
    struct search_v v = {.groups = groups, .group_count = SITE_GROUPS};
    struct page p = req_page(r, tr(r->lang, "core.text.plan"));
    struct html h;
    req_html_open(r, &h);
    search_page(&h, &p, &v);
    return req_html(r, 200, &h);
}

const struct route core_routes[] = {
    {.method = GET, .path = "/", .right = PUBLIC, .handle = home},
    {.method = GET, .path = "/entrer", .right = PUBLIC, .handle = sign_in_form},
    {.method = POST,
     .path = "/entrer",
     .right = PUBLIC,
     .handle = sign_in,
     .lane = HEAVY},
    {.method = POST,
     .path = "/entrer/demonstration",
     .right = PUBLIC,
     .handle = sign_in_demo},
    {.method = POST, .path = "/sortir", .right = PUBLIC, .handle = sign_out},
    {.method = POST,
     .path = "/sortir/partout",
     .right = PUBLIC,
     .handle = sign_out_everywhere},
    {.method = GET,
     .path = "/langue/:code",
     .right = PUBLIC,
     .handle = set_language},
    {.method = GET,
     .path = "/recherche",
     .right = PUBLIC,
     .handle = search_show},
    {.method = GET,
     .path = "/chiffres",
     .right = PUBLIC,
     .handle = figures_show,
     .menu = "core.menu_figures"},
    {.method = GET,
     .path = "/chiffres/:figure",
     .right = PUBLIC,
     .handle = figure_show},
    {.method = POST,
     .path = "/chiffres/:figure/instantane",
     .right = "core.snapshot",
     .handle = figure_snapshot},
    {.method = GET,
     .path = "/imports",
     .right = "core.import",
     .handle = imports_list,
     .menu = "core.menu_imports"},
    {.method = POST,
     .path = "/imports",
     .right = "core.import",
     .handle = import_send,
     .lane = HEAVY,
     .body = 128 << 20},
    {.method = GET,
     .path = "/imports/:import",
     .right = "core.import",
     .handle = import_show},
    {.method = POST,
     .path = "/imports/:import/colonnes",
     .right = "core.import",
     .handle = import_columns},
    {.method = POST,
     .path = "/imports/:import/application",
     .right = "core.import",
     .handle = import_start},
    {.method = POST,
     .path = "/imports/:import/annulation",
     .right = "core.import",
     .handle = import_take_back},
    {.method = POST,
     .path = "/imports/:import/arret",
     .right = "core.import",
     .handle = import_halt},
    {.method = GET,
     .path = "/api/v1/figure",
     .right = PUBLIC,
     .handle = figures_show},
    {.method = GET,
     .path = "/api/v1/figure/:figure",
     .right = PUBLIC,
     .handle = figure_show},
    {.method = POST,
     .path = "/api/v1/import",
     .right = "core.import",
     .handle = import_send,
     .lane = HEAVY,
     .body = 128 << 20,
     .raw = true},
    {.method = GET,
     .path = "/api/v1/import/:import",
     .right = "core.import",
     .handle = import_show},
    {.method = POST,
     .path = "/api/v1/import/:import/application",
     .right = "core.import",
     .handle = import_start},
    {.method = POST,
     .path = "/api/v1/import/:import/annulation",
     .right = "core.import",
     .handle = import_take_back},
    {.method = POST,
     .path = "/api/v1/import/:import/arret",
     .right = "core.import",
     .handle = import_halt},
    {.method = GET,
     .path = "/journal/tete",
     .right = PUBLIC,
     .handle = head_show},
    {.method = GET,
     .path = "/travaux",
     .right = "core.operate",
     .handle = tasks_show},
    {.method = POST,
     .path = "/travaux/:task/vu",
     .right = "core.operate",
     .handle = task_seen},
    {.method = GET,
     .path = "/courriels",
     .right = "core.operate",
     .handle = mails_show},
    {.method = GET,
     .path = "/courriels/:mail",
     .right = "core.operate",
     .handle = mail_show},
    {.method = POST,
     .path = "/courriels/:mail/renvoi",
     .right = "core.operate",
     .handle = mail_again},
    {.method = POST,
     .path = "/courriels/:mail/oubli",
     .right = "core.operate",
     .handle = mail_drop},
    {.method = GET,
     .path = "/ne-plus-recevoir/:secret",
     .right = PUBLIC,
     .handle = stop_form},
    {.method = POST,
     .path = "/ne-plus-recevoir/:secret",
     .right = PUBLIC,
     .handle = stop_send},
    {.method = GET,
     .path = "/roles",
     .right = "core.signed_in",
     .handle = rights_show},
    {.method = GET,
     .path = "/api/openapi.json",
     .right = PUBLIC,
     .handle = openapi},
    {.method = GET, .path = "/accessibilite", .right = PUBLIC, .handle = text},
    {.method = GET, .path = "/mentions", .right = PUBLIC, .handle = text},
    {.method = GET,
     .path = "/donnees-personnelles",
     .right = PUBLIC,
     .handle = text},
    {.method = GET, .path = "/aide", .right = PUBLIC, .handle = text},
    {.method = GET, .path = "/readyz", .right = PUBLIC, .handle = ready_show},
    {.method = GET, .path = "/plan", .right = PUBLIC, .handle = sitemap},
    {0},
};
