/* One project: its way through the services, what was decided, what is known,
 * where it is used, what it came from. Five queries beyond the reader and the
 * row. */
#include "modules/portfolio/essaimage.h"
#include "modules/portfolio/lineage.h"
#include "modules/portfolio/pages/project.html.h"
#include "modules/portfolio/project_parts.h"
#include "modules/portfolio/project_timeline.h"
#include "modules/portfolio/routes.h"
#include "modules/portfolio/service_facts.h"
#include "modules/portfolio/shown.h"
#include "view/prose.h"

struct filling {
    struct req *r;
    const struct parts *parts;
    struct project_v *v;
};

/* What is planned of a service, what is recorded and what contradicts it. */
static struct plan_v plan_of(const struct filling *f, const struct part *p)
{
    struct req *r = f->r;
    const struct project *project = r->row;
    return (struct plan_v){
        .service = p->title,
        .href = row_address(r, &project_service_entity, p->id),
        .state = choice_shown(r, &project_service_entity, "state", p->text),
        .tone = tone_of(r, &project_service_entity, "state", p->text),
        .from = day_in_words(r, p->day, DAY_MEDIUM),
        .until = day_in_words(r, p->until, DAY_MEDIUM),
        .endless = tr(r->lang, word_in("planned current", p->text)
                                   ? "portfolio_project_service.ends.none"
                               : same(p->text, "skipped")
                                   ? "portfolio.plan_no_end"
                                   : "portfolio.plan_end_unsaid"),
        .team = p->extra,
        .expected = p->last,
        .note = p->more,
        .recorded = service_recorded(r, f->parts, f->v->essaimage, p),
        .doubt = service_doubt(r, p, project->state)};
}

/* The nine services in their blocks, and the plans of those it is in. */
static void services_fill(struct filling *f)
{
    struct req *r = f->r;
    size_t n = parts_count(f->parts, PART_SERVICE);
    struct block_v *blocks = NEW_ARRAY(r->mem, struct block_v, 3);
    struct plan_v *plans = NEW_ARRAY(r->mem, struct plan_v, n + 1);
    const char *last = "";
    int64_t service = NONE;
    for (size_t i = 0; i < n; i++) {
        const struct part *p = part_at(f->parts, PART_SERVICE, i);
        struct str code = str_of(p->key), part;
        str_next(&code, ' ', &part);
        const char *block = str_dup(r->mem, part);
        if (!same(last, block) && f->v->block_count < 3)
            blocks[f->v->block_count++].title =
                choice_shown(r, &service_entity, "block", block);
        last = block;
        struct block_v *b = &blocks[f->v->block_count - 1];
        if (p->m != service && b->n < COUNT(b->steps))
            b->steps[b->n++] = (struct passage_v){
                .name = p->title,
                .css = "off",
                .icon = "hex-off",
                .state = tr(r->lang, "portfolio.passage.off")};
        service = p->m;
        if (p->id == NONE)
            continue;
        struct passage_v *step = &b->steps[b->n - 1];
        bool now = same(p->text, "current");
        bool off = word_in("planned skipped", p->text);
        step->css = now ? "now" : off ? "off" : "done";
        step->icon = now ? "hex-now" : off ? "hex-off" : "hex-done";
        step->state =
            choice_shown(r, &project_service_entity, "state", p->text);
        step->when = same(p->text, "skipped")
                         ? step->state
                         : day_in_words(f->r, p->day, DAY_MONTH);
        plans[f->v->plan_count++] = plan_of(f, p);
    }
    f->v->blocks = blocks;
    f->v->plans = plans;
}

static struct named_v *names_of(struct filling *f, enum part_kind kind,
                                const struct entity *e, size_t *n)
{
    *n = parts_count(f->parts, kind);
    struct named_v *out = NEW_ARRAY(f->r->mem, struct named_v, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        const struct part *p = part_at(f->parts, kind, i);
        out[i] = (struct named_v){p->title, row_address(f->r, e, p->id), NULL};
    }
    return out;
}

