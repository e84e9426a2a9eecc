#include "modules/portfolio/lineage.h"

#include "i18n/format.h"
#include "modules/portfolio/shown.h"

enum {
    WALKED = 240, /* links each way; of their ends those without a name are
                     counted */
    NOWHERE = LINEAGE_NOWHERE,
};

/*
 * A note de veille and a request for advice are the laboratory's own: a note
 * may name a product that nobody has judged yet, a request what somebody
 * confided. But that a project came of one is no secret, and the path begins
 * there: it is drawn, without what it says and without a link, and so is its
 * tie to the project, without its reason.
 */
static const bool stands_unread[NODE_KINDS] =
    {[NODE_SIGNAL] = true, [NODE_ADVICE] = true};

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

/* The place of a node among those met; a new one's at the end. */
static size_t place_of(struct drawing *d, int64_t node)
{
    size_t i = 0;
    while (i < d->n && d->nodes[i].node != node)
        i++;
    if (i < d->n)
        return i;
    const struct entity *e = node_entity(node_kind(node));
    d->nodes[d->n++] = (struct lineage_node){
        .node = node,
        .kind = tr(d->r->lang, e->name),
        .href = may_read(d, node) ? row_address(d->r, e, node_id(node)) : NULL,
        .layer = NOWHERE};
    return i;
}

/* One generation farther from the node asked, where it is not that far yet;
 * what came before it never comes behind, and the other way about. */
static bool layer_push(struct lineage_node *n, int layer)
{
    const bool nearer = layer < 0 ? n->layer < 0 && n->layer > layer
                                  : n->layer > 0 && n->layer < layer;
    if (n->layer != NOWHERE && !nearer)
        return false;
    n->layer = layer;
    return true;
}

/* Each stands beyond all that lies between it and the node asked; without
 * circles this ends. */
