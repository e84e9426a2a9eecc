/*
 * Which row a line of a file is about, where it does not say so by its code: an
 * export has the column "uid", or "id" of what has no uid. A uid is of one row
 * in the world, so it is always taken for what it says, and a new row keeps it.
 * A number is of this laboratory alone, and anybody's list has one in front: it
 * is taken of a file whose heads are all those of an export, or where whoever
 * sends it says so.
 */
#include "base/random.h"
#include "core/importing.h"
#include "i18n/lang.h"

const char *import_key(const struct entity *e)
{
    return intake_of(e) ? NULL : e->has_uid ? "uid" : "id";
}

/* What the file of refused lines has behind them. */
static bool is_told(const char *head)
{
    static const char *const langs[] = {"fr", "en"};
    for (size_t i = 0; i < COUNT(langs); i++)
        if (same(head, tr(lang_find(langs[i]), "core.import_line")) ||
            same(head, tr(lang_find(langs[i]), "core.import_message")))
            return true;
    return false;
}

static bool is_export(const struct import *im)
{
    const struct entity *e = im->entity;
    for (size_t i = 0; i < im->column_count; i++) {
        const char *head = im->columns[i].head;
        if (!same(head, "id") && !entity_field(e, head) &&
            !entity_link(e, head) && !is_told(head))
            return false;
    }
    return true;
}

void import_key_head(struct import *im)
{
    const char *key = import_key(im->entity);
    for (size_t i = 0; key && i < im->column_count; i++)
        if (same(im->columns[i].head, key) &&
            (im->entity->has_uid || is_export(im)))
            im->columns[i].field = key;
}

static enum status key_find(struct conn *c, struct arena *a,
                            const struct entity *e, struct str key, void **row)
{
    int64_t id;
    if (e->has_uid)
        return uuid_ok(key)
                   ? row_find(c, a, e, "uid",
                              (struct value){.type = V_TEXT, .s = key}, row)
                   : ERR_INVALID;
    if (!str_int(key, &id) || id < 1)
        return ERR_INVALID;
    const enum status s = row_load(c, a, e, id, &reach_all, row);
    return s == ERR_NOT_FOUND ? ERR_INVALID : s;
}

static void refuse(struct form_errors *errors, const char *why, struct str key)
{
    form_error_add(errors, (struct form_error){.key = why, .text = key});
}

enum status import_row(struct conn *c, struct arena *a, const struct entity *e,
                       const struct value *code, struct str key, void **row,
                       struct form_errors *errors)
{
    void *keyed = NULL;
    enum status s =
        code ? row_find(c, a, e, e->code, *code, row) : ERR_NOT_FOUND;
    if (!key.n || (s != OK && s != ERR_NOT_FOUND))
        return s;
    const enum status k = key_find(c, a, e, key, &keyed);
    if (k == ERR_INVALID)
        refuse(errors, "import.no_such_row", key);
    else if (k == OK && s == OK &&
             ((struct row *)keyed)->id != ((struct row *)*row)->id)
        refuse(errors, "import.other_row", key);
    else if (k != OK && k != ERR_NOT_FOUND)
        return k;
    if (s == OK || k != OK)
        return s;
    *row = keyed;
    return OK;
}
