/*
 * SQL that nobody can inject into. The store runs only struct sql, and one is
 * made in two ways: from a literal, or by the query builder from names that
 * stand in constant tables. Values are bound by name, never written.
 *
 *     db_rows(c, mem, SQL("SELECT name FROM directory_area WHERE id = :id"),
 *             ARGS(arg_int("id", 12)), &rows)
 *
 * The text is the small common tongue of SQLite and PostgreSQL. Days are
 * integers, instants UTC seconds, booleans 0 or 1. For what the tongue lacks
 * there are words in braces, for which each engine puts its own:
 *
 *     {returning}         ends an INSERT whose id conn_last_id is asked for
 *     {turn_column}       ends the columns of a table that is read in the order
 *                         of its commits
 *     {since:table:j}     WHERE, over its alias j: rows before which none can
 *                         appear any more, and (that is fast) behind the row
 *                         :last; of older ones the statement itself knows which
 *                         it has had
 *     {turn:j}            ORDER BY of the same
 *     {led:t f:f.x = w.y}{in_order:f.z}  JOIN of a table t, as f, looked up for
 *                         each row w that is met, and in that order: by an
 *                         index that begins with x, z
 */
#pragma once

#include "base/str.h"

struct sql {
    const char *text;
};
#define SQL(lit) ((struct sql){"" lit ""})
/* The same, inside a constant table. */
#define SQL_CONST(lit)                                                         \
    {                                                                          \
        "" lit ""                                                              \
    }

enum value_type { V_NULL, V_INT, V_REAL, V_TEXT, V_BLOB };

struct value {
    enum value_type type;
    int64_t i;
    double d;
    struct str s; /* V_TEXT and V_BLOB */
};

/* A value for :name. A list of them ends with {0}. */
struct arg {
    const char *name; /* without the colon */
    struct value value;
};
#define ARGS(...) ((const struct arg[]){__VA_ARGS__, {0}})
#define NO_ARGS ((const struct arg *)NULL)

static inline struct value value_int(int64_t i) /* NONE gives NULL */
{
    return (struct value){.type = i == NONE ? V_NULL : V_INT, .i = i};
}
static inline struct value value_day(int32_t day) /* NO_DAY gives NULL */
{
    return value_int(day == NO_DAY ? NONE : day);
}
static inline struct value value_text(struct str s) /* p NULL gives NULL */
{
    return (struct value){.type = s.p ? V_TEXT : V_NULL, .s = s};
}
static inline struct value value_cstr(const char *s)
{
    return s ? value_text(str_of(s)) : (struct value){0};
}
static inline struct value value_real(double d) /* NAN gives NULL */
{
    return (struct value){.type = d != d ? V_NULL : V_REAL, .d = d};
}
static inline struct value value_blob(const void *p, size_t n)
{
    return (struct value){.type = V_BLOB, .s = {p, n}};
}
static inline struct arg arg_int(const char *name, int64_t i)
{
    return (struct arg){name, value_int(i)};
}
static inline struct arg arg_day(const char *name, int32_t day)
{
    return (struct arg){name, value_day(day)};
}
static inline struct arg arg_text(const char *name, struct str s)
{
    return (struct arg){name, value_text(s)};
}
static inline struct arg arg_cstr(const char *name, const char *s)
{
    return (struct arg){name, value_cstr(s)};
}
static inline struct arg arg_real(const char *name, double d)
{
    return (struct arg){name, value_real(d)};
}
static inline struct arg arg_blob(const char *name, const void *p, size_t n)
{
    return (struct arg){name, value_blob(p, n)};
}
