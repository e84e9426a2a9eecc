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
