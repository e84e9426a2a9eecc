/* The classes that a request names, before they join their school's list of the
 * year: those that the list has not, and which of it may be meant. */
#include "modules/network/people.h"
#include "modules/network/routes.h"
#include "modules/network/visit.h"

enum { LABELS = 10, NEAR = 6, LISTED = 200, KEY = 60 };

struct listed {
    int64_t id;
    const char *label, *key;
};
struct school_list {
    struct listed all[LISTED];
    size_t n;
};

static enum status list_load_of(struct conn *c, struct arena *a,
                                const struct visit *v, struct school_list *out)
{
    struct rows *rows;
    out->n = 0;
    TRY(db_rows(c, a,
                SQL("SELECT id, label, key FROM directory_class WHERE school ="
                    " :school AND year = :year AND key IS NOT NULL ORDER BY"
                    " label, id LIMIT :most"),
                ARGS(arg_int("school", v->school), arg_int("year", v->year),
                     arg_int("most", LISTED)),
                &rows));
    while (rows_next(rows))
        out->all[out->n++] = (struct listed){
            row_int(rows, 0), row_text(rows, 1), row_text(rows, 2)};
    return rows_end(rows);
}

/* How many letters are to be typed otherwise (V. Levenshtein, 1965). */
static size_t apart(const char *x, const char *y)
{
    size_t row[KEY + 1];
    const size_t n = strlen(y);
    for (size_t i = 0; i <= n; i++)
        row[i] = i;
    for (; *x; x++) {
        size_t before = row[0]++;
        for (size_t i = 0; i < n; i++) {
            const size_t there = row[i + 1], changed = before + (*x != y[i]),
                         less = there < row[i] ? there : row[i];
            row[i + 1] = changed < less + 1 ? changed : less + 1;
            before = there;
        }
    }
    return row[n];
}

/* One begins as the other, or is one typed wrong: 0 is the nearest. */
static bool is_near(const char *x, const char *y, size_t *far)
{
    const size_t n = strlen(x), m = strlen(y), least = n < m ? n : m;
    if (n > KEY || m > KEY || *x != *y)
        return false;
    *far = apart(x, y);
    return (least > 1 && !strncmp(x, y, least)) ||
           *far <= (size_t)(least > 3 ? 2 : 1);
}

static void near_fill(struct req *r, const struct school_list *l,
                      const char *key, struct new_class_v *v)
{
    struct choice_v *near = NEW_ARRAY(r->mem, struct choice_v, LISTED);
    size_t far[LISTED], n = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t at = n;
        if (!is_near(key, l->all[i].key, &far[n]))
            continue;
        const size_t mine = far[n++];
        for (; at > 0 && far[at - 1] > mine; at--) {
            far[at] = far[at - 1];
            near[at] = near[at - 1];
        }
        far[at] = mine;
        near[at] = (struct choice_v){
            .value = arena_printf(r->mem, "%" PRId64, l->all[i].id),
            .label = l->all[i].label};
    }
    v->near = near;
    v->n = n < NEAR ? n : NEAR;
}

static bool has_key(const struct school_list *l, const char *key)
{
    for (size_t i = 0; i < l->n; i++)
        if (same(l->all[i].key, key))
            return true;
    return false;
}

static bool has_near(const struct school_list *l, const char *key)
{
    size_t far;
    for (size_t i = 0; i < l->n; i++)
        if (is_near(key, l->all[i].key, &far))
            return true;
    return false;
}

/* The labels of the text that are not on the list, which has one that may be
 * meant; how many. */
static size_t labels_unsure(struct arena *a, const struct school_list *l,
                            const char *text, struct str out[LABELS])
{
    struct str labels[LABELS];
    size_t count = 0;
    if (has_key(l, class_key(a, str_of(text)).p))
        return 0; /* its very name: "CE1 et CE2" */
    const size_t n = labels_part(text, labels, LABELS);
    for (size_t i = 0; i < n && i < LABELS; i++) {
        const struct str key = class_key(a, labels[i]);
        if (key.n && !has_key(l, key.p) && has_near(l, key.p))
            out[count++] = labels[i];
    }
    return count;
}

enum status visit_class_unsure(struct conn *c, struct arena *a,
                               const struct visit *v, bool *is)
{
    struct school_list *list = NEW(a, struct school_list);
    struct str labels[LABELS];
    *is = false;
    if (!v->class_label || v->school == NONE)
        return OK;
    TRY(list_load_of(c, a, v, list));
    *is = labels_unsure(a, list, v->class_label, labels) > 0;
    return OK;
}

enum status new_classes_fill(struct req *r, struct visit_v *v)
{
    const struct visit *of = r->row;
    struct school_list *list = NEW(r->mem, struct school_list);
    struct str labels[LABELS];
    if (!same(of->state, "asked") || !of->class_label || of->school == NONE ||
        !may(r->who, "network.receive") || !may(r->who, "directory.classes"))
        return OK;
    TRY(list_load_of(r->conn, r->mem, of, list));
    const size_t n = labels_unsure(r->mem, list, of->class_label, labels);
    struct new_class_v *out = NEW_ARRAY(r->mem, struct new_class_v, LABELS);
    for (size_t i = 0; i < n; i++) {
        near_fill(r, list, class_key(r->mem, labels[i]).p, &out[i]);
        out[i].label = str_dup(r->mem, labels[i]);
        out[i].text = tr_with(r->mem, r->lang, "network.class_new", "class",
                              out[i].label, NULL);
    }
    v->new_count = n;
    v->new_classes = out;
    v->csrf = r->who->csrf;
    v->key = req_key(r);
    v->name = arena_printf(r->mem, "/accueils/%" PRId64 "/classe", r->id);
    return OK;
}

/* "4e A, 6e AA" with the class of the list in the place of what is meant. */
static const char *label_with(struct arena *a, const char *all,
                              const char *meant, const char *label)
{
    struct str labels[LABELS];
    struct buf b = {.mem = a};
    const size_t n = labels_part(all, labels, LABELS);
    for (size_t i = 0; i < n && i < LABELS; i++) {
        const char *one = str_dup(a, labels[i]);
        buf_printf(&b, "%s%s", i ? ", " : "", same(one, meant) ? label : one);
    }
    return buf_done(&b).p;
}

static enum status name_class(struct conn *c, struct arena *a, void *data)
{
    struct req *r = data;
    struct visit *v = row_copy(a, &visit_entity, r->row);
    const char *meant = str_dup(a, req_text(r, "de")), *field;
    int64_t id;
    void *row;
    if (!same(v->state, "asked") || !str_int(req_text(r, "classe"), &id))
        return ERR_INVALID;
    TRY(row_load(c, a, &class_entity, id, &reach_all, &row));
    const struct class *k = row;
    if (k->school != v->school || k->year != v->year)
        return ERR_NOT_FOUND;
    if (same(v->title, visit_title(a, v)))
        v->title = NULL; /* it is named by its class */
    v->class_label = label_with(a, v->class_label, meant, k->label);
    if (row_fault(c, a, &visit_entity, v, &field))
        return ERR_INVALID;
    r->location = path_of_id(r->mem, "/accueils", r->id);
    return row_update(c, a, &visit_entity, v, req_actor(r));
}

enum status visit_name_class(struct req *r)
{
    TRY(req_write(r, name_class, r));
    if (req_done(r))
        return OK;
    req_notice(r, "network.class_named");
    return req_go(r, "%s", r->location);
}
