/* Points on a plane map, each on a cell of its own. */
#include "view/map.h"

#include "view/assets.h"

#include <math.h>

enum { MAP_POINT = 16 }; /* the shape drawn, in pixels */
static const double MIDDLE = 48.7 * 3.14159265358979323846 / 180;

/* The box of all outlines and points, in shortened degrees. */
struct box {
    double left, right, low, high;
};

static void box_add(struct box *b, struct place at)
{
    double x = at.lon * cos(MIDDLE);
    if (isnan(x) || isnan(at.lat))
        return;
    b->left = fmin(b->left, x);
    b->right = fmax(b->right, x);
    b->low = fmin(b->low, at.lat);
    b->high = fmax(b->high, at.lat);
}

/* A country around the points, and no narrow strip of it. */
static struct box around(struct box b)
{
    double x = (b.right - b.left) * 0.2 + 0.02,
           y = (b.high - b.low) * 0.2 + 0.02;
    x = fmax(x, (0.18 - (b.right - b.left)) / 2);
    y = fmax(y, ((b.right - b.left + 2 * x) * 0.7 - (b.high - b.low)) / 2);
    return (struct box){b.left - x, b.right + x, b.low - y, b.high + y};
}

/* Of the outlines; of the points where there are none, or it is near. */
static struct box box_of(const struct map *m)
{
    struct box b = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    bool points = m->near || !m->outline_count;
    for (size_t i = 0; !points && i < m->outline_count; i++)
        for (size_t k = 0; k < m->outlines[i].n; k++)
            box_add(&b, m->outlines[i].ring[k]);
    for (size_t i = 0; points && i < m->point_count; i++)
        box_add(&b, m->points[i].at);
    if (b.left > b.right)
        b = (struct box){0, 1, 0, 1};
    else if (m->near)
        b = around(b);
    /* One point alone still has a neighbourhood. */
    if (b.right - b.left < 1e-3)
        b.left -= 0.05, b.right += 0.05;
    if (b.high - b.low < 1e-3)
        b.low -= 0.05, b.high += 0.05;
    return b;
}

/* Pixels per shortened degree, inside a margin of one step. */
static double scale_of(const struct map *m, struct box b)
{
    return (m->width - 2.0 * MAP_STEP) / (b.right - b.left);
}

struct map_frame map_frame(const struct map *m)
{
    const struct box b = box_of(m);
    const double margin = MAP_STEP / scale_of(m, b);
    return (struct map_frame){
        .low = {.lon = (b.left - margin) / cos(MIDDLE), .lat = b.low - margin},
        .high = {.lon = (b.right + margin) / cos(MIDDLE),
                 .lat = b.high + margin}};
}

double map_height(const struct map *m)
{
    struct box b = box_of(m);
    return ceil((b.high - b.low) * scale_of(m, b) + 2.0 * MAP_STEP);
}

static struct point project(struct box b, double scale, struct place at)
{
    return (struct point){(at.lon * cos(MIDDLE) - b.left) * scale + MAP_STEP,
                          (b.high - at.lat) * scale + MAP_STEP};
}

struct point map_project(const struct map *m, struct place at)
{
    struct box b = box_of(m);
    return project(b, scale_of(m, b), at);
}

/* Cells of a hexagonal grid, rows shifted by half a step. */
struct grid {
    long columns, rows;
    unsigned char *taken;
    unsigned char *land; /* within an outline; NULL: there are none */
};

static const double ROW = 0.86602540378 * MAP_STEP;

static struct point cell_centre(long column, long row)
{
    double shift = row % 2 ? 0.5 : 0;
    return (struct point){((double)column + 0.5 + shift) * MAP_STEP,
                          (double)row * ROW + 0.5 * MAP_STEP};
}

static void cell_of(struct point p, long *column, long *row)
{
    *row = lround((p.y - 0.5 * MAP_STEP) / ROW);
    *column = lround(p.x / MAP_STEP - 0.5 - (*row % 2 ? 0.5 : 0));
}

static bool is_cell(const struct grid *g, long column, long row)
{
    return column >= 0 && row >= 0 && column < g->columns && row < g->rows;
}

static bool is_land(const struct grid *g, long column, long row)
{
    return is_cell(g, column, row) && g->land[row * g->columns + column];
}

/* A line from p to q: the cells to the right of it change sides. */
static void land_cross(struct grid *g, struct point p, struct point q)
{
    if (p.y > q.y) {
        struct point swap = p;
        p = q, q = swap;
    }
    long row = (long)ceil((p.y - 0.5 * MAP_STEP) / ROW);
    for (row = row < 0 ? 0 : row; row < g->rows; row++) {
        double y = cell_centre(0, row).y;
        if (y >= q.y)
            return;
        double x = p.x + (q.x - p.x) * (y - p.y) / (q.y - p.y);
        for (long c = g->columns - 1; c >= 0 && cell_centre(c, row).x > x; c--)
            g->land[row * g->columns + c] ^= 1;
    }
}

static void land_find(struct grid *g, const struct map *m, struct box b)
{
    double scale = scale_of(m, b);
    for (size_t i = 0; i < m->outline_count; i++) {
        const struct outline *o = &m->outlines[i];
        for (size_t k = 0; k < o->n; k++)
            land_cross(g, project(b, scale, o->ring[k]),
                       project(b, scale, o->ring[(k + 1) % o->n]));
    }
}