static void names_fill(struct filling *f)
{
    struct req *r = f->r;
    struct project_v *v = f->v;
    v->policies = names_of(f, PART_POLICY, &policy_entity, &v->policy_count);
    struct named_v *past =
        names_of(f, PART_TAGGED, &policy_entity, &v->policy_past_count);
    for (size_t i = 0; i < v->policy_past_count; i++)
        past[i].what = tr_with(
            r->mem, r->lang, "portfolio.counted_until", "day",
            day_in_words(f->r, part_at(f->parts, PART_TAGGED, i)->until - 1,
                         DAY_PLAIN),
            NULL);
    v->policies_past = past;
    v->objectives =
        names_of(f, PART_OBJECTIVE, &objective_entity, &v->objective_count);
    v->programmes =
        names_of(f, PART_PROGRAMME, &programme_entity, &v->programme_count);
    v->areas = names_of(f, PART_AREA, &area_entity, &v->area_count);
    struct named_v *members =
        names_of(f, PART_MEMBER, &person_entity, &v->member_count);
    for (size_t i = 0; i < v->member_count; i++)
        members[i].what = choice_shown(r, &project_member_entity, "role",
                                       part_at(f->parts, PART_MEMBER, i)->key);
    struct named_v *partners =
        names_of(f, PART_PARTNER, &organisation_entity, &v->partner_count);
    for (size_t i = 0; i < v->partner_count; i++)
        partners[i].what =
            choice_shown(r, &project_partner_entity, "role",
                         part_at(f->parts, PART_PARTNER, i)->key);
    struct named_v *documents =
        names_of(f, PART_DOCUMENT, &document_entity, &v->document_count);
    for (size_t i = 0; i < v->document_count; i++) {
        const struct part *p = part_at(f->parts, PART_DOCUMENT, i);
        struct file file = {.type = p->more};
        documents[i].what = p->text;
        if (p->more && str_int(str_of(p->extra), &file.size))
            documents[i].what = file_about(r->mem, r->lang, &file);
    }
    v->members = members;
    v->partners = partners;
    v->documents = documents;
    if (parts_count(f->parts, PART_AXIS))
        v->axis = (struct named_v){
            part_at(f->parts, PART_AXIS, 0)->title,
            row_address(r, &axis_entity, part_at(f->parts, PART_AXIS, 0)->id),
            NULL};
}

/* A line for each kind of which nothing is known: silence would read as if it
 * did not matter. */
static size_t unknown_kinds(const struct filling *f, struct evidence_v *out)
{
    const size_t n = parts_count(f->parts, PART_EVIDENCE);
    size_t count = 0;
    for (const char *const *kind = evidence_kinds; n && *kind; kind++) {
        size_t i = 0;
        while (i < n && !same(part_at(f->parts, PART_EVIDENCE, i)->key, *kind))
            i++;
        if (i == n)
            out[count++].kind =
                choice_shown(f->r, &evidence_entity, "kind", *kind);
    }
    return count;
}

static void evidence_fill(struct filling *f)
{
    enum { KINDS = 5 };
    size_t n = parts_count(f->parts, PART_EVIDENCE);
    struct evidence_v *out = NEW_ARRAY(f->r->mem, struct evidence_v, n + KINDS);
    for (size_t i = 0; i < n; i++) {
        const struct part *p = part_at(f->parts, PART_EVIDENCE, i);
        const struct evidence e = {.row = {.id = p->id},
                                   .statement = p->title,
                                   .kind = p->key,
                                   .level = p->n,
                                   .effect = p->effect,
                                   .low = p->low,
                                   .high = p->high,
                                   .unit = p->last,
                                   .sample = p->m,
                                   .limits = p->text,
                                   .source = p->more,
                                   .web = p->extra,
                                   .file = p->until,
                                   .found = (int32_t)p->day};
        out[i] = evidence_shown(f->r, &e);
    }
    f->v->evidence = out;
    f->v->evidence_count = n + unknown_kinds(f, out + n);
}

