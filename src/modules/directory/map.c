/* The schools on a map, and the same as a table. */
#include "modules/directory/map.h"

#include "core/request.h"
#include "modules/directory/directory.h"
#include "modules/directory/outline_load.h"
#include "modules/directory/pages/map.html.h"

enum { POINTS = 800, AREAS = 60, WIDTH = 1000 };

/* Which shape stands for which kinds of school. */
static const struct {
    const char *label, *shape, *kinds;
} shapes[] = {
    {"directory.map.primary", "school", "maternelle elementaire primaire"},
    {"directory.map.college", "college", "college"},
    {"directory.map.lycee", "lycee", "lycee lycee_pro lycee_poly erea sep"},
    {"directory.map.other", "org", ""},
};

/* What other modules have to show there. */
enum { LAYERS = MAP_KINDS - (int)COUNT(shapes) };

static size_t layers_of(const struct place_layer *out[LAYERS])
{
    size_t n = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct place_layer *p = (*m)->places; p && p->label; p++)
            if (n < LAYERS)
                out[n++] = p;
    return n;
}

static enum status layer_fill(struct req *r, const struct place_layer *layer,
                              int kind, struct map *m)
{
    struct rows *rows;
    TRY(db_rows(r->conn, r->mem, layer->rows, NO_ARGS, &rows));
    while (rows_next(rows) && m->point_count < POINTS)
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = row_real(rows, 2), .lat = row_real(rows, 3)},
            .title = said(r->mem, r->lang, row_text(rows, 1)),
            .href = arena_printf(r->mem, "%s%" PRId64, layer->base,
                                 row_int(rows, 0)),
            .kind = kind};
    return rows_end(rows);
}

static int shape_of(const char *kind)
{
    for (size_t i = 0; kind && i < COUNT(shapes) - 1; i++)
        if (word_in(shapes[i].kinds, kind))
            return (int)i;
    return COUNT(shapes) - 1;
}

static enum status points_fill(struct req *r, const struct list_ask *table,
                               struct map *m)
{
    struct list_ask ask = *table;
    ask.limit = LIST_MOST;
    ask.no_total = true;
    ask.after = NULL;
    for (bool more = true; more && m->point_count < POINTS;) {
        struct list list;
        TRY(list_load(r->conn, r->mem, &ask, &list));
        for (size_t i = 0; i < list.n && m->point_count < POINTS; i++) {
            const struct school *s = list.rows[i];
            m->points[m->point_count++] = (struct map_point){
                .at = {.lon = s->longitude, .lat = s->latitude},
                .title = said(r->mem, r->lang, s->name),
                .href =
                    arena_printf(r->mem, "/etablissements/%" PRId64, s->row.id),
                .kind = shape_of(s->kind)};
        }
        ask.after = list.next;
        more = list.next != NULL;
    }
    return OK;
}

static enum status bassins_fill(struct req *r, struct map_v *v)
{
    struct filter kind = {entity_field(&area_entity, "kind"), IS,
                          value_cstr("bassin")};
    struct list list;
    struct list_ask ask = {.entity = &area_entity,
                           .reach = &reach_all,
                           .filters = &kind,
                           .filter_count = 1,
                           .limit = AREAS,
                           .no_total = true};
    TRY(list_load(r->conn, r->mem, &ask, &list));
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    struct str now = req_text(r, "bassin");
    options[0] = (struct form_option){"", tr(r->lang, "core.all"), NULL, false};
    for (size_t i = 0; i < list.n; i++) {
        const struct area *area = list.rows[i];
        const char *id = arena_printf(r->mem, "%" PRId64, area->row.id);
        options[i + 1] =
            (struct form_option){.value = id,
                                 .label = said(r->mem, r->lang, area->name),
                                 .chosen = str_eq(now, id)};
    }
    v->bassins = options;
    v->bassin_count = list.n + 1;
    return OK;
}

