/* Changing a state: only along the table, with its line in the journal. */
#include "base/utf8.h"
#include "core/request.h"

void row_begin(struct arena *a, const struct entity *e, void *row)
{
    const struct field *state = e->steps ? entity_field(e, "state") : NULL;
    if (!state || field_get(state, row).type != V_NULL)
        return;
    struct str rest = str_of(e->steps->from), first;
    CHECK(str_next(&rest, ' ', &first));
    field_set(state, row, value_cstr(str_dup(a, first)));
}

const struct step *step_find(const struct entity *e, const char *name)
{
    for (const struct step *s = e->steps; s && s->name; s++)
        if (same(s->name, name))
            return s;
    return NULL;
}

int64_t step_reason_most(const struct entity *e)
{
    return text_most(entity_field(e, "state_reason"));
}

const char *step_reason_fault(const struct entity *e, const struct step *s,
                              struct str reason)
{
    return s->needs_reason && !reason.n ? "core.step_lacks_reason"
           : text_is_long(entity_field(e, "state_reason"), reason)
               ? "form.too_long"
           : s->sentences && !utf8_is_sentence(reason) ? "core.reason_short"
           : utf8_sentences(reason) < s->sentences     ? "core.reason_brief"
                                                       : NULL;
}

/* The state it leads to from that row; NULL: the row keeps its own. */
static const char *step_target(struct arena *a, const struct entity *e,
                               const struct step *step, const void *row)
{
    if (!step->to_field)
        return step->to;
    struct value to = field_get(entity_field(e, step->to_field), row);
    return to.type == V_TEXT ? str_dup(a, to.s) : NULL;
}

static enum status state_set(struct conn *c, struct arena *a,
                             const struct entity *e, const struct step *step,
                             const char *to, void *row, struct str reason,
                             struct actor by)
{
    const struct field *why = entity_field(e, "state_reason");
    field_set(entity_field(e, "state"), row, value_cstr(to));
    if (why)
        field_set(why, row, value_cstr(reason.n ? str_dup(a, reason) : NULL));
    return row_update_as(c, a, e, row, by, step->name);
}

const char *step_refusal(struct conn *c, struct arena *a, const struct step *s,
                         const void *row, int64_t person, const void *seen)
{
    const char *all[STEP_REFUSALS];
    if (s->refuse_all)
        return s->refuse_all(c, a, row, person, all) ? all[0] : NULL;
    return s->deny     ? s->deny(s, seen)
           : s->refuse ? s->refuse(c, a, row, person)
                       : NULL;
}

enum status step_take(struct conn *c, struct arena *a, const struct entity *e,
                      const struct step *step, void *row, struct str reason,
                      struct actor by, const char **refusal)
{
    const struct field *state = entity_field(e, "state");
    struct value now = field_get(state, row);
    *refusal = NULL;
    if (now.type != V_TEXT || !word_in(step->from, str_dup(a, now.s)))
        return ERR_CONFLICT;
    *refusal = step_refusal(c, a, step, row, by.person,
                            step->look ? step->look(c, a, row) : NULL);
    if (*refusal)
        return ERR_CONFLICT;
    int64_t id = ((struct row *)row)->id;
    const char *to = step_target(a, e, step, row);
    if (to)
        TRY(state_set(c, a, e, step, to, row, reason, by));
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    json_text(&j, "from", now.s);
    if (to)
        json_cstr(&j, "to", to);
    if (reason.n)
        json_text(&j, "reason", reason);
    json_end_object(&j);
    /* Before what it brings about, which may have a line of its own. */
    TRY(journal_add(c, a, by.person, e, id, step->name, buf_done(&detail)));
    return step->effect ? step->effect(c, a, row, reason, by) : OK;
}
