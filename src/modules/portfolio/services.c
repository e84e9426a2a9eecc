#include "modules/portfolio/services.h"

#include "i18n/lang.h"
#include "modules/portfolio/portfolio.h"

const struct service_given services[SERVICES] = {
    {"research", "portfolio.given.service.research", "research",
     "portfolio.given.service.research.about", "study"},
    {"watch", "portfolio.given.service.watch", "research",
     "portfolio.given.service.watch.about", "study"},
    {"advice", "portfolio.given.service.advice", "research",
     "portfolio.given.service.advice.about", "study"},
    {"design", "portfolio.given.service.design", "projects",
     "portfolio.given.service.design.about", "design"},
    {"prototype", "portfolio.given.service.prototype", "projects",
     "portfolio.given.service.prototype.about", "design"},
    {"trial", "portfolio.given.service.trial", "projects",
     "portfolio.given.service.trial.about", "trial"},
    {"deployment", "portfolio.given.service.deployment", "change",
     "portfolio.given.service.deployment.about", "deployment"},
    {"training", "portfolio.given.service.training", "change",
     "portfolio.given.service.training.about", "deployment"},
    {"support", "portfolio.given.service.support", "change",
     "portfolio.given.service.support.about", "deployment"},
};

enum status services_begin(struct conn *c, struct arena *a)
{
    for (size_t i = 0; i < SERVICES; i++) {
        void *found;
        enum status s = row_find(c, a, &service_entity, "code",
                                 value_cstr(services[i].code), &found);
        if (s == OK)
            continue;
        if (s != ERR_NOT_FOUND)
            return s;
        struct service *row = row_new(a, &service_entity);
        row->code = services[i].code;
        row->name = tr(lang_default(), services[i].name);
        row->block = services[i].block;
        row->position = (int64_t)i + 1;
        row->summary = tr(lang_default(), services[i].summary);
        TRY(row_insert(c, a, &service_entity, row, (struct actor){0}));
    }
    return OK;
}

/* Of one service and project: what runs, or what begins on that day, keeps
 * another from beginning; the first planned. */
static enum status passage_to_begin(struct conn *c, struct arena *a,
                                    const struct project_service *new_,
                                    bool *keeps, int64_t *planned)
{
    struct rows *r;
    *keeps = false;
    *planned = NONE;
    TRY(db_rows(c, a,
                SQL("SELECT s.id, s.state, s.starts FROM"
                    " portfolio_project_service s WHERE s.project = :project"
                    " AND s.service = :service ORDER BY s.starts DESC, s.id"),
                ARGS(arg_int("project", new_->project),
                     arg_int("service", new_->service)),
                &r));
    while (rows_next(r)) {
        const bool plan = str_eq(row_str(r, 1), "planned");
        *keeps |= str_eq(row_str(r, 1), "current") ||
                  (!plan && row_day(r, 2) == new_->starts);
        if (plan)
            *planned = row_int(r, 0);
    }
    return rows_end(r);
}

enum status service_find(struct conn *c, struct arena *a, const char *code,
                         int64_t *id)
{
    void *row;
    const enum status s =
        row_find(c, a, &service_entity, "code", value_cstr(code), &row);
    *id = s == OK ? ((const struct service *)row)->row.id : NONE;
    return s == ERR_NOT_FOUND ? OK : s;
}

enum status service_begins(struct conn *c, struct arena *a, int64_t project,
                           const char *code, struct passage p, struct actor by)
{
    void *found;
    int64_t planned;
    bool keeps;
    struct project_service *s = row_new(a, &project_service_entity);
    TRY(service_find(c, a, code, &s->service));
    if (s->service == NONE)
        return OK;
    s->project = project;
    s->starts = p.starts;
    TRY(passage_to_begin(c, a, s, &keeps, &planned));
    if (keeps)
        return OK;
    if (planned != NONE) {
        TRY(row_load(c, a, &project_service_entity, planned, &reach_all,
                     &found));
        s = found;
    }
    s->state = p.state;
    s->starts = p.starts;
    if (!same(p.state, "current") || s->ends < p.starts)
        s->ends = p.ends; /* what runs keeps the end that was planned */
    return planned != NONE ? row_update(c, a, &project_service_entity, s, by)
                           : row_insert(c, a, &project_service_entity, s, by);
}

enum status stage_services(struct conn *c, struct arena *a, int64_t project,
                           const char *stage, struct actor by)
{
    const bool back = same(stage, "design");
    struct list running;
    const struct list_ask ask = {
        .entity = &project_service_entity,
        .reach = &reach_all,
        .where = SQL("t.project = :project AND t.state = 'current' AND"
                     " t.service IN (SELECT s.id FROM portfolio_service s WHERE"
                     " s.code IN ('design', 'trial', 'deployment') AND s.code"
                     " <> :stage)"),
        .args = ARGS(arg_int("project", project), arg_cstr("stage", stage)),
        .limit = LIST_MOST,
        .no_total = true};
    TRY(list_load(c, a, &ask, &running));
    for (size_t i = 0; i < running.n; i++) {
        struct project_service *s = running.rows[i];
        s->state = back ? "left" : "done";
        s->ends = day_today();
        if (back && !s->note)
            s->note = tr(lang_default(), "portfolio.given.sent_back");
        TRY(row_update(c, a, &project_service_entity, s, by));
    }
    return service_begins(c, a, project, stage,
                          (struct passage){"current", day_today(), NO_DAY}, by);
}
