#include "core/figure.h"

#include "core/suppress.h"
#include "i18n/format.h"
#include "i18n/lang.h"
#include "store/recall.h"
#include "store/row.h"

#include <math.h>

int closed_year(void)
{
    return school_year_of(day_today()) - 1;
}

int shown_year(const struct app *app)
{
    const int last = closed_year();
    return app->figures_year && app->figures_year < last ? app->figures_year
                                                         : last;
}

int32_t figure_day(const struct figure *f, int year)
{
    int32_t last = school_year_last(year), now = day_today();
    return last > now && (f->period == AS_OF || f->period == SINCE) ? now
                                                                    : last;
}

const char *figure_period(const struct figure *f)
{
    static const char *const names[] = {"year", "as_of", "since", "event"};
    return names[f->period];
}

const char *figure_origin(const struct figure *f)
{
    static const char *const names[] = {"records", "imported", "stated"};
    return names[f->origin];
}

/* The names that a statement uses among those a figure may use, so that each
 * argument finds its name. */
static const struct arg *args_of(struct arena *a, const struct figure_ask *ask,
                                 struct sql sql)
{
    const struct arg all[] = {
        arg_day("from", school_year_first(ask->year)),
        arg_day("to", figure_day(ask->figure, ask->year)),
        arg_int("year", ask->year),
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

enum { BASSINS = 2000 }; /* the country has some 400 */

enum status figure_bassins(struct conn *c, struct arena *a,
                           const struct entity **e, struct list *out)
{
    *out = (struct list){0};
    *e = NULL;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct entity *const *of = (*m)->entities; of && *of; of++)
            if (same((*of)->api, "area"))
                *e = *of;
    const struct field *kind = *e ? entity_field(*e, "kind") : NULL;
    if (!kind)
        return OK;
    struct filter filter = {kind, IS, value_cstr("bassin")};
    struct list_ask ask = {.entity = *e,
                           .reach = &reach_all,
                           .filters = &filter,
                           .filter_count = 1,
                           .no_total = true};
    return list_load_most(c, a, &ask, BASSINS, out);
}

static enum status number(struct conn *c, struct arena *a,
                          const struct figure_ask *ask, double *out)
{
    const struct arg *args;
    struct sql sql = with_reach(a, ask, ask->figure->value, &args);
    struct rows *rows;
    TRY(db_rows(c, a, sql, args, &rows));
    *out = rows_next(rows) ? row_real(rows, 0) : NAN;
    return rows_end(rows);
}

/* Hides a number under 5, and what would give one away: the bassins and what
 * lies in none of them add up to the whole. */
static enum status settle(struct conn *c, struct arena *a,
                          const struct figure_ask *ask, struct figure_value *v)
{
    const struct entity *e;
    struct list bassins;
    if (ask->figure->suppress != UNDER_5 || v->value != v->value)
        return OK;
    TRY(figure_bassins(c, a, &e, &bassins));
    struct cell *cells = NEW_ARRAY(a, struct cell, bassins.n + 1);
    struct figure_ask one = *ask;
    double inside = 0;
    size_t asked = bassins.n;
    for (size_t i = 0; i < bassins.n; i++) {
        one.bassin = ((const struct row *)bassins.rows[i])->id;
        TRY(number(c, a, &one, &cells[i].value));
        inside += cells[i].value;
        if (one.bassin == ask->bassin)
            asked = i;
    }
    one.bassin = NONE;
    double whole;
    TRY(number(c, a, &one, &whole));
    cells[bassins.n].value = whole - inside;
    bool all = suppress_cells(cells, bassins.n + 1, 1);
    v->small = v->value > 0 && v->value < 5;
    v->hidden = v->small || (asked < bassins.n ? cells[asked].hidden : all);
    return OK;
}

/* What a reader remembers it by; NULL: not everybody sees the same. */
static const char *key_of(struct arena *a, const struct figure_ask *ask)
{
    const struct figure *f = ask->figure;
    if (strstr(f->value.text, "{reach:") &&
        !reach_is_all(f->entity, &ask->reach))
        return NULL;
    return arena_printf(a, "figure %s %d %d %" PRId64, f->id, ask->year,
                        figure_day(f, ask->year), ask->bassin);
}

enum status figure_value(struct conn *c, struct arena *a,
                         const struct figure_ask *ask, struct figure_value *out)
{
    const char *key = key_of(a, ask);
    const struct figure_value *known = key ? conn_recall(c, key) : NULL;
    if (known) {
        *out = *known;
        return OK;
    }
    struct figure_value v = {0};
    TRY(number(c, a, ask, &v.value));
    TRY(settle(c, a, ask, &v));
    struct arena *memory = key ? conn_memory(c) : NULL;
    if (memory) {
        struct figure_value *kept = NEW(memory, struct figure_value);
        *kept = v;
        conn_remember(c, key, kept);
    }
    *out = v;
    return OK;
}

bool figure_tells_amounts(const struct figure *f)
{
    return f->suppress != UNDER_5;
}

/* A statement around the figure's rows. */
static struct sql around(struct arena *a, const char *before, struct sql rows,
                         const char *after)
{
    return (struct sql){
        arena_printf(a, "%s FROM (%s) b%s", before, rows.text, after)};
}

bool figure_is_partial(const struct figure *f, const struct reach *reach)
{
    return !strstr(f->rows.text, "{reach:") && !reach_is_all(f->entity, reach);
}

enum status figure_walk(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, int64_t after,
                        int64_t most, struct rows **out)
{
    const struct arg *args;
    const struct entity *e = ask->figure->entity;
    struct sql sql = with_reach(
        a, ask,
        around(a,
               e->title ? arena_printf(a, "SELECT b.*, t.%s", e->title)
                        : "SELECT b.*, NULL",
               ask->figure->rows,
               arena_printf(a,
                            " JOIN %s t ON t.id = b.id WHERE {reach:t} AND"
                            " b.id > :after ORDER BY b.id LIMIT :most",
                            e->name)),
        &args);
    size_t own = 0;
    while (args && args[own].name)
        own++;
    struct arg *all = NEW_ARRAY(a, struct arg, own + 3);
    if (own)
        memcpy(all, args, own * sizeof(*all));
    all[own] = arg_int("after", after);
    all[own + 1] = arg_int("most", most);
    return db_rows(c, a, sql, all, out);
}

bool figure_next(struct rows *rows, struct behind *out)
{
    if (!rows_next(rows))
        return false;
    const char *title = row_text(rows, row_columns(rows) - 1);
    *out = (struct behind){.id = row_int(rows, 0),
                           .amount = row_real(rows, 1),
                           .whole = row_columns(rows) > 3 ? row_real(rows, 2)
                                                          : (double)NAN,
                           .title = title ? title : ""};
    return true;
}

enum status figure_rows(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, int64_t after, int most,
                        struct behind **out, size_t *n, bool *more)
{
    struct rows *rows;
    struct behind *list = NEW_ARRAY(a, struct behind, (size_t)most + 1);
    size_t found = 0;
    TRY(figure_walk(c, a, ask, after, most + 1, &rows));
    while (found <= (size_t)most && figure_next(rows, &list[found]))
        found++;
    *more = found > (size_t)most;
    *n = *more ? (size_t)most : found;
    *out = list;
    return rows_end(rows);
}

enum status figure_foot(struct conn *c, struct arena *a,
                        const struct figure_ask *ask, struct figure_foot *out)
{
    const struct arg *args;
    const struct figure *f = ask->figure;
    struct sql sql =
        with_reach(a, ask, around(a, "SELECT b.*", f->rows, ""), &args);
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
    TRY(settle(c, a, ask, &v));
    *out = (struct figure_foot){v, sum, whole};
    return OK;
}

const char *figure_text(struct arena *a, const struct lang *lang,
                        const struct figure *f, struct figure_value v)
{
    if (v.hidden)
        return tr(lang, v.small ? "figure.under_5" : "figure.withheld");
    if (v.value != v.value)
        return tr(lang, "figure.unknown");
    if (same(f->unit, "year"))
        return arena_printf(a, "%.0f", v.value);
    if (same(f->unit, "percent"))
        return format_percent(a, lang, v.value, 1);
    return format_int(a, lang, (int64_t)v.value);
}
