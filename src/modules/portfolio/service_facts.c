#include "modules/portfolio/service_facts.h"

#include "i18n/format.h"

/* How many parts of that kind bear a day on which the service ran. */
static int64_t count_within(const struct parts *parts, enum part_kind kind,
                            const struct part *service)
{
    int64_t n = 0;
    for (size_t i = 0; i < parts_count(parts, kind); i++) {
        const struct part *p = part_at(parts, kind, i);
        n += p->day >= service->day &&
             (service->until == NONE || p->day <= service->until);
    }
    return n;
}

const char *service_recorded(struct req *r, const struct parts *parts,
                             const struct essaimage_v *spread,
                             const struct part *service)
{
    struct str code = str_of(service->key), block;
    str_next(&code, ' ', &block);
    if (word_in("planned skipped", service->text))
        return NULL;
    return str_eq(code, "design")
               ? tr_n(r->mem, r->lang, "portfolio.recorded.sessions",
                      count_within(parts, PART_DESIGN, service))
           : str_eq(code, "trial")
               ? tr_n(r->mem, r->lang, "portfolio.recorded.evidence",
                      count_within(parts, PART_EVIDENCE, service))
           : str_eq(code, "deployment")
               ? tr_n(r->mem, r->lang, "portfolio.recorded.schools",
                      spread->used)
               : NULL;
}

const char *service_doubt(struct req *r, const struct part *service,
                          const char *project_state)
{
    const int32_t today = day_today();
    const char *state = service->text;
    const bool ends = service->until != NONE;
    const char *key =
        same(state, "planned") && service->day < today ? "portfolio.doubt.late"
        : same(state, "current") && ends && service->until < today
            ? "portfolio.doubt.over"
        : same(state, "current") && word_in("stopped finished", project_state)
            ? "portfolio.doubt.project_over"
        : word_in("done left", state) && (!ends || service->until > today)
            ? "portfolio.doubt.unended"
            : NULL;
    return key ? tr(r->lang, key) : NULL;
}
