/* Setting and drawing: A4, from the top of a page to its foot, twice, for the
 * number of pages is known only when the last is full. */
#include "pdf/paper.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <unistd.h>

/* In points, 72 to the inch. */
#define SHORT 595.28
#define LONG 841.89
#define MARGIN 48.0
#define PAD 5.0
#define GREY 0.38

/* Debian's fonts-dejavu-core: Latin, Greek, Cyrillic, Arabic, Hebrew; what it
 * lacks is taken of whatever font is there. */
#define FAMILY "DejaVu Sans "

struct pen {
    cairo_t *cr;
    const char *title;
    double inner, foot; /* how wide one writes, and how far down */
    double y;
    int page, pages;                /* pages 0: they are being counted */
    const struct json_value *table; /* whose heads stand on each page */
};

static struct str text_at(const struct json_value *o, const char *key)
{
    const struct json_value *v = json_get(o, key);
    return v && v->type == J_TEXT ? v->s : STR("");
}

static bool is_array(const struct json_value *v)
{
    return v && v->type == J_ARRAY;
}

static PangoLayout *set(struct pen *p, struct str text, const char *font,
                        double width)
{
    PangoLayout *l = pango_cairo_create_layout(p->cr);
    PangoFontDescription *d = pango_font_description_from_string(font);
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(l, text.p, (int)text.n);
    return l;
}

static double height(PangoLayout *l)
{
    int h;
    pango_layout_get_size(l, NULL, &h);
    return (double)h / PANGO_SCALE;
}

