#include "modules/portfolio/lineage.h"

#include "i18n/format.h"
#include "modules/portfolio/shown.h"
#include "view/chart.h"

enum { DRAWN = 60, STEP = 22, ROW = 34, LEFT = 14, WIDTH = 496, LETTER = 9 };

/*
 * A note de veille and a request for advice are the laboratory's own: a note
 * may name a product that nobody has judged yet, a request what somebody
 * confided. But that a project came of one is no secret, and the path begins
 * there: it is drawn, without what it says and without a link, and so is its
 * tie to the project, without its reason.
 */
static const bool stands_unread[NODE_KINDS] =
    {[NODE_SIGNAL] = true, [NODE_ADVICE] = true};

/* A tool is no row: it is numbered beyond all of them. */
static int64_t tool_node(size_t place)
{
    return INT64_MAX - DRAWN + (int64_t)place;
}

struct drawing {
    struct req *r;
    int64_t self; /* whose page it is: the reader reads it */
    bool readable[NODE_KINDS];
    struct lineage_node *nodes;
    struct lineage_link *links;
    size_t n, link_count;
};

static bool may_read(const struct drawing *d, int64_t node)
{
    return node == d->self || d->readable[node_kind(node)];
}

static bool is_drawn(const struct drawing *d, int64_t node)
{
    return may_read(d, node) || stands_unread[node_kind(node)];
}

/* The place of a node among those drawn; new ones at the end. n when full. */
static size_t place_of(struct drawing *d, int64_t node)
{
    size_t i = 0;
    while (i < d->n && d->nodes[i].node != node)
        i++;
    if (i < d->n || d->n == DRAWN)
        return i;
    const struct entity *e = node_entity(node_kind(node));
    d->nodes[d->n++] = (struct lineage_node){
        .node = node,
        .kind = tr(d->r->lang, e->name),
        .href = may_read(d, node) ? row_address(d->r, e, node_id(node)) : NULL};
    return i;
}

/* A layer lies behind all that led to it; without circles this ends. */
static void layers_fill(struct drawing *d)
{
    bool moved = true;
    for (size_t round = 0; moved && round <= d->n; round++) {
        moved = false;
        for (size_t i = 0; i < d->link_count; i++) {
            const struct lineage_link *l = &d->links[i];
            int behind = d->nodes[l->from].layer + 1;
            if (d->nodes[l->to].layer >= behind)
                continue;
            d->nodes[l->to].layer = behind;
            moved = true;
        }
    }
}

static int by_layer(const void *a, const void *b)
{
    const struct lineage_node *x = a, *y = b;
    return x->layer != y->layer ? x->layer - y->layer
                                : (x->node > y->node) - (x->node < y->node);
}

/* In the order of their layers; links find their ends again. */
static void order(struct drawing *d)
{
    int64_t *ends = NEW_ARRAY(d->r->mem, int64_t, 2 * d->link_count + 1);
    for (size_t i = 0; i < d->link_count; i++) {
        ends[2 * i] = d->nodes[d->links[i].from].node;
        ends[2 * i + 1] = d->nodes[d->links[i].to].node;
    }
    qsort(d->nodes, d->n, sizeof(*d->nodes), by_layer);
    for (size_t i = 0; i < d->link_count; i++) {
        d->links[i].from = place_of(d, ends[2 * i]);
        d->links[i].to = place_of(d, ends[2 * i + 1]);
    }
}

/* That a project is in a school is drawn with all its schools, as a tool; one
 * of them by itself where its page is read, or where something came of it. */
static bool is_among_uses(const struct drawing *d, const struct kinship *kin,
                          const struct kin *k)
{
    if (!same(k->kind, "deployed_as") || node_kind(k->from) != NODE_PROJECT ||
        node_kind(k->to) != NODE_DEPLOYMENT || k->to == d->self)
        return false;
    for (size_t i = 0; i < kin->n; i++)
        if (kin->links[i].from == k->to)
            return false;
    return true;
}

