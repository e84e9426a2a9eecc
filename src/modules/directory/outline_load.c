#include "modules/directory/outline_load.h"

#include "base/json.h"

#include <math.h>

struct reading {
    struct arena *a;
    struct outline *list;
    size_t n, points;
    const char *why;
};

static bool wrong(struct reading *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return false;
}

static const struct json_value *member(const struct json_value *v,
                                       const char *name, enum json_type type)
{
    const struct json_value *m =
        v && v->type == J_OBJECT ? json_get(v, name) : NULL;
    return m && m->type == type ? m : NULL;
}

static bool is_number(const struct json_value *v)
{
    return v->type == J_INT || v->type == J_REAL;
}

static bool same_place(struct place a, struct place b)
{
    return a.lon == b.lon && a.lat == b.lat;
}

static bool place_read(struct reading *r, const struct json_value *v,
                       struct place *out)
{
    if (v->type != J_ARRAY || v->n < 2 || !is_number(&v->members[0].value) ||
        !is_number(&v->members[1].value))
        return wrong(r, "a position is not [longitude, latitude]");
    *out = (struct place){v->members[0].value.d, v->members[1].value.d};
    if (!(fabs(out->lon) <= 180 && fabs(out->lat) <= 90))
        return wrong(r, "a position is not in degrees (WGS 84)");
    return true;
}

static bool ring_read(struct reading *r, const struct json_value *v,
                      const char *name)
{
    if (v->type != J_ARRAY || v->n < 4)
        return wrong(r, "a ring has fewer than four positions");
    if (r->n == OUTLINE_RINGS)
        return wrong(r, "more than 500 rings");
    struct place *ring = NEW_ARRAY(r->a, struct place, v->n);
    for (size_t i = 0; i < v->n; i++)
        if (!place_read(r, &v->members[i].value, &ring[i]))
            return false;
    if (!same_place(ring[0], ring[v->n - 1]))
        return wrong(r, "a ring does not end where it begins");
    r->list[r->n++] = (struct outline){name, ring, v->n - 1};
    r->points += v->n - 1;
    return true;
}

static bool polygon_read(struct reading *r, const struct json_value *v,
                         const char *name)
{
    if (v->type != J_ARRAY || !v->n)
        return wrong(r, "a polygon has no ring");
    for (size_t i = 0; i < v->n; i++)
        if (!ring_read(r, &v->members[i].value, name))
            return false;
    return true;
}

static bool geometry_read(struct reading *r, const struct json_value *v,
                          const char *name)
{
    const struct json_value *type = member(v, "type", J_TEXT);
    const struct json_value *at = member(v, "coordinates", J_ARRAY);
    if (!type || !at)
        return wrong(r, "a geometry lacks its type or its coordinates");
    if (str_eq(type->s, "Polygon"))
        return polygon_read(r, at, name);
    if (!str_eq(type->s, "MultiPolygon"))
        return wrong(r, "a geometry is neither Polygon nor MultiPolygon");
    for (size_t i = 0; i < at->n; i++)
        if (!polygon_read(r, &at->members[i].value, name))
            return false;
    return true;
}

static bool feature_read(struct reading *r, const struct json_value *v)
{
    static const char *const heads[] = {"nom", "name", "NOM", "code"};
    const struct json_value *of = member(v, "properties", J_OBJECT);
    const char *name = "";
    for (size_t i = 0; of && !*name && i < COUNT(heads); i++) {
        const struct json_value *text = member(of, heads[i], J_TEXT);
        if (text && text->s.n <= 100)
            name = str_dup(r->a, text->s);
    }
    return geometry_read(r, member(v, "geometry", J_OBJECT), name);
}

static bool all_read(struct reading *r, const struct json_value *v)
{
    const struct json_value *type = member(v, "type", J_TEXT);
    if (!type)
        return wrong(r, "it is no GeoJSON: it has no type");
    if (str_eq(type->s, "Feature"))
        return feature_read(r, v);
    if (!str_eq(type->s, "FeatureCollection"))
        return geometry_read(r, v, "");
    const struct json_value *list = member(v, "features", J_ARRAY);
    if (!list || !list->n)
        return wrong(r, "it has no features");
    for (size_t i = 0; i < list->n; i++)
        if (!feature_read(r, &list->members[i].value))
            return false;
    return true;
}

static struct place snapped(struct place at, double grid)
{
    return (struct place){round(at.lon / grid) * grid,
                          round(at.lat / grid) * grid};
}

/* On a grid, without what falls on the point before it. Where a point goes
 * depends on itself alone, so a border stays common. */