static void kinds_fill(struct req *r, struct map_v *v)
{
    const struct field *kind = entity_field(&school_entity, "kind");
    size_t n = 0;
    while (kind->choices[n])
        n++;
    struct form_option *options = NEW_ARRAY(r->mem, struct form_option, n + 1);
    struct str now = req_text(r, "kind");
    options[0] = (struct form_option){"", tr(r->lang, "core.all"), NULL, false};
    for (size_t i = 0; i < n; i++)
        options[i + 1] = (struct form_option){
            .value = kind->choices[i],
            .label = choice_label(r->mem, r->lang, &school_entity, "kind",
                                  kind->choices[i]),
            .chosen = str_eq(now, kind->choices[i])};
    v->kinds = options;
    v->kind_count = n + 1;
}

static enum status table_fill(struct req *r, struct list_ask *ask,
                              struct list_v *table)
{
    struct list list;
    TRY(list_load(r->conn, r->mem, ask, &list));
    struct form_source source = req_source(r);
    struct list_page page = {.ask = ask,
                             .list = &list,
                             .in = &r->in,
                             .source = &source,
                             .path = "/carte"};
    TRY(list_of_entity(r->mem, r->lang, &page, table));
    table->filter_count = 0;
    table->csv = table->json = NULL;
    return OK;
}

struct map_filling {
    struct map_v v;
    struct map map;
    struct list_v table;
};

static enum status map_fill(struct req *r, void *view)
{
    struct map_filling *f = view;
    const struct place_layer *layers[LAYERS];
    const size_t layer_count = req_text(r, "bassin").n ? 0 : layers_of(layers);
    struct list_ask ask = {
        .entity = &school_entity, .reach = &r->reach, .limit = 50};
    struct form_source source = req_source(r);
    struct outlines outlines;
    enum status s = list_ask_read(r->mem, &school_entity, &r->in, &source, &ask,
                                  &r->errors);
    if (s != OK && s != ERR_INVALID)
        return s;
    TRY(outlines_load(r->conn, r->mem, &outlines));
    f->map.outlines = outlines.list;
    f->map.outline_count = outlines.n;
    f->v.source = outlines.source;
    f->map.points = NEW_ARRAY(r->mem, struct map_point, POINTS);
    for (size_t i = 0; i < layer_count; i++)
        TRY(layer_fill(r, layers[i], (int)(COUNT(shapes) + i), &f->map));
    TRY(points_fill(r, &ask, &f->map));
    TRY(bassins_fill(r, &f->v));
    return table_fill(r, &ask, &f->table);
}

static void map_draw(struct req *r, struct map *m, struct map_v *v)
{
    struct map_kind *kinds = NEW_ARRAY(r->mem, struct map_kind, MAP_KINDS);
    const struct place_layer *layers[LAYERS];
    const size_t layer_count = layers_of(layers);
    for (size_t i = 0; i < COUNT(shapes); i++)
        kinds[i] = (struct map_kind){.label = tr(r->lang, shapes[i].label),
                                     .shape = shapes[i].shape};
    for (size_t i = 0; i < layer_count; i++)
        kinds[COUNT(shapes) + i] = (struct map_kind){
            .label = tr(r->lang, layers[i]->label), .shape = layers[i]->shape};
    m->label = tr(r->lang, "directory.map.label");
    m->width = WIDTH;
    m->kinds = kinds;
    m->kind_count = COUNT(shapes) + layer_count;
    m->near = req_text(r, "bassin").n && m->point_count &&
              m->point_count <= MAP_SMALL_MOST;
    if (m->near)
        m->width = MAP_SMALL;
    map_spread(r->mem, m);
    size_t lost = 0;
    for (size_t i = 0; i < m->point_count; i++)
        lost += m->points[i].drawn.x != m->points[i].drawn.x;
    if (lost)
        v->unplaced =
            tr_n(r->mem, r->lang, "directory.map.unplaced", (int64_t)lost);
}

enum status map_show(struct req *r)
{
    struct map_filling f = {0};
    TRY(req_fill(r, map_fill, &f, sizeof(f)));
    map_draw(r, &f.map, &f.v);
    kinds_fill(r, &f.v);
    f.v.lead = tr(r->lang, "directory.map.lead");
    f.v.map = &f.map;
    f.v.table = &f.table;
    struct page p = req_page(r, tr(r->lang, "directory.map"));
    p.wide = true;
    struct html h;
    req_html_open(r, &h);
    map_page(&h, &p, &f.v);
    return req_html(r, 200, &h);
}
