/* What led to what: links between notes de veille, requests for advice,
 * projects and deployments. Time goes one way, so a circle is refused. */
#include "modules/portfolio/filiation.h"

static const char *const kinds[] = {
    "inspired", "fed", "became", "split", "merged", "deployed_as", NULL,
};

static const struct entity *const entities[NODE_KINDS] = {
    [NODE_SIGNAL] = &signal_entity,
    [NODE_ADVICE] = &advice_entity,
    [NODE_PROJECT] = &project_entity,
    [NODE_DEPLOYMENT] = &deployment_entity,
};
const struct entity *node_entity(enum node_kind kind)
{
    return entities[kind];
}

static const struct field fields[] = {
    CHOICE(filiation, kind, kinds, .flags = F_REQUIRED | F_LIST | F_FILTER),
    REF(filiation, from_signal, &signal_entity, .flags = F_LIST | F_FILTER),
    REF(filiation, from_advice, &advice_entity, .flags = F_LIST),
    REF(filiation, from_project, &project_entity, .flags = F_LIST | F_FILTER),
    REF(filiation, from_deployment, &deployment_entity, .flags = 0),
    REF(filiation, to_signal, &signal_entity, .flags = 0),
    REF(filiation, to_advice, &advice_entity, .flags = 0),
    REF(filiation, to_project, &project_entity, .flags = F_LIST | F_FILTER),
    REF(filiation, to_deployment, &deployment_entity, .flags = F_LIST),
    TEXT(filiation, why, .max = 400, .flags = F_LIST),
    REF(filiation, gate, &gate_entity, .flags = 0),
    INT(filiation, from_node, .flags = F_COMPUTED | F_HIDDEN),
    INT(filiation, to_node, .flags = F_COMPUTED | F_HIDDEN),
    {0},
};
static const struct index indexes[] = {
    {.columns = "from_node, to_node, kind", .unique = true},
    {.columns = "to_node, from_node, kind"},
    {0},
};

/* The one that is given; NONE where none or several are. */
static int64_t one_of(int64_t s, int64_t d, int64_t p, int64_t deployed)
{
    const int64_t ids[NODE_KINDS] = {s, d, p, deployed};
    int64_t node = NONE;
    for (int i = 0; i < NODE_KINDS; i++) {
        if (ids[i] == NONE)
            continue;
        if (node != NONE)
            return NONE;
        node = node_of((enum node_kind)i, ids[i]);
    }
    return node;
}

static void settle(struct arena *a, void *row)
{
    struct filiation *f = row;
    (void)a;
    f->from_node = one_of(f->from_signal, f->from_advice, f->from_project,
                          f->from_deployment);
    f->to_node =
        one_of(f->to_signal, f->to_advice, f->to_project, f->to_deployment);
}

/* Is "from" among what came of "to"? */
static int64_t leads_back(struct conn *c, const struct filiation *f)
{
    return count_of(
        c,
        SQL("WITH RECURSIVE down (node) AS (SELECT f.to_node FROM"
            " portfolio_filiation f WHERE f.from_node = :to_node AND f.id <>"
            " :id UNION SELECT g.to_node FROM down JOIN portfolio_filiation g"
            " ON g.from_node = down.node WHERE g.id <> :id)"
            " SELECT count(*) FROM down WHERE node = :from_node"),
        ARGS(arg_int("to_node", f->to_node), arg_int("from_node", f->from_node),
             arg_int("id", f->row.id)));
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct filiation *f = row;
    (void)a;
    *field = "from_signal";
    if (f->from_node == NONE)
        return "portfolio_filiation.one_origin";
    *field = "to_project";
    if (f->to_node == NONE)
        return "portfolio_filiation.one_end";
    if (f->to_node == f->from_node)
        return "portfolio_filiation.itself";
    return leads_back(c, f) ? "portfolio_filiation.circle" : NULL;
}

const struct entity filiation_entity = {
    .name = "portfolio_filiation",
    .api = "filiation",
    .path = "/filiations",
    .row_size = sizeof(struct filiation),
    .fields = fields,
    .indexes = indexes,
    .read = "portfolio.watch",
    .write = "portfolio.edit_watch",
    .settle = settle,
    .check = check,
};

/* From node to node over an index alone; then the links of each, in the order
 * in which it was met, and of each link the title of its far end. */
#define WALK(near, far)                                                        \
    "WITH RECURSIVE walk (node) AS (SELECT CAST(:node AS BIGINT) UNION SELECT" \
    " f." far " FROM walk u JOIN portfolio_filiation f ON f." near             \
    " = u.node) SELECT f.id, f.from_node, f.to_node, f.kind, f.why,"           \
    " CASE f." far " % 4"                                                      \
    " WHEN 0 THEN (SELECT s.title FROM portfolio_signal s WHERE s.id = f." far \
    " / 4)"                                                                    \
    " WHEN 1 THEN (SELECT a.need FROM portfolio_advice a WHERE a.id = f." far  \
    " / 4)"                                                                    \
    " WHEN 2 THEN (SELECT p.name FROM portfolio_project p WHERE p.id = f." far \
    " / 4)"                                                                    \
    " ELSE (SELECT d.tool FROM portfolio_deployment d WHERE d.id = f." far     \
    " / 4) END FROM {ranked:walk} w {led:portfolio_filiation f:f." near        \
    " = +w.node}{by_rank:w:f." far ", f.kind} LIMIT :most"

static enum status walk(struct conn *c, struct arena *a, struct sql sql,
                        int64_t node, size_t most, struct kinship *out)
{
    struct rows *r;
    size_t seen = 0;
    TRY(db_rows(c, a, sql,
                ARGS(arg_int("node", node), arg_int("most", (int64_t)most + 1)),
                &r));
    while (rows_next(r)) {
        if (seen++ == most) {
            out->cut = true;
            break;
        }
        out->links[out->n++] =
            (struct kin){row_int(r, 0),  row_int(r, 1),  row_int(r, 2),
                         row_text(r, 3), row_text(r, 4), row_text(r, 5)};
    }
    return rows_end(r);
}

enum status filiation_walk(struct conn *c, struct arena *a, int64_t node,
                           size_t most, struct kinship *out)
{
    *out = (struct kinship){.links = NEW_ARRAY(a, struct kin, 2 * most + 1)};
    TRY(walk(c, a, SQL(WALK("to_node", "from_node")), node, most, out));
    out->up = out->n;
    return walk(c, a, SQL(WALK("from_node", "to_node")), node, most, out);
}