static struct outline coarser(struct arena *a, const struct outline *o,
                              double grid)
{
    struct place *ring = NEW_ARRAY(a, struct place, o->n);
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) {
        struct place at = snapped(o->ring[i], grid);
        if (!n || !same_place(at, ring[n - 1]))
            ring[n++] = at;
    }
    while (n > 1 && same_place(ring[0], ring[n - 1]))
        n--;
    return (struct outline){o->name, ring, n};
}

static struct outlines *simplified(struct arena *a, const struct reading *r)
{
    struct outlines *out = NEW(a, struct outlines);
    struct outline *list = NEW_ARRAY(a, struct outline, r->n);
    for (int doubled = 0;; doubled++) {
        double grid = ldexp(1e-4, doubled);
        size_t points = 0;
        struct arena_mark mark = arena_mark(a);
        out->n = 0;
        for (size_t i = 0; i < r->n; i++) {
            list[out->n] = coarser(a, &r->list[i], grid);
            /* What is smaller than the grid is no area any more. */
            points += list[out->n].n > 2 ? list[out->n].n : 0;
            out->n += list[out->n].n > 2;
        }
        if (points <= OUTLINE_POINTS)
            break;
        arena_rewind(a, mark);
    }
    out->list = list;
    return out;
}

struct outlines *outlines_read(struct arena *a, struct str text,
                               const char **why)
{
    const struct json_value *v = json_parse(a, text, why);
    if (!v)
        return NULL;
    struct reading r = {.a = a,
                        .list = NEW_ARRAY(a, struct outline, OUTLINE_RINGS)};
    if (!all_read(&r, v)) {
        *why = r.why;
        return NULL;
    }
    struct outlines *out = simplified(a, &r);
    if (!out->n)
        *why = "nothing in it is an area";
    return out->n ? out : NULL;
}

/* {"source": "…", "rings": [{"name": "Vosges", "at": [lon, lat, lon, …]}]}, in
 * ten-thousandths of a degree. */
enum status outlines_keep(struct conn *c, struct arena *a,
                          const struct outlines *o)
{
    struct buf out = {.mem = a};
    struct json j = {.out = &out};
    if (!o)
        return setting_set(c, "directory.outlines", "");
    json_object(&j, NULL);
    json_cstr(&j, "source", o->source);
    json_array(&j, "rings");
    for (size_t i = 0; i < o->n; i++) {
        json_object(&j, NULL);
        json_cstr(&j, "name", o->list[i].name);
        json_array(&j, "at");
        for (size_t k = 0; k < o->list[i].n; k++) {
            json_int(&j, NULL, llround(o->list[i].ring[k].lon * 1e4));
            json_int(&j, NULL, llround(o->list[i].ring[k].lat * 1e4));
        }
        json_end_array(&j);
        json_end_object(&j);
    }
    json_end_array(&j);
    json_end_object(&j);
    return setting_set(c, "directory.outlines", buf_done(&out).p);
}

static void ours(struct arena *a, struct outlines *out)
{
    struct outline *list = NEW_ARRAY(a, struct outline, DEPARTMENTS);
    for (size_t i = 0; i < DEPARTMENTS; i++)
        list[i] = departments[i].outline;
    *out = (struct outlines){list, DEPARTMENTS, NULL};
}

static bool kept_read(struct arena *a, const char *text, struct outlines *out)
{
    const char *why;
    const struct json_value *v = json_parse(a, str_of(text), &why);
    const struct json_value *source = member(v, "source", J_TEXT);
    const struct json_value *rings = member(v, "rings", J_ARRAY);
    if (!source || !rings)
        return false;
    struct outline *list = NEW_ARRAY(a, struct outline, rings->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < rings->n; i++) {
        const struct json_value *one = &rings->members[i].value;
        const struct json_value *name = member(one, "name", J_TEXT);
        const struct json_value *at = member(one, "at", J_ARRAY);
        if (!name || !at)
            return false;
        struct place *ring = NEW_ARRAY(a, struct place, at->n / 2 + 1);
        for (size_t k = 0; k < at->n / 2; k++)
            ring[k] = (struct place){at->members[2 * k].value.d / 1e4,
                                     at->members[2 * k + 1].value.d / 1e4};
        list[n++] = (struct outline){str_dup(a, name->s), ring, at->n / 2};
    }
    *out = (struct outlines){list, n, str_dup(a, source->s)};
    return n > 0;
}

enum status outlines_load(struct conn *c, struct arena *a, struct outlines *out)
{
    const char *text;
    TRY(setting_get(c, a, "directory.outlines", &text));
    if (!text || !*text || !kept_read(a, text, out))
        ours(a, out);
    return OK;
}
