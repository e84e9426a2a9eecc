/* What is known of a project, and how well it is known. */
#include "modules/portfolio/life.h"

const char *const evidence_kinds[] = {"usage",        "perception", "learning",
                                      "organisation", "cost",       NULL};

static const struct field fields[] = {
    REF(evidence, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(evidence, statement, .max = 400,
         .flags = F_REQUIRED | F_LIST | F_SEARCH),
    CHOICE(evidence, kind, evidence_kinds,
           .flags = F_REQUIRED | F_LIST | F_FILTER),
    INT(evidence, level, .min = 1, .max = 5,
        .flags = F_REQUIRED | F_LIST | F_SORT),
    REAL(evidence, effect, .flags = 0),
    REAL(evidence, low, .flags = 0),
    REAL(evidence, high, .flags = 0),
    TEXT(evidence, unit, .max = 60),
    INT(evidence, sample, .min = 1, .max = 10000000, .flags = F_LIST),
    PROSE(evidence, limits, .max = 2000),
    TEXT(evidence, source, .flags = F_SEARCH),
    TEXT(evidence, web, .max = 500, .check = check_web),
    FILE_REF(evidence, file, .kinds = "pdf image office text archive"),
    DATE(evidence, found, .flags = F_REQUIRED | F_LIST | F_SORT | F_PAST),
    {0},
};

/* NAN is a value that nobody knows. */
static bool known(double d)
{
    return d == d;
}

static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct evidence *e = row;
    (void)c, (void)a;
    if (known(e->low) != known(e->high) ||
        (known(e->low) && e->low > e->high)) {
        *field = known(e->high) ? "low" : "high";
        return "portfolio_evidence.half_an_interval";
    }
    if (known(e->low) &&
        (!known(e->effect) || e->effect < e->low || e->effect > e->high)) {
        *field = "effect";
        return "portfolio_evidence.outside_interval";
    }
    /* What somebody said may stand alone; what was measured was somewhere. */
    *field = "source";
    return e->level > 1 && !e->source ? "portfolio_evidence.lacks_source"
                                      : NULL;
}

const struct entity evidence_entity = {
    .name = "portfolio_evidence",
    .api = "evidence",
    .path = "/preuves",
    .row_size = sizeof(struct evidence),
    .fields = fields,
    .title = "statement",
    .sort = "-found",
    .read = PUBLIC,
    .write = "portfolio.edit_evidence",
    .parent = "project",
    .has_uid = true,
    .check = check,
};
