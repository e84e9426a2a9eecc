/* Values and names in the reader's words. */
#include "base/file_type.h"
#include "i18n/format.h"
#include "view/detail.h"

/* "portfolio_project.state.idea.tone": the parts that are not empty. A page
 * asks for dozens, so they are put together without a printf. */
enum { KEY_PARTS = 4 };
static char *label_key(struct arena *a, const char *const parts[KEY_PARTS])
{
    size_t lengths[KEY_PARTS], n = 0;
    for (size_t i = 0; i < KEY_PARTS; i++)
        n += 1 + (lengths[i] = strlen(parts[i]));
    char *key = arena_room(a, n), *to = key;
    for (size_t i = 0; i < KEY_PARTS; i++) {
        if (!lengths[i])
            continue;
        if (i)
            *to++ = '.';
        memcpy(to, parts[i], lengths[i]);
        to += lengths[i];
    }
    *to = 0;
    return key;
}
#define LABEL_KEY(a, ...) label_key((a), (const char *const[]){__VA_ARGS__})

const char *field_none(struct arena *a, const struct lang *lang,
                       const struct entity *e, const char *name)
{
    const struct field *f = entity_field(e, name);
    /* Then the label is that choice's, which somebody has made. */
    if (f && f->type == F_CHOICE && field_choice(f, STR("none")))
        return NULL;
    return tr_or(lang, LABEL_KEY(a, e->name, name, "none", ""), NULL);
}

const char *field_label(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *name)
{
    return tr(lang, LABEL_KEY(a, e->name, name, "", ""));
}

const char *field_help(struct arena *a, const struct lang *lang,
                       const struct entity *e, const char *name)
{
    return tr_or(lang, LABEL_KEY(a, e->name, name, "help", ""), NULL);
}

const char *entity_count(struct arena *a, const struct lang *lang,
                         const struct entity *e, int64_t n)
{
    return tr_n(a, lang, LABEL_KEY(a, e->name, "count", "", ""), n);
}

const char *entity_count_most(struct arena *a, const struct lang *lang,
                              const struct entity *e, int64_t n)
{
    return n <= TOTAL_MOST
               ? entity_count(a, lang, e, n)
               : tr_with(a, lang, "list.more_than", "what",
                         entity_count(a, lang, e, TOTAL_MOST), NULL);
}

const char *choice_label(struct arena *a, const struct lang *lang,
                         const struct entity *e, const char *field,
                         const char *key)
{
    return tr(lang, LABEL_KEY(a, e->name, field, key, ""));
}

const char *choice_tone(struct arena *a, const struct lang *lang,
                        const struct entity *e, const char *field,
                        const char *key)
{
    return tr_or(lang, LABEL_KEY(a, e->name, field, key, "tone"), "");
}

const char *value_shown(struct arena *a, const struct lang *lang,
                        const struct entity *e, const struct field *f,
                        struct value v)
{
    if (v.type == V_NULL)
        return NULL;
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
    return value_shown(a, lang, e, f, field_get(f, row));
}

enum status links_shown(struct conn *c, struct arena *a,
                        const struct lang *lang, const struct link *l,
                        struct links links, const char **out)
{
    const struct field f = {
        .name = l->name, .type = F_REF, .target = l->target};
    struct buf b = {.mem = a};
    for (size_t i = 0; i < links.n; i++) {
        const char *title = "";
        if (c)
            TRY(ref_title(c, a, &f, links.all[i].target, &title));
        buf_str(&b, b.n ? ", " : "");
        if (*title)
            buf_str(&b, said(a, lang, title));
        else
            buf_int(&b, links.all[i].target);
        if (l->weighted)
            buf_printf(&b, " (%" PRId64 ")", links.all[i].weight);
    }
    *out = b.n ? b.p : tr(lang, "view.none");
    return OK;
}