static void feedback_fill(struct filling *f)
{
    struct req *r = f->r;
    size_t n = parts_count(f->parts, PART_FEEDBACK);
    struct said_v *out = NEW_ARRAY(r->mem, struct said_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct part *p = part_at(f->parts, PART_FEEDBACK, i);
        const struct feedback said = {.role = p->extra,
                                      .use = p->key,
                                      .text = p->text,
                                      .obstacles = p->more,
                                      .given = (int32_t)p->day,
                                      .useful = p->n};
        out[i] = said_shown(r, &said, p->title);
    }
    f->v->said = out;
    f->v->said_count = n;
}

/* Of a project that was stopped nobody waits for anything. */
static void conditions_fill(struct filling *f)
{
    struct req *r = f->r;
    const bool gates = may(r->who, "portfolio.gates");
    const size_t n = same(((const struct project *)r->row)->state, "stopped")
                         ? 0
                         : parts_count(f->parts, PART_CONDITION);
    struct condition_v *out = NEW_ARRAY(r->mem, struct condition_v, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct part *p = part_at(f->parts, PART_CONDITION, i);
        const struct gate_condition c = {.row = {.id = p->id},
                                         .text = p->title,
                                         .due = (int32_t)p->day,
                                         .state = p->key};
        out[i] = condition_shown(r, &c);
        out[i].of = p->more;
        if (!gates)
            out[i].href = decision_address(r, p->until);
    }
    f->v->conditions = out;
    f->v->condition_count = n;
}

static enum status spread_fill(struct filling *f)
{
    struct req *r = f->r;
    struct essaimage_v *v = NEW(r->mem, struct essaimage_v);
    f->v->essaimage = v;
    return spread_of(r, r->id, v);
}

/* What the reader may add to it. */
static void additions_fill(struct filling *f)
{
    static const struct {
        const struct entity *entity;
        const char *label;
    } kinds[] = {
        {&evidence_entity, "portfolio_evidence.new"},
        {&project_service_entity, "portfolio_project_service.new"},
        {&design_entity, "portfolio_design.new"},
        {&project_member_entity, "portfolio_project_member.new"},
        {&project_partner_entity, "portfolio_project_partner.new"},
        {&document_entity, "portfolio_document.new"},
    };
    struct req *r = f->r;
    struct named_v *out = NEW_ARRAY(r->mem, struct named_v, COUNT(kinds) + 3);
    size_t n = 0;
    /* It begins where the project stands. */
    if (r->who && may(r->who, gate_entity.write))
        out[n++] = (struct named_v){
            tr(r->lang, "portfolio_gate.new"),
            arena_printf(r->mem,
                         "/jalons/nouveau?project=%" PRId64
                         "&stage_from=%s&_parent=1",
                         r->id, ((const struct project *)r->row)->stage),
            NULL};
    for (size_t i = 0; r->who && i < COUNT(kinds); i++)
        if (may(r->who, kinds[i].entity->write))
            out[n++] = (struct named_v){
                tr(r->lang, kinds[i].label),
                arena_printf(r->mem, "%s/nouveau?project=%" PRId64 "&_parent=1",
                             kinds[i].entity->path, r->id),
                NULL};
    if (r->who && may(r->who, "portfolio.deploy"))
        out[n++] = (struct named_v){
            tr(r->lang, "portfolio.deploy_many"),
            arena_printf(r->mem, "/deploiements/liste?project=%" PRId64, r->id),
            NULL};
    if (r->who && may(r->who, "portfolio.edit_watch"))
        out[n++] = (struct named_v){
            tr(r->lang, "portfolio_filiation.new"),
            arena_printf(r->mem, "/filiations/nouveau?to_project=%" PRId64,
                         r->id),
            NULL};
    f->v->additions = out;
    f->v->addition_count = n;
}

