/* What of a register's line is there already: its school, its room, the accueil
 * that it tells of. */
#include "base/utf8.h"
#include "modules/directory/check.h"
#include "modules/network/calendar.h"
#include "modules/network/register.h"

static bool fold_same(struct arena *a, const char *one, const char *other)
{
    return str_eq(utf8_fold(a, str_of(one)), utf8_fold(a, str_of(other)).p);
}

/* Its classes as one text, to be compared. */
static enum status keys_of_visit(struct conn *c, struct arena *a, int64_t visit,
                                 const char *asked, const char **out)
{
    struct rows *rows;
    struct buf b = {.mem = a};
    TRY(db_rows(c, a,
                SQL("SELECT k.key FROM network_visit_classes x JOIN"
                    " directory_class k ON k.id = x.target_id WHERE x.row_id ="
                    " :visit AND x.until IS NULL ORDER BY k.key, k.id"),
                ARGS(arg_int("visit", visit)), &rows));
    while (rows_next(rows))
        buf_printf(&b, "%s\n", row_text(rows, 0));
    if (!b.n && asked)
        buf_printf(&b, "%s\n", class_key(a, str_of(asked)).p);
    *out = b.n ? buf_done(&b).p : "";
    return rows_end(rows);
}

static const char *keys_of_line(struct arena *a, const struct register_line *l)
{
    struct register_class classes[REGISTER_CLASSES];
    struct buf b = {.mem = a};
    size_t n;
    if (register_classes(a, l, classes, &n))
        return "";
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s\n", classes[i].key);
    return b.n ? buf_done(&b).p : "";
}

/* Those that it may mean: two tell that it is not known which. */
static enum status schools_named(struct conn *c, struct arena *a,
                                 const struct register_line *l,
                                 struct rows **rows)
{
    struct str uai, town = STR("");
    if (!check_uai(a, str_of(l->school), &uai))
        return db_rows(c, a,
                       SQL("SELECT id FROM directory_school WHERE uai = :uai"
                           " ORDER BY id LIMIT 2"),
                       ARGS(arg_text("uai", uai)), rows);
    if (l->commune)
        town = utf8_fold(a, str_of(l->commune));
    return db_rows(c, a,
                   SQL("SELECT id FROM directory_school WHERE name_fold = :name"
                       " AND (:town = '' OR commune_fold = :town) ORDER BY"
                       " id LIMIT 2"),
                   ARGS(arg_text("name", utf8_fold(a, str_of(l->school))),
                        arg_text("town", town)),
                   rows);
}

enum status register_school(struct conn *c, struct arena *a,
                            const struct register_line *l, int64_t *id,
                            const char **why)
{
    struct rows *rows;
    int found = 0;
    *id = NONE;
    *why = NULL;
    if (!l->school)
        return OK;
    TRY(schools_named(c, a, l, &rows));
    for (; rows_next(rows); found++)
        *id = row_int(rows, 0);
    TRY(rows_end(rows));
    if (found == 1)
        return OK;
    *id = NONE;
    *why = found ? "network_register.several_schools"
                 : "network_register.no_school";
    return OK;
}

/* One accueil in each room at most, but for those outside. */
enum { CANDIDATES = 64 };
struct candidate {
    int64_t id;
    const char *class_label, *title;
};

/* Of those of its laboratory, half-day, school and kind the one with the same
 * classes; or with the same title, where it has none. */
