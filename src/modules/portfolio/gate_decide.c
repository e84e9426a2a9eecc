/* A committee at work: each member's vote, the findings, the decision. */
#include "modules/portfolio/gate_page.h"

#include "base/utf8.h"
#include "modules/portfolio/routes.h"

enum { FAULTS = 8 }; /* of what was typed: one of each kind, at the most */
struct deciding {
    struct req *r;
    const char *refusal; /* a label key */
    /* Of a decision: all that is refused, each of them once. */
    const char *all[FAULTS + STEP_REFUSALS];
    size_t n;
    bool lacks_findings; /* of a criterion nothing was typed, nor before */
    bool wrong_condition;
};

static void refuse(struct deciding *d, const char *key)
{
    for (size_t i = 0; i < d->n; i++)
        if (same(d->all[i], key))
            return;
    CHECK(d->n < COUNT(d->all));
    d->all[d->n++] = key;
    d->refusal = d->all[0];
}

/* What was refused, a sentence after the other. */
static const char *refusal_words(const struct deciding *d)
{
    struct req *r = d->r;
    const char *words = tr(r->lang, d->refusal);
    for (size_t i = 1; i < d->n; i++)
        words = arena_printf(r->mem, "%s %s", words, tr(r->lang, d->all[i]));
    return words;
}

/* What was typed under that name; "" for nothing. */
static const char *typed(struct req *r, const char *name)
{
    struct str s = str_trim(req_text(r, name));
    return s.p ? str_dup(r->mem, s) : "";
}

/* Refused in words: the page again, as it was typed. */
static enum status answer(struct req *r, struct deciding *d, enum status s)
{
    if (s == ERR_STALE)
        d->refusal = "portfolio_gate.stale";
    if ((s == ERR_CONFLICT || s == ERR_INVALID || s == ERR_STALE) &&
        d->refusal) {
        void *now;
        TRY(req_refresh(r, &now));
        r->row = now;
        return gate_page_show(r, s == ERR_INVALID ? 422 : 409,
                              refusal_words(d));
    }
    TRY(s);
    return req_done(r) ? OK : req_go(r, "/jalons/%" PRId64, r->id);
}

/* Why the reason of a step cannot stand; none: the label of its absence. */
static const char *reason_fault(const struct entity *e, const struct step *s,
                                struct str reason, const char *none)
{
    const char *fault = step_reason_fault(e, s, reason);
    return !reason.n ? none
           : fault && same(fault, "form.too_long")
               ? "portfolio_gate.reason_too_long"
               : fault;
}

/* The seat of the person in this committee. */
static enum status seat_of(struct deciding *d, struct conn *c, void **out)
{
    struct req *r = d->r;
    int64_t id;
    TRY(db_int(c,
               SQL("SELECT id FROM portfolio_gate_member WHERE gate = :gate"
                   " AND person = :person"),
               ARGS(arg_int("gate", r->id), arg_int("person", r->who->person)),
               &id));
    d->refusal = id == NONE ? "portfolio_gate_member.no_seat" : NULL;
    return id == NONE
               ? ERR_CONFLICT
               : row_load(c, r->mem, &gate_member_entity, id, &reach_all, out);
}

static enum status vote(struct conn *c, struct arena *a, void *data)
{
    struct deciding *d = data;
    struct req *r = d->r;
    void *row;
    TRY(seat_of(d, c, &row));
    const char *opinion = typed(r, "opinion");
    const struct step *step = step_find(
        &gate_member_entity, same(opinion, "conflict")
                                 ? "declare"
                                 : arena_printf(a, "vote_%s", opinion));
    struct str reason = str_trim(req_text(r, "reason"));
    d->refusal = !step ? "portfolio_gate_member.no_opinion"
                       : reason_fault(&gate_member_entity, step, reason,
                                      "portfolio_gate_member.no_reason");
    if (d->refusal)
        return ERR_INVALID;
    r->location = arena_printf(r->mem, "/jalons/%" PRId64, r->id);
    return step_take(c, a, &gate_member_entity, step, row, reason, req_actor(r),
                     &d->refusal);
}

