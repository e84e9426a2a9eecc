/* The schools on a map, and the same as a table. */
#include "modules/directory/map.h"

#include "core/figure.h"
#include "core/request.h"
#include "modules/directory/directory.h"
#include "modules/directory/outline_load.h"
#include "modules/directory/pages/map.html.h"

#include <math.h>

enum { POINTS = 800, WIDTH = 1000 };

/* Which shape stands for which kinds of school; what has no place on the map is
 * counted only. */
enum {
    PRIMARY,
    COLLEGE,
    LYCEE,
    OTHER,
    SHAPES,
    OUTSIDE = SHAPES,
    NOWHERE,
    CLASSES
};
#define IN_FRAME                                                               \
    "t.longitude BETWEEN :map_west AND :map_east"                              \
    " AND t.latitude BETWEEN :map_south AND :map_north"
#define IS_PRIMARY "t.kind IN ('maternelle', 'elementaire', 'primaire')"
#define IS_COLLEGE "t.kind IN ('college')"
#define IS_LYCEE "t.kind IN ('lycee', 'lycee_pro', 'lycee_poly', 'erea', 'sep')"

static_assert(PRIMARY == 0 && COLLEGE == 1 && LYCEE == 2 && OTHER == 3 &&
                  OUTSIDE == 4 && NOWHERE == 5,
              "the numbers that follow");
static const struct sql class_of_school = SQL_CONST(
    "CASE WHEN t.longitude IS NULL THEN 5 WHEN NOT (" IN_FRAME ") THEN 4"
    " WHEN " IS_PRIMARY " THEN 0 WHEN " IS_COLLEGE " THEN 1"
    " WHEN " IS_LYCEE " THEN 2 ELSE 3 END");

static const struct {
    const char *label, *shape;
    struct sql where;
} shapes[SHAPES] = {
    [PRIMARY] = {"directory.map.primary", "school",
                 SQL_CONST(IN_FRAME " AND " IS_PRIMARY)},
    [COLLEGE] = {"directory.map.college", "college",
                 SQL_CONST(IN_FRAME " AND " IS_COLLEGE)},
    [LYCEE] = {"directory.map.lycee", "lycee",
               SQL_CONST(IN_FRAME " AND " IS_LYCEE)},
    [OTHER] = {"directory.map.other", "org",
               SQL_CONST(IN_FRAME " AND NOT (" IS_PRIMARY " OR " IS_COLLEGE
                                  " OR " IS_LYCEE ")")},
};

/* What other modules have to show there. */
enum { LAYERS = MAP_KINDS - SHAPES };

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

static enum status points_add(struct req *r, const struct list_ask *ask,
                              int shape, size_t most, struct map *m)
{
    const struct field *const fields[] = {
        entity_field(&school_entity, "name"),
        entity_field(&school_entity, "longitude"),
        entity_field(&school_entity, "latitude"), NULL};
    struct list_ask of = *ask;
    struct list list;
    of.where = shapes[shape].where;
    of.fields = fields;
    TRY(list_load_most(r->conn, r->mem, &of, most, &list));
    for (size_t i = 0; i < list.n; i++) {
        const struct school *s = list.rows[i];
        m->points[m->point_count++] = (struct map_point){
            .at = {.lon = s->longitude, .lat = s->latitude},
            .title = said(r->mem, r->lang, s->name),
            .href = arena_printf(r->mem, "/etablissements/%" PRId64, s->row.id),
            .kind = shape};
    }
    return OK;
}

/* Where not all have room, each shape has an equal share of it, and what a rare
 * one leaves is for the others. */
static enum status points_share(struct req *r, const struct list_ask *ask,
                                const int64_t *counts, struct map *m)
{
    bool done[SHAPES] = {0};
    for (size_t left = SHAPES; left; left--) {
        int rarest = -1;
        for (int i = 0; i < SHAPES; i++)
            if (!done[i] && (rarest < 0 || counts[i] < counts[rarest]))
                rarest = i;
        done[rarest] = true;
        const size_t most = (POINTS - m->point_count) / left,
                     there = (size_t)counts[rarest];
        if (there)
            TRY(points_add(r, ask, rarest, there < most ? there : most, m));
    }
    return OK;
}

/* Of one bassin all that have a place, wherever that is; else those within the
 * outlines. */