static enum status find_at(struct conn *c, struct arena *a,
                           const struct register_line *l, enum half_day part,
                           int64_t *id)
{
    struct candidate near[CANDIDATES];
    struct rows *rows;
    size_t n = 0;
    int64_t school;
    const char *why, *keys = keys_of_line(a, l);
    TRY(register_school(c, a, l, &school, &why));
    TRY(db_rows(c, a,
                SQL("SELECT v.id, v.class_label, v.title FROM network_slot s"
                    " JOIN network_visit v ON v.id = s.visit WHERE s.day = :day"
                    " AND s.part = :part AND v.lab = :lab AND v.kind = :kind"
                    " AND coalesce(v.school, 0) = :school ORDER BY v.id"
                    " LIMIT :most"),
                ARGS(arg_day("day", l->day),
                     arg_cstr("part", booking_parts[part]),
                     arg_int("lab", l->lab), arg_cstr("kind", l->kind),
                     arg_int("school", school == NONE ? 0 : school),
                     arg_int("most", CANDIDATES)),
                &rows));
    while (n < CANDIDATES && rows_next(rows))
        near[n++] = (struct candidate){row_int(rows, 0), row_text(rows, 1),
                                       row_text(rows, 2)};
    TRY(rows_end(rows));
    for (size_t i = 0; *id == NONE && i < n; i++) {
        const char *theirs;
        TRY(keys_of_visit(c, a, near[i].id, near[i].class_label, &theirs));
        if (same(keys, theirs) &&
            (*keys || fold_same(a, register_title(a, l), near[i].title)))
            *id = near[i].id;
    }
    return OK;
}

enum status register_same(struct conn *c, struct arena *a,
                          const struct register_line *l, enum half_day part,
                          struct str *out)
{
    struct buf b = {.mem = a};
    int64_t school;
    const char *why, *keys = keys_of_line(a, l);
    TRY(register_school(c, a, l, &school, &why));
    buf_printf(&b, "%d %d %" PRId64 " %s %" PRId64 "\n%s", l->day, part, l->lab,
               l->kind, school, keys);
    if (!*keys)
        buf_str(&b, utf8_fold(a, str_of(register_title(a, l))).p);
    *out = buf_done(&b);
    return OK;
}

enum status register_find(struct conn *c, struct arena *a, const void *line,
                          int64_t *id)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(line, parts);
    *id = NONE;
    for (size_t i = 0; *id == NONE && i < n; i++)
        TRY(find_at(c, a, line, parts[i], id));
    return OK;
}

/* Has it the half-days of the line, and no others? */
static enum status same_halves(struct conn *c, struct arena *a, int64_t id,
                               const struct register_line *l, bool *yes)
{
    enum half_day parts[REGISTER_PARTS];
    const size_t n = register_parts(l, parts);
    struct rows *rows;
    size_t had = 0, meant = 0;
    TRY(db_rows(c, a,
                SQL("SELECT day, part FROM network_slot WHERE visit = :visit"
                    " ORDER BY id"),
                ARGS(arg_int("visit", id)), &rows));
    for (; rows_next(rows); had++)
        for (size_t i = 0; i < n; i++)
            meant += row_day(rows, 0) == l->day &&
                     part_of(row_text(rows, 1)) == parts[i];
    *yes = had == n && meant == n;
    return rows_end(rows);
}

enum status register_alike(struct conn *c, struct arena *a, int64_t id,
                           const struct register_line *l, bool *yes)
{
    struct visit said = {0};
    void *row;
    TRY(row_load(c, a, &visit_entity, id, &reach_all, &row));
    const struct visit *v = row;
    const bool held = same(register_state(l), "held");
    TRY(same_halves(c, a, id, l, yes));
    *yes = *yes && !register_people(l, &said) &&
           same(v->state, register_state(l)) &&
           (!held || (v->present_pupils == said.present_pupils &&
                      v->present_teachers == said.present_teachers &&
                      v->present_parents == said.present_parents &&
                      v->present_others == said.present_others));
    return OK;
}

enum status register_room(struct conn *c, struct arena *a,
                          const struct register_line *l, enum half_day part,
                          int64_t *space)
{
    struct rows *rows;
    struct visit who = {0};
    *space = NONE;
    if (register_is_outside(l))
        return OK;
    (void)register_people(l, &who);
    if (!l->space && same(register_state(l), "held"))
        return room_free(c, l->lab, slot_of(l->day, part),
                         who.present_pupils == NONE ? 0 : who.present_pupils,
                         space);
    TRY(db_rows(c, a,
                SQL("SELECT id, name FROM network_space WHERE lab = :lab"
                    " ORDER BY CASE WHEN within IS NULL THEN 0 ELSE 1 END, id"),
                ARGS(arg_int("lab", l->lab)), &rows));
    while (*space == NONE && rows_next(rows))
        if (!l->space || fold_same(a, row_text(rows, 1), l->space))
            *space = row_int(rows, 0);
    return rows_end(rows);
}
