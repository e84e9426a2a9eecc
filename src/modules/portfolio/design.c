/* Co-design sessions: who thought a project out together, and to what end. */
#include "modules/portfolio/life.h"

static const struct field fields[] = {
    REF(design, project, &project_entity,
        .flags = F_REQUIRED | F_LIST | F_FILTER),
    TEXT(design, title, .flags = F_REQUIRED | F_LIST | F_SORT | F_SEARCH),
    DATE(design, held, .flags = F_REQUIRED | F_LIST | F_SORT),
    INT(design, teachers, .min = 0, .max = 1000, .flags = F_LIST),
    INT(design, pupils, .min = 0, .max = 1000, .flags = F_LIST),
    INT(design, researchers, .min = 0, .max = 1000),
    INT(design, designers, .min = 0, .max = 1000),
    INT(design, others, .min = 0, .max = 1000),
    PROSE(design, outcome, .max = 4000, .flags = F_SEARCH),
    TEXT(design, web, .max = 500, .check = check_web),
    {0},
};
static const struct link links[] = {
    {.name = "documents", .target = &document_entity, .most = 10},
    {0},
};

/* Who was there, and what came of it, is known afterwards. */
static const char *check(struct conn *c, struct arena *a, const void *row,
                         const char **field)
{
    const struct design *d = row;
    (void)c, (void)a;
    if (d->held <= day_today())
        return NULL;
    *field = d->outcome ? "outcome"
             : d->teachers > 0 || d->pupils > 0 || d->researchers > 0 ||
                     d->designers > 0 || d->others > 0
                 ? "held"
                 : NULL;
    return *field ? "portfolio_design.not_held" : NULL;
}

const struct entity design_entity = {
    .name = "portfolio_design",
    .api = "design",
    .path = "/seances",
    .row_size = sizeof(struct design),
    .fields = fields,
    .links = links,
    .title = "title",
    .sort = "-held",
    .read = PUBLIC,
    .write = "portfolio.edit",
    .parent = "project",
    .has_uid = true,
    .check = check,
};
