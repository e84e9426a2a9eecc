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
    REF(filiation, from_signal, &signal_entity, .one_of = "from",
        .flags = F_LIST | F_FILTER),
    REF(filiation, from_advice, &advice_entity, .one_of = "from",
        .flags = F_LIST),
    REF(filiation, from_project, &project_entity, .one_of = "from",
        .flags = F_LIST | F_FILTER),
    REF(filiation, from_deployment, &deployment_entity, .one_of = "from",
        .flags = F_LIST),
    REF(filiation, to_signal, &signal_entity, .one_of = "to", .flags = F_LIST),
    REF(filiation, to_advice, &advice_entity, .one_of = "to", .flags = F_LIST),
    REF(filiation, to_project, &project_entity, .one_of = "to",
        .flags = F_LIST | F_FILTER),
    REF(filiation, to_deployment, &deployment_entity, .one_of = "to",
        .flags = F_LIST),
    DATE(filiation, since, .flags = F_LIST | F_PAST | F_BEGINS),
    TEXT(filiation, why, .max = 400, .flags = F_LIST),
    REF(filiation, gate, &gate_entity, .flags = 0),
    INT(filiation, from_node, .flags = F_COMPUTED | F_HIDDEN),
    INT(filiation, to_node, .flags = F_COMPUTED | F_HIDDEN),
    {0},
};
static const struct index indexes[] = {
    {.columns = "from_node, to_node, kind", .unique = true},
    /* A walk reads one of these alone. */
    {.columns = "to_node, from_node, kind, why"},
    {.columns = "from_node, to_node, kind, why"},
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

/* The project of a node that is a deployment: it came of that also where nobody
 * wrote the link down, and is drawn so. */
/* clang-format off */
#define PROJECT(node)                                                          \
    "(SELECT d.project * 4 + 2 FROM portfolio_deployment d WHERE " node        \
    " % 4 = 3 AND d.id = " node " / 4)"
static const struct sql circles = SQL_CONST(
    "WITH RECURSIVE start (node) AS (SELECT CAST(:from_node AS BIGINT)),"
    " up (node, project) AS (SELECT z.node, " PROJECT("z.node") " FROM start z"
    " UNION SELECT g.from_node, " PROJECT("g.from_node") " FROM up JOIN"
    " portfolio_filiation g ON g.to_node IN (up.node, up.project) WHERE g.id <>"
    " :id) SELECT count(*) FROM up WHERE :to_node IN (up.node, up.project)");
/* clang-format on */

/* Is "to" among what "from" came of? */
static const char *circle_fault(struct conn *c, const struct filiation *f)
{
    return fault_if(c, circles,
                    ARGS(arg_int("to_node", f->to_node),
                         arg_int("from_node", f->from_node),
                         arg_int("id", f->row.id)),
                    "portfolio_filiation.circle");
}

const char *deployment_circle(struct conn *c, const struct deployment *d)
{
    const struct filiation f = {.from_node = node_of(NODE_PROJECT, d->project),
                                .to_node = node_of(NODE_DEPLOYMENT, d->row.id)};
    const char *moves =
        fault_if(c,
                 SQL("SELECT count(*) FROM portfolio_deployment WHERE id = :id"
                     " AND project <> :project"),
                 ARGS(arg_int("id", d->row.id), arg_int("project", d->project)),
                 "portfolio_filiation.circle");
    return moves ? circle_fault(c, &f) : NULL;
}

enum { CIRCLE_WALKED = 2000, CIRCLE_TOLD = 6 };

/* The nodes from what the link leads to back to where it begins, as few as a
 * walk finds: the nearest come first, so the first link to each is on a
 * shortest way. 0: it is too far. */
static size_t circle_path(const struct kinship *kin, const struct filiation *f,
                          int64_t *path)
{
    size_t n = 0;
    path[n++] = f->from_node;
    while (path[n - 1] != f->to_node) {
        size_t i = kin->up;
        while (i < kin->n && kin->links[i].to != path[n - 1])
            i++;
        if (i == kin->n || n > kin->n)
            return 0;
        path[n++] = kin->links[i].from;
    }
    return n;
}

/* Of a long way its beginning and its end are told. */
static void circle_tell(struct conn *c, struct arena *a,
                        const struct filiation *f)
{
    struct kinship kin;
    if (filiation_walk(c, a, f->to_node, CIRCLE_WALKED, &kin) != OK)
        return;
    int64_t *path = NEW_ARRAY(a, int64_t, kin.n + 2);
    struct about *rows = NEW_ARRAY(a, struct about, CIRCLE_TOLD + 1);
    const size_t n = circle_path(&kin, f, path);
    const bool all = n <= CIRCLE_TOLD;
    const size_t told = all ? n : CIRCLE_TOLD, half = CIRCLE_TOLD / 2;
    size_t at = 0;
    for (size_t i = 0; i < told; i++) {
        const int64_t node = path[all || i < half ? n - 1 - i : told - 1 - i];
        if (!all && i == half)
            rows[at++] = (struct about){0};
        rows[at++] =
            (struct about){node_entity(node_kind(node)), node_id(node)};
    }
    if (n)
        fault_tells(
            c, (struct fault_rows){"portfolio_filiation.circle_by", rows, at});
}

/* What a kind of link leads from and to. */
static const char *kind_fault(const struct filiation *f)
{
    const bool of_project = node_kind(f->from_node) == NODE_PROJECT;
    const enum node_kind to = node_kind(f->to_node);
    return same(f->kind, "deployed_as") &&
                   !(of_project && to == NODE_DEPLOYMENT)
               ? "portfolio_filiation.not_deployed"
           : word_in("split merged", f->kind) &&
                   !(of_project && to == NODE_PROJECT)
               ? "portfolio_filiation.between_projects"
               : NULL;
}

/* A note that was dropped leads to no project: it is taken up again first. */
static const char *dropped_fault(struct conn *c, const struct filiation *f)
{
    return f->from_signal == NONE || f->to_project == NONE
               ? NULL
               : fault_if(c,
                          SQL("SELECT count(*) FROM portfolio_signal WHERE id ="
                              " :id AND state = 'dropped'"),
                          ARGS(arg_int("id", f->from_signal)),
                          "portfolio.become_dropped");
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    static const char *const ends[NODE_KINDS] = {"to_signal", "to_advice",
                                                 "to_project", "to_deployment"};
    const struct filiation *f = row;
    *field = "from_signal";
    if (f->from_node == NONE)
        return "portfolio_filiation.one_origin";
    *field = "to_project";
    if (f->to_node == NONE)
        return "portfolio_filiation.one_end";
    *field = "kind";
    const char *fault = kind_fault(f);
    if (fault)
        return fault;
    *field = "from_signal";
    fault = f->row.version ? NULL : dropped_fault(c, f);
    if (fault)
        return fault;
    *field = ends[node_kind(f->to_node)];
    if (f->to_node == f->from_node)
        return "portfolio_filiation.itself";
    const char *circle = circle_fault(c, f);
    if (circle)
        circle_tell(c, a, f);
    return circle;
}

const struct entity filiation_entity = {
    .name = "portfolio_filiation",
    .api = "filiation",
    .path = "/filiations",
    .row_size = sizeof(struct filiation),
    .fields = fields,
    .indexes = indexes,
    .within = "from_advice to_advice from_deployment to_deployment",
    .read = "portfolio.watch",
    .write = "portfolio.edit_watch",
    .settle = settle,
    .check = check,
};

/* From link to link, the nearest first and never twice: a walk that is cut
 * short looks no further. Each node's links come in the order of their far
 * ends. */
#define LINK "f.from_node, f.to_node, f.kind, f.why"
#define STEP(last, near, far)                                                  \
    " {led:portfolio_filiation f:f." near " = " last "}{in_order:f." far       \
    ", f.kind}"
#define WALK(name, near, far)                                                  \
    name " (from_node, to_node, kind, why) AS (SELECT " LINK                   \
         " FROM start z" STEP("z.node", near,                                  \
                              far) " UNION SELECT " LINK " FROM " name         \
                                   " u" STEP("u." far, near, far) ")"
#define SOME(name, side)                                                       \
    "SELECT " side ", w.from_node, w.to_node, w.kind, w.why FROM"              \
    " (SELECT * FROM " name " LIMIT :most) w"

enum status filiation_walk(struct conn *c, struct arena *a, int64_t node,
                           size_t most, struct kinship *out)
{
    struct rows *r;
    size_t met[2] = {0, 0};
    *out = (struct kinship){.links = NEW_ARRAY(a, struct kin, 2 * most + 1)};
    TRY(db_rows(
        c, a,
        SQL("WITH RECURSIVE start (node) AS (SELECT CAST(:node AS"
            " BIGINT)), " WALK("up", "to_node", "from_node") ", " WALK(
                "down", "from_node",
                "to_node") " " SOME("up", "0") " UNION ALL " SOME("down", "1")),
        ARGS(arg_int("node", node), arg_int("most", (int64_t)most + 1)), &r));
    while (rows_next(r)) {
        const bool down = row_int(r, 0);
        if (met[down]++ == most) {
            out->cut[down] = true;
            continue;
        }
        out->links[out->n++] = (struct kin){row_int(r, 1), row_int(r, 2),
                                            row_text(r, 3), row_text(r, 4)};
        out->up += !down;
    }
    return rows_end(r);
}

#define EIGHT(x)                                                               \
    "(:n" x "0), (:n" x "1), (:n" x "2), (:n" x "3), (:n" x "4), (:n" x        \
    "5), (:n" x "6), (:n" x "7)"
#define SIXTY_FOUR                                                             \
    EIGHT("0")                                                                 \
    ", " EIGHT("1") ", " EIGHT("2") ", " EIGHT("3") ", " EIGHT(                \
        "4") ", " EIGHT("5") ", " EIGHT("6") ", " EIGHT("7")
#define TITLE(kind, column, table)                                             \
    " WHEN " kind " THEN (SELECT t." column " FROM " table                     \
    " t WHERE t.id = v.node / 4)"

/* What a node is called by: of a request its need, of a deployment its tool;
 * and of projects their tools, with the first and the number of uses. */
/* clang-format off */
static const struct sql named = SQL_CONST(
    "WITH v (node) AS (SELECT column1 FROM (VALUES " SIXTY_FOUR ") w"
    " WHERE column1 IS NOT NULL) SELECT 0 AS use, v.node AS node,"
    " CASE v.node % 4"
    TITLE("0", "title", "portfolio_signal")
    TITLE("1", "need", "portfolio_advice")
    TITLE("2", "name", "portfolio_project")
    TITLE("3", "tool", "portfolio_deployment")
    " END AS title, CAST(NULL AS BIGINT) AS n, CAST(NULL AS BIGINT) AS tools,"
    " CAST(NULL AS BIGINT) AS first, CAST(0 AS BIGINT) AS place FROM v"
    " UNION ALL SELECT 1, x.project * 4 + 2, x.tool, x.n, x.tools, x.first,"
    " x.place FROM (SELECT g.project, g.tool, g.n, g.first, count(*) OVER"
    " (PARTITION BY g.project) AS tools, row_number() OVER (PARTITION BY"
    " g.project ORDER BY g.n DESC, g.tool) AS place FROM (SELECT d.project AS"
    " project, d.tool AS tool, count(*) AS n, min(d.starts) AS first FROM"
    " portfolio_deployment d WHERE d.project IN (SELECT v.node / 4 FROM v WHERE"
    " v.node % 4 = 2) AND d.state IN (" BEGUN ") AND d.id * 4 + 3 <> :n00 GROUP"
    " BY d.project, d.tool) g"
    ") x WHERE x.place <= :most ORDER BY use, node, place");
/* clang-format on */

static void use_read(struct rows *r, struct named *out)
{
    out->uses[out->use_count++] = (struct use){.project = row_int(r, 1),
                                               .tool = row_text(r, 2),
                                               .n = row_int(r, 3),
                                               .tools = row_int(r, 4),
                                               .first = row_day(r, 5)};
}

enum status nodes_name(struct conn *c, struct arena *a, const int64_t *nodes,
                       size_t n, struct named *out)
{
    struct rows *r;
    struct arg args[NODES_NAMED + 2];
    static_assert(NODES_NAMED == 64, "places in SIXTY_FOUR");
    CHECK(n <= NODES_NAMED);
    *out = (struct named){.titles = NEW_ARRAY(a, const char *, n + 1),
                          .uses = NEW_ARRAY(a, struct use, n * USES_MOST + 1)};
    for (size_t i = 0; i < NODES_NAMED; i++)
        args[i] = arg_int(arena_printf(a, "n%zu%zu", i / 8, i % 8),
                          i < n ? nodes[i] : NONE);
    args[NODES_NAMED] = arg_int("most", USES_MOST);
    args[NODES_NAMED + 1] = (struct arg){0};
    TRY(db_rows(c, a, named, args, &r));
    while (rows_next(r)) {
        if (row_int(r, 0)) {
            use_read(r, out);
            continue;
        }
        const int64_t node = row_int(r, 1);
        for (size_t i = 0; i < n; i++)
            if (nodes[i] == node)
                out->titles[i] = row_text(r, 2);
    }
    return rows_end(r);
}
