/* Values and names in the reader's words. */
#include "base/file_type.h"
#include "i18n/format.h"
#include "view/detail.h"

static char *label_key(struct arena *a, const struct entity *e,
                       const char *name, const char *part)
{
    return arena_printf(a, "%s%s%s%s%s", e->name, *name ? "." : "", name,
                        *part ? "." : "", part);
}

const char *field_label(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *name)
{
    return tr(lang, label_key(a, e, name, ""));
}

const char *field_help(struct arena *a, const struct lang *lang,
                       const struct entity *e, const char *name)
{
    char *key = label_key(a, e, name, "help");
    return tr_known(lang, key) ? tr(lang, key) : NULL;
}

const char *entity_count(struct arena *a, const struct lang *lang,
                         const struct entity *e, int64_t n)
{
    return tr_n(a, lang, label_key(a, e, "count", ""), n);
}

const char *choice_label(struct arena *a, const struct lang *lang,
                         const struct entity *e, const char *field,
                         const char *key)
{
    return tr(lang, label_key(a, e, field, key));
}

const char *choice_tone(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *field,
                        const char *key)
{
    char *tone = arena_printf(a, "%s.tone", label_key(a, e, field, key));
    return tr_known(lang, tone) ? tr(lang, tone) : "";
}

static const char *value_shown(struct arena *a, const struct lang *lang,
                               const struct entity *e, const struct field *f,
                               struct value v)
{
    switch (f->type) {
    case F_TEXT:
    case F_PROSE:
        return said(a, lang, v.s.p); /* a row's text ends with NUL */
    case F_CHOICE:
        return choice_label(a, lang, e, f->name, v.s.p);
    case F_REAL:
        return format_real(a, lang, v.d, 6);
    case F_MONEY:
        return format_money(a, lang, v.i);
    case F_BOOL:
        return tr(lang, v.i ? "view.yes" : "view.no");
    case F_DATE:
        return format_day(a, lang, (int32_t)v.i, DAY_PLAIN);
    case F_TIME:
        return format_time(a, lang, v.i);
    case F_SCHOOL_YEAR:
        return school_year_text(a, (int)v.i);
    case F_INT:
        return format_int(a, lang, v.i);
    case F_REF:
    case F_FILE:
        break;
    }
    return arena_printf(a, "%" PRId64, v.i);
}

const char *file_kind_label(const struct lang *lang, struct str kind)
{
    static const char *const keys[] = {
        "file.kind.pdf",     "file.kind.image", "file.kind.office",
        "file.kind.text",    "file.kind.sound", "file.kind.video",
        "file.kind.archive", "file.kind.other",
    };
    for (size_t i = 0; i < COUNT(keys); i++)
        if (str_eq(kind, strrchr(keys[i], '.') + 1))
            return tr(lang, keys[i]);
    return "";
}

const char *file_about(struct arena *a, const struct lang *lang,
                       const struct file *f)
{
    const struct file_type *type = file_type_find(f->type);
    const char *kind = file_kind_label(lang, str_of(type->kind));
    return arena_printf(a, "%s%s%s, %s", kind,
                        *type->end && !same(type->kind, "pdf") ? " " : "",
                        same(type->kind, "pdf") ? "" : type->end,
                        format_bytes(a, lang, f->size));
}

const char *field_shown(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        const void *row)
{
    struct value v = field_get(f, row);
    return v.type == V_NULL ? NULL : value_shown(a, lang, e, f, v);
}
