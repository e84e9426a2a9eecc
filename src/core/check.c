/* What contradicts itself in the modules' tables is refused at the start. */
#include "core/tables.h"

static bool known_right(const char *name)
{
    if (same(name, PUBLIC))
        return true;
    for (const struct right *r = core_rights; r->name; r++)
        if (same(r->name, name))
            return true;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct right *r = (*m)->rights; r && r->name; r++)
            if (same(r->name, name))
                return true;
    return false;
}

static const char *needs_fault(struct arena *a, const struct module *const *m)
{
    for (const char *const *n = (*m)->needs; n && *n; n++) {
        bool before = false;
        for (const struct module *const *b = modules; b < m; b++)
            before |= same((*b)->name, *n);
        if (!before)
            return arena_printf(a, "module %s needs %s, which is not before it",
                                (*m)->name, *n);
    }
    return NULL;
}

static const char *field_fault(struct arena *a, const struct entity *e,
                               const struct field *f)
{
    const char *wrong =
        f->type == F_CHOICE && !f->choices ? "has no choices"
        : f->type == F_REF && !f->target   ? "has no target"
        : f->kind && !(f->type == F_REF && entity_field(f->target, "kind"))
            ? "names a kind, and its target has none"
        : f->holders && !known_right(f->holders)
            ? "names holders of an unknown right"
        : f->type == F_REF && (f->flags & F_BEGINS) &&
                !same(f->target->api, "person")
            ? "begins with who fills it in, and names no person"
        : (f->flags & F_LAST) && !(f->type == F_INT && f->max && e->parent)
            ? "comes last, and is no bounded number under a parent"
        : (f->flags & F_SETTLED) && !((f->flags & F_REQUIRED) && e->settle)
            ? "is settled, and is not asked for or the entity settles nothing"
        : f->min > f->max ? "has min above max"
        : (f->flags & F_ATTESTED) &&
                !(entity_field(e, arena_printf(a, "%s_source", f->name)) &&
                  entity_field(e, arena_printf(a, "%s_date", f->name)))
            ? "is attested, and has no fields for its source and date"
        : f->offset + 4 > e->row_size    ? "lies outside its row"
        : f->offset < sizeof(struct row) ? "lies in struct row"
        : word_in("id uid version created_at created_by changed_at changed_by "
                  "words",
                  f->name)
            ? "bears a name of the frame"
            : NULL;
    return wrong ? arena_printf(a, "%s.%s %s", e->name, f->name, wrong) : NULL;
}

static const char *step_fault(struct arena *a, const struct entity *e)
{
    const struct field *state = entity_field(e, "state");
    if (e->steps && (!state || state->type != F_CHOICE))
        return arena_printf(a, "%s has steps and no CHOICE state", e->name);
    for (const struct step *s = e->steps; s && s->name; s++) {
        if (!known_right(s->right))
            return arena_printf(a, "%s step %s: unknown right %s", e->name,
                                s->name, s->right);
        bool to = s->to_field ? entity_field(e, s->to_field) != NULL
                              : !s->to && s->effect;
        for (const char *const *k = state->choices; *k; k++)
            to |= s->to && same(*k, s->to);
        if (!to)
            return arena_printf(a, "%s step %s leads to no state", e->name,
                                s->name);
    }
    return NULL;
}

static const char *frozen_fault(struct arena *a, const struct entity *e)
{
    const struct field *state = entity_field(e, "state");
    for (const struct frozen *z = e->frozen; z && z->fields; z++) {
        struct str fields = str_of(z->fields), states = str_of(z->states), word;
        while (str_next(&fields, ' ', &word))
            if (!entity_field(e, str_dup(a, word)))
                return arena_printf(a, "%s freezes no field %s", e->name,
                                    str_dup(a, word));
        while (str_next(&states, ' ', &word))
            if (!state || !state->choices || !field_choice(state, word))
                return arena_printf(a, "%s is frozen in no state %s", e->name,
                                    str_dup(a, word));
    }
    return NULL;
}