static void layers_fill(struct drawing *d)
{
    bool moved = true;
    d->nodes[0].layer = 0;
    for (size_t round = 0; moved && round <= d->n; round++) {
        moved = false;
        for (size_t i = 0; i < d->link_count; i++) {
            const struct lineage_link *l = &d->links[i];
            struct lineage_node *from = &d->nodes[l->from],
                                *to = &d->nodes[l->to];
            if (to->layer <= 0)
                moved |= layer_push(from, to->layer - 1);
            else if (from->layer >= 0 && from->layer != NOWHERE)
                moved |= layer_push(to, from->layer + 1);
        }
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

static void links_place(struct drawing *d, const struct kinship *kin)
{
    const size_t uses = (size_t)NODES_NAMED * (USES_MOST + 1);
    d->links = NEW_ARRAY(d->r->mem, struct lineage_link, kin->n + uses);
    d->nodes = NEW_ARRAY(d->r->mem, struct lineage_node, 2 * kin->n + 1 + uses);
    place_of(d, d->self);
    for (size_t i = 0; i < kin->n; i++) {
        const struct kin *k = &kin->links[i];
        if (!is_drawn(d, k->from) || !is_drawn(d, k->to) ||
            is_among_uses(d, kin, k))
            continue;
        const size_t from = place_of(d, k->from), to = place_of(d, k->to);
        d->links[d->link_count++] = (struct lineage_link){
            from, to, choice_shown(d->r, &filiation_entity, "kind", k->kind),
            may_read(d, k->from) && may_read(d, k->to) ? k->why : NULL};
    }
}

/* Where all that lies between is not for this reader, the rest is not either.
 */
static void links_keep(struct drawing *d)
{
    size_t kept = 0;
    bool *into = NEW_ARRAY(d->r->mem, bool, d->n + 1);
    for (size_t i = 0; i < d->link_count; i++)
        if (d->nodes[d->links[i].from].layer != NOWHERE &&
            d->nodes[d->links[i].to].layer != NOWHERE)
            d->links[kept++] = d->links[i];
    d->link_count = kept;
    for (size_t i = 0; i < kept; i++)
        into[d->links[i].to] = true;
    for (size_t i = 0; i < kept; i++)
        d->nodes[d->links[i].from].through = into[d->links[i].from];
}

static void deployed_place(struct drawing *d, size_t project,
                           struct lineage_node node)
{
    node.layer = d->nodes[project].layer + 1;
    d->links[d->link_count++] = (struct lineage_link){
        project, d->n,
        choice_shown(d->r, &filiation_entity, "kind", "deployed_as"), NULL};
    d->nodes[d->n++] = node;
}

/* Behind a project named, a tool as which it was deployed; behind its last one,
 * those that are more than have a name. What came before the node asked was
 * deployed too, but that leads nowhere here; only a deployment stands among
 * those of the same tool. */
static void use_place(struct drawing *d, const struct use *u, bool last)
{
    struct req *r = d->r;
    const size_t project = place_of(d, u->project);
    const bool own = node_kind(d->self) == NODE_DEPLOYMENT &&
                     d->nodes[project].layer == -1 &&
                     same(u->tool, d->nodes[0].title);
    if (d->nodes[project].layer < 0 && !own)
        return;
    deployed_place(
        d, project,
        (struct lineage_node){
            .kind = tr(r->lang, deployment_entity.name),
            .title = u->tool,
            .more = entity_count(r->mem, r->lang, &deployment_entity, u->n),
            .since =
                tr_with(r->mem, r->lang, "portfolio.used_since", "day",
                        format_day(r->mem, r->lang, u->first, DAY_MONTH), NULL),
            .href = arena_printf(r->mem, "/projets/%" PRId64 "/essaimage",
                                 node_id(u->project))});
    if (last && !own && u->tools > USES_MOST)
        deployed_place(
            d, project,
            (struct lineage_node){.others = (size_t)(u->tools - USES_MOST)});
}

/* So many more of each generation have a name, those through which links go on
 * before the others, and the nearest first. */
static size_t places_add(const struct drawing *d, size_t abreast,
                         size_t *places, size_t n)
{
    bool *there = NEW_ARRAY(d->r->mem, bool, d->n + 1);
    for (size_t i = 0; i < n; i++)
        there[places[i]] = true;
    for (int ends = 0; ends < 2; ends++)
        for (size_t i = 0; i < d->n && n < NODES_NAMED; i++) {
            const struct lineage_node *node = &d->nodes[i];
            size_t beside = 0;
            for (size_t k = 0; k < n; k++)
                beside += d->nodes[places[k]].layer == node->layer;
            if (there[i] || node->through == ends || beside >= abreast ||
                node->layer == NOWHERE)
                continue;
            there[i] = true;
            places[n++] = i;
        }
    return n;
}

/* Of the first the title is known. */
static enum status names_fill(struct drawing *d, const char *title)
{
    size_t places[NODES_NAMED];
    int64_t nodes[NODES_NAMED];
    struct named named;
    d->nodes[0].title = title;
    if (d->n < 2 && node_kind(d->self) != NODE_PROJECT)
        return OK;
    places[0] = 0;
    size_t n = places_add(d, LINEAGE_ABREAST, places, 1);
    n = places_add(d, NODES_NAMED, places, n);
    for (size_t i = 0; i < n; i++)
        nodes[i] = d->nodes[places[i]].node;
    TRY(nodes_name(d->r->conn, d->r->mem, nodes, n, &named));
    for (size_t i = 1; i < n; i++)
        d->nodes[places[i]].title =
            may_read(d, nodes[i])
                ? named.titles[i]
                : tr(lang_default(), "portfolio.given.lineage_unread");
    for (size_t i = 0; i < named.use_count; i++)
        use_place(d, &named.uses[i],
                  i + 1 == named.use_count ||
                      named.uses[i + 1].project != named.uses[i].project);
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
    TRY(filiation_walk(r->conn, r->mem, project, WALKED, &up));
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
    kin->cut[0] |= up.cut[0];
    return OK;
}

enum status lineage_of(struct req *r, int64_t node, const char *title,
                       struct lineage_v *v)
{
    struct kinship kin;
    struct drawing d = {.r = r, .self = node};
    for (int k = 0; k < NODE_KINDS; k++)
        d.readable[k] = reads_all(r, node_entity((enum node_kind)k));
    TRY(filiation_walk(r->conn, r->mem, node, WALKED, &kin));
    if (node_kind(node) == NODE_DEPLOYMENT)
        TRY(project_join(r, node, &kin));
    if (!kin.n && conn_rehearses(r->conn))
        return OK; /* whom to name is not known yet */
    links_place(&d, &kin);
    layers_fill(&d);
    links_keep(&d);
    TRY(names_fill(&d, title));
    *v = (struct lineage_v){.label = tr(r->lang, "portfolio.lineage"),
                            .nodes = d.nodes,
                            .node_count = d.n,
                            .links = d.links,
                            .link_count = d.link_count,
                            .cut = {kin.cut[0], kin.cut[1]},
                            .untold = kin.cut[0] || kin.cut[1],
                            .all = may(r->who, filiation_entity.read)
                                       ? filiation_entity.path
                                       : NULL};
    for (size_t i = 0; i < d.n; i++)
        v->untold |= !d.nodes[i].title && d.nodes[i].layer != NOWHERE;
    return OK;
}
