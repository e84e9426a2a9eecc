/* How many come: to a class, and into a room. */
#include "modules/network/people.h"

#include "core/app.h"

size_t labels_part(const char *labels, struct str *out, size_t most)
{
    const struct str all = str_of(labels ? labels : "");
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= all.n; i++) {
        const bool et = all.n - i > 4 && !memcmp(all.p + i, " et ", 4);
        if (i < all.n && !strchr(",;|+", all.p[i]) && !et)
            continue;
        const struct str label = str_trim((struct str){all.p + from, i - from});
        if (label.n && n < most)
            out[n] = label;
        n += label.n > 0;
        from = i + (et ? 4 : 1);
        i = from - 1; /* of " et et " the words share a space */
    }
    return n;
}

bool classes_fit(int64_t people, int64_t classes)
{
    return people == NONE || classes == 0 || people <= classes * CLASS_PEOPLE;
}

const char *class_fault(const char *label, int64_t people)
{
    return classes_fit(people, (int64_t)labels_part(label, NULL, 0))
               ? NULL
               : "network_visit.class_size";
}

static bool names_same(struct arena *a, const char *one, const char *other)
{
    enum { MOST = 20 };
    struct str x[MOST], y[MOST];
    const size_t n = labels_part(one, x, MOST), m = labels_part(other, y, MOST);
    for (size_t i = 0; i < n && i < MOST; i++)
        for (size_t k = 0; k < m && k < MOST; k++) {
            const struct str key = class_key(a, x[i]);
            if (key.n && str_eq(class_key(a, y[k]), str_dup(a, key)))
                return true;
        }
    return false;
}

enum status class_elsewhere(struct conn *c, struct arena *a,
                            const struct visit *v, int32_t day,
                            const char *part, bool *is)
{
    struct rows *rows;
    *is = false;
    if (!v->class_label)
        return OK;
    TRY(db_rows(
        c, a,
        SQL("SELECT v.class_label FROM network_slot s JOIN"
            " network_visit v ON v.id = s.visit WHERE s.day = :day AND"
            " s.part = :part AND v.id <> :visit AND v.state IN (" KEEPING
            ") AND v.class_label IS NOT NULL AND (v.school = :school OR"
            " v.email = :email) ORDER BY s.id"),
        ARGS(arg_day("day", day), arg_cstr("part", part),
             arg_int("visit", v->row.id), arg_int("school", v->school),
             arg_cstr("email", v->email)),
        &rows));
    while (rows_next(rows))
        *is |= names_same(a, v->class_label, row_text(rows, 0));
    return rows_end(rows);
}

enum status lab_receives(struct conn *c, struct arena *a, int64_t lab,
                         int64_t person, bool *is)
{
    struct reach reach;
    void *row;
    TRY(reach_of_person(c, a, person, "network.receive", &reach));
    const enum status s = row_load(c, a, &lab_entity, lab, &reach, &row);
    *is = s == OK;
    return s == ERR_NOT_FOUND ? OK : s;
}

static int64_t known(int64_t n)
{
    return n == NONE ? 0 : n;
}

int64_t visit_seats(const struct visit *v)
{
    const int64_t guests =
        known(v->pupils) + known(v->parents) + known(v->others);
    return guests ? guests : known(v->teachers);
}

enum status room_small(struct conn *c, int64_t space, int64_t people,
                       bool *small)
{
    int64_t n;
    TRY(db_int(c,
               SQL("SELECT count(*) FROM network_space WHERE id = :space AND"
                   " capacity < :people"),
               ARGS(arg_int("space", space), arg_int("people", people)), &n));
    *small = n != 0;
    return OK;
}

const char *lab_fault(struct conn *c, int64_t lab, int64_t people)
{
    if (people == NONE)
        return NULL;
    return fault_unless(
        c,
        SQL("SELECT CASE WHEN EXISTS (SELECT 1 FROM network_space WHERE lab ="
            " :lab AND within IS NULL AND (capacity IS NULL OR capacity >="
            " :people)) OR NOT EXISTS (SELECT 1 FROM network_space WHERE lab ="
            " :lab) THEN 1 ELSE 0 END"),
        ARGS(arg_int("lab", lab), arg_int("people", people)),
        "network.no_room_so_large");
}