static void number_draw(struct pen *p)
{
    char text[32];
    snprintf(text, sizeof(text), "%d / %d", p->page, p->pages);
    PangoLayout *title = set(p, str_of(p->title), FAMILY "7.5", p->inner - 60),
                *number = set(p, str_of(text), FAMILY "7.5", 60);
    pango_layout_set_ellipsize(title, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(title, 0);
    pango_layout_set_alignment(number, PANGO_ALIGN_RIGHT);
    cairo_set_source_rgb(p->cr, GREY, GREY, GREY);
    cairo_move_to(p->cr, MARGIN, p->foot + 12);
    pango_cairo_show_layout(p->cr, title);
    cairo_move_to(p->cr, MARGIN + p->inner - 60, p->foot + 12);
    pango_cairo_show_layout(p->cr, number);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    g_object_unref(title);
    g_object_unref(number);
}

static void page_begin(struct pen *p)
{
    p->page++;
    p->y = MARGIN;
    cairo_set_source_rgb(p->cr, 0, 0, 0);
}

static void heads_draw(struct pen *p);

static void page_turn(struct pen *p)
{
    number_draw(p);
    cairo_show_page(p->cr);
    page_begin(p);
    if (p->table)
        heads_draw(p);
}

/* Lines of the layout from *line on, as many as fit above the foot; how high
 * they stand. */
static double lines_draw(struct pen *p, PangoLayout *l, double x, int *line)
{
    PangoLayoutIter *it = pango_layout_get_iter(l);
    double used = 0;
    int at = 0;
    do {
        PangoRectangle r;
        if (at++ < *line)
            continue;
        pango_layout_iter_get_line_extents(it, NULL, &r);
        const double high = (double)r.height / PANGO_SCALE,
                     base = (double)(pango_layout_iter_get_baseline(it) - r.y) /
                            PANGO_SCALE;
        if (p->y + used + high > p->foot)
            break;
        cairo_move_to(p->cr, x + (double)r.x / PANGO_SCALE, p->y + used + base);
        pango_cairo_show_layout_line(p->cr,
                                     pango_layout_iter_get_line_readonly(it));
        used += high;
        (*line)++;
    } while (pango_layout_iter_next_line(it));
    pango_layout_iter_free(it);
    return used;
}

static void rule(struct pen *p, double x, double width)
{
    cairo_set_line_width(p->cr, 0.5);
    cairo_set_source_rgb(p->cr, 0.7, 0.7, 0.7);
    cairo_move_to(p->cr, x, p->y);
    cairo_line_to(p->cr, x + width, p->y);
    cairo_stroke(p->cr);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
}

struct row {
    PangoLayout *cells[PAPER_COLUMNS];
    double x[PAPER_COLUMNS];
    size_t n;
};

static void row_free(struct row *row)
{
    for (size_t i = 0; i < row->n; i++)
        g_object_unref(row->cells[i]);
}

/* Side by side; what is higher than what is left of the page begins on the
 * next, and what is higher than a page goes on overleaf. */
static void row_draw(struct pen *p, const struct row *row)
{
    int line[PAPER_COLUMNS] = {0}, stuck = 0;
    double high = 0;
    for (size_t i = 0; i < row->n; i++)
        high = high > height(row->cells[i]) ? high : height(row->cells[i]);
    if (p->y + high + PAD > p->foot && high < (p->foot - MARGIN) / 2)
        page_turn(p);
    for (;;) {
        double most = 0;
        bool whole = true;
        for (size_t i = 0; i < row->n; i++) {
            const double used =
                lines_draw(p, row->cells[i], row->x[i], &line[i]);
            most = most > used ? most : used;
            whole &= line[i] >= pango_layout_get_line_count(row->cells[i]);
        }
        p->y += most;
        stuck = most > 0 ? 0 : stuck + 1;
        if (whole || stuck > 1) /* a line higher than a page */
            break;
        page_turn(p);
    }
}

static void block_draw(struct pen *p, struct str text, const char *font,
                       double below)
{
    struct row row = {
        .cells = {set(p, text, font, p->inner)}, .x = {MARGIN}, .n = 1};
    row_draw(p, &row);
    row_free(&row);
    p->y += below;
}

/* A heading is followed by something on its page. */
static void heading_draw(struct pen *p, const struct json_value *part)
{
    if (p->y > MARGIN)
        p->y += 8;
    if (p->y + 60 > p->foot)
        page_turn(p);
    block_draw(p, text_at(part, "text"), FAMILY "Bold 12", PAD);
}

static void fact_draw(struct pen *p, const struct json_value *part)
{
    const double left = p->inner * 0.36;
    const bool by_hand = !json_get(part, "text");
    struct row row = {
        .cells = {set(p, text_at(part, "label"), FAMILY "Bold 9", left - 10),
                  set(p, by_hand ? STR(" ") : text_at(part, "text"),
                      FAMILY "10", p->inner - left)},
        .x = {MARGIN, MARGIN + left},
        .n = 2};
    p->y += by_hand ? 10 : 2;
    row_draw(p, &row);
    row_free(&row);
    p->y += 3;
    rule(p, by_hand ? MARGIN + left : MARGIN,
         by_hand ? p->inner - left : p->inner);
    p->y += 2;
}

static double share(const struct json_value *column)
{
    const struct json_value *v = json_get(column, "share");
    return v && v->type == J_INT && v->i > 0 && v->i <= 100 ? (double)v->i : 1;
}

/* Of the table's columns: cell i is that member's text, or a head. */
static void cells_draw(struct pen *p, const struct json_value *table,
                       const struct json_value *cells, const char *font)
{
    const struct json_value *columns = json_get(table, "columns");
    struct row row = {.n = columns->n};
    double all = 0, x = MARGIN;
    for (size_t i = 0; i < columns->n; i++)
        all += share(&columns->members[i].value);
    for (size_t i = 0; i < columns->n; i++) {
        const struct json_value *c = cells ? &cells->members[i].value : NULL;
        const double wide = p->inner * share(&columns->members[i].value) / all;
        const struct str text =
            c ? c->s : text_at(&columns->members[i].value, "head");
        row.x[i] = x;
        row.cells[i] = set(p, text, font, wide - PAD);
        x += wide;
    }
    p->y += 3;
    row_draw(p, &row);
    row_free(&row);
    p->y += 3;
    rule(p, MARGIN, p->inner);
}

static void heads_draw(struct pen *p)
{
    const struct json_value *table = p->table;
    p->table = NULL; /* they are not their own heads */
    cells_draw(p, table, NULL, FAMILY "Bold 8");
    p->table = table;
}

static void table_draw(struct pen *p, const struct json_value *part)
{
    const struct json_value *rows = json_get(part, "rows");
    p->y += 6;
    if (p->y + 60 > p->foot)
        page_turn(p);
    p->table = part;
    heads_draw(p);
    for (size_t i = 0; i < rows->n; i++)
        cells_draw(p, part, &rows->members[i].value, FAMILY "9");
    p->table = NULL;
    p->y += 8;
}

static void note_draw(struct pen *p, const struct json_value *part)
{
    p->y += PAD;
    block_draw(p, text_at(part, "text"), FAMILY "7.5", PAD);
}

static void part_draw(struct pen *p, const struct json_value *part)
{
    const struct str kind = text_at(part, "kind");
    if (str_eq(kind, "heading"))
        heading_draw(p, part);
    else if (str_eq(kind, "fact"))
        fact_draw(p, part);
    else if (str_eq(kind, "table"))
        table_draw(p, part);
    else if (str_eq(kind, "note"))
        note_draw(p, part);
    else
        block_draw(p, text_at(part, "text"), FAMILY "10", PAD);
}

/* Is every table as wide as its heads? */
static bool table_is_whole(const struct json_value *part)
{
    const struct json_value *columns = json_get(part, "columns"),
                            *rows = json_get(part, "rows");
    if (!is_array(columns) || !is_array(rows) || !columns->n ||
        columns->n > PAPER_COLUMNS)
        return false;
    for (size_t i = 0; i < columns->n; i++)
        if (columns->members[i].value.type != J_OBJECT)
            return false;
    for (size_t i = 0; i < rows->n; i++) {
        const struct json_value *row = &rows->members[i].value;
        if (!is_array(row) || row->n != columns->n)
            return false;
        for (size_t k = 0; k < row->n; k++)
            if (row->members[k].value.type != J_TEXT)
                return false;
    }
    return true;
}

static bool is_whole(const struct json_value *said)
{
    const struct json_value *parts =
        said && said->type == J_OBJECT ? json_get(said, "parts") : NULL;
    if (!is_array(parts))
        return false;
    for (size_t i = 0; i < parts->n; i++) {
        const struct json_value *part = &parts->members[i].value;
        if (part->type != J_OBJECT ||
            (str_eq(text_at(part, "kind"), "table") && !table_is_whole(part)))
            return false;
    }
    return true;
}

static cairo_status_t put(void *data, const unsigned char *p, unsigned n)
{
    const int *fd = data;
    for (unsigned at = 0; *fd >= 0 && at < n;) {
        const ssize_t done = write(*fd, p + at, n - at);
        if (done < 0 && errno != EINTR)
            return CAIRO_STATUS_WRITE_ERROR;
        at += done > 0 ? (unsigned)done : 0;
    }
    return CAIRO_STATUS_SUCCESS;
}

/* fd -1: only counted. */
static bool draw(struct arena *a, const struct json_value *said, int fd,
                 int *pages)
{
    const struct json_value *parts = json_get(said, "parts"),
                            *lies = json_get(said, "wide");
    const bool on_side = lies && lies->type == J_BOOL && lies->i;
    const double wide = on_side ? LONG : SHORT, tall = on_side ? SHORT : LONG;
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(put, &fd, wide, tall);
    struct pen p = {.cr = cairo_create(surface),
                    .title = str_dup(a, text_at(said, "title")),
                    .inner = wide - 2 * MARGIN,
                    .foot = tall - MARGIN,
                    .pages = *pages};
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, p.title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR,
                                   "Essaim " VERSION);
    page_begin(&p);
    block_draw(&p, str_of(p.title), FAMILY "Bold 17", 8);
    for (size_t i = 0; i < parts->n; i++)
        part_draw(&p, &parts->members[i].value);
    number_draw(&p);
    *pages = p.page;
    /* What fails in the context, such as a font, spoils no surface. */
    bool well = cairo_status(p.cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(p.cr);
    cairo_surface_finish(surface);
    well &= cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return well;
}

enum status paper_draw(struct arena *a, struct str said, int fd,
                       const char **why)
{
    const struct json_value *v = json_parse(a, said, why);
    int pages = 0;
    if (!v)
        return ERR_INVALID;
    if (!is_whole(v)) {
        *why = "this is no document";
        return ERR_INVALID;
    }
    return draw(a, v, -1, &pages) && draw(a, v, fd, &pages) ? OK : ERR_SYSTEM;
}