/* "school.bassin": every part but "" is a reference. */
static const char *reach_fault(struct arena *a, const struct entity *e)
{
    for (const char *const *p = e->reach; p && *p; p++) {
        const struct entity *at = e;
        struct str rest = str_of(*p), part;
        while (rest.n && str_next(&rest, '.', &part)) {
            const struct field *f = entity_field(at, str_dup(a, part));
            if (!f || f->type != F_REF)
                return arena_printf(a, "%s reach %s: no reference %s", e->name,
                                    *p, str_dup(a, part));
            at = f->target;
            if (!rest.p)
                break;
        }
    }
    struct str rest = str_of(e->within), name;
    while (e->within && str_next(&rest, ' ', &name)) {
        const struct field *f = entity_field(e, str_dup(a, name));
        if (!f || f->type != F_REF)
            return arena_printf(a, "%s within: no reference %s", e->name,
                                str_dup(a, name));
    }
    return NULL;
}

/* Both sides have a reference of that name, to the same. */
static const char *agrees_fault(struct arena *a, const struct entity *e)
{
    for (const struct field *f = e->fields; f->name; f++) {
        const struct field *up = e->parent ? entity_field(e, e->parent) : NULL;
        if (!f->agrees)
            continue;
        const struct field *there = entity_field(f->target, f->agrees),
                           *here = entity_field(e, f->agrees);
        if (!here && up)
            here = entity_field(up->target, f->agrees);
        if (!there || !here || there->type != F_REF ||
            here->target != there->target)
            return arena_printf(a, "%s.%s cannot agree in %s", e->name, f->name,
                                f->agrees);
    }
    return NULL;
}

static const char *near_fault(struct arena *a, const struct entity *e)
{
    for (size_t i = 0; i < entity_link_count(e); i++) {
        const struct link *l = &e->links[i];
        const struct field *here = l->near ? entity_field(e, l->near) : NULL,
                           *there = l->near ? entity_field(l->target, l->near)
                                            : NULL;
        if (l->near && (!here || !there || here->type != F_REF ||
                        here->target != there->target))
            return arena_printf(a, "%s.%s: no reference %s on both sides",
                                e->name, l->name, l->near);
    }
    return NULL;
}

static const char *entity_fault(struct arena *a, const struct entity *e)
{
    if (!e->api || !e->read || !e->write || !known_right(e->read) ||
        !known_right(e->write))
        return arena_printf(a, "%s lacks its api name or a right", e->name);
    for (const struct field *f = e->fields; f->name; f++) {
        const char *fault = field_fault(a, e, f);
        if (fault)
            return fault;
    }
    if (e->title && !entity_field(e, e->title))
        return arena_printf(a, "%s has no field %s", e->name, e->title);
    if (e->parent && !entity_field(e, e->parent))
        return arena_printf(a, "%s has no parent %s", e->name, e->parent);
    const char *fault = step_fault(a, e);
    if (!fault)
        fault = frozen_fault(a, e);
    if (!fault)
        fault = agrees_fault(a, e);
    if (!fault)
        fault = near_fault(a, e);
    return fault ? fault : reach_fault(a, e);
}

const char *modules_fault(struct arena *mem)
{
    for (const struct module *const *m = modules; *m; m++) {
        const char *fault = needs_fault(mem, m);
        for (const struct entity *const *e = (*m)->entities; !fault && e && *e;
             e++)
            fault = entity_fault(mem, *e);
        for (const struct intake *k = (*m)->intakes; !fault && k && k->line;
             k++)
            fault = entity_fault(mem, k->line);
        for (const struct route *r = (*m)->routes; !fault && r && r->path; r++)
            if (!r->right || !known_right(r->right) || !r->handle)
                fault = arena_printf(mem, "route %s: no such right", r->path);
        for (const struct figure *f = (*m)->figures; !fault && f && f->id; f++)
            if (!f->entity || !f->value.text || !f->rows.text || !f->unit)
                fault = arena_printf(mem, "figure %s is not whole", f->id);
            else if (f->suppress == UNDER_5 && same(f->unit, "percent"))
                fault = arena_printf(mem,
                                     "figure %s: a share adds up to no "
                                     "whole, it cannot be hidden under 5",
                                     f->id);
        for (const struct news *w = (*m)->news; !fault && w && w->label; w++)
            if (!w->entity || !w->rows.text || !w->base ||
                !known_right(w->right))
                fault = arena_printf(mem, "%s is not whole", w->label);
        for (const struct waiting *w = (*m)->waiting; !fault && w && w->label;
             w++)
            if (!known_right(w->right) || !strrchr(w->label, '.') ||
                (w->count.text
                     ? !w->path
                     : !w->entity || !w->where.text || !w->entity->path))
                fault = arena_printf(mem, "%s is not whole", w->label);
        if (fault)
            return fault;
    }
    return NULL;
}
