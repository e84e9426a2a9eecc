/* Filiation as a drawing: a column for each generation, the oldest first, and
 * before the end of each line what the one is to the other. A name is whole
 * where its lines hold it; its title and the list have it whole always. */
#include "modules/portfolio/lineage.h"

#include "view/chart.h"

enum {
    GENERATIONS = 3, /* drawn each way; all that is farther is in one box */
    LINES = 3,       /* of a name */
    BOX = 228,       /* wide */
    PAD = 12,
    LINE = 19,
    AIR = 14,    /* between boxes */
    PASS = 10,   /* high: the room of a line that passes a column */
    PORT = 22,   /* between lines that end at one box */
    BEND = 44,   /* in which a line goes up or down */
    ARROW = 8,   /* long */
    SWEEPS = 6,  /* in which boxes move towards what they are tied to */
    LETTER = 14, /* pixels, of a name; of a kind of link one less */
};

/* A record; the others of its generation; or where a line passes. */
struct box {
    const struct lineage_node *node; /* NULL: no record */
    size_t others;                   /* how many it stands for */
    int column;
    size_t ports; /* lines that end here */
    double rank, y, height;
    const char *lines[LINES];
    size_t line_count;
};
/* From one column to the next. */
struct stretch {
    struct box *from, *to;
    const char *kind; /* NULL where it goes on, or where several kinds are */
};
struct layout {
    struct html *h;
    const struct lineage_v *v;
    struct box *boxes, **order; /* order: by column, from top to bottom */
    size_t n, room;
    struct stretch *stretches;
    size_t stretch_count;
    int first, columns;
    double x[2 * GENERATIONS + 4], width, height;
};

/* What a text is wide, in parts of its height: the shapes of Inter, roughly. */
static double width_of(struct str s)
{
    double sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        if (((unsigned char)c & 0xC0) == 0x80)
            continue;
        sum += strchr("iljtfrI.,;:'!|()[] -/", c) ? 0.34
               : strchr("mwMW@%", c)              ? 0.9
               : (c >= 'A' && c <= 'Z')           ? 0.7
                                                  : 0.6;
    }
    return sum;
}

/* As much of the text as fits, to a space where there is one; all of it, if
 * fewer than all fit, as well. */
static size_t fitting(struct str s, double most)
{
    size_t space = 0, n = 0;
    while (n < s.n) {
        size_t next = n + 1;
        while (next < s.n && ((unsigned char)s.p[next] & 0xC0) == 0x80)
            next++;
        if (width_of((struct str){s.p, next}) > most)
            return space ? space : n;
        n = next;
        if (n < s.n && s.p[n] == ' ')
            space = n;
    }
    return n;
}

static const char *line_of(struct arena *a, bool french, struct str s,
                           const char *end)
{
    return french ? arena_printf(a, "%c%.*s%s%c", FRENCH_FROM, (int)s.n, s.p,
                                 end, FRENCH_TO)
                  : arena_printf(a, "%.*s%s", (int)s.n, s.p, end);
}

static void name_wrap(struct html *h, const char *title, struct box *b)
{
    const double most = (BOX - 2.0 * PAD) / LETTER;
    const char *name = said(h->out.mem, h->lang, title);
    const bool french = is_said_in_french(name);
    struct str s = str_of(french ? title : name);
    while (s.n && b->line_count < LINES) {
        const bool last = b->line_count == LINES - 1;
        size_t n = fitting(s, most);
        const bool cut = last && n < s.n;
        if (cut)
            n = fitting(s, most - 1);
        b->lines[b->line_count++] =
            line_of(h->out.mem, french, (struct str){s.p, n}, cut ? "…" : "");
        s = str_trim((struct str){s.p + n, s.n - n});
    }
}

static int layer_drawn(const struct lineage_node *n)
{
    const int most = GENERATIONS + 1;
    const int layer = n->layer > most ? most : n->layer;
    return layer < -most ? -most : layer;
}

static int column_of(const struct layout *l, const struct lineage_node *n)
{
    return layer_drawn(n) - l->first;
}

static struct box *box_add(struct layout *l, int column, double height)
{
    struct box *b = &l->boxes[l->n];
    *b = (struct box){.column = column, .rank = (double)l->n, .height = height};
    l->order[l->n++] = b;
    return b;
}

/* The box that stands for so many records of its column. */
static struct box *others_of(struct layout *l, int column)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->boxes[i].others && l->boxes[i].column == column)
            return &l->boxes[i];
    return box_add(l, column, 2 * PAD + LINE);
}

static void box_make(struct layout *l, size_t i, struct box **of,
                     size_t *abreast)
{
    const struct lineage_node *node = &l->v->nodes[i];
    const int column = column_of(l, node);
    const bool far = node->layer < -GENERATIONS || node->layer > GENERATIONS;
    if (far || !node->title || abreast[column] == LINEAGE_ABREAST) {
        of[i] = others_of(l, column);
        of[i]->others += node->others ? node->others : 1;
        return;
    }
    abreast[column]++;
    of[i] = box_add(l, column, 0);
    of[i]->node = node;
    name_wrap(l->h, node->title, of[i]);
    of[i]->height =
        2 * PAD + LINE * ((double)of[i]->line_count + 1 + (node->more != NULL));
}