static void links_place(struct drawing *d, const struct kinship *kin, bool *cut)
{
    d->links = NEW_ARRAY(d->r->mem, struct lineage_link, kin->n + DRAWN + 1);
    for (size_t i = 0; i < kin->n; i++) {
        const struct kin *k = &kin->links[i];
        if (!is_drawn(d, k->from) || !is_drawn(d, k->to) ||
            is_among_uses(d, kin, k))
            continue;
        size_t from = place_of(d, k->from), to = place_of(d, k->to);
        if (from == DRAWN || to == DRAWN) {
            *cut = true;
            continue;
        }
        d->links[d->link_count++] = (struct lineage_link){
            from, to,
            choice_label(d->r->mem, d->r->lang, &filiation_entity, "kind",
                         k->kind),
            may_read(d, k->from) && may_read(d, k->to) ? k->why : NULL};
    }
}

/* Behind each project drawn, what it was deployed as. */
static void use_place(struct drawing *d, const struct use *u, bool *cut)
{
    struct req *r = d->r;
    *cut |= u->tools > USES_MOST || d->n == DRAWN;
    if (d->n == DRAWN)
        return;
    d->links[d->link_count++] = (struct lineage_link){
        place_of(d, u->project), d->n,
        choice_shown(r, &filiation_entity, "kind", "deployed_as"), NULL};
    d->nodes[d->n] = (struct lineage_node){
        .node = tool_node(d->n),
        .kind = tr(r->lang, deployment_entity.name),
        .title = u->tool,
        .more = entity_count(r->mem, r->lang, &deployment_entity, u->n),
        .since =
            tr_with(r->mem, r->lang, "portfolio.used_since", "day",
                    format_day(r->mem, r->lang, u->first, DAY_MONTH), NULL),
        .href = arena_printf(r->mem, "/projets/%" PRId64 "/essaimage",
                             node_id(u->project))};
    d->n++;
}

/* Of the first the title is known. */
static enum status names_fill(struct drawing *d, bool *cut)
{
    int64_t nodes[DRAWN];
    const size_t n = d->n;
    struct named named;
    if (n < 2 && node_kind(d->self) != NODE_PROJECT)
        return OK;
    for (size_t i = 0; i < n; i++)
        nodes[i] = d->nodes[i].node;
    TRY(nodes_name(d->r->conn, d->r->mem, nodes, n, &named));
    for (size_t i = 1; i < n; i++)
        d->nodes[i].title =
            may_read(d, nodes[i])
                ? named.titles[i]
                : tr(lang_default(), "portfolio.lineage_unread");
    for (size_t i = 0; i < named.use_count; i++)
        use_place(d, &named.uses[i], cut);
    return OK;
}

/* A deployment came of its project, and of all that led there, also where
 * nobody wrote that link down. */
static enum status project_join(struct req *r, int64_t node,
                                struct kinship *kin)
{
    struct kinship up;
    int64_t project;
    TRY(db_int(r->conn,
               SQL("SELECT project FROM portfolio_deployment WHERE id = :id"),
               ARGS(arg_int("id", node_id(node))), &project));
    project = node_of(NODE_PROJECT, project);
    for (size_t i = 0; i < kin->n; i++)
        if (kin->links[i].from == project && kin->links[i].to == node)
            return OK; /* the walk went up there */
    TRY(filiation_walk(r->conn, r->mem, project, 4 * DRAWN, &up));
    struct kin *all = NEW_ARRAY(r->mem, struct kin, kin->n + up.up + 1);
    size_t n = 0;
    all[n++] = (struct kin){
        .from = project, .to = node, .kind = "deployed_as", .why = NULL};
    for (size_t i = 0; i < up.up; i++)
        all[n++] = up.links[i];
    for (size_t i = 0; i < kin->n; i++)
        all[n++] = kin->links[i];
    kin->links = all;
    kin->n = n;
    kin->cut |= up.cut;
    return OK;
}

