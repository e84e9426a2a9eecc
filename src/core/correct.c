/* Correcting what counts in a school year that is over: the reason, as forms
 * and the API give it. */
#include "core/correct.h"

#include "base/utf8.h"

enum { REASON_MOST = 400 };
#define CONTROL "correction"

bool correction_is(const struct entity *e, const char *name)
{
    return e->counting && same(name, CONTROL);
}

struct str correction_of(const struct req *r)
{
    return r->entity && r->entity->counting ? str_trim(req_text(r, CONTROL))
                                            : (struct str){0};
}

static bool is_long(struct req *r, struct str reason)
{
    if ((int64_t)utf8_length(reason) <= REASON_MOST)
        return false;
    form_error_add(&r->errors, (struct form_error){.field = CONTROL,
                                                   .key = "form.too_long",
                                                   .max = REASON_MOST});
    return true;
}

void correction_read(struct req *r)
{
    (void)is_long(r, correction_of(r));
}

const char *correction_of_file(struct req *r)
{
    const struct str reason = str_trim(req_text(r, CONTROL));
    if (!reason.n)
        form_error(&r->errors, CONTROL, "core.import_reason_lacks");
    return reason.n && !is_long(r, reason) ? str_dup(r->mem, reason) : NULL;
}

bool correction_lacks(const struct conn *c, struct form_errors *errors,
                      const char *field)
{
    if (!same(conn_refusal(c), "closed"))
        return false;
    form_error(errors, field, "core.year_closed");
    return true;
}

static bool is_asked(const struct form_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++)
        if (same(errors->list[i].key, "core.year_closed"))
            return true;
    return false;
}

static bool is_wanted(const struct edit *e)
{
    bool wanted = e->counted || is_asked(&e->r->errors);
    for (size_t i = 0; i < e->kind_count; i++)
        for (size_t n = 0; n < e->kinds[i].n; n++)
            wanted |= is_asked(&e->kinds[i].lines[n].errors);
    return wanted;
}

void correction_draw(const struct edit *e, struct form *form)
{
    struct req *r = e->r;
    if (!r->entity->counting || !is_wanted(e))
        return;
    struct form_field *all =
        NEW_ARRAY(r->mem, struct form_field, form->field_count + 1);
    for (size_t i = 0; i < form->field_count; i++)
        all[i] = form->fields[i];
    all[form->field_count++] = (struct form_field){
        .name = CONTROL,
        .id = "f-" CONTROL,
        .label = tr(r->lang, "core.correction"),
        .help = tr(r->lang, "core.correction_help"),
        .error =
            form_message(r->mem, r->lang, form_error_of(&r->errors, CONTROL)),
        .control = CONTROL_INPUT,
        .type = "text",
        .value = str_dup(r->mem, correction_of(r)),
        .longest = REASON_MOST,
    };
    form->fields = all;
}