/* What is shown when not all can be: what was brought to schools, then what
 * ties others to the node asked. */
static int importance(const struct lineage_node *n)
{
    return n->more ? 2 : n->through ? 1 : 0;
}

/* A box for each record, the nearest first, and one for the others. */
static void boxes_make(struct layout *l, struct box **of)
{
    size_t abreast[COUNT(l->x)] = {0};
    for (int now = 2; now >= 0; now--)
        for (size_t i = 0; i < l->v->node_count; i++)
            if (importance(&l->v->nodes[i]) == now &&
                l->v->nodes[i].layer != LINEAGE_NOWHERE)
                box_make(l, i, of, abreast);
}

/* Lines to or from a box of others that are the same are one. */
static bool is_there(struct layout *l, const struct box *from,
                     const struct box *to, const char *kind)
{
    const bool many = from->others || to->others;
    for (size_t i = 0; many && i < l->stretch_count; i++) {
        struct stretch *s = &l->stretches[i];
        if (s->from != from || s->to != to)
            continue;
        if (s->kind && !same(s->kind, kind))
            s->kind = NULL;
        return true;
    }
    return false;
}

/* From box to box; those over several columns pass between the boxes there. */
static void stretches_make(struct layout *l, struct box **of)
{
    for (size_t i = 0; i < l->v->link_count; i++) {
        const struct lineage_link *k = &l->v->links[i];
        struct box *from = of[k->from], *to = of[k->to];
        if (from->column < to->column && !is_there(l, from, to, k->kind))
            l->stretches[l->stretch_count++] =
                (struct stretch){from, to, k->kind};
    }
    for (size_t i = 0, whole = l->stretch_count; i < whole; i++) {
        struct stretch *s = &l->stretches[i];
        while (s->from->column + 1 < s->to->column) {
            struct box *pass = box_add(l, s->from->column + 1, PASS);
            l->stretches[l->stretch_count++] =
                (struct stretch){s->from, pass, NULL};
            s->from = pass;
        }
        s->to->ports++;
    }
    for (size_t i = 0; i < l->n; i++) {
        const double needed = PORT * ((double)l->boxes[i].ports + 1);
        if (l->boxes[i].ports > 1 && l->boxes[i].height < needed)
            l->boxes[i].height = needed;
    }
}

static double middle(const struct box *b)
{
    return b->y + b->height / 2;
}

static int by_rank(const void *x, const void *y)
{
    const struct box *a = *(struct box *const *)x, *b = *(struct box *const *)y;
    const double d = a->rank - b->rank;
    return a->column != b->column     ? a->column - b->column
           : !a->others != !b->others ? !b->others - !a->others
           : d != 0                   ? (d > 0) - (d < 0)
                                      : (a > b) - (a < b);
}

/* Each column one box below the other, all about one middle line. */
static void columns_stack(struct layout *l)
{
    double high[COUNT(l->x)] = {0};
    qsort(l->order, l->n, sizeof(*l->order), by_rank);
    l->height = 0;
    for (size_t i = 0; i < l->n; i++) {
        double *h = &high[l->order[i]->column];
        l->order[i]->y = *h;
        *h += l->order[i]->height + AIR;
        l->height = *h > l->height ? *h : l->height;
    }
    for (size_t i = 0; i < l->n; i++)
        l->order[i]->y += (l->height - high[l->order[i]->column]) / 2 + 2;
}

/* Each box beside what it came from, or (back) beside what came of it. */
static void ranks_sweep(struct layout *l, bool back)
{
    size_t *met = NEW_ARRAY(l->h->out.mem, size_t, l->n + 1);
    for (size_t i = 0; i < l->n; i++)
        l->boxes[i].rank = middle(&l->boxes[i]);
    for (size_t i = 0; i < l->stretch_count; i++) {
        const struct stretch *s = &l->stretches[i];
        struct box *mover = back ? s->from : s->to;
        const double there = middle(back ? s->to : s->from);
        const double n = (double)met[mover - l->boxes]++;
        mover->rank = n > 0 ? (mover->rank * n + there) / (n + 1) : there;
    }
}

static double kind_width(const struct stretch *s)
{
    return s->kind ? width_of(str_of(s->kind)) * (LETTER - 1) + 2 * ARROW
                   : 2 * ARROW;
}

/* Between columns there is room for the longest kind written there. */
static void columns_space(struct layout *l)
{
    double gap[COUNT(l->x)] = {0};
    for (size_t i = 0; i < l->stretch_count; i++) {
        const struct stretch *s = &l->stretches[i];
        double *g = &gap[s->to->column];
        *g = kind_width(s) > *g ? kind_width(s) : *g;
    }
    l->x[0] = 2;
    for (int i = 1; i < l->columns; i++)
        l->x[i] = l->x[i - 1] + BOX + BEND + gap[i];
    l->width = l->x[l->columns - 1] + BOX + 2;
}

