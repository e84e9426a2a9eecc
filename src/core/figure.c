#include "core/figure.h"

#include "i18n/format.h"
#include "i18n/lang.h"

#include <math.h>

int closed_year(void)
{
    return school_year_of(day_today()) - 1;
}

/* The names that a statement uses among those a figure may use, so that each
 * argument finds its name. */
static const struct arg *args_of(struct arena *a, const struct figure_ask *ask,
                                 struct sql sql)
{
    const struct arg all[] = {
        arg_day("from", school_year_first(ask->year)),
        arg_day("to", school_year_last(ask->year)),
        arg_int("bassin", ask->bassin),
    };
    struct arg *used = NEW_ARRAY(a, struct arg, COUNT(all) + 1);
    size_t n = 0;
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *at = sql.text;
        size_t length = strlen(all[i].name);
        while ((at = strchr(at, ':')) != NULL) {
            at++;
            char after = at[strnlen(at, length)];
            if (strncmp(at, all[i].name, length) == 0 && after != '_' &&
                !(after >= 'a' && after <= 'z')) {
                used[n++] = all[i];
                break;
            }
        }
    }
    return used;
}

static struct sql with_reach(struct arena *a, const struct figure_ask *ask,
                             struct sql sql, const struct arg **args)
{
    const struct arg *own = args_of(a, ask, sql);
    return sql_with_reach(a, sql, ask->figure->entity, &ask->reach, own, args);
}

static void settle(const struct figure *f, struct figure_value *v)
{
    v->hidden = f->suppress == UNDER_5 && v->value > 0 && v->value < 5;
}

enum status figure_value(struct conn *c, struct arena *a,
                         const struct figure_ask *ask, struct figure_value *out)
{
    const struct arg *args;
    struct sql sql = with_reach(a, ask, ask->figure->value, &args);
    struct rows *rows;
    TRY(db_rows(c, a, sql, args, &rows));
    struct figure_value v = {.value = NAN};
    if (rows_next(rows))
        v.value = row_real(rows, 0);
    TRY(rows_end(rows));
    settle(ask->figure, &v);
    *out = v;
    return OK;
}

/* A statement around the figure's rows. */
static struct sql around(struct arena *a, const char *before, struct sql rows,
                         const char *after)
{
    return (struct sql){
        arena_printf(a, "%s(%s) b%s", before, rows.text, after)};
}

enum status figure_rows(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, int64_t after, int most,
                        struct behind **out, size_t *n, bool *more)
{
    const struct arg *args;
    struct sql inner = with_reach(a, ask, ask->figure->rows, &args);
    struct sql sql = around(a, "SELECT b.* FROM ", inner,
                            " WHERE b.id > :after ORDER BY b.id LIMIT :most");
    size_t own = 0;
    while (args && args[own].name)
        own++;
    struct arg *all = NEW_ARRAY(a, struct arg, own + 3);
    if (own)
        memcpy(all, args, own * sizeof(*all));
    all[own] = arg_int("after", after);
    all[own + 1] = arg_int("most", most + 1);
    struct rows *rows;
    TRY(db_rows(c, a, sql, all, &rows));
    struct behind *list = NEW_ARRAY(a, struct behind, (size_t)most + 1);
    size_t found = 0;
    while (found <= (size_t)most && rows_next(rows)) {
        struct behind *b = &list[found++];
        b->id = row_int(rows, 0);
        b->amount = row_real(rows, 1);
        b->whole = row_columns(rows) > 2 ? row_real(rows, 2) : NAN;
    }
    TRY(rows_end(rows));
    *more = found > (size_t)most;
    *n = *more ? (size_t)most : found;
    for (size_t i = 0; i < *n; i++) {
        void *row;
        TRY(row_load(c, a, ask->figure->entity, list[i].id, &reach_all, &row));
        list[i].title = row_title(ask->figure->entity, row);
    }
    *out = list;
    return OK;
}

enum status figure_foot(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, struct figure_value *out)
{
    const struct arg *args;
    const struct figure *f = ask->figure;
    struct sql inner = with_reach(a, ask, f->rows, &args);
    struct sql sql = around(a, "SELECT b.* FROM ", inner, "");
    struct rows *rows;
    double sum = 0, whole = 0;
    size_t n = 0;
    TRY(db_rows(c, a, sql, args, &rows));
    for (; rows_next(rows); n++) {
        sum += row_real(rows, 1);
        if (row_columns(rows) > 2)
            whole += row_real(rows, 2);
    }
    TRY(rows_end(rows));
    struct figure_value v = {.value = sum};
    if (same(f->unit, "percent"))
        v.value = whole > 0 ? round(100 * sum / whole) : NAN;
    settle(f, &v);
    *out = v;
    return OK;
}

const char *figure_text(struct arena *a, const struct lang *lang,
                        const struct figure *f, struct figure_value v)
{
    if (v.hidden)
        return tr(lang, "figure.under_5");
    if (v.value != v.value)
        return tr(lang, "figure.unknown");
    if (same(f->unit, "year"))
        return arena_printf(a, "%.0f", v.value);
    if (same(f->unit, "percent"))
        return format_percent(a, lang, v.value, 1);
    return format_int(a, lang, (int64_t)v.value);
}