enum status gate_vote(struct req *r)
{
    struct deciding d = {.r = r};
    return answer(r, &d, req_write(r, vote, &d));
}

/* Why a finding cannot stand as it was typed. */
static const char *finding_fault(struct str found, struct str reason)
{
    const struct entity *e = &gate_criterion_entity;
    return text_is_long(entity_field(e, "reason"), reason) ||
                   (found.n && !field_choice(entity_field(e, "met"), found))
               ? "portfolio_gate.bad_finding"
           : reason.n && !utf8_is_sentence(reason)
               ? "portfolio_gate.short_finding"
               : NULL;
}

/* Written where it is another than before. */
static enum status finding_note(struct req *r, struct conn *c,
                                struct gate_criterion *k, struct str found,
                                struct str reason)
{
    const struct entity *e = &gate_criterion_entity;
    const char *met = field_choice(entity_field(e, "met"), found);
    const char *why = reason.n ? str_dup(r->mem, reason) : NULL;
    if (same(met ? met : "", k->met ? k->met : "") &&
        same(why ? why : "", k->reason ? k->reason : ""))
        return OK;
    k->met = met;
    k->reason = why;
    return row_update(c, r->mem, e, k, req_actor(r));
}

/* The finding of one criterion, where it was typed anew. */
static enum status find_criterion(struct deciding *d, struct conn *c,
                                  struct gate_criterion *k)
{
    struct req *r = d->r;
    struct str found = gate_typed(r, "met", k->row.id);
    struct str reason = gate_typed(r, "reason", k->row.id);
    if (!found.p && !reason.p) { /* not in the form: as it was */
        d->lacks_findings |= !k->met || !k->reason;
        return OK;
    }
    const char *fault = finding_fault(found, reason);
    if (fault) {
        refuse(d, fault);
        return OK;
    }
    d->lacks_findings |= !found.n || !reason.n;
    return finding_note(r, c, k, found, reason);
}

static enum status find_all(struct deciding *d, struct conn *c)
{
    struct list list;
    TRY(list_under(c, d->r->mem, &gate_criterion_entity, "gate", d->r->id,
                   &list));
    for (size_t i = 0; i < list.n; i++)
        TRY(find_criterion(d, c, list.rows[i]));
    return OK;
}

static enum status add_conditions(struct deciding *d, struct conn *c)
{
    struct req *r = d->r;
    for (int i = 1; i <= NEW_CONDITIONS; i++) {
        struct str text = gate_typed(r, "condition", i);
        struct str due = gate_typed(r, "due", i);
        int32_t day = NO_DAY;
        if (!text.n && !due.n)
            continue;
        const char *fault =
            !text.n || !day_parse(due, &day) ? "portfolio_gate.half_a_condition"
            : text_is_long(entity_field(&gate_condition_entity, "text"), text)
                ? "portfolio_gate.long_condition"
                : NULL;
        if (fault) {
            refuse(d, fault);
            d->wrong_condition = true;
            continue;
        }
        struct gate_condition *k = row_new(r->mem, &gate_condition_entity);
        k->gate = r->id;
        k->text = str_dup(r->mem, text);
        k->due = day;
        k->state = "open";
        const char *field;
        fault = row_fault(c, r->mem, &gate_condition_entity, k, &field);
        d->wrong_condition |= fault != NULL;
        if (fault)
            refuse(d, fault);
        else
            TRY(row_insert(c, r->mem, &gate_condition_entity, k, req_actor(r)));
    }
    return OK;
}

/* The step of the decision that was typed; NULL: none is, and that is told. */
static const struct step *outcome_typed(struct deciding *d, const char *outcome)
{
    for (const char *const *o = gate_outcomes; *o; o++)
        if (same(*o, outcome))
            return step_find(&gate_entity, outcome);
    refuse(d, "portfolio_gate.no_outcome");
    return NULL;
}

/* What keeps that decision from being taken. What was typed, but not as it has
 * to be, does not lack besides. */