/* The gate that sits on it, or that is prepared from one stage to another. */
static const struct part *gate_ahead(const struct filling *f, const char *from,
                                     const char *to)
{
    for (size_t i = 0; i < parts_count(f->parts, PART_GATE); i++) {
        const struct part *p = part_at(f->parts, PART_GATE, i);
        if (same(p->key, "open") || (same(p->key, "prepared") &&
                                     same(p->more, from) && same(p->extra, to)))
            return p;
    }
    return NULL;
}

/* A step that only a gate takes leads to it, or to where one is prepared. */
static void ways_fill(struct filling *f, const char *state,
                      struct detail_v *detail)
{
    struct req *r = f->r;
    struct step_v *steps = (struct step_v *)detail->steps;
    for (size_t i = 0; i < detail->step_count; i++) {
        const char *name = strrchr(steps[i].action, '/') + 1;
        const struct step *s = project_entity.steps;
        while (!same(s->name, name) || !word_in(s->from, state))
            s++;
        const int64_t used = f->v->essaimage->used;
        if (same(name, "stop") && used)
            steps[i].note =
                tr_n(r->mem, r->lang, "portfolio.stop_leaves", used);
        if (!steps[i].refusal || !s->to)
            continue;
        const struct part *gate = gate_ahead(f, state, s->to);
        steps[i].way =
            gate ? row_address(r, &gate_entity, gate->id)
                 : arena_printf(r->mem,
                                "/jalons/nouveau?project=%" PRId64
                                "&stage_from=%s&stage_to=%s&_parent=1",
                                r->id, state, s->to);
        steps[i].way_label = tr(r->lang, gate ? "portfolio.this_gate"
                                              : "portfolio.prepare_gate");
    }
}

struct asking {
    struct parts parts;
    struct project_v v;
    struct detail_v detail;
    struct lineage_v lineage;
};

/* All that is asked of the database. */
static enum status project_ask(struct req *r, void *view)
{
    const struct project *row = r->row;
    struct asking *k = view;
    struct filling f = {r, &k->parts, &k->v};
    TRY(parts_load(r, r->id, &k->parts));
    TRY(spread_fill(&f));
    TRY(project_halted(r, &k->parts, &k->v.halted));
    TRY(lineage_of(r, node_of(NODE_PROJECT, r->id), row->name, &k->lineage));
    return row_manage(r, &k->detail);
}

enum status project_show(struct req *r)
{
    if (*r->form)
        return row_page(r);
    const struct project *row = r->row;
    struct asking k = {0};
    TRY(req_fill(r, project_ask, &k, sizeof(k)));
    struct project_v v = {
        .essaimage = k.v.essaimage,
        .halted = k.v.halted,
        .state = choice_shown(r, &project_entity, "state", row->state),
        .tone = tone_of(r, &project_entity, "state", row->state),
        .stood = !row->stage || same(row->state, row->stage)
                     ? NULL
                     : choice_shown(r, &project_entity, "stage", row->stage),
        .axis_note = row->axis_note,
        .starts = format_day(r->mem, r->lang, row->starts, DAY_PLAIN),
        .ends = row->ends == NO_DAY
                    ? NULL
                    : format_day(r->mem, r->lang, row->ends, DAY_PLAIN),
        .detail = &k.detail,
        .lineage = &k.lineage};
    struct filling f = {r, &k.parts, &v};
    if (row->summary)
        v.summary = prose_said(r->mem, r->lang, row->summary);
    services_fill(&f);
    names_fill(&f);
    evidence_fill(&f);
    conditions_fill(&f);
    timeline_fill(r, &k.parts, &v);
    feedback_fill(&f);
    additions_fill(&f);
    ways_fill(&f, row->state, &k.detail);
    struct page p = req_page(r, said(r->mem, r->lang, row->name));
    req_crumb(r, &p);
    struct html h;
    req_html_open(r, &h);
    project_page(&h, &p, &v);
    return req_html(r, 200, &h);
}
