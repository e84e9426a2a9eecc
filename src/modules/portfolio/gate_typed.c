/* What somebody wrote for a gate that no longer takes it, for another was
 * faster: given back, to be copied. */
#include "modules/portfolio/gate_page.h"

struct giving {
    struct req *r;
    struct unsaved_v *all;
    size_t n;
};

/* "Oui · Constaté en séance."; nothing where neither was typed. */
static void give(struct giving *g, const char *label, const char *word,
                 struct str text)
{
    const bool both = *word && text.n;
    if (*word || text.n)
        g->all[g->n++] = (struct unsaved_v){
            label, arena_printf(g->r->mem, "%s%s%.*s", word, both ? " · " : "",
                                (int)text.n, text.p)};
}

struct str gate_typed(struct req *r, const char *name, int64_t number)
{
    return str_trim(
        req_text(r, arena_printf(r->mem, "%s_%" PRId64, name, number)));
}

/* The word for a choice that was sent; "" for none of them. */
static const char *choice_typed(struct req *r, const struct entity *e,
                                const char *field, struct str key)
{
    const char *known = field_choice(entity_field(e, field), key);
    return known ? choice_shown(r, e, field, known) : "";
}

static enum status findings_give(struct giving *g)
{
    struct req *r = g->r;
    struct list list;
    TRY(rows_under(r, &gate_criterion_entity, "gate", r->id, &list));
    g->all = NEW_ARRAY(r->mem, struct unsaved_v, list.n + NEW_CONDITIONS + 2);
    for (size_t i = 0; i < list.n; i++) {
        const struct gate_criterion *k = list.rows[i];
        give(g, k->label,
             choice_typed(r, &gate_criterion_entity, "met",
                          gate_typed(r, "met", k->row.id)),
             gate_typed(r, "reason", k->row.id));
    }
    return OK;
}

bool gate_votes(const struct req *r)
{
    return req_is_post(r) && same(strrchr(req_path(r), '/'), "/avis");
}

bool gate_decides(const struct req *r)
{
    return req_is_post(r) && same(strrchr(req_path(r), '/'), "/decision");
}

enum status typed_fill(struct req *r, struct gate_v *v)
{
    const bool votes = gate_votes(r);
    struct giving g = {.r = r};
    if (!(votes && !v->vote_action) && !(gate_decides(r) && !v->decides))
        return OK;
    TRY(findings_give(&g));
    const struct entity *e = votes ? &gate_member_entity : &gate_entity;
    give(
        &g, field_label(r->mem, r->lang, e, "state_reason"),
        choice_typed(r, e, "state", req_text(r, votes ? "opinion" : "outcome")),
        str_trim(req_text(r, "reason")));
    for (int i = 1; i <= NEW_CONDITIONS; i++) {
        const struct str due = gate_typed(r, "due", i);
        give(&g, field_label(r->mem, r->lang, &gate_condition_entity, ""),
             due.n ? str_dup(r->mem, due) : "", gate_typed(r, "condition", i));
    }
    v->typed = g.all;
    v->typed_count = g.n;
    return OK;
}