/* Where a line ends at its box: in the order in which they come. */
static double port_of(const struct layout *l, const struct stretch *s)
{
    size_t before = 0;
    if (s->to->ports < 2)
        return middle(s->to);
    for (const struct stretch *o = l->stretches;
         o < l->stretches + l->stretch_count; o++)
        before +=
            o->to == s->to && (middle(o->from) < middle(s->from) ||
                               (middle(o->from) <= middle(s->from) && o < s));
    return s->to->y +
           s->to->height * ((double)before + 1) / ((double)s->to->ports + 1);
}

static void stretch_draw(const struct layout *l, struct canvas *c,
                         const struct stretch *s)
{
    const double x = l->x[s->to->column], y = port_of(l, s);
    const double left = l->x[s->from->column] + BOX, from = middle(s->from);
    const bool passes = !s->to->node && !s->to->others;
    const struct point line[] = {{left, from},
                                 {left + ARROW, from},
                                 {left + BEND, y},
                                 {passes ? x + BOX : x, y}};
    const struct point arrow[] = {
        {x - ARROW, y - 5}, {x, y}, {x - ARROW, y + 5}};
    c->path(c, INK_LINE, line, COUNT(line), false);
    if (passes)
        return;
    c->path(c, INK_LINE, arrow, COUNT(arrow), false);
    if (s->kind)
        c->text(c, INK_MUTED, AT_END, x - ARROW - 3, y - 5, s->kind);
}

/* "Projet · ESCALE"; of a tool "MIA Seconde · 46 déploiements". */
static const char *node_text(struct html *h, const struct lineage_node *n)
{
    const char *title = said(h->out.mem, h->lang, n->title);
    return n->more ? arena_printf(h->out.mem, "%s · %s", title, n->more)
                   : arena_printf(h->out.mem, "%s · %s", n->kind, title);
}

static void box_draw(const struct layout *l, struct canvas *c,
                     const struct box *b)
{
    struct html *h = l->h;
    const struct lineage_node *node = b->node;
    const bool self = node == l->v->nodes;
    const double x = l->x[b->column], text = x + PAD;
    double y = b->y + PAD + LINE - 5;
    if (!node && !b->others)
        return;
    const char *others = tr_n(h->out.mem, h->lang,
                              l->v->cut[b->column + l->first > 0]
                                  ? "portfolio.lineage_others_more"
                                  : "portfolio.lineage_others",
                              (int64_t)b->others);
    c->link(c,
            !node  ? "#lineage-list"
            : self ? NULL
                   : node->href,
            node ? node_text(h, node) : others);
    c->rect(c, self ? INK_BAR_ON : INK_BAR, x, b->y, BOX, b->height);
    c->text(c, node ? INK_MUTED : INK, AT_START, text, y,
            node ? node->kind : others);
    for (size_t i = 0; i < b->line_count; i++)
        c->text(c, INK, AT_START, text, y += LINE, b->lines[i]);
    if (node && node->more)
        c->text(c, INK_MUTED, AT_START, text, y + LINE, node->more);
    c->link_end(c);
}

/* As many columns as there are generations. */
static void columns_count(struct layout *l)
{
    int last = 0;
    for (size_t i = 0; i < l->v->node_count; i++) {
        const int at = l->v->nodes[i].layer == LINEAGE_NOWHERE
                           ? 0
                           : layer_drawn(&l->v->nodes[i]);
        last = at > last ? at : last;
        l->first = at < l->first ? at : l->first;
    }
    l->columns = last - l->first + 1;
}

void lineage_svg(struct html *h, const struct lineage_v *v)
{
    struct svg s;
    struct arena *a = h->out.mem;
    struct layout l = {.h = h, .v = v};
    columns_count(&l);
    /* A line passes fewer columns than there are. */
    l.room = v->node_count + v->link_count * (size_t)l.columns;
    l.boxes = NEW_ARRAY(a, struct box, l.room + 1);
    l.order = NEW_ARRAY(a, struct box *, l.room + 1);
    l.stretches = NEW_ARRAY(a, struct stretch, l.room + 1);
    struct box **of = NEW_ARRAY(a, struct box *, v->node_count + 1);
    boxes_make(&l, of);
    stretches_make(&l, of);
    columns_stack(&l);
    for (int i = 0; i < SWEEPS; i++) {
        ranks_sweep(&l, i % 2);
        columns_stack(&l);
    }
    columns_space(&l);
    svg_open(&s, h, "group", l.width, l.height, v->label);
    for (size_t i = 0; i < l.stretch_count; i++)
        stretch_draw(&l, &s.canvas, &l.stretches[i]);
    for (size_t i = 0; i < l.n; i++)
        box_draw(&l, &s.canvas, l.order[i]);
    svg_close(&s);
}
