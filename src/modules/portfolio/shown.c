#include "modules/portfolio/shown.h"

#include "store/row.h"

enum status rows_under(struct req *r, const struct entity *e, const char *field,
                       int64_t id, struct list *out)
{
    return list_under(r->conn, r->mem, e, field, id, out);
}

const char *row_address(struct req *r, const struct entity *e, int64_t id)
{
    return arena_printf(r->mem, "%s/%" PRId64, e->path, id);
}

const char *decision_address(struct req *r, int64_t gate)
{
    return arena_printf(r->mem, "/decisions/%" PRId64, gate);
}

const char *day_in_words(struct req *r, int64_t day, enum day_style style)
{
    return day == NONE ? NULL
                       : format_day(r->mem, r->lang, (int32_t)day, style);
}

const char *days_shown(struct req *r, const char *label, int32_t first,
                       int32_t last, enum day_style style)
{
    if (first == NO_DAY)
        return NULL;
    const char *from = format_day(r->mem, r->lang, first, style),
               *until = format_day(r->mem, r->lang, last, style);
    return same(from, until) ? from
                             : tr_with(r->mem, r->lang, label, "from", from,
                                       "until", until, NULL);
}

const char *choice_shown(struct req *r, const struct entity *e,
                         const char *field, const char *key)
{
    return key ? choice_label(r->mem, r->lang, e, field, key) : NULL;
}

const char *tone_of(struct req *r, const struct entity *e, const char *field,
                    const char *key)
{
    return key ? choice_tone(r->mem, r->lang, e, field, key) : "";
}

const char *effect_shown(struct req *r, double effect, double low, double high,
                         const char *unit)
{
    if (effect != effect)
        return NULL;
    const char *number = format_real(r->mem, r->lang, effect, 2);
    if (low == low)
        number = tr_with(r->mem, r->lang, "portfolio.interval", "effect",
                         number, "low", format_real(r->mem, r->lang, low, 2),
                         "high", format_real(r->mem, r->lang, high, 2), NULL);
    return unit ? arena_printf(r->mem, "%s %s", number,
                               said(r->mem, r->lang, unit))
                : number;
}

struct evidence_v evidence_shown(struct req *r, const struct evidence *e)
{
    return (struct evidence_v){
        .kind = choice_shown(r, &evidence_entity, "kind", e->kind),
        .statement = e->statement,
        .href = row_address(r, &evidence_entity, e->row.id),
        .effect = effect_shown(r, e->effect, e->low, e->high, e->unit),
        .limits = e->limits,
        .source = e->source,
        .web = e->file != NONE
                   ? arena_printf(r->mem, "/preuves/%" PRId64 "/fichier/file",
                                  e->row.id)
                   : e->web,
        .found = format_day(r->mem, r->lang, e->found, DAY_MONTH),
        .level = e->level,
        .sample = e->sample};
}

const char *stages_shown(struct req *r, const struct gate *g)
{
    return tr_with(r->mem, r->lang, "portfolio.from_to", "from",
                   choice_shown(r, &gate_entity, "stage_from", g->stage_from),
                   "to", choice_shown(r, &gate_entity, "stage_to", g->stage_to),
                   NULL);
}

const char *gate_title(struct req *r, const struct gate *g, const char *project)
{
    return arena_printf(r->mem, "%s · %s", said(r->mem, r->lang, g->name),
                        said(r->mem, r->lang, project));
}

struct gate_line_v gate_line(struct req *r, const struct gate *g)
{
    return (struct gate_line_v){
        .name = said(r->mem, r->lang, g->name),
        .href = row_address(r, &gate_entity, g->row.id),
        .when = format_day(r->mem, r->lang, gate_day(g), DAY_PLAIN),
        .iso = day_iso(r->mem, gate_day(g)),
        .state = choice_shown(r, &gate_entity, "state", g->state),
        .tone = tone_of(r, &gate_entity, "state", g->state),
        .reason = g->state_reason,
        .quorum = g->quorum};
}

struct condition_v condition_shown(struct req *r,
                                   const struct gate_condition *c)
{
    return (struct condition_v){
        .text = c->text,
        .href = row_address(r, &gate_condition_entity, c->row.id),
        .due = format_day(r->mem, r->lang, c->due, DAY_PLAIN),
        .state = choice_shown(r, &gate_condition_entity, "state", c->state),
        .tone = tone_of(r, &gate_condition_entity, "state", c->state),
        .how = c->state_reason,
        .late = same(c->state, "open") && c->due < day_today()};
}

struct finding_v finding_shown(struct req *r, const struct gate_criterion *k)
{
    struct finding_v v = {
        .label = k->label,
        .met = choice_shown(r, &gate_criterion_entity, "met", k->met),
        .tone = tone_of(r, &gate_criterion_entity, "met", k->met),
        .reason = k->reason};
    if (k->kind)
        v.asks = tr_with(
            r->mem, r->lang, "portfolio.asks", "kind",
            choice_shown(r, &gate_criterion_entity, "kind", k->kind), "level",
            format_int(r->mem, r->lang, k->level == NONE ? 1 : k->level), NULL);
    return v;
}

struct said_v said_shown(struct req *r, const struct feedback *f,
                         const char *tool)
{
    return (struct said_v){
        .tool = tool,
        .role = choice_shown(r, &feedback_entity, "role", f->role),
        .use = choice_shown(r, &feedback_entity, "use", f->use),
        .text = f->text,
        .obstacles = f->obstacles,
        .when = format_day(r->mem, r->lang, f->given, DAY_MONTH),
        .useful = f->useful};
}

bool reads_all(struct req *r, const struct entity *e)
{
    if (same(e->read, PUBLIC))
        return true;
    if (!may(r->who, e->read))
        return false;
    struct reach reach = reach_of(r->app, r->mem, r->who, e->read);
    return reach_is_all(e, &reach);
}

const char *line_text(struct req *r, const char *detail, const char *key)
{
    const char *why;
    const struct json_value *line =
        json_parse(r->mem, str_of(detail ? detail : "{}"), &why);
    const struct json_value *v = line ? json_get(line, key) : NULL;
    return v && v->type == J_TEXT ? str_dup(r->mem, v->s) : NULL;
}

const char *page_after(struct req *r)
{
    const struct str after = req_text(r, "after");
    return after.n ? str_dup(r->mem, after) : NULL;
}

struct list_v pages_shown(struct req *r, const struct list_ask *ask,
                          const struct list *list, const char *path)
{
    return (struct list_v){
        .first = ask->after ? list_address(r->mem, ask->entity, &r->in, path,
                                           "after", NULL)
                            : NULL,
        .next = list->next ? list_address(r->mem, ask->entity, &r->in, path,
                                          "after", list->next)
                           : NULL};
}
