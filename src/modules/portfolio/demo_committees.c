/* Days, criteria and committees of the demonstration. */
#include "core/request.h"
#include "modules/booking/booking.h"
#include "modules/portfolio/demo_life.h"
#include "modules/portfolio/dossier.h"

int32_t demo_living(const struct demo *d)
{
    int32_t opening = day_of(2024, 9, 1);
    int32_t living = school_year_first(school_year_of(d->today));
    return living < opening ? opening : living;
}

int32_t demo_day(const struct demo *d, struct demo_day day)
{
    if (day.year)
        return day_of(day.year, day.month, day.day);
    if (day.month > 0) {
        const int year = school_year_of(demo_living(d));
        return day_of(year, day.month, day.day);
    }
    /* The living year is after the closed one, whatever today is. */
    int32_t at = d->today + day.day, opening = day_of(2024, 9, 20);
    return at < opening ? opening : at;
}

bool demo_is_to_come(const struct demo *d, struct demo_day day)
{
    const int32_t at = demo_day(d, day);
    return day.year && at >= demo_living(d) && at >= d->today - 150;
}

static bool of_this_month(const struct demo *d, int32_t day)
{
    const struct date at = day_date(day), now = day_date(d->today);
    return at.year == now.year && at.month == now.month;
}

/* What is left of the month may hold no day of school: then its last one, and
 * in the summer the next there is. */
static enum status month_day(struct demo *d, int32_t from, int32_t *out)
{
    int32_t last = d->today, at;
    TRY(school_day_near(d->conn, DEMO_ZONE, from, 1, out));
    if (of_this_month(d, *out))
        return OK;
    while (of_this_month(d, last + 1))
        last++;
    TRY(school_day_near(d->conn, DEMO_ZONE, last, -1, &at));
    if (of_this_month(d, at))
        *out = at;
    return OK;
}

enum status demo_work_day(struct demo *d, struct demo_day day, int32_t *out)
{
    *out = demo_day(d, day);
    if (day.month < 0)
        return month_day(d, *out, out);
    return day.year ? OK
                    : school_day_near(d->conn, DEMO_ZONE, *out,
                                      day.day < 0 ? -1 : 1, out);
}

enum status demo_id(struct demo *d, const struct entity *e, const char *field,
                    const char *value, int64_t *id)
{
    void *row;
    *id = NONE;
    if (!value)
        return OK;
    TRY(row_find(d->conn, d->mem, e, field, value_cstr(value), &row));
    *id = ((struct row *)row)->id;
    return OK;
}

enum status demo_person_id(struct demo *d, const char *name, int64_t *id)
{
    return demo_id(d, &person_entity, "email",
                   name ? arena_printf(d->mem, "%s@demo.example", name) : NULL,
                   id);
}

enum status demo_project_id(struct demo *d, const char *name, int64_t *id)
{
    return demo_id(d, &project_entity, "name", name, id);
}

/* Criteria. */

static const struct {
    const char *from, *to, *label, *kind;
    int level;
} criteria[] = {
    {"study", "design", "portfolio.given.criterion.need", NULL, 0},
    {"study", "design", "portfolio.given.criterion.known", NULL, 0},
    {"study", "design", "portfolio.given.criterion.means", NULL, 0},
    {"study", "trial", "portfolio.given.criterion.need", NULL, 0},
    {"study", "trial", "portfolio.given.criterion.measured", NULL, 0},
    {"study", "trial", "portfolio.given.criterion.data", NULL, 0},
    {"design", "trial", "portfolio.given.criterion.tried", "perception", 1},
    {"design", "trial", "portfolio.given.criterion.measured", NULL, 0},
    {"design", "trial", "portfolio.given.criterion.data", NULL, 0},
    {"design", "deployment", "portfolio.given.criterion.tried", "perception",
     1},
    {"design", "deployment", "portfolio.given.criterion.support", NULL, 0},
    {"design", "deployment", "portfolio.given.criterion.data", NULL, 0},
    {"trial", "deployment", "portfolio.given.criterion.learning", "learning",
     2},
    {"trial", "deployment", "portfolio.given.criterion.used", "usage", 2},
    {"trial", "deployment", "portfolio.given.criterion.support", NULL, 0},
    {"trial", "finished", "portfolio.given.criterion.learnt", NULL, 0},
    {"trial", "finished", "portfolio.given.criterion.taken_over", NULL, 0},
    {"deployment", "finished", "portfolio.given.criterion.lasting", "usage", 2},
    {"deployment", "finished", "portfolio.given.criterion.taken_over", NULL, 0},
};

static bool of_pair(size_t i, const char *from, const char *to)
{
    return same(criteria[i].from, from) && same(criteria[i].to, to);
}

static enum status add_criteria(struct demo *d)
{
    int64_t position = 0;
    for (size_t i = 0; i < COUNT(criteria); i++) {
        bool again = i && of_pair(i, criteria[i - 1].from, criteria[i - 1].to);
        position = again ? position + 1 : 1;
        struct criterion *k = row_new(d->mem, &criterion_entity);
        k->stage_from = criteria[i].from;
        k->stage_to = criteria[i].to;
        k->position = position;
        k->label = tr(lang_default(), criteria[i].label);
        k->kind = criteria[i].kind;
        k->level = k->kind ? criteria[i].level : NONE;
        TRY(demo_add(d, &criterion_entity, k));
    }
    return OK;
}

/* Gates. */