static enum status points_fill(struct req *r, const struct list_ask *table,
                               int64_t *counts, struct map *m)
{
    const bool whole = req_text(r, "bassin").n != 0;
    const struct map_frame frame =
        whole ? (struct map_frame){{-180, -90}, {180, 90}} : map_frame(m);
    const struct arg *args = ARGS(arg_real("map_west", frame.low.lon),
                                  arg_real("map_east", frame.high.lon),
                                  arg_real("map_south", frame.low.lat),
                                  arg_real("map_north", frame.high.lat));
    struct list_ask ask = *table;
    ask.no_total = true;
    ask.after = NULL;
    ask.args = args;
    TRY(list_tally(r->conn, r->mem, &ask, class_of_school, CLASSES, counts));
    return points_share(r, &ask, counts, m);
}

static enum status bassins_fill(struct req *r, struct map_v *v)
{
    const struct entity *e;
    struct list list;
    TRY(figure_bassins(r->conn, r->mem, &e, &list));
    struct form_option *options =
        NEW_ARRAY(r->mem, struct form_option, list.n + 1);
    struct str now = req_text(r, "bassin");
    options[0] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
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
    options[0] =
        (struct form_option){.value = "", .label = tr(r->lang, "core.all")};
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
                             .path = "/carte",
                             .errors = &r->errors};
    TRY(list_of_entity(r->mem, r->lang, &page, table));
    table->filter_count = 0;
    table->csv = table->json = NULL;
    return OK;
}

struct map_filling {
    struct map_v v;
    struct map map;
    struct list_v table;
    int64_t counts[CLASSES];
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
    f->map.width = WIDTH;
    f->map.points = NEW_ARRAY(r->mem, struct map_point, POINTS);
    for (size_t i = 0; i < layer_count; i++)
        TRY(layer_fill(r, layers[i], (int)(SHAPES + i), &f->map));
    TRY(points_fill(r, &ask, f->counts, &f->map));
    TRY(bassins_fill(r, &f->v));
    return table_fill(r, &ask, &f->table);
}

/* What the map does not show, and what to do about it. */
static void notes_fill(struct req *r, const struct map_filling *f,
                       struct map_v *v)
{
    int64_t missing = 0;
    for (int i = 0; i < SHAPES; i++)
        missing += f->counts[i];
    for (size_t i = 0; i < f->map.point_count; i++)
        missing -=
            f->map.points[i].kind < SHAPES && !isnan(f->map.points[i].drawn.x);
    if (missing)
        v->crowded = tr_n(r->mem, r->lang, "directory.map.crowded", missing);
    if (f->counts[OUTSIDE])
        v->outside =
            tr_n(r->mem, r->lang, "directory.map.outside", f->counts[OUTSIDE]);
    if (f->counts[NOWHERE])
        v->unplaced =
            tr_n(r->mem, r->lang, "directory.map.unplaced", f->counts[NOWHERE]);
}

static void map_draw(struct req *r, struct map_filling *f)
{
    struct map *m = &f->map;
    struct map_kind *kinds = NEW_ARRAY(r->mem, struct map_kind, MAP_KINDS);
    const struct place_layer *layers[LAYERS];
    const size_t layer_count = layers_of(layers);
    for (size_t i = 0; i < SHAPES; i++)
        kinds[i] = (struct map_kind){.label = tr(r->lang, shapes[i].label),
                                     .shape = shapes[i].shape};
    for (size_t i = 0; i < layer_count; i++)
        kinds[SHAPES + i] = (struct map_kind){
            .label = tr(r->lang, layers[i]->label), .shape = layers[i]->shape};
    m->label = tr(r->lang, "directory.map.label");
    m->kinds = kinds;
    m->kind_count = SHAPES + layer_count;
    m->near = req_text(r, "bassin").n && m->point_count;
    if (m->near && m->point_count <= MAP_SMALL_MOST)
        m->width = MAP_SMALL;
    map_spread(r->mem, m);
    for (size_t i = 0; i < SHAPES; i++)
        kinds[i].count = (size_t)f->counts[i];
    notes_fill(r, f, &f->v);
}

enum status map_show(struct req *r)
{
    struct map_filling f = {0};
    TRY(req_fill(r, map_fill, &f, sizeof(f)));
    map_draw(r, &f);
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