static void refuse_standing(struct deciding *d, struct conn *c, struct arena *a,
                            const struct step *step)
{
    const char *all[STEP_REFUSALS];
    const size_t n = step->refuse_all(c, a, d->r->row, d->r->who->person, all);
    for (size_t i = 0; i < n; i++) {
        const bool told = (same(all[i], "portfolio_gate.lacks_reasons") &&
                           !d->lacks_findings) ||
                          (same(all[i], "portfolio_gate.no_conditions") &&
                           d->wrong_condition);
        if (!told)
            refuse(d, all[i]);
    }
}

/* Whose decision it is not, or no longer, or not yet. */
static const char *sits_fault(struct conn *c, struct arena *a,
                              const struct gate *g, int64_t person)
{
    return same(g->state, "prepared") ? "portfolio_gate_member.not_open"
           : !same(g->state, "open")  ? "portfolio_gate_member.closed"
                                      : gate_refuses_person(c, a, g, person);
}

static enum status decide_late(struct deciding *d, struct conn *c,
                               struct arena *a)
{
    const struct gate *g = d->r->row;
    d->refusal = sits_fault(c, a, g, d->r->who->person);
    return d->refusal                            ? ERR_CONFLICT
           : g->row.version != req_version(d->r) ? ERR_STALE
                                                 : OK;
}

static enum status decide(struct conn *c, struct arena *a, void *data)
{
    struct deciding *d = data;
    struct req *r = d->r;
    struct gate *g = r->row;
    const char *outcome = typed(r, "outcome");
    d->n = 0;
    d->lacks_findings = false;
    d->wrong_condition = false;
    TRY(decide_late(d, c, a));
    TRY(find_all(d, c));
    r->location = arena_printf(r->mem, "/jalons/%" PRId64, r->id);
    g->published = req_text(r, "published").p ? YES : NO;
    if (!*outcome) /* the findings alone: the committee still sits */
        return d->n ? ERR_INVALID
                    : row_update(c, a, &gate_entity, g, req_actor(r));
    TRY(add_conditions(d, c));
    const struct step *step = outcome_typed(d, outcome);
    struct str reason = str_trim(req_text(r, "reason"));
    const char *fault = step ? reason_fault(&gate_entity, step, reason,
                                            "portfolio_gate.no_reason")
                             : NULL;
    if (fault)
        refuse(d, fault);
    const bool typed_wrong = d->n > 0;
    if (step)
        refuse_standing(d, c, a, step);
    if (d->n)
        return typed_wrong ? ERR_INVALID : ERR_CONFLICT;
    return step_take(c, a, &gate_entity, step, g, reason, req_actor(r),
                     &d->refusal);
}

enum status gate_decide(struct req *r)
{
    struct deciding d = {.r = r};
    return answer(r, &d, req_write(r, decide, &d));
}

/* One finding; the gate with it, so that a form drawn before is told. */
static enum status find(struct conn *c, struct arena *a, void *data)
{
    struct deciding *d = data;
    struct req *r = d->r;
    struct gate_criterion *k = r->row;
    void *gate;
    TRY(row_load(c, a, &gate_entity, k->gate, &reach_all, &gate));
    d->refusal = sits_fault(c, a, gate, r->who->person);
    if (d->refusal)
        return ERR_CONFLICT;
    struct str found = str_trim(req_text(r, "met")),
               reason = str_trim(req_text(r, "reason"));
    d->refusal = finding_fault(found, reason);
    if (d->refusal)
        return ERR_INVALID;
    TRY(finding_note(r, c, k, found, reason));
    TRY(row_update(c, a, &gate_entity, gate, req_actor(r)));
    r->code = 200;
    r->told = str_of(arena_printf(r->mem, "{\"id\":%" PRId64 "}", r->id));
    return OK;
}

enum status gate_find(struct req *r)
{
    static const char *const asked[] = {"met", "reason", NULL};
    struct deciding d = {.r = r};
    for (const char *const *a = asked; *a; a++)
        if (!req_text(r, *a).p)
            form_error(&r->errors, *a, "form.required");
    if (r->errors.n)
        return ERR_INVALID;
    const enum status s = req_write(r, find, &d);
    if (d.refusal && (s == ERR_CONFLICT || s == ERR_INVALID))
        form_error(&r->errors, NULL, d.refusal);
    TRY(s);
    return req_done(r) ? OK : req_json(r, r->code, r->told);
}