static enum status add_findings(struct demo *d, int64_t gate,
                                const struct demo_gate *g)
{
    int64_t position = 0;
    for (size_t i = 0; i < COUNT(criteria); i++) {
        if (!of_pair(i, g->from, g->to))
            continue;
        struct gate_criterion *k = row_new(d->mem, &gate_criterion_entity);
        k->gate = gate;
        k->label = tr(lang_default(), criteria[i].label);
        k->kind = criteria[i].kind;
        k->level = k->kind ? criteria[i].level : NONE;
        if (g->found) {
            char found = g->found[position];
            k->met = found == 'y'   ? "yes"
                     : found == 'p' ? "partly"
                     : found == 'n' ? "no"
                                    : "unknown";
            k->reason = g->findings[position];
        }
        k->position = ++position;
        TRY(demo_add(d, &gate_criterion_entity, k));
    }
    return OK;
}

static enum status add_seat(struct demo *d, int64_t gate, const char *person,
                            const char *role, const char *vote, const char *why)
{
    struct gate_member *m = row_new(d->mem, &gate_member_entity);
    m->gate = gate;
    m->role = role;
    m->state = vote;
    m->state_reason = why;
    TRY(demo_person_id(d, person, &m->person));
    return demo_add(d, &gate_member_entity, m);
}

/* What is said where a gate waits: one has voted, one may not. */
static const struct {
    const char *vote, *conflict;
} waiting[] = {
    {"Le dossier me paraît solide, et les équipes sont prêtes.",
     "Mon laboratoire a conduit une partie des mesures."},
    {"Ce que disent les élèves me suffit pour aller plus loin.",
     "J’ai écrit le questionnaire dont les résultats sont versés ici."},
};

/* Four sit: the chair and two others vote with the decision, or one apart. Of
 * those that wait, one has voted and one has declared a conflict. */
static enum status add_committee(struct demo *d, int64_t gate,
                                 const struct demo_gate *g, size_t nth)
{
    bool decided = g->found != NULL, open = same(g->state, "open");
    const char *vote = decided ? g->state : "invited";
    const char *expert =
        nth % 3 ? arena_printf(d->mem, "expert%zu", nth % 3 + 1) : "expert";
    TRY(add_seat(d, gate, "leader", "chair", vote, NULL));
    TRY(add_seat(d, gate, "inspector", "member", vote, NULL));
    TRY(add_seat(d, gate, expert, "expert",
                 g->dissent ? g->dissent
                 : open     ? "go"
                            : vote,
                 g->dissent ? g->dissent_why
                 : open     ? waiting[nth % COUNT(waiting)].vote
                            : NULL));
    return add_seat(d, gate, "researcher", "expert", open ? "conflict" : vote,
                    open ? waiting[nth % COUNT(waiting)].conflict : NULL);
}

static enum status add_gate_conditions(struct demo *d, int64_t gate,
                                       const struct demo_gate *g)
{
    for (size_t i = 0; i < COUNT(g->conditions) && g->conditions[i].text; i++) {
        struct gate_condition *c = row_new(d->mem, &gate_condition_entity);
        c->gate = gate;
        c->text = g->conditions[i].text;
        c->due = g->conditions[i].due + (same(g->conditions[i].state, "open")
                                             ? d->today
                                             : demo_day(d, g->meets));
        c->state = g->conditions[i].state;
        c->state_reason = g->conditions[i].how;
        TRY(demo_add(d, &gate_condition_entity, c));
    }
    return OK;
}

/* As step_take would have left it; the project stands where its own
 * demonstration has put it. */
static enum status note_decision(struct demo *d, const struct gate *g)
{
    const bool waived = same(g->state, "waived");
    struct buf detail = {.mem = d->mem};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    json_cstr(&j, "from", waived ? "prepared" : "open");
    json_cstr(&j, "to", g->state);
    json_cstr(&j, "reason", g->state_reason);
    json_end_object(&j);
    return journal_add(d->conn, d->mem, d->by.person, &gate_entity, g->row.id,
                       waived ? "waive" : g->state, buf_done(&detail));
}

static enum status add_gate(struct demo *d, const struct demo_gate *g,
                            size_t nth)
{
    const bool waived = same(g->state, "waived");
    const bool decided = !word_in("prepared open", g->state);
    if (demo_is_to_come(d, g->meets))
        return OK;
    struct gate *row = row_new(d->mem, &gate_entity);
    TRY(demo_project_id(d, g->project, &row->project));
    row->name = g->name;
    row->stage_from = g->from;
    row->stage_to = g->to;
    TRY(demo_work_day(d, g->meets, &row->meets));
    row->decided_on = decided ? row->meets : NO_DAY;
    row->quorum = 3;
    row->published = decided && !g->secret ? YES : NO;
    row->state = g->state;
    row->state_reason = g->reason;
    TRY(demo_add(d, &gate_entity, row));
    if (decided) {
        TRY(dossier_keep(d->conn, d->mem, row, row->decided_on));
        TRY(note_decision(d, row));
    }
    if (waived)
        return OK;
    if (!same(g->state, "prepared"))
        TRY(add_findings(d, row->row.id, g));
    TRY(add_committee(d, row->row.id, g, nth));
    return add_gate_conditions(d, row->row.id, g);
}

static enum status add_gates(struct demo *d, const struct demo_gate *list,
                             size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(add_gate(d, &list[i], i));
    return OK;
}

enum status committees_demo(struct demo *d)
{
    TRY(add_criteria(d));
    TRY(add_gates(d, demo_gates, demo_gate_count));
    TRY(add_gates(d, demo_past_gates, demo_past_gate_count));
    return add_gates(d, demo_living_gates, demo_living_gate_count);
}