enum status lineage_of(struct req *r, int64_t node, const char *title,
                       struct lineage_v *v)
{
    struct kinship kin;
    struct drawing d = {.r = r,
                        .self = node,
                        .nodes = NEW_ARRAY(r->mem, struct lineage_node, DRAWN)};
    for (int k = 0; k < NODE_KINDS; k++)
        d.readable[k] = reads_all(r, node_entity((enum node_kind)k));
    TRY(filiation_walk(r->conn, r->mem, node, 4 * DRAWN, &kin));
    if (node_kind(node) == NODE_DEPLOYMENT)
        TRY(project_join(r, node, &kin));
    v->cut = kin.cut;
    d.nodes[place_of(&d, node)].title = title;
    links_place(&d, &kin, &v->cut);
    TRY(names_fill(&d, &v->cut));
    layers_fill(&d);
    order(&d);
    v->label = tr(r->lang, "portfolio.lineage");
    v->nodes = d.nodes;
    v->node_count = d.n;
    v->links = d.links;
    v->link_count = d.link_count;
    v->self = place_of(&d, node);
    return OK;
}

static struct point dot(const struct lineage_v *v, size_t i)
{
    return (struct point){LEFT + v->nodes[i].layer * (double)STEP,
                          (double)i * ROW + ROW / 2.0};
}

static void link_draw(struct canvas *c, const struct lineage_v *v,
                      const struct lineage_link *l)
{
    struct point from = dot(v, l->from), to = dot(v, l->to);
    /* Down in the layer it leaves, and then over to the one it joins. */
    const struct point path[] = {
        from, {from.x, to.y - 8}, {from.x + 8, to.y}, to};
    c->path(c, INK_LINE, path, COUNT(path), false);
}

/* At most so many characters, the last of them "…". */
static const char *cut(struct arena *a, const char *text, size_t most)
{
    size_t n = 0, at = 0;
    for (; text[at]; at++)
        if (((unsigned char)text[at] & 0xc0) != 0x80 && n++ == most)
            return arena_printf(a, "%.*s…", (int)at, text);
    return text;
}

/* "Projet · ESCALE"; of a tool "MIA Seconde · 46 déploiements". */
static const char *node_text(struct html *h, const struct lineage_node *n)
{
    const char *title = said(h->out.mem, h->lang, n->title);
    return n->more ? arena_printf(h->out.mem, "%s · %s", title, n->more)
                   : arena_printf(h->out.mem, "%s · %s", n->kind, title);
}

void lineage_svg(struct html *h, const struct lineage_v *v)
{
    struct svg s;
    struct canvas *c = &s.canvas;
    int deep = 0;
    for (size_t i = 0; i < v->node_count; i++)
        deep = v->nodes[i].layer > deep ? v->nodes[i].layer : deep;
    const double text_at = LEFT + deep * (double)STEP + 16;
    const size_t most = text_at < WIDTH / 2
                            ? (size_t)((WIDTH - text_at) / LETTER)
                            : WIDTH / 2 / LETTER;
    svg_open(&s, h, "group", WIDTH, (double)v->node_count * ROW, v->label);
    for (size_t i = 0; i < v->link_count; i++)
        link_draw(c, v, &v->links[i]);
    for (size_t i = 0; i < v->node_count; i++) {
        const struct lineage_node *node = &v->nodes[i];
        struct point at = dot(v, i);
        const char *title = node_text(h, node);
        if (node->href)
            c->link(c, node->href, title);
        c->rect(c, i == v->self ? INK_BAR_ON : INK_BAR, at.x - 6, at.y - 6, 12,
                12);
        c->text(c, i == v->self ? INK_MUTED : INK, AT_START, text_at, at.y + 5,
                cut(h->out.mem, title, most));
        if (node->href)
            c->link_end(c);
    }
    svg_close(&s);
}