/* Is the point within the outlines, or so near that only their grain keeps it
 * out? */
static bool at_land(const struct grid *g, struct point p)
{
    enum { GRAIN = 2 };
    long column, row;
    cell_of(p, &column, &row);
    for (long r = row - GRAIN; g->land && r <= row + GRAIN; r++)
        for (long c = column - GRAIN; c <= column + GRAIN; c++)
            if (is_land(g, c, r))
                return true;
    return false;
}

/* The free cell nearest to p, of land alone where asked. Rings grow until a
 * cell is found that no cell of a wider ring can be nearer than. */
static bool nearest(struct grid *g, struct point p, bool land,
                    struct point *out)
{
    long row0, col0, best_row = -1, best_col = -1;
    double best = INFINITY;
    cell_of(p, &col0, &row0);
    for (long ring = 0; ring <= g->columns + g->rows; ring++) {
        if (best < ((double)ring - 1.5) * 0.86 * MAP_STEP)
            break;
        for (long r = row0 - ring; r <= row0 + ring; r++) {
            bool edge = r == row0 - ring || r == row0 + ring;
            for (long c = col0 - ring; c <= col0 + ring;
                 c += edge || !ring ? 1 : 2 * ring) {
                struct point at = cell_centre(c, r);
                double away = hypot(at.x - p.x, at.y - p.y);
                if (away < best && is_cell(g, c, r) &&
                    !g->taken[r * g->columns + c] &&
                    (!land || is_land(g, c, r)))
                    best = away, best_row = r, best_col = c;
            }
        }
    }
    if (best_row < 0)
        return false;
    g->taken[best_row * g->columns + best_col] = 1;
    *out = cell_centre(best_col, best_row);
    return true;
}

static struct grid grid_make(struct arena *a, const struct map *m, struct box b)
{
    struct grid g = {.columns = (long)(m->width / MAP_STEP) - 1,
                     .rows = (long)(map_height(m) / ROW) - 1};
    if (g.columns < 1)
        g.columns = 1;
    if (g.rows < 1)
        g.rows = 1;
    g.taken = NEW_ARRAY(a, unsigned char, (size_t)(g.columns * g.rows));
    if (m->outline_count) {
        g.land = NEW_ARRAY(a, unsigned char, (size_t)(g.columns * g.rows));
        land_find(&g, m, b);
    }
    return g;
}

void map_spread(struct arena *a, struct map *m)
{
    struct box b = box_of(m);
    double scale = scale_of(m, b), height = map_height(m);
    struct grid g = grid_make(a, m, b);
    for (size_t i = 0; i < m->kind_count; i++)
        m->kinds[i].count = 0;
    for (size_t i = 0; i < m->point_count; i++) {
        struct map_point *p = &m->points[i];
        struct map_kind *kind = &m->kinds[p->kind];
        kind->count++;
        p->drawn = (struct point){NAN, NAN};
        struct point at = project(b, scale, p->at);
        bool inside = at.x >= 0 && at.x <= m->width && at.y >= 0 &&
                      at.y <= height; /* false for NAN */
        if (kind->hidden || !inside ||
            (at_land(&g, at) && nearest(&g, at, true, &p->drawn)))
            continue;
        if (!nearest(&g, at, false, &p->drawn))
            p->drawn = (struct point){NAN, NAN};
    }
}

static void outlines_draw(struct svg *s, const struct map *m, struct arena *a)
{
    struct box b = box_of(m);
    double scale = scale_of(m, b);
    for (size_t i = 0; i < m->outline_count; i++) {
        const struct outline *o = &m->outlines[i];
        struct point *path = NEW_ARRAY(a, struct point, o->n);
        for (size_t k = 0; k < o->n; k++)
            path[k] = project(b, scale, o->ring[k]);
        s->canvas.path(&s->canvas, INK_AREA, path, o->n, true);
    }
}

void map_svg(struct html *h, const struct map *m)
{
    struct svg s;
    const char *sprite = asset_url(h, "icons.svg");
    svg_open(&s, h, "group", m->width, map_height(m), m->label);
    outlines_draw(&s, m, h->out.mem);
    for (size_t i = 0; i < m->point_count; i++) {
        const struct map_point *p = &m->points[i];
        const char *shape = m->kinds[p->kind].shape;
        if (isnan(p->drawn.x))
            continue;
        s.canvas.link(&s.canvas, p->href, p->title);
        html_lit(h, "<use class=\"pt ");
        html_text(h, shape);
        html_lit(h, "\" href=\"");
        html_text(h, sprite);
        html_lit(h, "#pt-");
        html_text(h, shape);
        html_lit(h, "\" x=\"");
        html_number(h, p->drawn.x - MAP_POINT / 2.0);
        html_lit(h, "\" y=\"");
        html_number(h, p->drawn.y - MAP_POINT / 2.0);
        html_lit(h, "\" width=\"16\" height=\"16\"/>");
        s.canvas.link_end(&s.canvas);
    }
    svg_close(&s);
}

const char *shape_url(struct html *h, const char *shape)
{
    return arena_printf(h->out.mem, "%s#pt-%s", asset_url(h, "icons.svg"),
                        shape);
}
