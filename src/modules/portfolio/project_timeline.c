/* What happened to a project, the latest first: its gates, its sessions, the
 * services it went through, its own steps. */
#include "modules/portfolio/project_timeline.h"

#include "i18n/format.h"
#include "modules/portfolio/stopped.h"

/*
 * One event of the timeline. Within a day what the journal has goes by its
 * lines, a decision before the step that it brought about. What bears a day
 * alone stands where it belongs: a session before what is decided after it, a
 * service that begins behind what let it begin.
 */
struct event {
    int64_t day, turn, id;
    struct gate_line_v line;
};
enum { TURN_FIRST = 0 };
#define TURN_LAST INT64_MAX

static int64_t turn_of(const struct part *p)
{
    return p->kind == PART_STEP                      ? p->id
           : p->kind == PART_DESIGN                  ? TURN_FIRST
           : p->kind == PART_SERVICE || p->n == NONE ? TURN_LAST
                                                     : p->n;
}

static int later(int64_t x, int64_t y)
{
    return (x < y) - (x > y);
}

static int latest_first(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return x->day != y->day     ? later(x->day, y->day)
           : x->turn != y->turn ? later(x->turn, y->turn)
                                : later(x->id, y->id);
}

static struct gate_line_v event_of(struct req *r, const struct part *p)
{
    struct gate_line_v line = {.name = said(r->mem, r->lang, p->title),
                               .iso = day_iso(r->mem, (int32_t)p->day),
                               .when = day_in_words(r, p->day, DAY_PLAIN),
                               .reason = p->text};
    switch (p->kind) {
    case PART_GATE:
        line.href = may(r->who, "portfolio.gates")
                        ? row_address(r, &gate_entity, p->id)
                        : decision_address(r, p->id);
        line.state = choice_shown(r, &gate_entity, "state", p->key);
        line.tone = tone_of(r, &gate_entity, "state", p->key);
        return line;
    case PART_DESIGN:
        line.href = row_address(r, &design_entity, p->id);
        line.state = tr(r->lang, "portfolio_design");
        return line;
    default:
        line.href = row_address(r, &project_service_entity, p->id);
        line.state = choice_shown(r, &project_service_entity, "state", p->text);
        line.tone = tone_of(r, &project_service_entity, "state", p->text);
        line.reason = p->more;
        return line;
    }
}

static bool is_reason_of(const struct parts *parts, enum part_kind kind,
                         const char *reason)
{
    for (size_t i = 0; i < parts_count(parts, kind); i++) {
        const char *given = part_at(parts, kind, i)->text;
        if (given && same(given, reason))
            return true;
    }
    return false;
}

/* The reason that was given for a step: its own, and of no gate (life.h). */
static const char *step_reason(struct req *r, const struct parts *parts,
                               const struct part *p)
{
    const char *own = line_text(r, p->text, "reason");
    return own && (is_reason_of(parts, PART_GATE, own) ||
                   is_reason_of(parts, PART_SECRET, own))
               ? gate_reason()
               : own;
}

static bool is_halt(const struct part *p)
{
    return same(p->key, "hold") || same(p->key, "stop");
}

/* A step's line of the journal: what was done, and why. */
static struct gate_line_v step_event(struct req *r, const struct parts *parts,
                                     const struct part *p)
{
    /* Born of a note or a request, or fed by one: no step of its own. */
    const char *label =
        same(p->key, "became") ? "portfolio.timeline.became"
        : same(p->key, "fed")
            ? "portfolio.timeline.fed"
            : arena_printf(r->mem, "portfolio_project.step.%s", p->key);
    int32_t day = day_of_time(p->day);
    const char *state = line_text(r, p->text, "to");
    const char *why = step_reason(r, parts, p);
    const bool alone = is_halt(p) && !(why && same(why, gate_reason()));
    return (struct gate_line_v){
        .name = tr_or(r->lang, label, p->key),
        .iso = day_iso(r->mem, day),
        .when = format_day(r->mem, r->lang, day, DAY_PLAIN),
        .how = alone ? tr(r->lang, "portfolio.halted_alone") : NULL,
        .reason = why,
        .state = state ? choice_shown(r, &project_entity, "state", state)
                       : tr(r->lang, "portfolio.step_taken"),
        .tone = tone_of(r, &project_entity, "state", state)};
}

/* The step by which it stands still; NULL: it goes on. */
static const struct part *last_halt(const struct project *project,
                                    const struct parts *parts)
{
    if (!word_in("held stopped", project->state))
        return NULL;
    for (size_t i = 0; i < parts_count(parts, PART_STEP); i++)
        if (is_halt(part_at(parts, PART_STEP, i)))
            return part_at(parts, PART_STEP, i);
    return NULL;
}

enum status project_halted(struct req *r, const struct parts *parts,
                           const char **out)
{
    const struct project *project = r->row;
    const struct part *p = last_halt(project, parts);
    const char *why = p ? step_reason(r, parts, p) : NULL;
    *out = NULL;
    if (!p || (why && same(why, gate_reason())))
        return OK;
    struct halt halt = {p->m, day_of_time(p->day), NULL};
    TRY(halts_tell(r, &halt, 1));
    *out =
        arena_printf(r->mem, "%s%s%s. %s%s%s",
                     choice_shown(r, &project_entity, "state", project->state),
                     tr(r->lang, "view.colon"),
                     format_day(r->mem, r->lang, halt.day, DAY_LONG), halt.how,
                     why ? " " : "", why ? said(r->mem, r->lang, why) : "");
    return OK;
}

void timeline_fill(struct req *r, const struct parts *parts,
                   struct project_v *v)
{
    static const enum part_kind kinds[] = {PART_GATE, PART_DESIGN, PART_SERVICE,
                                           PART_STEP};
    size_t n = 0, most = 1;
    for (size_t k = 0; k < COUNT(kinds); k++)
        most += parts_count(parts, kinds[k]);
    struct event *events = NEW_ARRAY(r->mem, struct event, most);
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t i = 0; i < parts_count(parts, kinds[k]); i++) {
            const struct part *p = part_at(parts, kinds[k], i);
            bool step = kinds[k] == PART_STEP;
            if (p->id == NONE || p->day == NONE)
                continue;
            events[n++] = (struct event){
                step ? day_of_time(p->day) : p->day, turn_of(p), p->id,
                step ? step_event(r, parts, p) : event_of(r, p)};
        }
    qsort(events, n, sizeof(*events), latest_first);
    struct gate_line_v *out = NEW_ARRAY(r->mem, struct gate_line_v, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = events[i].line;
    v->timeline = out;
    v->timeline_count = n;
}
