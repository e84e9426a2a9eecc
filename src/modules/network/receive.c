#include "modules/network/receive.h"

#include "modules/network/routes.h"
#include "store/row.h"

enum { MOST = 1000 };

enum status labs_received(struct req *r, struct receiving *out)
{
    struct rows *rows;
    const struct arg *args;
    *out = (struct receiving){0};
    if (!may(r->who, "network.receive"))
        return OK;
    const struct reach reach =
        reach_of(r->app, r->mem, r->who, "network.receive");
    out->all = reach_is_all(&lab_entity, &reach);
    if (out->all)
        return OK;
    const struct sql sql = sql_with_reach(
        r->mem,
        SQL("SELECT l.id FROM network_lab l WHERE {reach:l} ORDER BY l.id"
            " LIMIT :most"),
        &lab_entity, &reach, ARGS(arg_int("most", MOST)), &args);
    int64_t *labs = NEW_ARRAY(r->mem, int64_t, MOST);
    TRY(db_rows(r->conn, r->mem, sql, args, &rows));
    while (rows_next(rows))
        labs[out->n++] = row_int(rows, 0);
    out->labs = labs;
    return rows_end(rows);
}

static bool receives_in(const struct receiving *where, int64_t lab)
{
    bool here = where->all;
    for (size_t i = 0; i < where->n; i++)
        here |= where->labs[i] == lab;
    return here;
}

bool day_is_open_to(const struct receiving *where, int64_t lab, int32_t day)
{
    const int32_t first = day_today() + !receives_in(where, lab);
    return day >= first && day <= visit_horizon();
}

const char *left_text(struct req *r, int64_t rooms, int64_t parts)
{
    return rooms ? tr_n(r->mem, r->lang, "network.free", rooms)
                 : tr_n(r->mem, r->lang, "network.free_parts", parts);
}

const char *free_half_address(struct req *r, const struct receiving *where,
                              struct free_half h)
{
    if (!receives_in(where, h.lab))
        return half_day_address(r, h.lab, h.day, h.part);
    const char *form = arena_printf(
        r->mem, "%s/nouveau?lab=%" PRId64 "&slot.0.day=%s&slot.0.part=%s",
        visit_entity.path, h.lab, day_iso(r->mem, h.day),
        booking_parts[h.part]);
    const int year = school_year_of(h.day);
    if (year != school_year_of(day_today()))
        form = arena_printf(r->mem, "%s&year=%s", form,
                            school_year_text(r->mem, year));
    return h.space == NONE ? form
                           : arena_printf(r->mem, "%s&slot.0.space=%" PRId64,
                                          form, h.space);
}
