/* Answers, as text: what a cell holds, by the type of its column. */
#include "store/postgres.h"

#include <math.h>

static struct pg_rows *of(struct rows *r)
{
    return (struct pg_rows *)r;
}

bool pg_next(struct rows *r)
{
    CHECK(of(r)->answer);
    if (++of(r)->at < of(r)->count)
        return true;
    r->done = true;
    return false;
}

void pg_rows_close(struct rows *r)
{
    if (!of(r)->ahead)
        PQclear(of(r)->answer);
    of(r)->answer = NULL;
}

int pg_columns(const struct rows *r)
{
    const struct pg_rows *p = (const struct pg_rows *)r;
    CHECK(p->answer);
    return PQnfields(p->answer);
}

const char *pg_name(const struct rows *r, int column)
{
    return PQfname(((const struct pg_rows *)r)->answer, column);
}

static const PGresult *cell(const struct rows *r, int column, int *row)
{
    const struct pg_rows *p = (const struct pg_rows *)r;
    CHECK(p->answer && p->at >= 0 && p->at < p->count && column >= 0 &&
          column < PQnfields(p->answer));
    *row = p->at;
    return p->answer;
}

static int64_t digits(const char *p)
{
    const bool minus = *p == '-';
    uint64_t n = 0;
    for (p += minus; *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (uint64_t)(*p - '0');
    return (int64_t)(minus ? 0 - n : n);
}

int64_t pg_cell_whole(const PGresult *answer, int row, int column)
{
    if (PQgetisnull(answer, row, column))
        return NONE;
    const char *p = PQgetvalue(answer, row, column);
    switch (PQftype(answer, column)) {
    case OID_BOOL:
        return *p == 't';
    case OID_FLOAT4:
    case OID_FLOAT8:
        return (int64_t)strtod(p, NULL);
    default:
        return digits(p);
    }
}

int64_t pg_whole(const struct rows *r, int column)
{
    int row;
    const PGresult *answer = cell(r, column, &row);
    return pg_cell_whole(answer, row, column);
}

double pg_real(const struct rows *r, int column)
{
    int row;
    const PGresult *answer = cell(r, column, &row);
    if (PQgetisnull(answer, row, column))
        return (double)NAN;
    return strtod(PQgetvalue(answer, row, column), NULL);
}

static int nibble(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* "\x0a1b" */
static struct str bytes(struct arena *a, const char *p, size_t n)
{
    const size_t count = n / 2 - 1;
    char *out = arena_alloc(a, count + 1);
    for (size_t i = 0; i < count; i++)
        out[i] = (char)(nibble(p[2 * i + 2]) << 4 | nibble(p[2 * i + 3]));
    return (struct str){out, count};
}

struct str pg_text(const struct rows *r, int column)
{
    int row;
    const PGresult *answer = cell(r, column, &row);
    if (PQgetisnull(answer, row, column))
        return (struct str){0};
    const struct str s = {PQgetvalue(answer, row, column),
                          (size_t)PQgetlength(answer, row, column)};
    return PQftype(answer, column) == OID_BYTEA ? bytes(r->mem, s.p, s.n) : s;
}

struct value pg_value(const struct rows *r, int column)
{
    int row;
    const PGresult *answer = cell(r, column, &row);
    const struct str s = pg_text(r, column);
    if (!s.p)
        return (struct value){0};
    switch (PQftype(answer, column)) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return value_int(pg_whole(r, column));
    case OID_NUMERIC: /* a sum of whole numbers is one */
        if (!memchr(s.p, '.', s.n))
            return value_int(pg_whole(r, column));
        return value_real(pg_real(r, column));
    case OID_FLOAT4:
    case OID_FLOAT8:
        return value_real(pg_real(r, column));
    case OID_BYTEA:
        return value_blob(s.p, s.n);
    default:
        return value_text(s);
    }
}
